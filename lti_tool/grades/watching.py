"""Somebody looks at a page that says what stands in the gradebook: a worker reads it there soon.

Nobody tells a tool that a grade was changed by hand; the six hours of the regular comparison are long for a trainer who
just did it. The page itself never waits: it only brings the column's turn forward.
"""

from datetime import datetime, timedelta

from lti_tool.grades.settings import MirrorSettings
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_watched as queries

_MOST_COLUMNS = 50


def read_soon(
    db: Database,
    now: datetime,
    settings: MirrorSettings,
    platform_id: int,
    context_row: int | None = None,
    *,
    every: timedelta,
) -> None:
    """Have the open columns of a platform (of one course, if given) read back, each at most once in `every`."""
    due, read_before = now - settings.read_back_every, now - every
    with db.read() as conn:
        columns = queries.list_watched(
            conn, platform_id, context_row, read_before=read_before, due=due, limit=_MOST_COLUMNS
        )
    if columns:
        with db.begin() as conn:
            queries.read_soon(conn, columns, due, read_before)
