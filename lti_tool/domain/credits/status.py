"""未开始 → 进行中 → 待考核 → 合格待录入 → 已录入 → 更正中 (§3c), and what is recorded (R-077, A-18)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from lti_tool.domain.decimals import ZERO
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.values import ComponentCredit, Status

#: What `unmet` may hold, in its order.
REQUIREMENTS = ("online", "offline", "practice", "plan", "assess")

#: Breaches of a group's plan that no waiver lifts: 各群体研修的关注要点不少于 2 项, 应参照…附件 (R-051, R-053).
NEVER_WAIVED = frozenset({"points_too_few", "point_unknown"})


def has_plan_fault(context: LearnerContext) -> bool:
    """Whether the learner's own group has fewer than two points, or one not ticked for its stage (R-051, R-053).

    Every other breach of the plan is listed and blocks no learner.
    """
    place, rules = context.place, context.rules
    if not rules.has_matrix:
        return False
    chosen = frozenset(place.group.focus_points)
    return chosen != place.own_points or len(chosen) < rules.thresholds.group_points_least


def record(
    components: Iterable[ComponentCredit], accrued: Decimal, unmet: Sequence[str], context: LearnerContext
) -> Decimal:
    """通过考核后，由培训机构统一录入学分: all or nothing; by component if set, never without passing."""
    if not unmet:
        return accrued
    if context.rules.settings.record_mode == "by_component" and not {"plan", "assess"} & set(unmet):
        return sum((component.credits for component in components if component.met), ZERO)
    return ZERO


def find_status(unmet: Sequence[str], recorded: Decimal, context: LearnerContext, *, started: bool) -> Status:
    """The learner's state; `started` says whether anything has counted.

    Once entered, a figure that no longer holds is being corrected 更正中: nothing is withdrawn silently (C19). What was
    withdrawn by hand stands entered as zero, and is as if it had never been.
    """
    if context.entered:
        return Status.RECORDED if recorded == context.entered else Status.CORRECTING
    if not unmet:
        return Status.QUALIFIED
    if "assess" in unmet and set(unmet) <= {"assess", "plan"}:
        return Status.AWAITING_ASSESSMENT
    return Status.IN_PROGRESS if started else Status.NOT_STARTED
