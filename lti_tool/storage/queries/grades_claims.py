"""Claiming cells and columns for a worker, and recording what came of them.

A claim is one statement's work: it picks due rows, skips those that others hold, and marks them with an owner and the
end of the lease. A worker that dies leaves rows that become due again when their lease ends.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, or_, select, update

from lti_tool.storage.dialects import for_update, upsert
from lti_tool.storage.tables.grades import grade_cells, grade_exchanges, grade_line_items, grade_paces
from lti_tool.storage.tables.lti import lti_contexts, lti_members, lti_platforms


def claim_cells(
    conn: Connection, owner: str, now: datetime, lease_until: datetime, *, programme_id: str | None, limit: int
) -> list[int]:
    """Take at most `limit` due cells of open columns on platforms that are not paused; their ids."""
    query = (
        select(grade_cells.c.id)
        .join(grade_line_items, grade_line_items.c.id == grade_cells.c.line_item_id)
        .outerjoin(grade_paces, grade_paces.c.platform_id == grade_cells.c.platform_id)
        .where(
            grade_cells.c.next_attempt_at <= now,
            grade_line_items.c.state == "open",
            or_(grade_paces.c.paused_until.is_(None), grade_paces.c.paused_until <= now),
        )
        .order_by(grade_cells.c.next_attempt_at)
        .limit(limit)
    )
    if programme_id is not None:
        query = query.where(grade_cells.c.programme_id == programme_id)
    if conn.dialect.name != "sqlite":
        query = query.with_for_update(skip_locked=True, of=grade_cells)
    ids = list(conn.execute(query).scalars())
    claim = update(grade_cells).where(grade_cells.c.id.in_(ids))
    conn.execute(claim.values(lease_owner=owner, next_attempt_at=lease_until))
    return ids


def claim_line_items(
    conn: Connection, owner: str, now: datetime, lease_until: datetime, *, programme_id: str | None, limit: int
) -> list[RowMapping]:
    """Take columns that must be found or made, with what is needed to ask their platform."""
    query = (
        select(grade_line_items.c.id)
        .outerjoin(grade_paces, grade_paces.c.platform_id == grade_line_items.c.platform_id)
        .where(
            grade_line_items.c.next_attempt_at <= now,
            grade_line_items.c.state != "open",
            or_(grade_paces.c.paused_until.is_(None), grade_paces.c.paused_until <= now),
        )
        .order_by(grade_line_items.c.next_attempt_at)
        .limit(limit)
    )
    if programme_id is not None:
        query = query.where(grade_line_items.c.programme_id == programme_id)
    if conn.dialect.name != "sqlite":
        query = query.with_for_update(skip_locked=True, of=grade_line_items)
    ids = list(conn.execute(query).scalars())
    claim = update(grade_line_items).where(grade_line_items.c.id.in_(ids))
    conn.execute(claim.values(lease_owner=owner, next_attempt_at=lease_until))
    detailed = (
        select(grade_line_items, lti_contexts.c.lineitems_url)
        .join(lti_contexts, lti_contexts.c.id == grade_line_items.c.context_id)
        .where(grade_line_items.c.id.in_(ids))
    )
    return list(conn.execute(detailed).mappings())


def get_cell(conn: Connection, cell_id: int) -> RowMapping | None:
    """A cell with everything that sending it needs."""
    query = (
        select(
            grade_cells,
            grade_line_items.c.url,
            grade_line_items.c.tag,
            grade_line_items.c.context_id,
            lti_members.c.sub,
            lti_members.c.context_id.label("member_context_id"),
            lti_members.c.participant_id.label("member_participant_id"),
            lti_contexts.c.lineitems_url,
            lti_contexts.c.programme_id.label("context_programme_id"),
            lti_platforms.c.issuer,
            lti_platforms.c.auth_token_url,
            lti_platforms.c.product,
        )
        .join(grade_line_items, grade_line_items.c.id == grade_cells.c.line_item_id)
        .join(lti_members, lti_members.c.id == grade_cells.c.member_id)
        .join(lti_contexts, lti_contexts.c.id == grade_line_items.c.context_id)
        .join(lti_platforms, lti_platforms.c.id == grade_cells.c.platform_id)
        .where(grade_cells.c.id == cell_id)
    )
    return conn.execute(query).mappings().one_or_none()


def lock_cell(conn: Connection, cell_id: int) -> RowMapping | None:
    """The cell's own row, held until the unit of work ends."""
    return conn.execute(for_update(conn, select(grade_cells).where(grade_cells.c.id == cell_id))).mappings().first()


def record_cell(conn: Connection, cell_id: int, values: Mapping[str, Any]) -> None:
    conn.execute(update(grade_cells).where(grade_cells.c.id == cell_id).values(**values))


def record_line_item(conn: Connection, line_item_id: int, values: Mapping[str, Any]) -> None:
    conn.execute(update(grade_line_items).where(grade_line_items.c.id == line_item_id).values(**values))


def add_exchange(conn: Connection, row: Mapping[str, Any]) -> None:
    """Keep one call to a platform for the administrator to read."""
    conn.execute(insert(grade_exchanges).values(**row))


def find_pace(conn: Connection, platform_id: int) -> RowMapping | None:
    return conn.execute(select(grade_paces).where(grade_paces.c.platform_id == platform_id)).mappings().one_or_none()


def save_pace(conn: Connection, row: Mapping[str, Any]) -> None:
    upsert(conn, grade_paces, [dict(row)], key=["platform_id"])


def list_due(conn: Connection, programme_id: str | None, *, after: int = 0, limit: int = 500) -> list[RowMapping]:
    """Cells that differ from the LMS or were refused, with whose they are, by id."""
    query = (
        select(grade_cells, grade_line_items.c.tag, lti_members.c.name, lti_members.c.sub)
        .join(grade_line_items, grade_line_items.c.id == grade_cells.c.line_item_id)
        .join(lti_members, lti_members.c.id == grade_cells.c.member_id)
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


def wake_cells(conn: Connection, programme_id: str, now: datetime, cell_ids: Sequence[int] | None = None) -> int:
    """Try again now: refused, blocked, overridden and skipped cells of a programme (of `cell_ids`, if given)."""
    change = update(grade_cells).where(
        grade_cells.c.programme_id == programme_id,
        grade_cells.c.state.in_(("blocked", "retrying", "overridden", "skipped", "due")),
    )
    if cell_ids is not None:
        change = change.where(grade_cells.c.id.in_(cell_ids))
    fresh = {"reason": None, "detail": None, "retry_at": None, "attempts": 0, "refusals": 0}
    return conn.execute(change.values(state="due", next_attempt_at=now, lease_owner=None, **fresh)).rowcount
