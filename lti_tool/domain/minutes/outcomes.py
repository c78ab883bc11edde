"""What became of each online statement, in whole seconds and with its reason (R-074: every number drills down)."""

from collections.abc import Sequence

from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.minutes.admit import is_late
from lti_tool.domain.minutes.interval import Interval
from lti_tool.domain.minutes.sums import Sums
from lti_tool.domain.reasons import Reason
from lti_tool.domain.roster import differs_from_roster
from lti_tool.domain.values import Component, Evidence, Outcome


def excluded_outcome(evidence: Evidence, reason: Reason, _context: LearnerContext) -> Outcome:
    """A statement that was not admitted."""
    return _outcome(evidence, reason, 0, (), counted=False)


def remark_outcome(evidence: Evidence, reason: Reason, context: LearnerContext) -> Outcome:
    """An admitted statement without an interval of its own: part of a session, or without any time."""
    return _outcome(evidence, reason, 0, _flags(evidence, context), counted=reason is Reason.SESSION_PART)


def interval_outcome(
    interval: Interval, cuts: Sequence[Reason], sums: Sums, position: int, context: LearnerContext
) -> Outcome:
    """A statement with an interval: counted as far as something is left of it; else the last cut is the reason."""
    flags = _flags(interval.evidence, context)
    if not sums.kept[position]:
        reason = cuts[-1] if cuts else Reason.NO_TIME
        return _outcome(interval.evidence, reason, 0, flags, counted=False)
    if position in sums.on_long_days:
        flags = (Reason.LONG_DAY, *flags)
    return _outcome(interval.evidence, interval.reason, sums.by_interval[position], (*cuts, *flags), counted=True)


def _flags(evidence: Evidence, context: LearnerContext) -> tuple[Reason, ...]:
    late = is_late(evidence, context)
    differs = bool(evidence.hints) and differs_from_roster(evidence, context)
    if not late and not differs:
        return ()
    return (*([Reason.LATE] if late else []), *([Reason.ROSTER_DIFFERS] if differs else []))


def _outcome(evidence: Evidence, reason: Reason, seconds: int, flags: tuple[Reason, ...], *, counted: bool) -> Outcome:
    return Outcome(
        evidence.statement,
        counted,
        reason,
        Component.ONLINE,
        seconds,
        None,
        flags,
        evidence.activity,
        evidence.timestamp,
    )
