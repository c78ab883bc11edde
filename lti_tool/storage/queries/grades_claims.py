"""Claiming cells and columns for a worker, and recording what came of them.

A claim picks due rows, skips those that others hold, and marks them with an owner and the end of the lease. A worker
that dies leaves rows that become due again when their lease ends; what it still writes afterwards is refused, because
every record names the owner that it was claimed by.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Table, func, insert, or_, select, update

from lti_tool.storage.dialects import for_update
from lti_tool.storage.tables.grades import grade_cells, grade_exchanges, grade_line_items, grade_paces
from lti_tool.storage.tables.lti import lti_contexts, lti_members, lti_platforms
from lti_tool.storage.types import UtcDateTime

_PAGE = 100  # results that one call brings
#: What a call to a platform about a column needs, beside the column.
_COURSE = (
    lti_contexts.c.lineitems_url,
    lti_contexts.c.scopes,
    lti_contexts.c.programme_id.label("context_programme_id"),
    lti_platforms.c.issuer,
    lti_platforms.c.auth_login_url,
    lti_platforms.c.auth_token_url,
    lti_platforms.c.key_set_url,
    lti_platforms.c.product,
)


def list_busy_platforms(
    conn: Connection, now: datetime, read_before: datetime, *, programme_id: str | None
) -> list[int]:
    """Platforms with something due: cells, columns, or columns that were last compared before `read_before`."""
    cells = (
        select(grade_cells.c.id)
        .join(grade_line_items, grade_line_items.c.id == grade_cells.c.line_item_id)
        .where(
            grade_cells.c.platform_id == lti_platforms.c.id,
            grade_cells.c.next_attempt_at <= now,
            grade_line_items.c.state == "open",
        )
    )
    columns = select(grade_line_items.c.id).where(
        grade_line_items.c.platform_id == lti_platforms.c.id,
        or_(grade_line_items.c.next_attempt_at <= now, _unread(read_before)),
    )
    if programme_id is not None:
        cells = cells.where(grade_cells.c.programme_id == programme_id)
        columns = columns.where(grade_line_items.c.programme_id == programme_id)
    query = (
        select(lti_platforms.c.id)
        .outerjoin(grade_paces, grade_paces.c.platform_id == lti_platforms.c.id)
        .where(_not_paused(now), or_(cells.exists(), columns.exists()))
        .order_by(lti_platforms.c.id)
    )
    return list(conn.execute(query).scalars())


def claim_cells(
    conn: Connection,
    owner: str,
    now: datetime,
    lease_until: datetime,
    *,
    platform_id: int,
    programme_id: str | None,
    limit: int,
) -> list[RowMapping]:
    """Take at most `limit` due cells of a platform's open columns, with everything that sending them needs."""
    query = (
        select(grade_cells.c.id)
        .join(grade_line_items, grade_line_items.c.id == grade_cells.c.line_item_id)
        .outerjoin(grade_paces, grade_paces.c.platform_id == grade_cells.c.platform_id)
        .where(
            grade_cells.c.platform_id == platform_id,
            grade_cells.c.next_attempt_at <= now,
            grade_line_items.c.state == "open",
            _not_paused(now),
        )
        .order_by(grade_cells.c.next_attempt_at)
        .limit(limit)
    )
    if programme_id is not None:
        query = query.where(grade_cells.c.programme_id == programme_id)
    ids = _take(conn, grade_cells, query, owner, lease_until)
    return get_cells(conn, ids)


def claim_line_item(
    conn: Connection,
    owner: str,
    now: datetime,
    lease_until: datetime,
    *,
    platform_id: int,
    programme_id: str | None,
) -> RowMapping | None:
    """Take one column that must be found, made or changed, with what is needed to ask its platform."""
    query = (
        select(grade_line_items.c.id)
        .where(grade_line_items.c.platform_id == platform_id, grade_line_items.c.next_attempt_at <= now)
        .order_by(grade_line_items.c.next_attempt_at)
        .limit(1)
    )
    if programme_id is not None:
        query = query.where(grade_line_items.c.programme_id == programme_id)
    ids = _take(conn, grade_line_items, query, owner, lease_until)
    return get_line_item(conn, ids[0]) if ids else None


def _take(conn: Connection, table: Table, query: Select[Any], owner: str, lease_until: datetime) -> list[int]:
    if conn.dialect.name != "sqlite":
        query = query.with_for_update(skip_locked=True, of=table)
    ids = list(conn.execute(query).scalars())
    if ids:
        claim = update(table).where(table.c.id.in_(ids))
        conn.execute(claim.values(lease_owner=owner, next_attempt_at=lease_until))
    return ids


def renew_claims(conn: Connection, owners: Sequence[str], lease_until: datetime) -> None:
    """A living worker goes on holding what it claimed."""
    for table in (grade_cells, grade_line_items):
        conn.execute(update(table).where(table.c.lease_owner.in_(owners)).values(next_attempt_at=lease_until))


def claim_read_back(
    conn: Connection, now: datetime, read_before: datetime, *, platform_id: int, programme_id: str | None
) -> RowMapping | None:
    """Take one open column whose results were last compared before `read_before`; with when that was."""
    query = (
        select(grade_line_items.c.id, grade_line_items.c.read_back_at)
        .where(grade_line_items.c.platform_id == platform_id, _unread(read_before))
        .order_by(grade_line_items.c.id)
        .limit(1)
    )
    if programme_id is not None:
        query = query.where(grade_line_items.c.programme_id == programme_id)
    if conn.dialect.name != "sqlite":
        query = query.with_for_update(skip_locked=True)
    found = conn.execute(query).first()
    if found is None:
        return None
    record_line_item(conn, found.id, {"read_back_at": now})
    return get_line_item(conn, found.id)


def claim_crowded(
    conn: Connection, now: datetime, stale_before: datetime, *, platform_id: int, programme_id: str | None
) -> RowMapping | None:
    """Take one open column in which so many due cells must be looked at that reading all of it is fewer calls."""
    in_column = grade_cells.c.line_item_id == grade_line_items.c.id
    standing = select(func.count()).where(in_column, grade_cells.c.confirmed_value.is_not(None))
    due = standing.where(
        grade_cells.c.next_attempt_at <= now,
        grade_cells.c.lease_owner.is_(None),
        or_(
            grade_cells.c.lms_read_at.is_(None),
            grade_cells.c.lms_read_at < stale_before,
            grade_cells.c.lms_read_at < grade_cells.c.confirmed_at,
        ),
    )
    last = func.coalesce(grade_line_items.c.read_back_at, grade_line_items.c.created_at, type_=UtcDateTime())
    query = (
        select(grade_line_items.c.id)
        .where(
            grade_line_items.c.platform_id == platform_id,
            grade_line_items.c.state == "open",
            last <= stale_before,
            due.scalar_subquery() * _PAGE > standing.scalar_subquery() + _PAGE,
        )
        .order_by(grade_line_items.c.id)
        .limit(1)
    )
    if programme_id is not None:
        query = query.where(grade_line_items.c.programme_id == programme_id)
    if conn.dialect.name != "sqlite":
        query = query.with_for_update(skip_locked=True)
    found = conn.execute(query).scalar_one_or_none()
    if found is None:
        return None
    record_line_item(conn, found, {"read_back_at": now})
    return get_line_item(conn, found)


def _unread(read_before: datetime) -> Any:
    last = func.coalesce(grade_line_items.c.read_back_at, grade_line_items.c.created_at, type_=UtcDateTime())
    return (grade_line_items.c.state == "open") & (last <= read_before)


def _not_paused(now: datetime) -> Any:
    return or_(grade_paces.c.paused_until.is_(None), grade_paces.c.paused_until <= now)


def get_line_item(conn: Connection, line_item_id: int) -> RowMapping | None:
    """A column with what is needed to ask its platform."""
    query = (
        select(grade_line_items, *_COURSE)
        .join(lti_contexts, lti_contexts.c.id == grade_line_items.c.context_id)
        .join(lti_platforms, lti_platforms.c.id == grade_line_items.c.platform_id)
        .where(grade_line_items.c.id == line_item_id)
    )
    return conn.execute(query).mappings().one_or_none()


def get_cells(conn: Connection, cell_ids: Sequence[int]) -> list[RowMapping]:
    """Cells with everything that sending them needs."""
    query = (
        select(
            grade_cells,
            grade_line_items.c.url,
            grade_line_items.c.tag,
            grade_line_items.c.context_id,
            grade_line_items.c.platform_id.label("line_item_platform_id"),
            grade_line_items.c.attempts.label("column_attempts"),
            lti_members.c.sub,
            lti_members.c.context_id.label("member_context_id"),
            lti_members.c.participant_id.label("member_participant_id"),
            *_COURSE,
        )
        .join(grade_line_items, grade_line_items.c.id == grade_cells.c.line_item_id)
        .join(lti_members, lti_members.c.id == grade_cells.c.member_id)
        .join(lti_contexts, lti_contexts.c.id == grade_line_items.c.context_id)
        .join(lti_platforms, lti_platforms.c.id == grade_line_items.c.platform_id)
        .where(grade_cells.c.id.in_(cell_ids))
        .order_by(grade_cells.c.id)
    )
    return list(conn.execute(query).mappings())


def lock_cell(conn: Connection, cell_id: int, owner: str) -> RowMapping | None:
    """The cell's own row, held until the unit of work ends; None if somebody else has claimed it since."""
    query = select(grade_cells).where(grade_cells.c.id == cell_id, grade_cells.c.lease_owner == owner)
    return conn.execute(for_update(conn, query)).mappings().first()


def record_cell(conn: Connection, cell_id: int, values: Mapping[str, Any], *, owner: str) -> bool:
    """Write down what came of a claimed cell; False if somebody else has claimed it since."""
    change = update(grade_cells).where(grade_cells.c.id == cell_id, grade_cells.c.lease_owner == owner)
    return conn.execute(change.values(**values)).rowcount == 1


def give_back(conn: Connection, cell_ids: Sequence[int], owner: str, now: datetime) -> None:
    """Claimed, but not begun: due again at once."""
    change = update(grade_cells).where(grade_cells.c.id.in_(cell_ids), grade_cells.c.lease_owner == owner)
    conn.execute(change.values(lease_owner=None, next_attempt_at=now))


def record_line_item(
    conn: Connection, line_item_id: int, values: Mapping[str, Any], *, owner: str | None = None
) -> bool:
    """Write down what came of a column; with `owner`: False if somebody else has claimed it since."""
    change = update(grade_line_items).where(grade_line_items.c.id == line_item_id)
    if owner is not None:
        change = change.where(grade_line_items.c.lease_owner == owner)
    return conn.execute(change.values(**values)).rowcount == 1


def add_exchange(conn: Connection, row: Mapping[str, Any]) -> None:
    """Keep one call to a platform for the administrator to read."""
    conn.execute(insert(grade_exchanges).values(**row))
