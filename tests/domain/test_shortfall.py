"""What a learner still lacks, in its own measure, and what would help."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.shortfall import Shortfall, list_shortfalls
from lti_tool.domain.values import Evidence, OfflineClass, OfflineSession, Participant
from tests.domain.notation import SCHOOL, context_of, credit_of, moment, programme, rules_with, study
from tests.domain.people import approved, assessed, did, practice, signed_in, wrote_log

PLAN = programme(practice=(practice("p1", "20", "T7"), practice("p2", "20", "T2")))

OFFLINE = {"attend", "make_up", "write_log"}


def shortfalls(*evidence: Evidence, context: LearnerContext | None = None, **settings: Any) -> dict[str, Shortfall]:
    """By action."""
    where = context or context_of(PLAN, rules_with(**settings))
    return {one.action: one for one in list_shortfalls(credit_of(list(evidence), where), where)}


def whole(name: str) -> tuple[Evidence, Evidence]:
    return signed_in(name), wrote_log(name)


def practised(name: str) -> list[Evidence]:
    return [did(name, stage) for stage in ("plan", "lesson", "reflection")]


def test_everything_is_lacking_at_first() -> None:
    found = shortfalls()

    assert [(one.component, one.action) for one in found.values()] == [
        ("online", "study"),
        ("offline", "attend"),
        ("practice", "practise"),
        ("assess", "await_assessment"),
    ]


def test_one_second_of_study() -> None:
    said = [
        one
        for day in range(12, 17)
        for one in study(f"10-{day} 08:00-{'11:00' if day < 16 else '10:59:59'} slice A session={day} id={day}")
    ]

    found = shortfalls(*said)["study"]

    assert (found.seconds, found.credits, found.component) == (1, 17, "online")


def test_online_credits_that_are_still_missing_by_proportion() -> None:
    found = shortfalls(*study("08:00-11:00 slice A session=1"), online_award="proportional")["study"]

    assert (found.seconds, found.credits) == (43_200, Decimal("13.6"))


def test_half_days_to_attend() -> None:
    found = shortfalls(*whole("1"), *whole("3"))["attend"]

    assert (found.credits, found.offline_sessions) == (4, (("cls-1", "2"), ("cls-1", "4")))


def test_logs_to_write_apart_from_half_days_to_attend() -> None:
    found = shortfalls(*whole("1"), signed_in("2"), wrote_log("3"))

    assert found["attend"].offline_sessions == (("cls-1", "3"), ("cls-1", "4"))
    assert found["write_log"].offline_sessions == (("cls-1", "2"),)
    assert found["write_log"].credits == found["attend"].credits == 6
    assert found["write_log"].component == found["attend"].component == "offline"


def test_only_logs_to_write() -> None:
    found = shortfalls(*(signed_in(name) for name in "1234"))

    assert "attend" not in found
    assert found["write_log"].offline_sessions == tuple(("cls-1", name) for name in "1234")


def test_all_or_nothing_does_not_ask_for_what_was_attended() -> None:
    found = shortfalls(*whole("1"), *whole("2"), offline_award="all_or_nothing")["attend"]

    assert (found.credits, found.offline_sessions) == (8, (("cls-1", "3"), ("cls-1", "4")))


def test_a_session_made_up_is_not_asked_for() -> None:
    makeup = OfflineSession("m2", Decimal(2), moment("08:30", "12-05"), moment("11:30", "12-05"), makeup_for="2")
    team = OfflineClass("team", (SCHOOL,), PLAN.offline_classes["cls-1"].sessions, team_training=True)
    regular = PLAN.offline_classes["cls-1"]
    classes = {"cls-1": replace(regular, sessions=(*regular.sessions, makeup)), "team": team}
    context = context_of(replace(PLAN, offline_classes=classes))

    found = shortfalls(signed_in("m2"), wrote_log("m2"), *whole("1"), context=context)["attend"]

    assert found.offline_sessions == (("cls-1", "3"), ("cls-1", "4"))


@pytest.mark.parametrize(
    ("joined", "to_make_up", "to_attend"),
    [
        (None, "", "1234"),
        ("2026-11-07", "", "1234"),  # in the morning of that day nothing was over
        ("2026-11-08", "12", "34"),
        ("2026-11-15", "1234", ""),
    ],
)
def test_what_was_over_before_they_joined_is_to_be_made_up_for(
    joined: str | None, to_make_up: str, to_attend: str
) -> None:
    found = shortfalls(context=context_of(PLAN, participant=joined_on(joined)))

    asked = {action: "".join(name for _, name in found[action].offline_sessions) for action in found.keys() & OFFLINE}
    assert asked == {action: names for action, names in (("make_up", to_make_up), ("attend", to_attend)) if names}
    assert {(found[action].component, found[action].credits) for action in asked} == {("offline", 8)}


def test_what_happened_before_they_joined_is_still_theirs() -> None:
    said = [*whole("1"), *study("10-12 19:00-19:40 slice A session=1")]
    context = context_of(PLAN, participant=joined_on("2026-12-01"))

    credit = credit_of(said, context)

    assert credit == replace(credit_of(said, context_of(PLAN)), as_of=credit.as_of)
    assert (credit.offline.credits, credit.online.seconds) == (2, 2_400)
    assert shortfalls(*said, context=context)["make_up"].offline_sessions == tuple(("cls-1", name) for name in "234")


def joined_on(day: str | None) -> Participant:
    return Participant("zhang", "张老师", "grp-1", joined=date.fromisoformat(day) if day else None)


def test_where_no_class_is_planned_there_is_still_something_to_attend() -> None:
    context = context_of(replace(PLAN, offline_classes={}))

    found = shortfalls(context=context)["attend"]

    assert (found.credits, found.offline_sessions) == (8, ())


@pytest.mark.parametrize(
    "address", ["urn:x", "https://x.example.org/cls-1/9", "https://x.example.org/cls-9/1", "cls-1/1"]
)
def test_a_sign_in_whose_address_names_no_session_is_left_aside(address: str) -> None:
    found = shortfalls(signed_in("1", activity=address))["attend"]

    assert found.offline_sessions == (("cls-1", "1"), ("cls-1", "2"), ("cls-1", "3"), ("cls-1", "4"))


@pytest.mark.parametrize(
    ("said", "action", "missing"),
    [
        ([], "practise", "25"),
        ([*practised("p1"), approved("p1")], "practise", "5"),
        ([*practised("p1"), approved("p1"), *practised("p2")], "get_approval", "5"),
        ([*practised("p1")], "get_approval", "25"),
        ([*practised("p1"), approved("p1", granted="19.9")], "practise", "5.1"),
    ],
)
def test_practice(said: list[Evidence], action: str, missing: str) -> None:
    found = shortfalls(*said)

    assert found[action].credits == Decimal(missing)
    assert {"practise", "get_approval"} & found.keys() == {action}


def test_practice_of_a_structure_that_asks_for_more() -> None:
    shares = {"online": 15, "offline": 8, "practice": 27}
    found = shortfalls(*practised("p1"), approved("p1"), structure=shares)["practise"]

    assert found.credits == 7


def test_points_alone_are_missing_where_the_credits_suffice() -> None:
    context = context_of(programme(practice=(practice("p1", "40", "T7"),)), rules_with(teacher_min_focus=2))

    assert shortfalls(*practised("p1"), approved("p1"), context=context)["practise"].credits == 0


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ([], ("process", "final")),
        ([assessed("process")], ("final",)),
        ([assessed("final")], ("process",)),
        ([assessed("process"), assessed("final", passed=False)], ("final",)),
    ],
)
def test_assessments(said: list[Evidence], missing: tuple[str, ...]) -> None:
    assert shortfalls(*said)["await_assessment"].assessments == missing


def test_a_derived_assessment_is_no_longer_missing_once_the_components_are_met() -> None:
    said = [one for day in range(12, 17) for one in study(f"10-{day} 08:00-11:00 slice A session={day} id={day}")]
    said += [one for name in "1234" for one in whole(name)]
    said += [*practised("p1"), approved("p1"), *practised("p2")]

    before = shortfalls(*said, process_assessment="derived")
    after = shortfalls(*said, approved("p2"), process_assessment="derived")

    assert before["await_assessment"].assessments == ("process", "final")
    assert after["await_assessment"].assessments == ("final",)


def test_a_plan_to_mend() -> None:
    assert shortfalls(context=context_of(programme(plan="T2")))["mend_plan"].component == "plan"


def test_nothing_is_missing() -> None:
    said = [one for day in range(12, 17) for one in study(f"10-{day} 08:00-11:00 slice A session={day} id={day}")]
    said += [one for name in "1234" for one in whole(name)]
    said += [*practised("p1"), approved("p1"), *practised("p2"), approved("p2"), assessed("process"), assessed("final")]

    assert shortfalls(*said) == {}


@pytest.mark.parametrize(
    ("zone", "is_over"), [("Asia/Tokyo", False), ("Asia/Shanghai", False), ("Europe/Moscow", True)]
)
def test_the_day_somebody_joined_is_one_of_the_rules_zone(zone: str, is_over: bool) -> None:
    """The session ends half an hour after midnight in China, before it in Moscow."""
    night = OfflineSession("night", Decimal(2), moment("22:00", "11-06"), moment("00:30", "11-07"))
    context = context_of(replace(PLAN, settings={"zone": zone}), rules_with(zone=zone), joined_on("2026-11-07"))
    assert context.was_before_they_joined(night) is is_over


def test_what_ends_as_the_day_begins_is_over() -> None:
    until_midnight = OfflineSession("late", Decimal(2), moment("21:00", "11-07"), moment("00:00", "11-08"))
    assert context_of(PLAN, participant=joined_on("2026-11-08")).was_before_they_joined(until_midnight)
