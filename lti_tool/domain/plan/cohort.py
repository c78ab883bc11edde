"""分三期推进，每期九月份开始，次年六月份结束 (R-019, R-037, R-038): the programme's dates."""

from collections.abc import Iterator

from lti_tool.domain.cycle import cohort_window
from lti_tool.domain.plan.breach import Breach
from lti_tool.domain.plan.survey import Survey


def check_cohort(plan: Survey) -> Iterator[Breach]:
    """The programme lies in one cohort: 2026-08-28 – 2027-06-30 begins before September."""
    programme, window = plan.programme, plan.rules.settings.cohort
    if window is None:
        return
    opens, closes = cohort_window(programme, window)
    if programme.start < opens or programme.end > closes:
        numbers = {"start": programme.start, "end": programme.end, "opens": opens, "closes": closes}
        yield Breach("outside_cohort", "error", "programme", programme.id, "R-038", numbers)


def check_required_seconds(plan: Survey) -> Iterator[Breach]:
    """网络研修学习时长不少于 900 分钟/人 (R-057): a setting of 600 minutes is below it, and in vain."""
    seconds, least = plan.rules.settings.required_seconds, plan.rules.thresholds.online_seconds_least
    if seconds < least:
        numbers = {"seconds": seconds, "least": least}
        yield Breach("required_seconds_low", "error", "programme", plan.programme.id, "R-057", numbers)
