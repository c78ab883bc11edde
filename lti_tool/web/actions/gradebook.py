"""What an administrator does about grades that the LMS does not have: try again, skip, respect."""

from lti_tool.storage.queries import platform_grades as queries
from lti_tool.web.errors import not_found
from lti_tool.web.services import Services

RETRY, SKIP, RESPECT = "retry", "skip", "respect"
_BUSY = "busy"


def act_on_cell(services: Services, platform_id: int, cell_id: int, action: str) -> str:
    """Do something about one cell; the code of the notice to show. Not found for another platform's cell."""
    now = services.clock()
    with services.db.begin() as conn:
        cell = queries.find_cell(conn, platform_id, cell_id)
        if cell is None or (action == RESPECT and cell["reason"] != "overridden"):
            raise not_found()
        if action == RETRY:
            return RETRY if queries.retry_cell(conn, cell_id, now) else _BUSY
        if action not in {SKIP, RESPECT}:
            raise not_found()
        # A respected cell goes on saying why: somebody changed it in the LMS.
        reason = "skipped" if action == SKIP else "overridden"
        return action if queries.set_aside(conn, cell_id, reason, now) else _BUSY


def retry_everything(services: Services, platform_id: int) -> None:
    """Try everything of the platform that was refused once more: cells, columns, the platform itself.

    Grades that somebody changed in the LMS are no refusals: replacing one is decided cell by cell.
    """
    now = services.clock()
    with services.db.begin() as conn:
        queries.end_pause(conn, platform_id)
        queries.retry_columns(conn, platform_id, now)
        queries.retry_refused(conn, platform_id, now)


def retry_column(services: Services, platform_id: int, line_item_id: int) -> None:
    """Look for one closed column again; not found if the platform has no such column or it is open."""
    with services.db.begin() as conn:
        if not queries.retry_columns(conn, platform_id, services.clock(), line_item_id):
            raise not_found()
