"""What the cases of plans have in common: breaches with their requirements, and tables."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from lti_tool.domain.plan import Breach, check_plan
from lti_tool.domain.values import (
    Audience,
    Group,
    OfflineClass,
    OfflineSession,
    Participant,
    Programme,
    School,
    Stage,
)
from tests.domain.notation import SCHOOL, moment, programme, rules_with

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


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()[1:]]


def team(principals: int, deputies: int, middles: int, group: str = "grp-1") -> list[Participant]:
    positions = ["principal"] * principals + ["deputy"] * deputies + ["middle"] * middles
    return [Participant(f"{group}-{n}", f"第{n}位", group, position) for n, position in enumerate(positions)]


def of_staff(staff: int | None) -> Programme:
    return programme(schools={SCHOOL: School(SCHOOL, "示例学校", staff=staff)})


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
