"""Many rows into one table in one go.

PostgreSQL takes many rows fastest by COPY; few rows by one command that reads them from JSON, which needs only one
round trip. SQLite has no round trips.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Table, Text, cast, func, insert, literal, text
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
        names = ", ".join(rows[0])
        types = ", ".join(f"{name} {table.c[name].type.compile(conn.dialect)}" for name in rows[0])
        source = f"json_to_recordset(CAST(:rows AS json)) AS row({types})"
        command = f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {source}"  # noqa: S608 - names of our own
        conn.execute(text(command), {"rows": orjson.dumps(rows).decode()})


def among(conn: Connection, column: ColumnElement[str], ids: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column of UUIDs holds one of these; on PostgreSQL one parameter, so that the command stays the same."""
    if conn.dialect.name != "postgresql":
        return column.in_(ids)
    listed = cast(literal("{" + ",".join(ids) + "}", Text), postgresql.ARRAY(postgresql.UUID(as_uuid=False)))
    return column == func.any(listed)


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
