"""Many rows into one table in one go.

PostgreSQL takes many rows fastest by COPY; few rows by one command that reads them from JSON, which needs only one
round trip. SQLite has no round trips.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Text,
    TextClause,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

_FEW = 12

Rows = Sequence[dict[str, Any]]


def insert_rows(conn: Connection, *filled: tuple[Table, Rows]) -> None:
    """Insert rows into tables; the rows of a table have the same columns, with plain values.

    Plain are numbers, texts, UUIDs as texts, and booleans. Errors are SQLAlchemy's, whichever way is taken.
    """
    given = [(table, rows) for table, rows in filled if rows]
    if not given:
        return
    if conn.dialect.driver != "psycopg":
        for table, rows in given:
            conn.execute(insert(table), rows)
    elif max(len(rows) for _, rows in given) > _FEW:
        for table, rows in given:
            _copy(conn, table, rows)
    else:
        command = _from_json(tuple((table, tuple(rows[0])) for table, rows in given), conn.dialect)
        conn.execute(command, {f"rows_{table.name}": orjson.dumps(rows).decode() for table, rows in given})


@cache
def _from_json(filled: tuple[tuple[Table, tuple[str, ...]], ...], dialect: Dialect) -> TextClause:
    """One command for all tables."""
    inserts = []
    for table, columns in filled:
        names = ", ".join(columns)
        types = ", ".join(f"{name} {table.c[name].type.compile(dialect)}" for name in columns)
        source = f"json_to_recordset(CAST(:rows_{table.name} AS json)) AS row({types})"
        inserts.append(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {source}")  # noqa: S608 - our own names
    *others, last = inserts
    before = ", ".join(f"part_{number} AS ({other})" for number, other in enumerate(others))
    return text(f"WITH {before} {last}" if before else last)


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
    driver: Any = conn.dialect.loaded_dbapi
    try:
        cursor: Any = conn.connection.cursor()
        with cursor, cursor.copy(command) as copy:
            copy.write(data + "\n")
    except driver.Error as error:
        raise DBAPIError.instance(command, None, error, driver.Error, dialect=conn.dialect) from error


def _as_text(value: Any) -> str:
    """A value in COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return str(value)
