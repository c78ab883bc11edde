"""线下集中培训班: who may be in one class, where, and what its half-days are worth (R-058…R-063)."""

# ruff: noqa: E501 - tables

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.domain.plan import check_plan
from lti_tool.domain.values import (
    OfflineSession,
    Participant,
    School,
)
from tests.domain.notation import SCHOOL, moment, rules_with
from tests.domain.plans import SECOND, THIRD, breaches, class_plan, codes, of_staff, table, team

CLASS_TABLE = """
schools    | size | settings                  | what is found
49         |      |                           |
200        |      |                           | warning class_too_large
49 30      |      |                           |
50 30      |      |                           | error class_of_large_school
30 50      |      |                           | error class_of_large_school
50 50      |      |                           | error class_of_large_school, error class_of_large_school, warning class_too_large
49 49      |      |                           | warning class_too_large
49 41      |      |                           |
49 42      |      |                           | warning class_too_large
49 49      |      | class_max_level=error     | error class_too_large
200        | 90   |                           |
200        | 91   |                           | warning class_too_large
200        | 20   |                           |
200        |      | class_max_scope=joint     |
49 49      |      | class_max_scope=joint     | warning class_too_large
49 49      | 90   |                           |
"""  # fmt: skip


@pytest.mark.parametrize("row", [pytest.param(row, id=" ".join(row)) for row in table(CLASS_TABLE)])
def test_classes(row: list[str]) -> None:
    staff, size, settings, expected = row
    plan = class_plan([int(number) for number in staff.split()], size=int(size) if size else None)

    found = breaches(plan, only="class", **dict(pair.split("=") for pair in settings.split()))

    assert codes(found) == [one.strip() for one in expected.split(",") if one]
    assert {breach.subject for breach in found} <= {"cls"}


def test_one_large_school_may_hold_several_classes() -> None:
    """200 people in classes of 90, 90 and 20."""
    plan = class_plan([200])
    of_size = {str(size): replace(plan.offline_classes["cls"], id=str(size), size=size) for size in (90, 20)}
    classes = {**of_size, "second": replace(of_size["90"], id="second")}

    assert breaches(replace(plan, offline_classes=classes), only="class") == []


def test_the_size_of_a_class_is_who_is_named_else_who_is_on_the_roster() -> None:
    everybody = [Participant(f"p{n}", "老师", SCHOOL) for n in range(91)]
    named = tuple(person.id for person in everybody)

    assert codes(breaches(class_plan([200], participants=named), only="class")) == ["warning class_too_large"]
    assert breaches(class_plan([200], participants=named[:90]), everybody, only="class") == []
    assert codes(breaches(class_plan([20]), everybody, only="class")) == ["warning class_too_large"]
    assert breaches(class_plan([200]), everybody[:90], only="class") == []


def test_a_class_that_is_too_large_says_why() -> None:
    (found,) = breaches(class_plan([200], size=100, size_reason="场地限制"), only="class")

    assert (found.numbers, found.requirement) == ({"size": 100, "most": 90, "reason": "场地限制"}, "R-062")
    (silent,) = breaches(class_plan([200], size=100), only="class")
    assert silent.numbers["reason"] == ""


def test_a_joint_class_with_a_large_school_says_which() -> None:
    plan = class_plan([50, 30])
    named = replace(plan.schools[SCHOOL], name="示例小学")
    (found,) = breaches(replace(plan, schools={**plan.schools, SCHOOL: named}), only="class")

    assert (found.numbers, found.requirement) == (
        {"school": SCHOOL, "name": "示例小学", "people": 50, "limit": 50},
        "R-063",
    )
    assert found.sentence_en == "示例小学 has 50 people (50 or more) and must hold its class alone."


def test_a_joint_class_of_schools_whose_numbers_are_not_known() -> None:
    plan = class_plan([30, 30])
    unknown = replace(plan, schools={**plan.schools, SECOND: School(SECOND, "另一学校")})

    found = [one for one in breaches(unknown) if one.code == "headcount_unknown"]

    assert [(one.subject, one.severity) for one in found] == [(SECOND, "warning")]  # said once, for two rules
    assert found[0].requirement == "R-061"


def test_people_nobody_knows_of_do_not_fill_a_class() -> None:
    plan = class_plan([90, 30])
    unknown = replace(plan, schools={**plan.schools, SECOND: School(SECOND, "另一学校")})

    assert "class_too_large" not in {one.code for one in breaches(unknown)}


def test_people_of_a_school_that_is_not_in_the_programme_are_somewhere() -> None:
    found = check_plan(replace(of_staff(80), schools={}), team(1, 1, 1), rules_with())

    assert {one.code for one in found} == {"class_school_unknown", "headcount_unknown"}


def test_a_joint_class_has_a_theme_in_common() -> None:
    plan = class_plan([30, 30])
    apart = replace(plan, groups={**plan.groups, SECOND: replace(plan.groups[SECOND], focus_points=("T1", "T9"))})
    half = replace(plan, groups={**plan.groups, SECOND: replace(plan.groups[SECOND], focus_points=("T1", "T7"))})

    assert codes(breaches(apart, only="class")) == ["warning class_without_common_point"]
    assert breaches(half, only="class") == []


@pytest.mark.parametrize(
    ("schools", "host", "expected"),
    [
        (1, None, []),
        (1, SCHOOL, []),
        (1, SECOND, ["warning class_host_elsewhere"]),
        (2, None, ["warning class_host_missing"]),
        (2, SECOND, []),
        (2, THIRD, ["warning class_host_elsewhere"]),
    ],
)
def test_a_class_is_held_at_one_of_its_schools(schools: int, host: str | None, expected: list[str]) -> None:
    found = breaches(class_plan([30] * schools, host_school=host), only="class")

    assert codes(found) == expected
    assert {breach.requirement for breach in found} <= {"R-058"}


def test_a_class_held_elsewhere_names_the_place() -> None:
    (found,) = breaches(class_plan([30], host_school=SECOND), only="class")

    assert found.numbers == {"host": SECOND, "name": SECOND}


def test_the_same_school_twice_is_no_joint_class() -> None:
    assert breaches(class_plan([60], schools=(SCHOOL, SCHOOL), host_school=None, size=60), only="class") == []


@pytest.mark.parametrize(
    ("worth", "expected"),
    [
        ((2, 2, 2, 2), []),
        ((4, 4), []),
        ((2, 2, 2), ["error class_credits"]),
        ((2, 2, 2, 3), ["error class_credits"]),
        (("2.5", "2.5", 3), []),
    ],
)
def test_the_half_days_of_a_class_sum_to_eight(worth: tuple[Any, ...], expected: list[str]) -> None:
    at = (moment("08:30", "11-07"), moment("11:30", "11-07"))
    sessions = [OfflineSession(str(n), Decimal(one), *at) for n, one in enumerate(worth)]
    makeup = OfflineSession("again", Decimal(2), *at, makeup_for="0")

    found = breaches(class_plan([60], sessions=(*sessions, makeup)), only="class")

    assert codes(found) == expected
    if found:
        assert found[0].numbers == {"credits": sum(map(Decimal, worth)), "required": 8}
        assert found[0].requirement == "R-059"


def test_training_of_the_team_is_another_matter() -> None:
    """R-026, A-13: neither its size nor its credits nor who joins it are those of the offline part."""
    assert breaches(class_plan([50, 60], team_training=True, sessions=(), size=100), only="class") == []


def test_a_class_of_a_school_that_is_not_in_the_programme() -> None:
    found = breaches(class_plan([30], schools=(SCHOOL, "nowhere")), only="class")

    assert "error class_school_unknown" in codes(found)
    assert next(one for one in found if one.code == "class_school_unknown").numbers == {"school": "nowhere"}
