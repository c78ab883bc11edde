"""Cells of one column as read-back compares them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, or_, select, update

from lti_tool.storage.dialects import for_update
from lti_tool.storage.tables.grades import grade_cells, grade_exchanges
from lti_tool.storage.tables.lti import lti_members

_SENT_KEPT = 50


def list_sent(conn: Connection, cell_id: int) -> list[tuple[Decimal, datetime]]:
    """The values that were sent to a cell, with when, newest first."""
    query = (
        select(grade_exchanges.c.value, grade_exchanges.c.at)
        .where(
            grade_exchanges.c.cell_id == cell_id,
            grade_exchanges.c.kind == "score",
            grade_exchanges.c.value.is_not(None),
        )
        .order_by(grade_exchanges.c.id.desc())
        .limit(_SENT_KEPT)
    )
    return [(value, at) for value, at in conn.execute(query)]


def lock_quiet_cells(
    conn: Connection, line_item_id: int, subs: Sequence[str], quiet_since: datetime, owner: str
) -> list[RowMapping]:
    """The cells of some people in a column, unless another worker holds them or somebody has sent to them since
    `quiet_since`."""
    query = _quiet(line_item_id, quiet_since, owner).where(lti_members.c.sub.in_(subs))
    return list(conn.execute(_of_cells(conn, query)).mappings())


def lock_quiet_confirmed(
    conn: Connection, line_item_id: int, quiet_since: datetime, owner: str, *, after: int, limit: int
) -> list[RowMapping]:
    """Cells of a column in which something stands, by id, under the same condition."""
    query = _quiet(line_item_id, quiet_since, owner).where(
        grade_cells.c.confirmed_value.is_not(None), grade_cells.c.id > after
    )
    return list(conn.execute(_of_cells(conn, query.limit(limit))).mappings())


def _quiet(line_item_id: int, quiet_since: datetime, owner: str) -> Any:
    last, holder = grade_cells.c.last_attempt_at, grade_cells.c.lease_owner
    return (
        select(grade_cells, lti_members.c.sub)
        .join(lti_members, lti_members.c.id == grade_cells.c.member_id)
        .where(
            grade_cells.c.line_item_id == line_item_id,
            or_(holder.is_(None), holder == owner),
            or_(last.is_(None), last < quiet_since),
        )
        .order_by(grade_cells.c.id)
    )


def _of_cells(conn: Connection, query: Any) -> Any:
    return query if conn.dialect.name == "sqlite" else query.with_for_update(of=grade_cells)


def lock_cells(conn: Connection, *which: ColumnElement[bool]) -> None:
    """Hold the cells that these conditions choose until the unit of work ends: before many are changed at once.

    Everybody locks them by id, so that no two ever wait for each other in a circle.
    """
    conn.execute(for_update(conn, select(grade_cells.c.id).where(*which).order_by(grade_cells.c.id)))


def write_cells(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write to cells that were locked in this unit of work; each row names its cell by `id` and what to write."""
    alike: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in rows:
        values = {name: value for name, value in row.items() if name != "id"}
        alike.setdefault(frozenset(values), []).append({**values, "_id": row["id"]})
    for some in alike.values():
        conn.execute(_WRITE, some)


#: What is set follows from the parameters.
_WRITE = update(grade_cells).where(grade_cells.c.id == bindparam("_id"))
