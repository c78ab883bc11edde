"""What is on file of a school (R-016, R-030, R-037, R-048)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lti_tool.domain.plan import check_plan
from lti_tool.domain.values import (
    Participant,
    Record,
    School,
    Waiver,
)
from lti_tool.rule_sets import load_rule_set
from tests.domain.notation import SCHOOL, programme, rules_with
from tests.domain.plans import SECOND, codes, team

BOTH = {SCHOOL: School(SCHOOL, "示例学校", staff=80)}
TRAINED = Record("team_training", date(2026, 8, 20), participants=("grp-1-0", "grp-1-1", "grp-1-2"))


def on_file(*records: Record, today: str | None = None, elsewhere: dict[str, int] | None = None) -> list[str]:
    plan = programme(schools=BOTH, records=records)
    day = None if today is None else date.fromisoformat(today)
    found = check_plan(plan, team(1, 1, 1), rules_with(), today=day, elsewhere=elsewhere)
    return codes(found)


def record(kind: str, day: str, **more: Any) -> Record:
    return Record(kind, date.fromisoformat(day), **{"school": SCHOOL} | more)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], []),
        ([record("school_informatization_plan", "2026-06-01")], []),
        ([record("school_promotion_plan", "2026-09-05")], ["warning plan_without_basis"]),
        ([record("school_promotion_plan", "2026-09-05"), record("school_informatization_plan", "2026-06-01")], []),
        ([record("school_promotion_plan", "2026-09-05"), record("school_informatization_plan", "2026-09-05")], []),
        (
            [record("school_promotion_plan", "2026-09-05"), record("school_informatization_plan", "2026-09-06")],
            ["warning plan_without_basis"],
        ),
        (
            [
                record("school_promotion_plan", "2026-09-05"),
                record("school_informatization_plan", "2026-06-01", school="x"),
            ],
            ["warning plan_without_basis"],
        ),
    ],
)
def test_a_whole_school_plan_rests_on_the_schools_own(records: list[Record], expected: list[str]) -> None:
    assert on_file(*records) == expected


@pytest.mark.parametrize(
    ("records", "today", "expected"),
    [
        ([], "2027-01-31", []),
        ([], "2027-02-01", ["warning no_stage_summary"]),
        ([], None, []),
        ([record("stage_summary", "2027-01-31")], "2027-02-01", []),
        ([record("showcase", "2026-12-01")], "2027-05-01", []),
        ([record("stage_summary", "2027-02-01")], "2027-05-01", ["warning no_stage_summary"]),
        ([record("visit", "2026-12-01")], "2027-05-01", ["warning no_stage_summary"]),
        ([record("showcase", "2026-12-01", school="elsewhere")], "2027-05-01", ["warning no_stage_summary"]),
    ],
)
def test_stages_are_summed_up_by_the_end_of_the_first_semester(
    records: list[Record], today: str | None, expected: list[str]
) -> None:
    assert on_file(TRAINED, *records, today=today) == expected


@pytest.mark.parametrize(
    ("participants", "today", "expected"),
    [
        ((), "2026-08-31", []),
        ((), "2026-09-01", ["warning team_untrained"]),
        ((), None, []),
        (("grp-1-0", "grp-1-1"), "2026-10-01", ["warning team_untrained"]),
        (("grp-1-0", "grp-1-1", "grp-1-2"), "2026-10-01", []),
    ],
)
def test_the_team_is_trained_when_the_programme_begins(
    participants: tuple[str, ...], today: str | None, expected: list[str]
) -> None:
    assert on_file(replace(TRAINED, participants=participants), today=today) == expected


def test_an_untrained_team_says_how_many() -> None:
    plan = programme(schools=BOTH, records=(replace(TRAINED, participants=("grp-1-0",)),))
    people = [*team(1, 1, 1), Participant("t", "张老师", "grp-1")]

    (found,) = check_plan(plan, people, rules_with(), today=date(2026, 10, 1))

    assert (found.numbers, found.requirement, found.subject) == ({"missing": 2, "members": 3}, "R-048", SCHOOL)


def test_where_nobody_is_on_the_roster_nobody_is_untrained() -> None:
    assert (
        check_plan(programme(schools=BOTH), [Participant("t", "张", "grp-1")], rules_with(), today=date(2026, 10, 1))
        != []
    )
    blank = check_plan(
        programme(schools=BOTH, plan=""), team(1, 1, 1), load_rule_set("blank-25-25"), today=date(2026, 10, 1)
    )
    assert "team_untrained" not in {one.code for one in blank}


@pytest.mark.parametrize(
    ("elsewhere", "expected"),
    [(None, []), ({}, []), ({SCHOOL: 0}, []), ({SECOND: 1}, []), ({SCHOOL: 1}, ["error school_in_two_cohorts"])],
)
def test_a_school_takes_part_in_one_cohort(elsewhere: dict[str, int] | None, expected: list[str]) -> None:
    assert on_file(elsewhere=elsewhere) == expected


def test_a_school_in_two_cohorts_may_be_waived_with_a_reason() -> None:
    plan = programme(schools=BOTH, waivers=(Waiver("school_in_two_cohorts", SCHOOL, "上期未完成", "王主任"),))

    (found,) = check_plan(plan, team(1, 1, 1), rules_with(), elsewhere={SCHOOL: 1})

    assert (found.numbers, found.waived_by, found.requirement) == ({"others": 1}, "王主任", "R-037")
