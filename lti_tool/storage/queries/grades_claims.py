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
from lti_tool.storage.queries.grades_cells import lock_cells, write_cells
from lti_tool.storage.tables.grades import grade_cells, grade_exchanges, grade_line_items, grade_paces, grade_trials
from lti_tool.storage.tables.lti import lti_contexts, lti_members, lti_platforms
from lti_tool.storage.types import UtcDateTime

_PAGE = 100  # results that one call brings
#: What a call to a platform about a column needs, beside the column.
COURSE = (
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
    """Platforms with something due: cells, columns, columns that were last compared before `read_before`, trials."""
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
    trials = select(grade_trials.c.context_id).where(
        grade_trials.c.platform_id == lti_platforms.c.id, grade_trials.c.next_attempt_at <= now
    )
    if programme_id is not None:
        cells = cells.where(grade_cells.c.programme_id == programme_id)
        columns = columns.where(grade_line_items.c.programme_id == programme_id)
    query = (
        select(lti_platforms.c.id)
        .outerjoin(grade_paces, grade_paces.c.platform_id == lti_platforms.c.id)
        .where(_not_paused(now), or_(cells.exists(), columns.exists(), trials.exists()))
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
    """A living worker goes on holding what it claimed. Rows that a lane is just writing to have time until the next."""
    for table, key in (
        (grade_cells, grade_cells.c.id),
        (grade_line_items, grade_line_items.c.id),
        (grade_trials, grade_trials.c.context_id),
    ):
        mine = for_update(conn, select(key).where(table.c.lease_owner.in_(owners)), skip_locked=True)
        ids = list(conn.execute(mine).scalars())
        conn.execute(update(table).where(key.in_(ids)).values(next_attempt_at=lease_until))


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
    conn: Connection,
    owner: str,
    now: datetime,
    lease_until: datetime,
    *,
    stale_before: datetime,
    quiet_since: datetime,
    read_before: datetime,
    platform_id: int,
    programme_id: str | None,
) -> RowMapping | None:
    """Take one open column in which so many due cells must be looked at that reading all of it is fewer calls.

    Those cells are claimed with it, so that no lane asks for one of them alone meanwhile. `read_before`: not a column
    that was read as a whole later than that.
    """
    in_column = grade_cells.c.line_item_id == grade_line_items.c.id
    standing = select(func.count()).where(in_column, grade_cells.c.confirmed_value.is_not(None))
    last = func.coalesce(grade_line_items.c.read_back_at, grade_line_items.c.created_at, type_=UtcDateTime())
    unseen = _unseen(now, stale_before, quiet_since)
    query = (
        select(grade_line_items.c.id)
        .where(
            grade_line_items.c.platform_id == platform_id,
            grade_line_items.c.state == "open",
            or_(grade_line_items.c.read_back_at.is_(None), last <= read_before),
            standing.where(*unseen).scalar_subquery() * _PAGE > standing.scalar_subquery() + _PAGE,
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
    cells = select(grade_cells.c.id).where(grade_cells.c.line_item_id == found, *unseen)
    _take(conn, grade_cells, cells, owner, lease_until)
    record_line_item(conn, found, {"read_back_at": now})
    return get_line_item(conn, found)


def _unseen(now: datetime, stale_before: datetime, quiet_since: datetime) -> tuple[Any, ...]:
    """Due, and to be read before anything is sent: not known, or not since our own last score."""
    read, last = grade_cells.c.lms_read_at, grade_cells.c.last_attempt_at
    return (
        grade_cells.c.confirmed_value.is_not(None),
        grade_cells.c.next_attempt_at <= now,
        grade_cells.c.lease_owner.is_(None),
        or_(last.is_(None), last < quiet_since),
        or_(read.is_(None), read < stale_before, read < grade_cells.c.confirmed_at),
    )


def _unread(read_before: datetime) -> Any:
    last = func.coalesce(grade_line_items.c.read_back_at, grade_line_items.c.created_at, type_=UtcDateTime())
    return (grade_line_items.c.state == "open") & (last <= read_before)


def _not_paused(now: datetime) -> Any:
    return or_(grade_paces.c.paused_until.is_(None), grade_paces.c.paused_until <= now)


def get_line_item(conn: Connection, line_item_id: int) -> RowMapping | None:
    """A column with what is needed to ask its platform."""
    query = (
        select(grade_line_items, *COURSE)
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
            *COURSE,
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


def record_cells(conn: Connection, rows: Sequence[Mapping[str, Any]], *, owner: str) -> set[int]:
    """Write to many claimed cells, each row naming its cell by `id`; the ids of those that are still claimed."""
    held = lock_claimed(conn, [row["id"] for row in rows], owner).keys()
    write_cells(conn, [row for row in rows if row["id"] in held])
    return set(held)


def lock_claimed(conn: Connection, cell_ids: Sequence[int], owner: str) -> dict[int, RowMapping]:
    """The rows of claimed cells, held until the unit of work ends; those that somebody else has claimed are missing."""
    if not cell_ids:
        return {}
    query = (
        select(grade_cells)
        .where(grade_cells.c.id.in_(cell_ids), grade_cells.c.lease_owner == owner)
        .order_by(grade_cells.c.id)
    )
    return {row["id"]: row for row in conn.execute(for_update(conn, query)).mappings()}


def release_cells(conn: Connection, line_item_id: int, owner: str, now: datetime) -> None:
    """Whatever of a column is still claimed is due again at once."""
    mine = (grade_cells.c.line_item_id == line_item_id, grade_cells.c.lease_owner == owner)
    lock_cells(conn, *mine)
    conn.execute(update(grade_cells).where(*mine).values(lease_owner=None, next_attempt_at=now))


def give_back(conn: Connection, cell_ids: Sequence[int], owner: str, now: datetime) -> None:
    """Claimed, but not begun: due again at once."""
    mine = (grade_cells.c.id.in_(cell_ids), grade_cells.c.lease_owner == owner)
    lock_cells(conn, *mine)
    conn.execute(update(grade_cells).where(*mine).values(lease_owner=None, next_attempt_at=now))


def record_line_item(
    conn: Connection, line_item_id: int, values: Mapping[str, Any], *, owner: str | None = None
) -> bool:
    """Write down what came of a column; with `owner`: False if somebody else has claimed it since."""
    change = update(grade_line_items).where(grade_line_items.c.id == line_item_id)
    if owner is not None:
        change = change.where(grade_line_items.c.lease_owner == owner)
    return conn.execute(change.values(**values)).rowcount == 1


def add_exchanges(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep calls to a platform for the administrator to read."""
    conn.execute(insert(grade_exchanges), list(rows))
