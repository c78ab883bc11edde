"""What an administrator does about grades that the LMS lacks: try again, skip, respect. And what looking does."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from lti_tool.grades.reasons import REASONS, Action, Level
from lti_tool.grades.values import CellState
from lti_tool.grades.watching import read_soon
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import platform_grades as queries
from lti_tool.storage.queries.grades_trials import ask_for_trial
from lti_tool.storage.queries.platform_pages import find_course
from lti_tool.web.errors import not_found
from lti_tool.web.services import Services

RETRY, SKIP, RESPECT = "retry", "skip", "respect"
_BUSY = "busy"

#: What can be done about a cell whose reason says nothing of its own.
_OF_STATE: Mapping[str, tuple[str, ...]] = {
    CellState.DUE: (RETRY, SKIP),
    CellState.RETRYING: (RETRY, SKIP),
    CellState.BLOCKED: (RETRY, SKIP),
    CellState.OVERRIDDEN: (RETRY, RESPECT),
    CellState.SKIPPED: (RETRY,),
}
_HELD = frozenset({CellState.OVERRIDDEN, CellState.SKIPPED})


def watch_course(services: Services, session: LtiSession, *, is_staff: bool) -> None:
    """Somebody looks at grades of this course: what stands in its gradebook is read soon. Learners are many, so less
    often for them.
    """
    mirror = services.mirror
    every = mirror.watched_every if is_staff else mirror.look_again_after
    read_soon(services.db, services.clock(), mirror, session.platform_id, session.context_id, every=every)


def watch_platform(services: Services, session: LtiSession) -> None:
    """An administrator looks at the gradebooks of the platform."""
    mirror = services.mirror
    read_soon(services.db, services.clock(), mirror, session.platform_id, every=mirror.watched_every)


def possible_actions(state: str, reason: str | None) -> tuple[str, ...]:
    """What a person may do about a cell in this state with this reason."""
    possible = _OF_STATE.get(state, ())
    known = REASONS.get(reason or "")
    if state in _HELD or known is None or known.level is not Level.CELL:
        return possible
    named = {Action.RETRY: RETRY, Action.RESEND: RETRY, Action.SKIP: SKIP}
    return tuple(action for action in possible if action in {named.get(one) for one in known.actions})


def act_on_cell(services: Services, platform_id: int, cell_id: int, action: str) -> str:
    """Do something about one cell; the code of the notice to show. Not found for another platform's cell, and for
    what cannot be done about a cell as it stands.
    """
    now = services.clock()
    with services.db.begin() as conn:
        cell = queries.find_cell(conn, platform_id, cell_id)
        if cell is None or action not in possible_actions(cell["state"], cell["reason"]):
            raise not_found()
        if action == RETRY:
            _open_the_way(conn, cell, now)
            return RETRY if queries.retry_cell(conn, cell_id, now) else _BUSY
        # A respected cell goes on saying why: somebody changed it in the LMS.
        reason = "overridden" if action == RESPECT else "skipped"
        return action if queries.set_aside(conn, cell_id, reason, now) else _BUSY


def _open_the_way(conn: Connection, cell: RowMapping, now: datetime) -> None:
    """A retry of a cell means its column and its platform too: else it would wait for them unseen."""
    queries.retry_columns(conn, cell["platform_id"], now, cell["line_item_id"])
    queries.end_pause(conn, cell["platform_id"])


def retry_everything(services: Services, platform_id: int) -> None:
    """Try everything of the platform that was refused once more: cells, columns, the platform itself.

    Grades that somebody changed in the LMS are no refusals: replacing one is decided cell by cell.
    """
    now = services.clock()
    with services.db.begin() as conn:
        queries.end_pause(conn, platform_id)
        queries.retry_columns(conn, platform_id, now)
        queries.retry_refused(conn, platform_id, now)


def retry_column(services: Services, platform_id: int, line_item_id: int) -> str:
    """Look for one closed column again; the code of the notice to show. Not found if the platform has no such
    column, or it is open.
    """
    now = services.clock()
    with services.db.begin() as conn:
        if not queries.has_closed_column(conn, platform_id, line_item_id):
            raise not_found()
        queries.end_pause(conn, platform_id)
        return RETRY if queries.retry_columns(conn, platform_id, now, line_item_id) else _BUSY


def try_course(services: Services, platform_id: int, context_row: int) -> None:
    """Let a worker try the gradebook of a course. Not found for another platform's course."""
    with services.db.begin() as conn:
        if find_course(conn, platform_id, context_row) is None:
            raise not_found()
        queries.end_pause(conn, platform_id)
        ask_for_trial(conn, platform_id, context_row, services.clock())
