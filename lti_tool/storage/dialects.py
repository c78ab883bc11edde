"""The few statements that the two databases spell differently."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    conn: Connection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    *,
    key: Sequence[str],
    update: Sequence[str] | None = None,
) -> None:
    """Insert rows, or update the columns `update` (default: all that are not key) of those that exist.

    An empty `update` leaves existing rows alone. Rows are written in the order of their key, so that two writers
    never wait for each other in a circle.
    """
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: tuple(str(row[name]) for name in key))
    insert = insert_for(conn, table)
    changed = [name for name in ordered[0] if name not in key] if update is None else update
    if changed:
        statement = insert.on_conflict_do_update(
            index_elements=list(key), set_={name: insert.excluded[name] for name in changed}
        )
    else:
        statement = insert.on_conflict_do_nothing(index_elements=list(key))
    conn.execute(statement, ordered)


def insert_for(conn: Connection, table: Table) -> Any:
    """An INSERT of the database's own dialect, which knows ON CONFLICT."""
    return (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(table)


def for_update(conn: Connection, query: Select[Any], *, skip_locked: bool = False) -> Select[Any]:
    """Lock the rows of a query until the unit of work ends; SQLite's one writer needs no such lock."""
    if conn.dialect.name == "sqlite":
        return query
    return query.with_for_update(skip_locked=skip_locked)
