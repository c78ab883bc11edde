"""Many rows into one table in one go: COPY on PostgreSQL, one prepared command on SQLite."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import DBAPIError


def insert_rows(conn: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns, with plain values (numbers, texts, UUIDs as texts, booleans).

    Errors are SQLAlchemy's, whichever way is taken.
    """
    if not rows:
        return
    if conn.dialect.driver == "psycopg":
        _copy(conn, table, rows)
    else:
        conn.execute(insert(table), rows)


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
