"""线下集中培训: 签到 and 日志 of each half-day, by whose word, in which class, and what each setting changes.

The class of these cases has four half-days of 2 credits, 1–4, and a make-up session, m2, for the second.
"""

# ruff: noqa: E501 - tables

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from lti_tool.domain.credits.offline import find_class_logs
from lti_tool.domain.learner import ProgrammeIndex
from lti_tool.domain.reasons import Reason
from lti_tool.domain.shortfall import list_shortfalls
from lti_tool.domain.values import (
    Audience,
    Component,
    Credit,
    Evidence,
    Group,
    Kind,
    OfflineClass,
    OfflineSession,
    Participant,
    School,
    Stage,
    Verb,
)
from tests.domain.notation import SCHOOL, context_of, credit_of, moment, outcome_of, programme, rules_with
from tests.domain.people import signed_in, statement, wrote_log

SESSIONS = "1234"


def half_day(name: str, *, makeup_for: str | None = None, worth: str = "2") -> OfflineSession:
    return OfflineSession(name, Decimal(worth), moment("08:30", "11-07"), moment("11:30", "11-07"), makeup_for)


CLASS = OfflineClass(
    "cls-1", (SCHOOL,), (*(half_day(name) for name in SESSIONS), half_day("m2", makeup_for="2")), host_school=SCHOOL
)
OTHERS = {
    "cls-2": OfflineClass("cls-2", (SCHOOL,), tuple(map(half_day, SESSIONS))),
    "elsewhere": OfflineClass("elsewhere", ("3301000456",), tuple(map(half_day, SESSIONS))),
    "invited": OfflineClass("invited", (SCHOOL,), tuple(map(half_day, SESSIONS)), participants=("zhang",)),
    "not-invited": OfflineClass("not-invited", (SCHOOL,), tuple(map(half_day, SESSIONS)), participants=("wang",)),
    "team": OfflineClass("team", (SCHOOL,), tuple(map(half_day, SESSIONS)), team_training=True),
}
PLAN = programme(
    offline_classes={"cls-1": CLASS, **OTHERS},
    schools={SCHOOL: School(SCHOOL, "示例学校", staff=62), "3301000456": School("3301000456", "另一学校")},
)
STAY = (datetime(2026, 11, 7, 0, 30, tzinfo=UTC), datetime(2026, 11, 7, 4, 1, tzinfo=UTC))
LEARNER_ONLY: dict[str, Any] = {"learner_token": True, "trusted_as": frozenset()}
AS_ONLINE: dict[str, Any] = {"trusted_as": frozenset({Component.ONLINE})}


def credit(*evidence: Evidence, class_logs: frozenset[tuple[str, str]] = frozenset(), **settings: Any) -> Credit:
    return credit_of(list(evidence), context_of(PLAN, rules_with(**settings), class_logs=class_logs))


def whole(session: str, **changes: Any) -> tuple[Evidence, Evidence]:
    """A half-day signed in to, with its log."""
    return signed_in(session, **changes), wrote_log(session, **changes)


class Case(NamedTuple):
    """`said` beside nothing else; whether it counts, the credits in all, and the reason of the first of them."""

    said: tuple[Evidence, ...]
    credits: str
    reason: Reason
    settings: dict[str, Any] = {}  # noqa: RUF012 - a table's default, never changed


CASES = {
    "signed in and logged": Case(whole("1"), "2", Reason.SIGNED_IN),
    "the log first": Case((wrote_log("1", day="11-06"), signed_in("1")), "2", Reason.LOG),
    "no log": Case((signed_in("1"),), "0", Reason.LOG_MISSING),
    "no sign-in": Case((wrote_log("1"),), "0", Reason.SIGN_IN_MISSING),
    "the log of another half-day": Case((signed_in("1"), wrote_log("2")), "0", Reason.LOG_MISSING),
    "no log, none needed": Case((signed_in("1"),), "2", Reason.SIGNED_IN, {"log_required": "none"}),
    "a log alone, none needed": Case((wrote_log("1"),), "0", Reason.SIGN_IN_MISSING, {"log_required": "none"}),
    "absent": Case((signed_in("1", completion=False), wrote_log("1")), "0", Reason.ABSENT),
    "neither present nor absent is said": Case(
        (signed_in("1", completion=None), wrote_log("1")), "2", Reason.SIGNED_IN
    ),
    "signed in twice": Case((*whole("1"), signed_in("1", at="12:01")), "2", Reason.SIGNED_IN),
    "signed out": Case((*whole("1"), signed_in("1", at="12:01", interval=STAY)), "2", Reason.SIGNED_IN),
    "signed out, no log": Case((signed_in("1"), signed_in("1", at="12:01", interval=STAY)), "0", Reason.LOG_MISSING),
    "voided sign-in": Case(
        (signed_in("1", voided=True), wrote_log("1")),
        "0",
        Reason.VOIDED,
    ),
    "voided log": Case((wrote_log("1", voided=True), signed_in("1")), "0", Reason.VOIDED),
    "sign-in by the learner's browser": Case((signed_in("1", **LEARNER_ONLY),), "0", Reason.LEARNER_MAY_NOT),
    "log by the learner's browser": Case((wrote_log("1", **LEARNER_ONLY), signed_in("1")), "2", Reason.LOG),
    "a source trusted for study": Case((signed_in("1", **AS_ONLINE), wrote_log("1")), "0", Reason.SOURCE_NOT_TRUSTED),
    "a log that names another": Case(
        (wrote_log("1", practice_participant="wang"), signed_in("1")), "0", Reason.WRONG_PARTICIPANT
    ),
    "a log that names its writer": Case((wrote_log("1", practice_participant="zhang"), signed_in("1")), "2", Reason.LOG),
    "no such class": Case(whole("1", offline="cls-9"), "0", Reason.UNKNOWN_CLASS),
    "no class at all": Case((signed_in("1", class_id=None),), "0", Reason.UNKNOWN_CLASS),
    "no such half-day": Case(whole("5"), "0", Reason.UNKNOWN_CLASS),
    "a class of another school": Case(whole("1", offline="elsewhere"), "0", Reason.NOT_IN_CLASS),
    "a class for others": Case(whole("1", offline="not-invited"), "0", Reason.NOT_IN_CLASS),
    "a class for named people": Case(whole("1", offline="invited"), "2", Reason.SIGNED_IN),
    "training of the team": Case(whole("1", offline="team"), "0", Reason.TEAM_TRAINING),
    "training of the team, by setting": Case(
        whole("1", offline="team"), "2", Reason.SIGNED_IN, {"team_training_counts": True}
    ),
    "made up": Case(whole("m2"), "2", Reason.SIGNED_IN),
    "made up, and nobody makes up": Case(whole("m2"), "0", Reason.MAKEUP_OFF, {"makeup": False}),
    "attended and made up": Case((*whole("2"), *whole("m2", day="11-20")), "2", Reason.SIGNED_IN),
    "signed in to the make-up, log of the first": Case((signed_in("m2"), wrote_log("2")), "2", Reason.SIGNED_IN),
    "first moment of the cycle": Case(whole("1", day="09-01", at="00:00"), "2", Reason.SIGNED_IN),
    "last moment before the cycle": Case(whole("1", day="08-31", at="23:59:59"), "0", Reason.OUTSIDE_CYCLE),
    "last moment of the cycle": Case(whole("1", day="06-30", at="23:59:59"), "2", Reason.SIGNED_IN),
    "first moment after the cycle": Case(whole("1", day="07-01", at="00:00"), "0", Reason.OUTSIDE_CYCLE),
    "in the days of grace": Case(whole("1", day="07-02", at="23:59:59"), "2", Reason.SIGNED_IN, {"grace_days": 2}),
    "after the days of grace": Case(whole("1", day="07-03", at="00:00"), "0", Reason.OUTSIDE_CYCLE, {"grace_days": 2}),
    "a log in the days of grace": Case(
        (signed_in("1", day="06-30"), wrote_log("1", day="07-01")), "2", Reason.SIGNED_IN, {"grace_days": 1}
    ),
    "two of four, all or nothing": Case(
        (*whole("1"), *whole("2")), "0", Reason.INCOMPLETE, {"offline_award": "all_or_nothing"}
    ),
    "four of four, all or nothing": Case(
        tuple(one for name in SESSIONS for one in whole(name)),
        "8",
        Reason.SIGNED_IN,
        {"offline_award": "all_or_nothing"},
    ),
    "five half-days of two classes": Case(
        tuple(one for name in SESSIONS for one in (*whole(name), *whole("1", offline="cls-2"))), "8", Reason.SIGNED_IN
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_offline(case: Case) -> None:
    found = credit(*case.said, **case.settings)

    outcome = outcome_of(found, case.said[0].statement)
    assert (found.offline.credits, outcome.reason) == (Decimal(case.credits), case.reason)
    assert outcome.counted == (case.reason in {Reason.SIGNED_IN, Reason.LOG})
    assert outcome.component is Component.OFFLINE
    assert sum(one.credits or 0 for one in found.explanation) == found.offline.credits
    assert len(found.explanation) == len({one.statement for one in case.said})


def test_a_repetition_and_what_goes_beyond_eight_say_so() -> None:
    again, extra = signed_in("1", at="12:01"), signed_in("1", offline="cls-2", at="20:00")
    said = [one for name in SESSIONS for one in whole(name)]

    found = credit(*said, again, extra, wrote_log("1", offline="cls-2"))

    assert outcome_of(found, again.statement).reason == Reason.REPEATED
    assert outcome_of(found, again.statement).component is Component.OFFLINE
    assert outcome_of(found, extra.statement).reason == Reason.SURPLUS
    assert outcome_of(found, extra.statement).credits == 0
    assert not outcome_of(found, extra.statement).counted


def test_what_reaches_only_in_part_counts_for_that_part() -> None:
    """Half-days of 3 credits: 3 + 3 + 2 of 3."""
    rich = replace(CLASS, sessions=tuple(half_day(name, worth="3") for name in SESSIONS))
    said = [signed_in(name, at=f"1{name}:00") for name in SESSIONS]

    found = credit_of(said, context_of(replace(PLAN, offline_classes={"cls-1": rich}), rules_with(log_required="none")))

    given = [(outcome_of(found, one.statement).credits, outcome_of(found, one.statement).flags) for one in said]
    assert given == [(3, ()), (3, ()), (2, (Reason.SURPLUS,)), (0, ())]
    assert (found.offline.credits, found.offline.maximum, found.offline.met) == (8, 8, True)


@pytest.mark.parametrize(
    ("log_required", "own", "trainers", "credits_"),
    [
        ("teacher", True, False, 2),
        ("teacher", False, True, 0),
        ("class", True, False, 2),
        ("class", False, True, 2),
        ("class", False, False, 0),
        ("none", False, False, 2),
    ],
)
def test_whose_log_is_needed(log_required: str, own: bool, trainers: bool, credits_: int) -> None:
    said = [signed_in("1"), *([wrote_log("1")] if own else [])]
    logs = frozenset({("cls-1", "1")}) if trainers else frozenset({("cls-1", "2"), ("cls-2", "1")})

    assert credit(*said, class_logs=logs, log_required=log_required).offline.credits == credits_


@pytest.mark.parametrize(
    ("log", "found"),
    [
        (wrote_log("1"), True),
        (wrote_log("1", **LEARNER_ONLY), True),
        (wrote_log("1", voided=True), False),
        (wrote_log("1", **AS_ONLINE), False),
        (wrote_log("1", class_id=None), False),
        (wrote_log("1", offline_session=None), False),
        (wrote_log("1", day="08-31"), False),
        (wrote_log("1", day="09-01", at="00:00"), True),
        (wrote_log("1", day="06-30", at="23:59:59"), True),
        (wrote_log("1", day="07-01", at="00:00"), False),
        (signed_in("1"), False),
    ],
)
def test_which_logs_of_a_trainer_stand_for_the_class(log: Evidence, found: bool) -> None:
    index = ProgrammeIndex.build(PLAN, rules_with())

    assert find_class_logs([log], index) == (frozenset({("cls-1", "1")}) if found else frozenset())


def test_a_statement_that_names_another_group_counts_and_is_flagged() -> None:
    sign_in = signed_in("1", hints={"group": "grp-9", "school": SCHOOL, "school-stage": "primary"})

    found = credit(sign_in, wrote_log("1", hints={"school": SCHOOL, "group": "grp-1"}))

    assert outcome_of(found, sign_in.statement).flags == (Reason.ROSTER_DIFFERS,)
    assert [one.flags for one in found.explanation if one.reason == Reason.LOG] == [()]


def test_other_kinds_are_shown_as_unmapped() -> None:
    strange = statement(Kind.UNMAPPED, Verb.OTHER, "11-07")
    voided = statement(Kind.UNMAPPED, Verb.OTHER, "11-07", voided=True)

    found = credit(strange, voided)

    assert outcome_of(found, strange.statement).reason == Reason.UNMAPPED
    assert outcome_of(found, strange.statement).component is None
    assert outcome_of(found, voided.statement).reason == Reason.VOIDED


def test_a_time_of_leaving_belongs_to_its_sign_in_once() -> None:
    """Credits stand at the sign-in; the sign-out counts beside it, and a third record only repeats."""
    out = signed_in("1", at="12:01", interval=STAY)
    found = credit(*whole("1"), out, replace(out, statement="again", timestamp=out.timestamp + timedelta(minutes=1)))

    outcomes = {one.reason: (one.counted, one.credits) for one in found.explanation}
    assert outcomes[Reason.SIGNED_OUT] == (True, None)
    assert outcomes[Reason.REPEATED] == (False, None)
    assert outcomes[Reason.SIGNED_IN] == (True, Decimal(2))


# ── A-25: somebody who moved ─────────────────────────────────────────────────────────────────────────

MOVED = replace(
    PLAN,
    groups={
        "grp-1": Group("grp-1", SCHOOL, "教研组", Stage.PRIMARY, Audience.TEACHER, ("T2", "T7")),
        "before": Group("before", "3301000456", "教研组", Stage.PRIMARY, Audience.TEACHER, ("T2", "T7")),
    },
)


@pytest.mark.parametrize("policy", ["evidence_date", "current_school"])
@pytest.mark.parametrize(
    ("further", "named", "credits_"),
    [(("before",), None, 4), ((), None, 2), (("before", "gone"), ("zhang",), 4), (("before",), ("wang",), 2)],
)
def test_what_was_attended_before_a_move_moves_along(
    further: tuple[str, ...], named: tuple[str, ...] | None, credits_: int, policy: str
) -> None:
    """One half-day at the old school and one at the new; whichever school judges practice."""
    old = replace(OTHERS["elsewhere"], participants=named)
    plan = replace(MOVED, offline_classes={"cls-1": CLASS, **OTHERS, "elsewhere": old})
    who = Participant("zhang", "张老师", "grp-1", extra_groups=further)
    context = context_of(plan, rules_with(transfer_policy=policy), who)

    found = credit_of([*whole("1", offline="elsewhere"), *whole("2")], context)

    assert found.offline.credits == credits_
    attend = [lack.offline_sessions for lack in list_shortfalls(found, context) if lack.action == "attend"]
    assert {class_ for sessions in attend for class_, _ in sessions} == {"cls-1", "cls-2", "invited"}
