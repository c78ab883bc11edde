"""网络研修: 学习时长不少于 900 分钟/人 (R-057), and the online share that it earns (A-01, A-02)."""

from decimal import Decimal

from lti_tool.domain.decimals import ZERO, proportion
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.rules import RuleSet
from lti_tool.domain.values import ComponentCredit


def award_online(seconds: int, context: LearnerContext) -> ComponentCredit:
    """The online credits of counted seconds: all at the threshold, none below it; 53,999 s are 0, 54,000 s are 17.

    With `online_award = "proportional"`, by proportion and never rounded up: 53,999 s are 16.9 (C2b).
    """
    required = find_required_seconds(context.rules)
    share = context.structure.online
    met = seconds >= required
    return ComponentCredit(
        credits=_award(share, seconds, required, context.rules.settings.online_award, met=met),
        maximum=share,
        met=met,
        seconds=seconds,
        required_seconds=required,
    )


def find_required_seconds(rules: RuleSet) -> int:
    """不少于 900 分钟/人: a programme may ask for more, and for less in vain (R-057)."""
    return max(rules.settings.required_seconds, rules.thresholds.online_seconds_least)


def _award(share: Decimal, seconds: int, required: int, award: str, *, met: bool) -> Decimal:
    if met:
        return share
    return proportion(share, seconds, required) if award == "proportional" else ZERO
