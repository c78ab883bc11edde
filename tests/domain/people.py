"""Offline, practice and assessment evidence of a case, in the words of the guide."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from lti_tool.domain.values import Evidence, Kind, PracticeActivity, Verb
from tests.domain.notation import EVERYTHING, moment

_numbers = count(1)


def statement(kind: Kind, verb: Verb, day: str, **changes: Any) -> Evidence:
    """A piece of evidence at noon of a day `MM-DD`, or at `at`, by an account that is trusted with everything."""
    at = moment(changes.pop("at", "12:00"), day)
    plain = Evidence(
        statement=f"{kind}-{next(_numbers):06}",
        kind=kind,
        verb=verb,
        activity=changes.pop("activity", f"https://ts2.example.org/xapi/{kind}"),
        timestamp=at,
        stored=at + timedelta(seconds=2),
        account="account|https://moodle.example.org|zhang",
        trusted_as=EVERYTHING,
    )
    return replace(plain, **changes)


def signed_in(session: str, *, day: str = "11-07", offline: str = "cls-1", **changes: Any) -> Evidence:
    """签到 at an offline session."""
    address = f"https://ts2.example.org/xapi/offline-sessions/{offline}/{session}"
    given = {"completion": True, "class_id": offline, "offline_session": session, "activity": address}
    return statement(Kind.ATTENDED, Verb.ATTENDED, day, **given | changes)


def wrote_log(session: str, *, day: str = "11-08", offline: str = "cls-1", **changes: Any) -> Evidence:
    """日志 of an offline session."""
    return statement(Kind.LOG, Verb.SUBMITTED, day, **{"class_id": offline, "offline_session": session} | changes)


def did(activity: str, stage: str, *, day: str = "12-01", **changes: Any) -> Evidence:
    """One stage of a practice activity on record."""
    given = {"practice_activity": activity, "stage": stage, "by_person": "zhang"}
    return statement(Kind.STAGE, Verb.SUBMITTED, day, **given | changes)


def approved(activity: str, *, day: str = "12-05", granted: str | None = None, **changes: Any) -> Evidence:
    """审核通过 by the principal, with the credits granted if they are named."""
    amount = None if granted is None else Decimal(granted)
    given = {"practice_activity": activity, "by_person": "principal", "credits": amount}
    return statement(Kind.VERDICT, Verb.APPROVED, day, **given | changes)


def denied(activity: str, *, day: str = "12-05", **changes: Any) -> Evidence:
    """退回 by the principal."""
    given = {"practice_activity": activity, "by_person": "principal"}
    return statement(Kind.VERDICT, Verb.DENIED, day, **given | changes)


def assessed(kind: str, *, passed: bool = True, day: str = "06-15", **changes: Any) -> Evidence:
    """过程考评 or 最终考评 as the institution recorded it."""
    verb = Verb.PASSED if passed else Verb.FAILED
    return statement(Kind.ASSESSMENT, verb, day, **{"assessment": kind} | changes)


def practice(name: str, worth: str, points: str, stages: str = "plan lesson reflection") -> PracticeActivity:
    """An entry of the catalogue: `practice("p1", "5", "T7")`."""
    return PracticeActivity(name, name, Decimal(worth), tuple(points.split()), tuple(stages.split()))
