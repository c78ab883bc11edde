"""Minutes of online study 网络研修学习时长 (R-057): domain.md §3b, one module per step.

    admit (1, 2) → study_sessions, intervals, video (3) → bound (4) → union (5) → days (6) → the total (7)

`count_minutes` is a pure function of statements, programme and rules; the order of the statements does not matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.minutes.admit import find_exclusion
from lti_tool.domain.minutes.bound import bound
from lti_tool.domain.minutes.collect import Collected, collect_intervals
from lti_tool.domain.minutes.days import Part, cap_days, split_at_midnight
from lti_tool.domain.minutes.outcomes import excluded_outcome, interval_outcome, remark_outcome
from lti_tool.domain.minutes.sums import Sums, add_up
from lti_tool.domain.minutes.union import Claim, share_out
from lti_tool.domain.reasons import Reason
from lti_tool.domain.times import MINUTE
from lti_tool.domain.values import Evidence, Outcome

_Cuts = list[tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Minutes:
    """Counted seconds: in total, by day, by course, by focus point ("" where none is known), and by statement."""

    seconds: int
    by_day: Mapping[date, int]
    by_course: Mapping[str, int]
    by_focus_point: Mapping[str, int]
    outcomes: tuple[Outcome, ...]


def count_minutes(evidence: Iterable[Evidence], context: LearnerContext) -> Minutes:
    """The minutes of one learner from their online statements, and what became of each statement."""
    admitted, outcomes = [], []
    for statement in evidence:
        reason = find_exclusion(statement, context)
        if reason is None:
            admitted.append(statement)
        else:
            outcomes.append(excluded_outcome(statement, reason, context))
    collected = collect_intervals(admitted, context.rules.settings)
    claims, cuts = _bound_all(collected, context)
    shares = list(share_out(claims))
    parts = list(split_at_midnight(shares, context.cycle))
    cap = context.rules.settings.daily_cap_min
    kept = parts if cap is None else list(cap_days(parts, cap * MINUTE))
    sums = add_up(collected.intervals, kept, context)
    outcomes += [remark_outcome(statement, reason, context) for statement, reason in collected.remarks]
    outcomes += _interval_outcomes(collected, claims, cuts, parts, sums, context)
    return Minutes(sums.total, sums.by_day, sums.by_course, sums.by_focus_point, tuple(outcomes))


def _bound_all(collected: Collected, context: LearnerContext) -> tuple[list[Claim], _Cuts]:
    claims: list[Claim] = []
    cuts: _Cuts = []
    for position, interval in enumerate(collected.intervals):
        stretches, reasons = bound(interval, context)
        cuts.append(reasons)
        claims += [(start, end, interval.evidence.statement, position) for start, end in stretches]
    return claims, cuts


def _interval_outcomes(
    collected: Collected,
    claims: Sequence[Claim],
    cuts: _Cuts,
    parts: Sequence[Part],
    sums: Sums,
    context: LearnerContext,
) -> Iterable[Outcome]:
    """One outcome per interval, with what each step took from it."""
    claimed, shared = [0] * len(cuts), [0] * len(cuts)
    for start, end, _, position in claims:
        claimed[position] += end - start
    for amount, position, _ in parts:
        shared[position] += amount
    for position, interval in enumerate(collected.intervals):
        reasons = list(cuts[position])
        if shared[position] < claimed[position]:
            reasons.append(Reason.OVERLAP)
        if sums.kept[position] < shared[position]:
            reasons.append(Reason.DAILY_CAP)
        yield interval_outcome(interval, reasons, sums, position, context)
