"""研修群体 and their focus points (R-051…R-053, R-089)."""

from typing import Any, NamedTuple

import pytest

from lti_tool.domain.values import (
    Participant,
    School,
)
from tests.domain.notation import SCHOOL, programme
from tests.domain.plans import SECOND, breaches, codes, team


class GroupCase(NamedTuple):
    points: str
    expected: list[str]
    stage: str = "primary"
    audience: str = "teacher"
    settings: dict[str, Any] = {}  # noqa: RUF012 - a table's default, never changed


GROUPS = {
    "two points": GroupCase("T2 T7", []),
    "one point": GroupCase("T2", ["error points_too_few"]),
    "none": GroupCase("", ["error points_too_few"]),
    "one point twice": GroupCase("T2 T2", ["error points_too_few"]),
    "T6 of a primary group": GroupCase("T2 T7 T6", ["error point_not_ticked"]),
    "T6 twice is said once": GroupCase("T2 T6 T6", ["error point_not_ticked"]),
    "T6 of a primary group, a warning by setting": GroupCase(
        "T2 T7 T6", ["warning point_not_ticked"], settings={"stage_check": "warn"}
    ),
    "T6 of a secondary group": GroupCase("T2 T6", [], "secondary"),
    "T3 of a vocational group": GroupCase("T2 T3", ["error point_not_ticked"], "vocational"),
    "P1 of a preschool group": GroupCase("T1 P1", ["error point_not_ticked"], "preschool"),
    "a point that is not in the annex": GroupCase("T2 T7 T10", ["error point_unknown"]),
    "G1 for teachers": GroupCase("T2 G1", ["warning point_of_other_audience"]),
    "G1 for teachers, by setting": GroupCase(
        "T2 G1", ["error point_of_other_audience"], settings={"audience_check": "error"}
    ),
    "G1 for teachers, nobody minds": GroupCase("T2 G1", [], settings={"audience_check": "off"}),
    "T2 for managers": GroupCase("G1 G4 T2", ["warning point_of_other_audience"], "primary", "manager"),
    "P points are for both": GroupCase("P2 P3", [], "primary", "manager"),
    "P points for teachers": GroupCase("P2 P3", []),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in GROUPS.items()])
def test_groups(case: GroupCase) -> None:
    plan = programme(stage=case.stage, plan=case.points, audience=case.audience)

    found = breaches(plan, only="group", **case.settings)

    assert codes(found) == case.expected
    assert {breach.subject for breach in found} <= {"grp-1"}


def test_breaches_of_groups_carry_their_numbers() -> None:
    (few,) = breaches(programme(plan="T2"), only="group")
    (blank,) = breaches(programme(plan="T2 T7 T6"), only="group")
    (other,) = breaches(programme(plan="T2 G1"), only="group")
    (unknown,) = breaches(programme(plan="T2 T7 T10"), only="group")

    assert (few.numbers, few.requirement) == ({"points": 1, "least": 2}, "R-053")
    assert (blank.numbers, blank.requirement) == ({"point": "T6", "stage": "primary"}, "R-051")
    assert (other.numbers, other.requirement) == (
        {"point": "G1", "audience": "teacher", "meant_for": ["manager"]},
        "R-089",
    )
    assert (unknown.numbers, unknown.requirement) == ({"point": "T10"}, "R-051")
    assert other.sentence_en == "The focus point G1 is meant for managers, and the group is of teachers."
    assert other.sentence_zh == "关注要点 G1 面向学校管理者，而群体为学科教师。"
    assert blank.sentence_en == "The focus point T6 is not ticked for primary school."
    assert blank.sentence_zh == "关注要点 T6 不适用于小学教育段。"


@pytest.mark.parametrize(
    ("kind", "special_stage", "points", "expected"),
    [
        ("special", "preschool", "T1 T7", ["error point_not_ticked"]),  # 学前教育(含特殊教育)段
        ("special", "preschool", "T1 T8", []),
        ("special", "group", "T1 T7", []),
        ("special", "vocational", "T1 T3", ["error point_not_ticked"]),
        ("ordinary", "preschool", "T1 T7", []),
    ],
)
def test_special_schools_use_the_preschool_column(
    kind: str, special_stage: str, points: str, expected: list[str]
) -> None:
    plan = programme(plan=points, schools={SCHOOL: School(SCHOOL, "示例学校", staff=62, kind=kind)})

    assert codes(breaches(plan, only="group", special_stage=special_stage)) == expected


@pytest.mark.parametrize(
    ("group", "extra", "multi_group", "expected"),
    [
        ("grp-1", (), "allow", []),
        ("grp-1", ("grp-1",), "allow", []),
        ("grp-1", ("grp-2",), "allow", ["warning several_groups"]),
        ("grp-1", ("grp-2",), "deny", ["error several_groups"]),
        ("grp-9", (), "allow", ["warning group_unknown"]),
    ],
)
def test_membership(group: str, extra: tuple[str, ...], multi_group: str, expected: list[str]) -> None:
    found = breaches(
        programme(),
        [Participant("zhang", "张老师", group, extra_groups=extra)],
        only="participant",
        multi_group=multi_group,
    )

    assert codes(found) == expected
    assert {(breach.subject, breach.requirement) for breach in found} <= {("zhang", "R-052")}


def test_several_groups_are_named() -> None:
    (found,) = breaches(
        programme(), [Participant("z", "张", "grp-1", extra_groups=("b", "a", "b"))], only="participant"
    )

    assert found.numbers == {"groups": ("grp-1", "b", "a"), "names": ("教研组", "b", "a")}
    assert found.sentence_en == "The participant is in several groups: 教研组, b, a; credits follow the first."
    assert found.sentence_zh == "参训教师同时在 教研组、b、a 等群体中；学分只按主群体计。"


def test_a_school_without_a_group() -> None:
    plan = programme(
        schools={SCHOOL: School(SCHOOL, "示例学校", staff=62), SECOND: School(SECOND, "另一学校", staff=62)}
    )

    found = [breach for breach in breaches(plan, team(1, 1, 1), only="school") if breach.subject == SECOND]

    assert "warning school_without_group" in codes(found)
