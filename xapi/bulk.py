"""Many rows into one table in one go.

PostgreSQL takes many rows fastest by COPY; few rows by one command that reads them from JSON, which needs only one
round trip. SQLite has no round trips.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Dialect, Table, Text, TextClause, bindparam, cast, func, insert, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

_FEW = 12


def insert_rows(conn: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns, with plain values (numbers, texts, UUIDs as texts, booleans).

    Errors are SQLAlchemy's, whichever way is taken.
    """
    if not rows:
        return
    if conn.dialect.driver != "psycopg":
        conn.execute(insert(table), rows)
    elif len(rows) > _FEW:
        _copy(conn, table, rows)
    else:
        conn.execute(_from_json(table, tuple(rows[0]), conn.dialect), {"rows": orjson.dumps(rows).decode()})


@cache
def _from_json(table: Table, columns: tuple[str, ...], dialect: Dialect) -> TextClause:
    names = ", ".join(columns)
    types = ", ".join(f"{name} {table.c[name].type.compile(dialect)}" for name in columns)
    source = f"json_to_recordset(CAST(:rows AS json)) AS row({types})"
    return text(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {source}")  # noqa: S608 - names of our own


def among(dialect: str, column: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a column of UUIDs holds one of those in the parameter `ids` (`among_parameter`)."""
    if dialect != "postgresql":
        return column.in_(bindparam("ids", expanding=True))
    listed = cast(bindparam("ids", type_=Text), postgresql.ARRAY(postgresql.UUID(as_uuid=False)))
    return column == func.any(listed)


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
