"""§3b step 3 over all sessions of a learner: every statement ends with an interval or with a remark."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from lti_tool.domain.minutes.interval import Interval
from lti_tool.domain.minutes.intervals import METHODS, estimate_intervals, explicit_intervals, single_interval
from lti_tool.domain.minutes.study_sessions import Method, choose_method, group_by_session, in_time_order
from lti_tool.domain.reasons import Reason
from lti_tool.domain.settings import Settings
from lti_tool.domain.values import Evidence

_activity = attrgetter("activity")


@dataclass(frozen=True, slots=True)
class Collected:
    """Intervals, and the statements without one with the reason why they have none."""

    intervals: list[Interval]
    remarks: list[tuple[Evidence, Reason]]


def collect_intervals(admitted: Iterable[Evidence], settings: Settings) -> Collected:
    """All intervals of the admitted statements. Single durations come last: only where no session exists (3e)."""
    found = Collected([], [])
    singles: list[tuple[Evidence, Sequence[Evidence]]] = []
    with_sessions: set[str] = set()
    for session in group_by_session(admitted):
        timed = list(explicit_intervals(session))
        found.intervals.extend(timed)
        rest = session if not timed else [statement for statement in session if statement.interval is None]
        method = choose_method(rest)
        if timed or method is not Method.NONE:
            with_sessions.update(map(_activity, session))
        if method is Method.NONE:
            singles.extend((statement, session) for statement in rest)
        else:
            _collect_session(found, rest, session, method, settings)
    _collect_singles(found, singles, with_sessions, settings)
    return found


def _collect_session(
    found: Collected,
    statements: Sequence[Evidence],
    session: Sequence[Evidence],
    method: Method,
    settings: Settings,
) -> None:
    """The intervals of one session by its method; its other statements are part of it, if it has any time."""
    intervals = list(METHODS[method](statements, settings))
    for interval in intervals:
        interval.session = session
    owners = {interval.evidence.statement for interval in intervals}
    part = Reason.SESSION_PART if intervals else Reason.NO_TIME
    found.intervals.extend(intervals)
    for statement in statements:
        if statement.statement not in owners:
            found.remarks.append((statement, part))


def _collect_singles(
    found: Collected,
    singles: Sequence[tuple[Evidence, Sequence[Evidence]]],
    with_sessions: set[str],
    settings: Settings,
) -> None:
    """3e and 3f: durations, and estimates, of statements outside of sessions."""
    views = []
    for statement, session in singles:
        interval = single_interval(statement, session)
        if interval is None:
            views.append(statement)
        elif statement.activity in with_sessions:
            found.remarks.append((statement, Reason.ATTEMPT_TIME_IGNORED))
        elif settings.single_durations == "ignore":
            found.remarks.append((statement, Reason.SINGLE_IGNORED))
        else:
            found.intervals.append(interval)
    _collect_views(found, views, with_sessions, settings)


def _collect_views(found: Collected, views: Sequence[Evidence], with_sessions: set[str], settings: Settings) -> None:
    estimates: list[Interval] = []
    if settings.gap_estimate == "on":
        outside = (view for view in views if view.activity not in with_sessions)
        estimates = list(estimate_intervals(sorted(outside, key=in_time_order), settings))
        found.intervals.extend(estimates)
    owners = {interval.evidence.statement for interval in estimates}
    found.remarks.extend((view, Reason.NO_TIME) for view in views if view.statement not in owners)
