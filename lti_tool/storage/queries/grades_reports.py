"""What `sync` tells about gradebooks, and the clearing away of what was said long ago."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, func, or_, select, update

from lti_tool.storage.queries.grades_cells import lock_cells
from lti_tool.storage.tables.grades import grade_cells, grade_exchanges, grade_line_items, grade_paces
from lti_tool.storage.tables.lti import lti_members


def list_due(conn: Connection, programme_id: str | None, *, after: int = 0, limit: int = 500) -> list[RowMapping]:
    """Cells that differ from the LMS or were refused, with whose they are and what holds their column, by id."""
    query = (
        select(
            grade_cells,
            grade_line_items.c.tag,
            grade_line_items.c.state.label("column_state"),
            grade_line_items.c.reason.label("column_reason"),
            grade_paces.c.reason.label("platform_reason"),
            grade_paces.c.paused_until,
            lti_members.c.name,
            lti_members.c.sub,
        )
        .join(grade_line_items, grade_line_items.c.id == grade_cells.c.line_item_id)
        .join(lti_members, lti_members.c.id == grade_cells.c.member_id)
        .outerjoin(grade_paces, grade_paces.c.platform_id == grade_cells.c.platform_id)
        .where(grade_cells.c.id > after, grade_cells.c.state.not_in(("settled", "idle", "left")))
        .order_by(grade_cells.c.id)
        .limit(limit)
    )
    if programme_id is not None:
        query = query.where(grade_cells.c.programme_id == programme_id)
    return list(conn.execute(query).mappings())


def count_states(conn: Connection, programme_id: str | None) -> dict[str, int]:
    """How many cells stand where."""
    query = select(grade_cells.c.state, func.count().label("number")).group_by(grade_cells.c.state)
    if programme_id is not None:
        query = query.where(grade_cells.c.programme_id == programme_id)
    return {row.state: row.number for row in conn.execute(query)}


def count_due(conn: Connection, programme_id: str | None, now: datetime) -> int:
    """How many cells are due now, or being sent."""
    query = select(func.count()).where(
        or_(grade_cells.c.next_attempt_at <= now, grade_cells.c.lease_owner.is_not(None))
    )
    if programme_id is not None:
        query = query.where(grade_cells.c.programme_id == programme_id)
    return int(conn.execute(query).scalar_one())


def hasten_cells(conn: Connection, programme_id: str | None, now: datetime) -> None:
    """Whatever waits for its value to stand still, or for another attempt after a refusal, is due now."""
    which = [
        grade_cells.c.state.in_(("due", "retrying")),
        grade_cells.c.next_attempt_at > now,
        grade_cells.c.lease_owner.is_(None),
    ]
    if programme_id is not None:
        which.append(grade_cells.c.programme_id == programme_id)
    lock_cells(conn, *which)
    conn.execute(update(grade_cells).where(*which).values(next_attempt_at=now, retry_at=None))


def drop_exchanges(conn: Connection, before: datetime) -> int:
    """Forget what was said long ago; how many entries."""
    return conn.execute(delete(grade_exchanges).where(grade_exchanges.c.at < before)).rowcount
