"""应用主题需与学校关注要点一致 (R-067): which focus points practice may be on."""

from collections.abc import Iterable, Sequence

from lti_tool.domain.learner import GroupPlace
from lti_tool.domain.reasons import Reason
from lti_tool.domain.rules import RuleSet
from lti_tool.domain.values import Evidence, PracticeActivity


def points_of(activity: PracticeActivity, statements: Iterable[Evidence]) -> tuple[str, ...]:
    """An activity's focus points: the catalogue's; those of the statements only where it has none (§3a)."""
    if activity.focus_points:
        return activity.focus_points
    return tuple(sorted({point for statement in statements for point in statement.focus_points}))


def lacks_theme(points: Sequence[str], place: GroupPlace, rules: RuleSet) -> Reason | None:
    """Any one point suffices that is ticked for the group's stage and in the school's set (A-06, A-07); else why not.

    T6 of a primary school is not ticked (C9); T8, which the school did not choose, is not in its set (C16).
    """
    if not rules.has_matrix:
        return None
    ticked = [point for point in points if _is_ticked(point, place, rules)]
    if not ticked:
        return Reason.POINT_NOT_TICKED
    chosen = place.practice_points
    return None if any(point in chosen for point in ticked) else Reason.POINT_NOT_IN_SCHOOL


def _is_ticked(point: str, place: GroupPlace, rules: RuleSet) -> bool:
    if not place.stage_binds:
        return point in rules.focus_points
    return rules.is_ticked(point, place.stage)
