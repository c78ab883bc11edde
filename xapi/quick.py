"""Commands of every request: no more is done for each of them than the driver needs.

SQLAlchemy looks at every execution anew, which takes longer than most of these commands themselves. Here it makes a
select once and says how values go in and come out; the driver does the rest. Errors are SQLAlchemy's all the same.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, SelectBase
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

_Convert: TypeAlias = Callable[[Any], Any]
#: Commands are made in these, the same for every engine, so that none is kept alive by what is remembered.
DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.psycopg.dialect(),  # type: ignore[no-untyped-call]
}


@dataclass(frozen=True, slots=True)
class _Command:
    """A select as the driver takes it."""

    text: str
    order: tuple[str, ...] | None
    """Names of the parameters in their order; None: the driver takes them by name."""
    fixed: dict[str, Any]
    """Values that belong to the command itself."""
    writers: list[tuple[str, _Convert]]
    """What brings values of parameters into the driver's form."""
    readers: list[tuple[int, _Convert]]
    """What brings values of columns, by their place, out of it."""
    row: Callable[[Sequence[Any]], Any]


def fetch(conn: Connection, query: SelectBase, values: Mapping[str, Any]) -> list[Sequence[Any]]:
    """All rows of a select.

    `values` are those of its parameters, none of which stands for a list; there may be more.
    """
    command = _command(query, conn.dialect.name)
    given = {**command.fixed, **values}
    for name, write in command.writers:
        given[name] = write(given[name])
    rows = execute(conn, command.text, given if command.order is None else [given[name] for name in command.order])
    return [_converted(row, command.readers) for row in rows] if command.readers else rows


def first(conn: Connection, query: SelectBase, values: Mapping[str, Any]) -> Any:
    """The first row of a select that has few, its values by the names of its columns; None, if there is none."""
    rows = fetch(conn, query, values)
    return _command(query, conn.dialect.name).row(rows[0]) if rows else None


def execute(conn: Connection, text: str, parameters: Any = ()) -> list[Any]:
    """The rows that a command in the driver's own words returns; none, if it is not of that kind."""
    driver, connection = _driver_of(conn)
    try:
        cursor = connection.execute(text, parameters)
        return [] if cursor.description is None else cursor.fetchall()
    except driver.Error as error:
        raise _as_sqlalchemy(conn, text, parameters, error) from error


def execute_many(conn: Connection, text: str, rows: Sequence[Any]) -> None:
    """A command in the driver's own words, once for each row of parameters."""
    driver, connection = _driver_of(conn)
    try:
        connection.cursor().executemany(text, rows)
    except driver.Error as error:
        raise _as_sqlalchemy(conn, text, rows, error) from error


def copy_in(conn: Connection, text: str, data: str) -> None:
    """A COPY of PostgreSQL, with its rows in COPY's text format."""
    driver, connection = _driver_of(conn)
    try:
        with connection.cursor() as cursor, cursor.copy(text) as copy:
            copy.write(data)
    except driver.Error as error:
        raise _as_sqlalchemy(conn, text, None, error) from error


def _driver_of(conn: Connection) -> tuple[Any, Any]:
    """The driver and its connection, in a transaction as SQLAlchemy begins them."""
    if not conn.in_transaction():
        conn.begin()
    return conn.dialect.loaded_dbapi, conn.connection.driver_connection


def _as_sqlalchemy(conn: Connection, text: str, parameters: Any, error: Exception) -> DBAPIError:
    base, connection = conn.dialect.loaded_dbapi.Error, conn.connection.dbapi_connection
    is_lost = conn.dialect.is_disconnect(error, connection, None)  # type: ignore[arg-type]  # of the driver
    if is_lost:
        conn.invalidate(error)
    found = DBAPIError.instance(text, parameters, error, base, dialect=conn.dialect, connection_invalidated=is_lost)
    assert isinstance(found, DBAPIError)  # noqa: S101 - of an error of the driver
    return found


def _converted(row: Sequence[Any], readers: Sequence[tuple[int, _Convert]]) -> list[Any]:
    values = list(row)
    for place, read in readers:
        values[place] = read(values[place])
    return values


@lru_cache(maxsize=1000)
def _command(query: SelectBase, name: str) -> _Command:
    dialect = DIALECTS[name]
    compiled: Any = query.compile(dialect=dialect)
    columns = list(query.selected_columns)
    names = [column.name for column in columns]
    types = {key: bind.type.dialect_impl(dialect) for bind, key in compiled.bind_names.items()}
    writers = [(key, type_.bind_processor(dialect)) for key, type_ in types.items()]
    readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    return _Command(
        text=str(compiled),
        order=tuple(compiled.positiontup) if compiled.positional else None,
        fixed=dict(compiled.params),
        writers=[(key, write) for key, write in writers if write is not None],
        readers=[(place, read) for place, read in enumerate(readers) if read is not None],
        row=row._make,
    )
