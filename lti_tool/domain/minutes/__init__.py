"""Minutes of online study 网络研修学习时长 (R-057): domain.md §3b, one module per step.

    admit (1, 2) → study_sessions, intervals, video (3) → bound (4) → union (5) → days (6) → the total (7)

`count_minutes` is a pure function of statements, programme and rules; the order of the statements does not matter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.minutes.admit import find_exclusion
from lti_tool.domain.minutes.bound import bound
from lti_tool.domain.minutes.collect import Collected, collect_intervals
from lti_tool.domain.minutes.days import Part, cap_days, find_long_days, split_at_midnight
from lti_tool.domain.minutes.outcomes import excluded_outcome, interval_outcome, remark_outcome
from lti_tool.domain.minutes.sums import Sums, add_up
from lti_tool.domain.minutes.union import Claim, share_out
from lti_tool.domain.reasons import Reason
from lti_tool.domain.times import MINUTE
from lti_tool.domain.values import Evidence, Outcome

_Reasons = tuple[Reason, ...]


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
    sums = add_up(collected.intervals, kept, find_long_days(parts), context)
    outcomes += [remark_outcome(statement, reason, context) for statement, reason in collected.remarks]
    taken = _taken_from(cuts, claims, parts, sums)
    for position, (interval, reasons) in enumerate(zip(collected.intervals, taken, strict=True)):
        outcomes.append(interval_outcome(interval, reasons, sums, position, context))
    return Minutes(sums.total, sums.by_day, sums.by_course, sums.by_focus_point, tuple(outcomes))


def _bound_all(collected: Collected, context: LearnerContext) -> tuple[list[Claim], list[_Reasons]]:
    """What is left of each interval after step 4, and why anything was cut."""
    claims: list[Claim] = []
    cuts: list[_Reasons] = []
    for position, interval in enumerate(collected.intervals):
        stretches, reasons = bound(interval, context)
        cuts.append(reasons)
        claims += [(start, end, interval.evidence.statement, position) for start, end in stretches]
    return claims, cuts


def _taken_from(
    cuts: Sequence[_Reasons], claims: Iterable[Claim], parts: Iterable[Part], sums: Sums
) -> Iterator[_Reasons]:
    """For each interval all that was taken from it, the steps 5 and 6 included, in the order of the steps."""
    claimed, shared = [0] * len(cuts), [0] * len(cuts)
    for start, end, _, position in claims:
        claimed[position] += end - start
    for amount, position, _ in parts:
        shared[position] += amount
    for reasons, before, after, kept in zip(cuts, claimed, shared, sums.kept, strict=True):
        if before == kept:
            yield reasons
        else:
            overlap = (Reason.OVERLAP,) if after < before else ()
            yield (*reasons, *overlap, *((Reason.DAILY_CAP,) if kept < after else ()))
