"""§3b step 4: what of an interval can be believed. Each rule cuts, and never moves or adds."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.minutes.interval import Interval, Stretch, length
from lti_tool.domain.minutes.study_sessions import BOUNDARIES
from lti_tool.domain.reasons import Reason
from lti_tool.domain.times import MINUTE, to_microseconds
from lti_tool.domain.values import Evidence, Presence

Stretches = Sequence[Stretch]


def cut_long_silence(stretches: Stretches, interval: Interval, context: LearnerContext) -> Stretches:
    """At signs of life an interval is cut into stretches; each counts its first `max_session_min` minutes (A-27).

    08:00–17:00 with nothing in between is 08:00–12:00 (M7); with a sign at 11:00 it is 08:00–15:00.
    """
    longest = context.rules.settings.max_session_min * MINUTE
    if interval.end - interval.start <= longest:
        return stretches
    marks = [interval.start, *signs_of_life(interval), interval.end]
    return _joined([(start, min(end, start + longest)) for start, end in pairwise(marks)])


def signs_of_life(interval: Interval) -> list[int]:
    """Times strictly inside the interval of further statements of its session, or of answered presence checks.

    The statements that bound a session (launched, initialized, terminated, abandoned) are none, nor are bare counts.
    """
    times = {
        to_microseconds(other.timestamp)
        for other in interval.session
        if other.verb not in BOUNDARIES and other is not interval.evidence
    }
    answers = (other.presence.last_answered_at for other in interval.session if other.presence is not None)
    times.update(to_microseconds(moment) for moment in answers if moment is not None)
    return sorted(moment for moment in times if interval.start < moment < interval.end)


def cut_unanswered(stretches: Stretches, interval: Interval, _context: LearnerContext) -> Stretches:
    """Presence checks without an answer: it ends at the last answered one, or keeps that share at its start.

    40 min with 4 shown and 1 answered, times unknown, are the first 10 min (M11).
    """
    presence = _presence_of(interval)
    if presence is None or presence.answered >= presence.shown:
        return stretches
    if presence.last_answered_at is not None:
        return _until(stretches, to_microseconds(presence.last_answered_at))
    return _first(stretches, length(stretches) * presence.answered // presence.shown)


def _presence_of(interval: Interval) -> Presence | None:
    """The statement's own report; of a whole session, the last report there is."""
    own = interval.evidence.presence
    if own is not None or interval.reason is not Reason.SESSION:
        return own
    reports = [other for other in interval.visit if _reports_by(other, interval)]
    return reports[-1].presence if reports else None


def _reports_by(other: Evidence, interval: Interval) -> bool:
    return other.presence is not None and other.interval is None and other.timestamp <= interval.evidence.timestamp


def clip_to_cycle(stretches: Stretches, _interval: Interval, context: LearnerContext) -> Stretches:
    """Only what lies in the cycle: [1 September 00:00, 30 June 24:00) local time (R-038)."""
    first, last = context.cycle.start, context.cycle.end
    if stretches and first <= stretches[0][0] and stretches[-1][1] <= last:
        return stretches
    clipped = ((max(start, first), min(end, last)) for start, end in stretches)
    return [(start, end) for start, end in clipped if start < end]


BOUNDS: tuple[tuple[Reason, Callable[[Stretches, Interval, LearnerContext], Stretches]], ...] = (
    (Reason.TOO_LONG, cut_long_silence),
    (Reason.PRESENCE_UNANSWERED, cut_unanswered),
    (Reason.OUTSIDE_CYCLE, clip_to_cycle),
)


def bound(interval: Interval, context: LearnerContext) -> tuple[Stretches, tuple[Reason, ...]]:
    """What is left of an interval, and why anything was cut; the last reason is the one that left nothing."""
    stretches: Stretches = [(interval.start, interval.end)] if interval.start < interval.end else []
    reasons: list[Reason] = []
    for reason, rule in BOUNDS:
        if not stretches:
            break
        kept = rule(stretches, interval, context)
        if kept is not stretches and length(kept) < length(stretches):
            reasons.append(reason)
        stretches = kept
    return stretches, tuple(reasons)


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    """Touching stretches as one."""
    joined: list[Stretch] = []
    for start, end in stretches:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _until(stretches: Stretches, moment: int) -> list[Stretch]:
    return [(start, min(end, moment)) for start, end in stretches if start < moment]


def _first(stretches: Stretches, microseconds: int) -> list[Stretch]:
    """The first `microseconds` of the stretches."""
    kept: list[Stretch] = []
    for start, end in stretches:
        taken = min(end - start, microseconds)
        if taken > 0:
            kept.append((start, start + taken))
        microseconds -= taken
    return kept
