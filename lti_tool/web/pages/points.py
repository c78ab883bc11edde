"""Focus points of a group and its school, with what the participant has done for each."""

from decimal import Decimal

from lti_tool.credits.service import Explained
from lti_tool.domain.rules import RuleSet
from lti_tool.web.contexts import PointCoverage
from lti_tool.web.language import is_chinese


def points_of_page(explained: Explained) -> list[PointCoverage]:
    """The group's points first, then the rest of the school's."""
    context, credit = explained.context, explained.credit
    own = context.group.focus_points
    others = sorted(context.school_focus_points - set(own))
    return [
        PointCoverage(
            code=code,
            name=point_name(context.rules, code),
            of_group=code in own,
            is_valid=code not in own or code in context.place.own_points,
            practice=credit.focus_points.get(code, Decimal(0)),
            online_seconds=credit.online_by_focus_point.get(code, 0),
        )
        for code in (*own, *others)
    ]


def point_name(rules: RuleSet, code: str) -> str:
    """A focus point's name in the reader's language."""
    point = rules.focus_points.get(code)
    if point is None:
        return code
    return point.zh if is_chinese() else point.en
