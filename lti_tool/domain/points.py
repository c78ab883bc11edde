"""Focus points 关注要点 of groups and schools: which are valid for a stage, and what a school's set is (A-04, A-06)."""

from collections.abc import Mapping

from lti_tool.domain.rules import RuleSet
from lti_tool.domain.values import Group, Programme, Stage

#: Breach that a waiver of the stage check names, with the group as its subject (A-07).
NOT_TICKED = "point_not_ticked"


def stage_of(group: Group, programme: Programme, rules: RuleSet) -> Stage:
    """The matrix column of a group: its own stage, and for special schools 学前教育(含特殊教育)段 (R-090, A-04)."""
    school = programme.schools.get(group.school)
    column = rules.settings.special_stage
    if school is not None and school.kind == "special" and column != "group":
        return Stage(column)
    return group.stage


def stage_binds(group_id: str, programme: Programme, rules: RuleSet) -> bool:
    """Whether a blank cell forbids a point for this group: yes by default (A-07), unless a named person waived it."""
    if rules.settings.stage_check != "error":
        return False
    return not any(waiver.breach == NOT_TICKED and waiver.subject == group_id for waiver in programme.waivers)


def valid_points(group: Group, programme: Programme, rules: RuleSet) -> frozenset[str]:
    """The group's points that its plan may have: T2 + T6 of a primary group are T2 alone (R-051)."""
    if not rules.has_matrix:
        return frozenset(group.focus_points)
    stage = stage_of(group, programme, rules)
    binds = stage_binds(group.id, programme, rules)
    return frozenset(
        point
        for point in group.focus_points
        if point in rules.focus_points and (not binds or rules.is_ticked(point, stage))
    )


def school_points(programme: Programme, rules: RuleSet) -> Mapping[str, frozenset[str]]:
    """学校关注要点 by school: the union, over its groups, of the points valid for each group's own stage (A-06)."""
    found: dict[str, frozenset[str]] = {}
    for group in programme.groups.values():
        own = valid_points(group, programme, rules)
        found[group.school] = found.get(group.school, frozenset()) | own
    return found
