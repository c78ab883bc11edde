"""网络研修: 学习时长不少于 900 分钟/人 (R-057), and the online share that it earns (A-01, A-02)."""

from decimal import Decimal

from lti_tool.domain.decimals import ZERO, proportion
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.values import ComponentCredit


def award_online(seconds: int, context: LearnerContext) -> ComponentCredit:
    """The online credits of counted seconds: all at the threshold, none below it; 53,999 s are 0, 54,000 s are 17.

    With `online_award = "proportional"`, by proportion and never rounded up: 53,999 s are 16.9 (C2b).
    """
    settings = context.rules.settings
    share = context.structure.online
    met = seconds >= settings.required_seconds
    return ComponentCredit(
        credits=_award(share, seconds, settings.required_seconds, settings.online_award, met=met),
        maximum=share,
        met=met,
        seconds=seconds,
        required_seconds=settings.required_seconds,
    )


def _award(share: Decimal, seconds: int, required: int, award: str, *, met: bool) -> Decimal:
    if met:
        return share
    return proportion(share, seconds, required) if award == "proportional" else ZERO
