"""The gradebooks of one platform as its administrator sees and mends them: every query names the platform."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, func, literal, or_, select, update

from lti_tool.storage.queries.grades_cells import lock_cells
from lti_tool.storage.tables.grades import grade_cells, grade_exchanges, grade_line_items, grade_paces
from lti_tool.storage.tables.lti import lti_contexts, lti_members
from lti_tool.storage.types import UtcDateTime

_WAITING = ("due", "retrying")
_REFUSED = ("blocked", "retrying")
_OFTEN = 3  # refusals in a row that are no longer a hiccup
_FRESH: Mapping[str, Any] = {
    **dict.fromkeys(("reason", "detail", "retry_at", "lease_owner")),
    "attempts": 0,
    "refusals": 0,
    "state": "due",
}
_CONFIRMED = tuple(f"confirmed_{name}" for name in ("value", "maximum", "comment", "progress", "at"))


def count_cells(conn: Connection, platform_id: int) -> dict[str, int]:
    """How many cells stand where: {state: number}."""
    query = select(grade_cells.c.state, func.count().label("number")).where(grade_cells.c.platform_id == platform_id)
    return {row.state: row.number for row in conn.execute(query.group_by(grade_cells.c.state))}


def count_alarms(conn: Connection, platform_id: int) -> tuple[int, int, int]:
    """What an administrator must know of: cells that were refused three times or more in a row, columns likewise, and
    cells in which the LMS shows something else than it had taken."""
    cells = select(func.count()).where(grade_cells.c.platform_id == platform_id)
    refused = cells.where(grade_cells.c.state.in_(_REFUSED), grade_cells.c.refusals >= _OFTEN)
    columns = select(func.count()).where(_is_closed(platform_id), grade_line_items.c.attempts >= _OFTEN)
    noticed, confirmed = grade_cells.c.drifted_at, grade_cells.c.confirmed_at
    differing = cells.where(
        grade_cells.c.state.in_((*_WAITING, "blocked", "overridden")),
        noticed.is_not(None),
        or_(confirmed.is_(None), noticed >= confirmed),
    )
    query = select(refused.scalar_subquery(), columns.scalar_subquery(), differing.scalar_subquery())
    found = conn.execute(query).one()
    return found[0], found[1], found[2]


def find_oldest_pending(conn: Connection, platform_id: int) -> datetime | None:
    """Since when the longest waiting cell differs from the LMS; None if none waits."""
    query = select(func.min(grade_cells.c.pending_since, type_=UtcDateTime())).where(
        grade_cells.c.platform_id == platform_id, grade_cells.c.state.in_(_WAITING)
    )
    found: datetime | None = conn.execute(query).scalar()
    return found


def list_cells(
    conn: Connection, platform_id: int, states: Sequence[str], *, after: int = 0, limit: int = 30
) -> list[RowMapping]:
    """Cells in some states with whose they are, where, and what holds their column, by id."""
    query = (
        select(
            grade_cells,
            grade_line_items.c.label,
            grade_line_items.c.reason.label("column_reason"),
            grade_line_items.c.detail.label("column_detail"),
            lti_members.c.name,
            lti_members.c.sub,
            lti_contexts.c.title.label("course_title"),
        )
        .join(grade_line_items, grade_line_items.c.id == grade_cells.c.line_item_id)
        .join(lti_contexts, lti_contexts.c.id == grade_line_items.c.context_id)
        .join(lti_members, lti_members.c.id == grade_cells.c.member_id)
        .where(
            grade_cells.c.platform_id == platform_id,
            lti_contexts.c.platform_id == platform_id,
            grade_cells.c.state.in_(states),
            grade_cells.c.id > after,
        )
        .order_by(grade_cells.c.id)
        .limit(limit)
    )
    return list(conn.execute(query).mappings())


def list_closed_columns(conn: Connection, platform_id: int, *, after: int = 0, limit: int = 20) -> list[RowMapping]:
    """Columns that nothing can be sent to at the moment, by id."""
    query = (
        select(grade_line_items, lti_contexts.c.title.label("course_title"))
        .join(lti_contexts, lti_contexts.c.id == grade_line_items.c.context_id)
        .where(
            grade_line_items.c.platform_id == platform_id,
            grade_line_items.c.state != "open",
            grade_line_items.c.id > after,
        )
        .order_by(grade_line_items.c.id)
        .limit(limit)
    )
    return list(conn.execute(query).mappings())


def list_exchanges(
    conn: Connection, platform_id: int, *, cell: int | None = None, before: int | None = None, limit: int = 30
) -> list[RowMapping]:
    """Calls to the platform, newest first, of one cell if given, with whose cell each was about."""
    query = (
        select(grade_exchanges, lti_members.c.name)
        .outerjoin(grade_cells, grade_cells.c.id == grade_exchanges.c.cell_id)
        .outerjoin(lti_members, lti_members.c.id == grade_cells.c.member_id)
        .where(grade_exchanges.c.platform_id == platform_id)
        .order_by(grade_exchanges.c.id.desc())
        .limit(limit)
    )
    if cell is not None:
        query = query.where(grade_exchanges.c.cell_id == cell)
    if before is not None:
        query = query.where(grade_exchanges.c.id < before)
    return list(conn.execute(query).mappings())


def find_pause(conn: Connection, platform_id: int, now: datetime) -> RowMapping | None:
    """Until when and why the platform is not called; None while it is."""
    query = select(grade_paces).where(grade_paces.c.platform_id == platform_id, grade_paces.c.paused_until > now)
    return conn.execute(query).mappings().one_or_none()


def find_cell(conn: Connection, platform_id: int, cell_id: int) -> RowMapping | None:
    """A cell of the platform; None also for another platform's."""
    query = select(grade_cells).where(grade_cells.c.id == cell_id, grade_cells.c.platform_id == platform_id)
    return conn.execute(query).mappings().one_or_none()


def retry_cell(conn: Connection, cell_id: int, now: datetime) -> bool:
    """Try a cell again now; False while a worker holds it.

    Where somebody changed the grade in the LMS, what was confirmed no longer stands there and its time is not known,
    so the next score is sent in any case and is later than now.
    """
    replaced = (
        update(grade_cells)
        .where(grade_cells.c.id == cell_id, _is_free(now), grade_cells.c.reason == "overridden")
        .values(**dict.fromkeys(_CONFIRMED), in_gradebook_since=None, attempted_timestamp=now, in_doubt=False)
    )
    conn.execute(replaced)
    pending = func.coalesce(grade_cells.c.pending_since, literal(now, UtcDateTime()))
    change = update(grade_cells).where(grade_cells.c.id == cell_id, _is_free(now), grade_cells.c.state != "left")
    return conn.execute(change.values(**_FRESH, pending_since=pending, next_attempt_at=now)).rowcount == 1


def retry_refused(conn: Connection, platform_id: int, now: datetime) -> int:
    """Try again every cell of the platform that was refused or waits for another attempt; how many."""
    which = (grade_cells.c.platform_id == platform_id, grade_cells.c.state.in_(_REFUSED), _is_free(now))
    lock_cells(conn, *which)
    return conn.execute(update(grade_cells).where(*which).values(**_FRESH, next_attempt_at=now)).rowcount


def set_aside(conn: Connection, cell_id: int, reason: str, now: datetime) -> bool:
    """Send nothing more to a cell until somebody retries it; False while a worker holds it."""
    change = update(grade_cells).where(grade_cells.c.id == cell_id, _is_free(now))
    rest = {"next_attempt_at": None, "retry_at": None, "lease_owner": None}
    return conn.execute(change.values(state="skipped", reason=reason, **rest)).rowcount == 1


def has_closed_column(conn: Connection, platform_id: int, line_item_id: int) -> bool:
    """Whether this is a column of the platform that nothing can be sent to; False for another platform's."""
    query = select(grade_line_items.c.id).where(_is_closed(platform_id), grade_line_items.c.id == line_item_id)
    return conn.execute(query).first() is not None


def retry_columns(conn: Connection, platform_id: int, now: datetime, line_item_id: int | None = None) -> int:
    """Look for closed columns of the platform (for one, if given) again now; how many.

    One that a worker is just looking for or making is left to it: two would make two columns.
    """
    change = update(grade_line_items).where(_is_closed(platform_id), _is_free(now, grade_line_items))
    if line_item_id is not None:
        change = change.where(grade_line_items.c.id == line_item_id)
    return conn.execute(change.values(next_attempt_at=now, attempts=0, lease_owner=None)).rowcount


def end_pause(conn: Connection, platform_id: int) -> None:
    """Call the platform again at once; if it is still out of order, the pause begins anew."""
    change = update(grade_paces).where(grade_paces.c.platform_id == platform_id)
    conn.execute(change.values(paused_until=None))


def _is_closed(platform_id: int) -> ColumnElement[bool]:
    return and_(grade_line_items.c.platform_id == platform_id, grade_line_items.c.state != "open")


def _is_free(now: datetime, table: Table = grade_cells) -> ColumnElement[bool]:
    """No worker holds the row: its outcome would be written over what a person has just decided."""
    lapsed = and_(table.c.next_attempt_at.is_not(None), table.c.next_attempt_at <= now)
    return or_(table.c.lease_owner.is_(None), lapsed)
