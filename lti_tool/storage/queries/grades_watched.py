"""Columns that somebody looks at: they are read back before their turn."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from lti_tool.storage.tables.grades import grade_line_items
from lti_tool.storage.types import UtcDateTime


def list_watched(
    conn: Connection, platform_id: int, context_row: int | None, *, read_before: datetime, due: datetime, limit: int
) -> list[int]:
    """Open columns of a platform (of one course, if given) that were last read before `read_before`, longest ago first.

    Those read before `due` are being read anyway.
    """
    last = func.coalesce(grade_line_items.c.read_back_at, grade_line_items.c.created_at, type_=UtcDateTime())
    query = (
        select(grade_line_items.c.id)
        .where(
            grade_line_items.c.platform_id == platform_id,
            grade_line_items.c.state == "open",
            last <= read_before,
            last > due,
        )
        .order_by(last)
        .limit(limit)
    )
    if context_row is not None:
        query = query.where(grade_line_items.c.context_id == context_row)
    return list(conn.execute(query).scalars())


def read_soon(conn: Connection, line_item_ids: Sequence[int], due: datetime, read_before: datetime) -> None:
    """Let it be the turn of these columns, unless a worker has read one of them meanwhile."""
    last = func.coalesce(grade_line_items.c.read_back_at, grade_line_items.c.created_at, type_=UtcDateTime())
    change = update(grade_line_items).where(grade_line_items.c.id.in_(line_item_ids), last <= read_before)
    conn.execute(change.values(read_back_at=due))
