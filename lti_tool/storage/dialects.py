"""The few statements that the two databases spell differently."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERTS: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


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
    changed = [name for name in ordered[0] if name not in key] if update is None else update
    conn.execute(_upsert(conn.dialect.name, table, tuple(key), tuple(changed)), ordered)


@lru_cache(maxsize=512)
def _upsert(dialect: str, table: Table, key: tuple[str, ...], changed: tuple[str, ...]) -> Any:
    """Built once: making the statement takes longer than running it."""
    insert = _INSERTS[dialect](table)
    if not changed:
        return insert.on_conflict_do_nothing(index_elements=list(key))
    return insert.on_conflict_do_update(
        index_elements=list(key), set_={name: insert.excluded[name] for name in changed}
    )


def insert_for(conn: Connection, table: Table) -> Any:
    """An INSERT of the database's own dialect, which knows ON CONFLICT."""
    return _INSERTS[conn.dialect.name](table)


def for_update(conn: Connection, query: Select[Any], *, skip_locked: bool = False) -> Select[Any]:
    """Lock the rows of a query until the unit of work ends; SQLite's one writer needs no such lock."""
    if conn.dialect.name == "sqlite":
        return query
    return query.with_for_update(skip_locked=skip_locked)
