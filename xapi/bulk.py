"""Many rows into one table in one go.

PostgreSQL takes many rows fastest by COPY; few rows by one command that reads them from JSON, which needs only one
round trip. SQLite has no round trips, but one writer at a time: there the commands are made once, so that little is
done while others wait.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, TypeAlias
from uuid import UUID

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql

from xapi.quick import DIALECTS, copy_in, execute, execute_many
from xapi.types import Uuid

_FEW = 200
#: So many ids are asked for by one command.
CHUNK = 500

Rows = Sequence[dict[str, Any]]
_Convert: TypeAlias = Callable[[Any], Any]
_Writer: TypeAlias = tuple[str, _Convert | None]
_SQLITE = DIALECTS["sqlite"]


def insert_rows(conn: Connection, *filled: tuple[Table, Rows]) -> None:
    """Insert rows into tables; the rows of a table have the same columns, with plain values.

    Plain are numbers, texts, UUIDs as texts, and booleans. Errors are SQLAlchemy's, whichever way is taken.
    """
    given = [(table, rows) for table, rows in filled if rows]
    if _are_few(conn, given):
        _insert_at_once(conn, given, None, {})
    else:
        _insert_by_table(conn, given)


def insert_and_ask(
    conn: Connection, question: Select[Any], ids: Sequence[str], *filled: tuple[Table, Rows]
) -> list[tuple[Any, ...]]:
    """Insert rows, and ask for what these rows do not change; the answer, its UUIDs as texts.

    `question` is narrowed by `among`, to these ids.
    """
    given = [(table, rows) for table, rows in filled if rows]
    if _are_few(conn, given):
        answer = _insert_at_once(conn, given, question, among_parameter(conn, ids))
        return [tuple(str(value) if isinstance(value, UUID) else value for value in row) for row in answer]
    _insert_by_table(conn, given)
    return [tuple(row) for row in ask_among(conn, question, ids)]


def ask_among(conn: Connection, question: Select[Any], ids: Sequence[str]) -> Iterator[Sequence[Any]]:
    """The answer to a question that is narrowed by `among` (by nothing else) to these ids, however many they are."""
    is_many = conn.dialect.name == "postgresql" and len(ids) > CHUNK
    if is_many:  # who believes a full table to be empty would read the list of ids again for each of its rows
        conn.exec_driver_sql("SET LOCAL enable_nestloop = off")
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        if conn.dialect.name == "sqlite":
            yield from _ask_plainly(conn, question, some)
        else:
            yield from conn.execute(question, among_parameter(conn, some))
    if is_many:
        conn.exec_driver_sql("SET LOCAL enable_nestloop = on")


def _are_few(conn: Connection, filled: Sequence[tuple[Table, Rows]]) -> bool:
    return conn.dialect.driver == "psycopg" and 0 < max((len(rows) for _, rows in filled), default=0) <= _FEW


def _insert_by_table(conn: Connection, filled: Sequence[tuple[Table, Rows]]) -> None:
    for table, rows in filled:
        if conn.dialect.driver == "psycopg":
            _copy(conn, table, rows)
        elif conn.dialect.name == "sqlite":
            _insert_plainly(conn, table, rows)
        else:
            conn.execute(insert(table), rows)


def _insert_plainly(conn: Connection, table: Table, rows: Rows) -> None:
    columns = tuple(rows[0])
    command, writers = _plain_insert(table, columns)
    values = [tuple([write(row[name]) if write else row[name] for name, write in writers]) for row in rows]
    execute_many(conn, command, values)


@cache
def _plain_insert(table: Table, columns: tuple[str, ...]) -> tuple[str, list[_Writer]]:
    """The command, and each column with what brings its values into the driver's form."""
    marks = ", ".join("?" * len(columns))
    command = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
    types = [table.c[name].type.dialect_impl(_SQLITE) for name in columns]
    return command, [(name, type_.bind_processor(_SQLITE)) for name, type_ in zip(columns, types, strict=True)]


def _ask_plainly(conn: Connection, question: Select[Any], ids: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    command, write, readers = _plain_question(question, len(ids))
    for row in execute(conn, command, tuple(map(write, ids))):
        yield tuple([read(value) if read else value for read, value in zip(readers, row, strict=True)])


@lru_cache(maxsize=2 * CHUNK)
def _plain_question(question: Select[Any], number: int) -> tuple[str, _Convert, list[_Convert | None]]:
    """The command for so many ids, what brings an id into the driver's form, and each column of an answer out of it."""
    nobody = question.params(ids=[str(UUID(int=0))] * number)
    command = str(nobody.compile(dialect=_SQLITE, compile_kwargs={"render_postcompile": True}))
    write = Uuid().dialect_impl(_SQLITE).bind_processor(_SQLITE)
    types = [column.type.dialect_impl(_SQLITE) for column in question.selected_columns]
    return command, write or str, [type_.result_processor(_SQLITE, None) for type_ in types]


def _insert_at_once(
    conn: Connection, filled: Sequence[tuple[Table, Rows]], question: Select[Any] | None, given: dict[str, Any]
) -> list[Any]:
    command = _from_json(tuple((table, tuple(rows[0])) for table, rows in filled), question)
    values = {f"rows_{table.name}": orjson.dumps(rows).decode() for table, rows in filled}
    return execute(conn, command, {**values, **given})


@cache
def _from_json(filled: tuple[tuple[Table, tuple[str, ...]], ...], question: Select[Any] | None) -> str:
    """One command for all tables, in the driver's own spelling."""
    dialect = DIALECTS["postgresql"]
    inserts = []
    for table, columns in filled:
        names = ", ".join(columns)
        types = ", ".join(f"{name} {table.c[name].type.compile(dialect)}" for name in columns)
        source = f"json_to_recordset(%(rows_{table.name})s::json) AS row({types})"
        inserts.append(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {source}")  # noqa: S608 - our own names
    last = inserts.pop() if question is None else str(question.compile(dialect=dialect))
    before = ", ".join(f"part_{number} AS ({other})" for number, other in enumerate(inserts))
    return f"WITH {before} {last}" if before else last


def among(dialect: str, column: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a column of UUIDs holds one of those in the parameter `ids` (`among_parameter`)."""
    if dialect != "postgresql":
        return column.in_(bindparam("ids", expanding=True))
    listed = cast(bindparam("ids", type_=Text), postgresql.ARRAY(postgresql.UUID(as_uuid=False)))
    # A join, not `= ANY`: a plan that PostgreSQL made while the table was empty stays bearable when it is full.
    return column.in_(select(func.unnest(listed)))


def among_parameter(conn: Connection, ids: Sequence[str]) -> dict[str, Any]:
    """On PostgreSQL one array, so that the command is the same for any number of them."""
    return {"ids": list(ids) if conn.dialect.name != "postgresql" else "{" + ",".join(ids) + "}"}


def _copy(conn: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    columns = list(rows[0])
    command = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
    data = "\n".join(["\t".join([_as_text(row[name]) for name in columns]) for row in rows])
    copy_in(conn, command, data + "\n")


def _as_text(value: Any) -> str:
    """A value in COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return str(value)
