"""§3b step 3c: video is counted by the clock, from each `played` to what stops it."""

from collections.abc import Iterator, Sequence

from lti_tool.domain.minutes.interval import Interval
from lti_tool.domain.reasons import Reason
from lti_tool.domain.settings import Settings
from lti_tool.domain.times import SECOND, to_microseconds
from lti_tool.domain.values import Evidence, Verb

_STOPS = frozenset({Verb.PAUSED, Verb.SEEKED, Verb.TERMINATED, Verb.ABANDONED, Verb.COMPLETED})


def video_intervals(statements: Sequence[Evidence], settings: Settings) -> Iterator[Interval]:
    """From each `played` to the next paused, seeked, terminated or completed of its session.

    If none follows, to the last statement of the session. 300 s at 1x and 400 s of content at 2x are 300 + 200 s: speed
    does not add minutes (M10). With `video_basis = "content"`, content seen once counts, at most the time by the clock.
    """
    played = list(_played(sorted(statements, key=_stops_first)))
    if settings.video_basis == "content":
        played = _at_most(played, _content(statements))
    for start, end, statement in played:
        yield Interval(start, end, statement, Reason.VIDEO, statements, statements)


def _stops_first(statement: Evidence) -> tuple[object, ...]:
    """Players that seek say seeked and played in the same instant: what stops comes first."""
    return statement.timestamp, statement.verb is Verb.PLAYED, statement.statement


def _played(statements: Sequence[Evidence]) -> Iterator[tuple[int, int, Evidence]]:
    """(start, end, the statement that stops it); further `played` before the stop change nothing."""
    start = None
    for statement in statements:
        moment = to_microseconds(statement.timestamp)
        if statement.verb is Verb.PLAYED:
            start = moment if start is None else start
        elif start is not None and (statement.verb in _STOPS or statement is statements[-1]):
            yield start, moment, statement
            start = None
    if start is not None:
        yield start, to_microseconds(statements[-1].timestamp), statements[-1]


def _at_most(played: list[tuple[int, int, Evidence]], content: int | None) -> list[tuple[int, int, Evidence]]:
    """The first `content` microseconds of what was played; everything where the content seen is not known."""
    if content is None:
        return played
    kept = []
    for start, end, statement in played:
        taken = min(end - start, content)
        kept.append((start, start + taken, statement))
        content -= taken
    return kept


def _content(statements: Sequence[Evidence]) -> int | None:
    """Microseconds of the video that were seen, each second once: by played segments, else by positions."""
    segments = [segment for statement in statements for segment in statement.video_segments]
    segments = segments or list(_positions(statements))
    if not segments:
        return None
    seen, reached = 0.0, 0.0
    for start, end in sorted(segments):
        seen += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return round(seen * SECOND)


def _positions(statements: Sequence[Evidence]) -> Iterator[tuple[float, float]]:
    """From the position of each `played` to that of the statement that stops it."""
    at = None
    for statement in sorted(statements, key=_stops_first):
        if statement.verb is Verb.PLAYED:
            at = statement.video_time if at is None else at
        elif statement.verb in _STOPS and at is not None:
            if statement.video_time is not None and statement.video_time > at:
                yield at, statement.video_time
            at = None
