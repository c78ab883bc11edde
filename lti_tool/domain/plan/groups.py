"""合理规划学校研修群体及关注要点，各群体研修的关注要点不少于 2 项 (R-051…R-053, R-089)."""

from collections.abc import Iterator

from lti_tool.domain.plan.breach import Breach, Severity
from lti_tool.domain.plan.survey import Survey
from lti_tool.domain.points import NOT_TICKED, stage_of

_LEVELS: dict[str, Severity] = {"warn": "warning", "error": "error"}


def check_point_count(plan: Survey) -> Iterator[Breach]:
    """各群体研修的关注要点不少于 2 项 (R-053): T2 alone, or T2 twice, is one."""
    least = plan.rules.thresholds.group_points_least
    for group in plan.programme.groups.values():
        points = len(set(group.focus_points))
        if points < least:
            yield Breach("points_too_few", "error", "group", group.id, "R-053", {"points": points, "least": least})


def check_points_in_annex(plan: Survey) -> Iterator[Breach]:
    """应参照…分学段关注要点 (R-051, A-07): in the annex, and ticked for the group's stage; T6 is not for primary."""
    if not plan.rules.has_matrix:
        return
    for group in plan.programme.groups.values():
        stage = stage_of(group, plan.programme, plan.rules)
        for point in dict.fromkeys(group.focus_points):
            if point not in plan.rules.focus_points:
                yield Breach("point_unknown", "error", "group", group.id, "R-051", {"point": point})
            elif not plan.rules.is_ticked(point, stage):
                numbers = {"point": point, "stage": stage.value}
                yield Breach(NOT_TICKED, _LEVELS[plan.rules.settings.stage_check], "group", group.id, "R-051", numbers)


def check_audience(plan: Survey) -> Iterator[Breach]:
    """面向对象 (R-089, A-05): a group of subject teachers with G1 is warned; P1 is for both."""
    check = plan.rules.settings.audience_check
    if check == "off":
        return
    for group in plan.programme.groups.values():
        for point in dict.fromkeys(group.focus_points):
            found = plan.rules.focus_points.get(point)
            meant_for = plan.rules.domains[found.domain].audiences if found else frozenset({group.audience})
            if group.audience not in meant_for:
                numbers = {"point": point, "audience": group.audience.value, "meant_for": sorted(meant_for)}
                yield Breach("point_of_other_audience", _LEVELS[check], "group", group.id, "R-089", numbers)


def check_schools_have_groups(plan: Survey) -> Iterator[Breach]:
    """A school of the programme that has planned no group (R-052)."""
    with_groups = {group.school for group in plan.programme.groups.values()}
    for school in plan.programme.schools:
        if school not in with_groups:
            yield Breach("school_without_group", "warning", "school", school, "R-052")


def check_membership(plan: Survey) -> Iterator[Breach]:
    """A participant in no group, or in several (R-052, A-11)."""
    severity: Severity = "error" if plan.rules.settings.multi_group == "deny" else "warning"
    for participant in plan.participants:
        if participant.group not in plan.programme.groups:
            yield Breach("group_unknown", "warning", "participant", participant.id, "R-052")
        groups = tuple(dict.fromkeys((participant.group, *participant.extra_groups)))
        if len(groups) > 1:
            names = tuple(_name_of(group, plan) for group in groups)
            numbers = {"groups": groups, "names": names}
            yield Breach("several_groups", severity, "participant", participant.id, "R-052", numbers)


def _name_of(group: str, plan: Survey) -> str:
    found = plan.programme.groups.get(group)
    return found.name if found else group
