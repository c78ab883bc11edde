"""Does a plan keep the regulation? Teams, groups, classes, dates and the catalogue, as tables of cases."""

# ruff: noqa: E501 - tables

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from lti_tool.domain.plan import Breach, check_plan
from lti_tool.domain.plan.sentences import SENTENCES
from lti_tool.domain.plan.sources import SOURCES
from lti_tool.domain.values import (
    Audience,
    Group,
    OfflineClass,
    OfflineSession,
    Participant,
    Programme,
    Record,
    School,
    Stage,
    Waiver,
)
from lti_tool.rule_sets import load_rule_set
from tests.domain.notation import SCHOOL, moment, programme, rules_with
from tests.domain.people import practice

SECOND = "3301000456"
THIRD = "3301000789"


REQUIREMENTS = {
    "outside_cohort": {"R-038"},
    "required_seconds_low": {"R-057"},
    "team_too_small": {"R-044"},
    "team_too_large": {"R-045"},
    "team_of_small_school": {"R-045"},
    "headcount_unknown": {"R-045", "R-061"},
    "principal_missing": {"R-043"},
    "principals_several": {"R-043"},
    "deputy_missing": {"R-042"},
    "middle_missing": {"R-042"},
    "points_too_few": {"R-053"},
    "point_unknown": {"R-051"},
    "point_not_ticked": {"R-051"},
    "point_of_other_audience": {"R-089"},
    "school_without_group": {"R-052"},
    "group_unknown": {"R-052"},
    "several_groups": {"R-052"},
    "class_credits": {"R-059"},
    "class_of_large_school": {"R-063"},
    "class_without_common_point": {"R-061"},
    "class_too_large": {"R-062"},
    "class_host_missing": {"R-058"},
    "class_host_elsewhere": {"R-058"},
    "class_school_unknown": {"R-058"},
    "practice_too_little": {"R-064"},
    "practice_for_nobody": {"R-067"},
    "school_in_two_cohorts": {"R-037"},
    "plan_without_basis": {"R-016"},
    "no_stage_summary": {"R-030"},
    "team_untrained": {"R-048"},
}


def breaches(
    plan: Programme, people: Iterable[Participant] = (), *, only: str | None = None, **settings: Any
) -> list[Breach]:
    """The breaches of a plan; `only` those of one subject kind."""
    found = check_plan(plan, people, rules_with(**settings))
    return [breach for breach in found if only is None or breach.subject_kind == only]


def codes(found: Iterable[Breach]) -> list[str]:
    """Severity and code of each; on the way, that each cites the requirement that its code is about."""
    listed = list(found)
    for breach in listed:
        assert breach.requirement in REQUIREMENTS[breach.code]
        assert breach.subject
        assert breach.subject_kind in {"programme", "school", "group", "class", "practice_activity", "participant"}
    return [f"{breach.severity} {breach.code}" for breach in listed]


# ── the school management team (R-042…R-045) ─────────────────────────────────────────────────────────

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


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()[1:]]


def team(principals: int, deputies: int, middles: int, group: str = "grp-1") -> list[Participant]:
    positions = ["principal"] * principals + ["deputy"] * deputies + ["middle"] * middles
    return [Participant(f"{group}-{n}", f"第{n}位", group, position) for n, position in enumerate(positions)]


def of_staff(staff: int | None) -> Programme:
    return programme(schools={SCHOOL: School(SCHOOL, "示例学校", staff=staff)})


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


# ── groups and focus points (R-051…) ─────────────────────────────────────────────────────


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
    assert other.sentence_en == "The focus point G1 is meant for manager, and the group is of teachers."


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

    assert found.numbers == {"groups": ("grp-1", "b", "a")}
    assert found.sentence_en == "The participant is in several groups: grp-1, b, a; credits follow the first."


def test_a_school_without_a_group() -> None:
    plan = programme(
        schools={SCHOOL: School(SCHOOL, "示例学校", staff=62), SECOND: School(SECOND, "另一学校", staff=62)}
    )

    found = [breach for breach in breaches(plan, team(1, 1, 1), only="school") if breach.subject == SECOND]

    assert "warning school_without_group" in codes(found)


# ── offline classes (R-058…R-063) ────────────────────────────────────────────────────────────────────

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


def class_plan(staff: list[int], **changes: Any) -> Programme:
    """One class for schools of these numbers of staff, each with a group on T2 and T7."""
    names = [SCHOOL, SECOND, THIRD][: len(staff)]
    sessions = tuple(OfflineSession(n, Decimal(2), moment("08:30", "11-07"), moment("11:30", "11-07")) for n in "1234")
    offline = replace(OfflineClass("cls", tuple(names), sessions, host_school=SCHOOL), **changes)
    return programme(
        schools={name: School(name, name, staff=number) for name, number in zip(names, staff, strict=True)},
        groups={name: Group(name, name, "组", Stage.PRIMARY, Audience.TEACHER, ("T2", "T7")) for name in names},
        offline_classes={"cls": offline},
    )


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
    (found,) = breaches(class_plan([50, 30]), only="class")

    assert (found.numbers, found.requirement) == ({"school": SCHOOL, "people": 50, "limit": 50}, "R-063")


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

    assert found.numbers == {"host": SECOND}


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


# ── dates, requirements, catalogue ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-09-01", "2027-06-30", []),
        ("2026-09-15", "2027-05-31", []),
        ("2026-08-31", "2027-06-30", ["error outside_cohort"]),
        ("2026-09-01", "2027-07-01", ["error outside_cohort"]),
        ("2026-09-01", "2028-06-30", ["error outside_cohort"]),
    ],
)
def test_a_programme_lies_in_one_cohort(start: str, end: str, expected: list[str]) -> None:
    plan = programme(start=date.fromisoformat(start), end=date.fromisoformat(end))

    found = breaches(plan, only="programme")

    assert codes(found) == expected
    assert {(breach.subject, breach.requirement) for breach in found} <= {("hz-2026", "R-038")}


def test_a_programme_outside_its_cohort_says_which() -> None:
    (found,) = breaches(programme(start=date(2026, 8, 28)), only="programme")

    assert found.numbers == {
        "start": date(2026, 8, 28),
        "end": date(2027, 6, 30),
        "opens": date(2026, 9, 1),
        "closes": date(2027, 6, 30),
    }


@pytest.mark.parametrize(
    ("seconds", "expected"), [(53_999, ["error required_seconds_low"]), (54_000, []), (90_000, [])]
)
def test_not_less_than_nine_hundred_minutes_are_required(seconds: int, expected: list[str]) -> None:
    found = breaches(programme(), only="programme", required_seconds=seconds)

    assert codes(found) == expected
    assert [one.numbers for one in found] == [{"seconds": 53_999, "least": 54_000}][: len(expected)]


@pytest.mark.parametrize(
    ("worth", "structure", "expected"),
    [
        ("25", (17, 8, 25), []),
        ("24.9", (17, 8, 25), ["warning practice_too_little"]),
        ("26.9", (15, 8, 27), ["warning practice_too_little"]),
        ("27", (15, 8, 27), []),
    ],
)
def test_the_catalogue_makes_the_credits_possible(
    worth: str, structure: tuple[int, int, int], expected: list[str]
) -> None:
    shares = dict(zip(("online", "offline", "practice"), structure, strict=True))
    plan = programme(practice=(practice("a", "10", "T2"), practice("b", str(Decimal(worth) - 10), "T7")))

    found = breaches(plan, only="programme", structure=shares)

    assert codes(found) == expected
    assert [one.numbers for one in found] == [{"credits": Decimal(worth), "required": structure[2]}][: len(expected)]


def test_an_empty_catalogue_is_not_yet_a_fault() -> None:
    assert breaches(programme(), only="programme") == []


@pytest.mark.parametrize(
    ("points", "expected"),
    [("T8", ["warning practice_for_nobody"]), ("T8 T2", []), ("", [])],
)
def test_an_activity_on_points_that_no_school_chose(points: str, expected: list[str]) -> None:
    found = breaches(programme(practice=(practice("a", "25", points),)), only="practice_activity")

    assert codes(found) == expected
    if found:
        assert found[0].sentence_en.startswith("The activity's focus points T8 are in no school's set")


# ── waivers, order, and rules without a matrix ───────────────────────────────────────────────────────


def test_a_waived_breach_stays_listed_with_who_and_why() -> None:
    plan = replace(
        programme(plan="T2 T7 T6"),
        waivers=(
            Waiver("points_too_few", "grp-1", "别的", "另一人"),
            Waiver("point_not_ticked", "grp-2", "别的", "另一人"),
            Waiver("point_not_ticked", "grp-1", "自主主题", "王主任"),
        ),
    )

    (found,) = breaches(plan, only="group")

    assert (found.code, found.waived_by, found.waiver_reason) == ("point_not_ticked", "王主任", "自主主题")


def test_errors_come_first_and_notes_last() -> None:
    plan = of_staff(45)
    wrong = replace(plan, groups={"grp-1": replace(plan.groups["grp-1"], focus_points=("G1",))})

    found = breaches(wrong, team(1, 0, 2))

    order = [breach.severity for breach in found]
    assert order == sorted(order, key=("error", "warning", "info").index)
    assert set(order) == {"error", "warning", "info"}


def test_a_rule_set_without_focus_points_checks_none() -> None:
    plan = replace(class_plan([30, 30]), practice_activities={"a": practice("a", "25", "X")})
    blank = replace(plan, groups={name: replace(group, focus_points=()) for name, group in plan.groups.items()})

    assert {one.code for one in check_plan(blank, (), load_rule_set("blank-25-25"))}.isdisjoint(
        {"points_too_few", "point_unknown", "class_without_common_point", "practice_for_nobody", "outside_cohort"}
    )


def test_every_code_has_a_sentence_in_both_languages() -> None:
    assert SENTENCES.keys() == REQUIREMENTS.keys()
    assert SOURCES.keys() == {requirement for some in REQUIREMENTS.values() for requirement in some}
    for chinese, english in SENTENCES.values():
        assert chinese.endswith("。")
        assert english.endswith(".")


# ── what is on file ─────────────────────────────────────────────────────

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
