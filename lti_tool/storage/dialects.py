"""The few statements that the two databases spell differently."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, Text, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from xapi.types import Uuid

#: INSERT of each database's own dialect, which knows ON CONFLICT.
INSERTS: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

_TURN = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))


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
    insert = INSERTS[dialect](table)
    if not changed:
        return insert.on_conflict_do_nothing(index_elements=list(key))
    return insert.on_conflict_do_update(
        index_elements=list(key), set_={name: insert.excluded[name] for name in changed}
    )


def insert_for(conn: Connection, table: Table) -> Any:
    """An INSERT of the database's own dialect, which knows ON CONFLICT."""
    return INSERTS[conn.dialect.name](table)


def for_update(conn: Connection, query: Select[Any], *, skip_locked: bool = False) -> Select[Any]:
    """Lock the rows of a query until the unit of work ends; SQLite's one writer needs no such lock."""
    if conn.dialect.name == "sqlite":
        return query
    return query.with_for_update(skip_locked=skip_locked)


def take_turns(conn: Connection, name: str) -> None:
    """Of units of work that name the same thing one goes on, and the others wait until it has ended.

    On SQLite whoever may write is alone already.
    """
    if conn.dialect.name != "sqlite":
        conn.execute(_TURN, {"name": f"xuefen {name}"})


class UuidOf(FunctionElement[str]):
    """A UUID's text as the record store keeps it, so that a row that names a statement finds it by its index."""

    type = Uuid()
    inherit_cache = True


class TextOf(FunctionElement[str]):
    """The text of a UUID of the record store: the other way round."""

    type = Text()
    inherit_cache = True


def uuid_of(text: ColumnElement[str]) -> ColumnElement[str]:
    return UuidOf(text)


def text_of(uuid: ColumnElement[str]) -> ColumnElement[str]:
    return TextOf(uuid)


@compiles(UuidOf, "sqlite")
@compiles(TextOf, "sqlite")
def _by_function(element: FunctionElement[str], compiler: Any, **more: Any) -> str:
    """SQLite of many systems knows neither; `storage.database` gives every connection the two functions."""
    name = "uuid_bytes" if isinstance(element, UuidOf) else "uuid_text"
    return f"{name}({compiler.process(element.clauses, **more)})"


@compiles(UuidOf, "postgresql")
@compiles(TextOf, "postgresql")
def _by_cast(element: FunctionElement[str], compiler: Any, **more: Any) -> str:
    kind = "UUID" if isinstance(element, UuidOf) else "TEXT"
    return f"CAST({compiler.process(element.clauses, **more)} AS {kind})"
