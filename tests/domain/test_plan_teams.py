"""校级管理团队: three people at least, 5 % of the school at most (R-042…R-045)."""

# ruff: noqa: E501 - tables

import pytest

from lti_tool.domain.values import (
    Participant,
)
from tests.domain.notation import SCHOOL
from tests.domain.plans import breaches, codes, of_staff, table, team

TEAM_TABLE = """
people | principals deputies middles | setting | what is found
80     | 1 1 1                       | min3    |
80     | 1 1 2                       | min3    |
80     | 1 1 0                       | min3    | error team_too_small, warning middle_missing
80     | 1 1 3                       | min3    | error team_too_large
80     | 0 1 2                       | min3    | error principal_missing
80     | 2 1 1                       | min3    | error principals_several
80     | 1 0 2                       | min3    | warning deputy_missing
80     | 1 2 0                       | min3    | warning middle_missing
80     | 0 0 0                       | min3    | error team_too_small, error principal_missing, warning deputy_missing, warning middle_missing
60     | 1 1 1                       | min3    |
60     | 1 1 2                       | min3    | error team_too_large
59     | 1 1 1                       | min3    | info team_of_small_school
59     | 1 1 1                       | strict  | error team_too_large
59     | 1 1 2                       | min3    | error team_too_large, info team_of_small_school
59     | 1 1 0                       | strict  | error team_too_small, warning middle_missing
45     | 1 1 1                       | min3    | info team_of_small_school
10     | 1 1 1                       | min3    | info team_of_small_school
79     | 1 1 1                       | min3    |
79     | 1 1 2                       | min3    | error team_too_large
100    | 1 2 2                       | min3    |
100    | 1 2 3                       | min3    | error team_too_large
       | 1 1 1                       | min3    | warning headcount_unknown
"""


@pytest.mark.parametrize("row", [pytest.param(row, id=" ".join(row)) for row in table(TEAM_TABLE)])
def test_team(row: list[str]) -> None:
    people, members, setting, expected = row

    found = breaches(
        of_staff(int(people) if people else None),
        [*team(*map(int, members.split())), Participant("t", "张老师", "grp-1")],
        only="school",
        team_small_school=setting,
    )

    assert codes(found) == [one.strip() for one in expected.split(",") if one]
    assert {breach.subject for breach in found} <= {SCHOOL}


def test_a_team_that_is_too_large_says_by_how_much() -> None:
    (found,) = breaches(of_staff(80), team(1, 1, 3), only="school")

    assert found.requirement == "R-045"
    assert found.numbers == {"people": 80, "percent": 5, "most": 4, "members": 5}
    assert found.sentence_en == "The school management team has 5 members; at most 4 are allowed (5 % of 80)."


def test_the_note_for_a_small_school_says_what_applies() -> None:
    (found,) = breaches(of_staff(45), team(1, 1, 1), only="school")

    assert found.numbers == {"people": 45, "percent": 5, "most": 2, "least": 3}
    assert found.sentence_en == "5 % of 45 people is 2; the least of 3 applies."


def test_a_team_of_a_small_school_is_held_to_three() -> None:
    found = breaches(of_staff(45), team(1, 1, 2), only="school")

    assert found[0].numbers == {"people": 45, "percent": 5, "most": 3, "least": 3, "members": 4}


def test_participants_may_be_what_counts_as_the_people_of_a_school() -> None:
    """A-10: 60 on the roster, whatever the number of staff."""
    others = [Participant(f"t{n}", "老师", "grp-1") for n in range(57)]

    assert codes(breaches(of_staff(None), team(1, 1, 1) + others, only="school", headcount_basis="participants")) == []
    assert codes(breaches(of_staff(80), team(1, 1, 1) + others[1:], only="school", headcount_basis="participants")) == [
        "info team_of_small_school"
    ]
