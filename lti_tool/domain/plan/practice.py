"""校本应用实践环节不少于 25 学分，应用主题需与学校关注要点一致 (R-064, R-067): what the catalogue makes possible."""

from collections.abc import Iterator

from lti_tool.domain.decimals import ZERO
from lti_tool.domain.plan.breach import Breach
from lti_tool.domain.plan.survey import Survey


def check_catalogue_suffices(plan: Survey) -> Iterator[Breach]:
    """A catalogue of 20 credits lets nobody reach 25."""
    activities = plan.programme.practice_activities
    total = sum((activity.credits for activity in activities.values()), ZERO)
    required = max(plan.rules.bounds.practice_least, plan.rules.structure.practice)
    if activities and total < required:
        numbers = {"credits": total, "required": required}
        yield Breach("practice_too_little", "warning", "programme", plan.programme.id, "R-064", numbers)


def check_catalogue_themes(plan: Survey) -> Iterator[Breach]:
    """An activity on points that no school chose is worth nothing to anybody."""
    if not plan.rules.has_matrix or not plan.points:
        return
    chosen = frozenset[str]().union(*plan.points.values())
    for activity in plan.programme.practice_activities.values():
        if activity.focus_points and not chosen.intersection(activity.focus_points):
            numbers = {"points": activity.focus_points}
            yield Breach("practice_for_nobody", "warning", "practice_activity", activity.id, "R-067", numbers)
