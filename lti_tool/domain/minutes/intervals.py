"""§3b step 3: from the statements of a session to intervals, by the four sources of time, and single durations.

Every statement owns one interval at most, so that each minute leads back to one statement.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from lti_tool.domain.minutes.interval import Interval
from lti_tool.domain.minutes.study_sessions import BEGINNINGS, ENDS, Method, is_heartbeat
from lti_tool.domain.minutes.video import video_intervals
from lti_tool.domain.reasons import Reason
from lti_tool.domain.settings import Settings
from lti_tool.domain.times import MINUTE, SECOND, to_microseconds
from lti_tool.domain.values import Evidence, Verb


def explicit_intervals(statements: Sequence[Evidence]) -> Iterator[Interval]:
    """3a: the `interval` extension; of one with a shorter duration, its last part.

    19:20–19:25 with PT4M is 19:21–19:25.
    """
    for statement in statements:
        if statement.interval is not None:
            start, end = map(to_microseconds, statement.interval)
            if statement.duration is not None:
                start = max(start, end - round(statement.duration * SECOND))
            yield Interval(start, end, statement, Reason.SLICE, statements, statements)


def adl_intervals(statements: Sequence[Evidence], _settings: Settings) -> Iterator[Interval]:
    """3b: cmi5 and ADL sessions: e = terminated or abandoned, s = initialized or launched, [e − a, e].

    a = min(duration, e − s): initialized 19:00, terminated 20:00 with PT35M is 19:25–20:00 (M3). Of several ends the
    last counts; without an end, e is the last statement of the session. A named session is one visit; without a name
    each initialized begins a new one.
    """
    for visit in [statements] if statements[0].session else split_visits(statements):
        ends = [statement for statement in visit if statement.verb in ENDS]
        begun = _begun_at(visit, ends[-1] if ends else visit[-1])
        if begun is None:
            yield from (_session_interval(end, None, visit) for end in ends if end.duration is not None)
        else:
            yield _session_interval(ends[-1] if ends else visit[-1], begun, visit)


def split_visits(statements: Sequence[Evidence]) -> list[list[Evidence]]:
    """Visits of one activity whose sessions have no names: launched, or initialized after anything but launched."""
    visits: list[list[Evidence]] = [[]]
    for statement in statements:
        only_launched = all(earlier.verb is Verb.LAUNCHED for earlier in visits[-1])
        begins = statement.verb is Verb.LAUNCHED or (statement.verb is Verb.INITIALIZED and not only_launched)
        if begins and visits[-1]:
            visits.append([])
        visits[-1].append(statement)
    return visits


def _begun_at(visit: Sequence[Evidence], end: Evidence) -> int | None:
    """The time of the first initialized, else launched, that is not after the end."""
    found = [statement for statement in visit if statement.verb in BEGINNINGS and statement.timestamp <= end.timestamp]
    if not found:
        return None
    initialized = [statement for statement in found if statement.verb is Verb.INITIALIZED]
    return to_microseconds((initialized or found)[0].timestamp)


def _session_interval(last: Evidence, begun: int | None, visit: Sequence[Evidence]) -> Interval:
    end = to_microseconds(last.timestamp)
    starts = [] if begun is None else [begun]
    if last.verb in ENDS and last.duration is not None:
        starts.append(end - round(last.duration * SECOND))
    return Interval(max(starts), end, last, Reason.SESSION, visit, visit)


def heartbeat_intervals(statements: Sequence[Evidence], settings: Settings) -> Iterator[Interval]:
    """3d: heartbeats at most 5 min apart are joined; each stands for the time to the next, the last for none.

    19:00, :04, :09, :13, :20, :22 are 13 + 2 minutes: a gap of exactly 5 joins, one of 7 breaks (M4b).
    """
    beats = [statement for statement in statements if is_heartbeat(statement)]
    yield from _short_gaps(beats, settings, Reason.HEARTBEAT)


def estimate_intervals(views: Sequence[Evidence], settings: Settings) -> Iterator[Interval]:
    """3f: off by default; a view at most 5 min before the next is estimated to have lasted until then."""
    yield from _short_gaps(views, settings, Reason.ESTIMATE)


def _short_gaps(statements: Sequence[Evidence], settings: Settings, reason: Reason) -> Iterator[Interval]:
    longest = settings.max_gap_min * MINUTE
    times = [to_microseconds(statement.timestamp) for statement in statements]
    for statement, start, end in zip(statements, times, times[1:], strict=False):
        if start < end <= start + longest:
            yield Interval(start, end, statement, reason, statements, statements)


def single_interval(statement: Evidence, session: Sequence[Evidence]) -> Interval | None:
    """3e: a statement with a duration and no session around it: [timestamp − duration, timestamp]."""
    if statement.duration is None:
        return None
    end = to_microseconds(statement.timestamp)
    return Interval(end - round(statement.duration * SECOND), end, statement, Reason.SINGLE, session, session)


METHODS: Mapping[Method, Callable[[Sequence[Evidence], Settings], Iterator[Interval]]] = {
    Method.VIDEO: video_intervals,
    Method.ADL: adl_intervals,
    Method.HEARTBEATS: heartbeat_intervals,
}
