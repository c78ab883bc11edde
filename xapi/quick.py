"""Selects that are asked in every request, made once: no more is done for each of them than the driver needs.

SQLAlchemy looks at every execution anew, which takes longer than most of these selects themselves. Here it makes the
command once and says how values go in and come out; the driver does the rest.
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
_DIALECTS: dict[str, Dialect] = {
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


def fetch(conn: Connection, query: SelectBase, values: Mapping[str, Any]) -> list[Any]:
    """All rows of a select, their values by the names of its columns. Errors are SQLAlchemy's.

    `values` are those of its parameters, none of which stands for a list; there may be more.
    """
    if not conn.in_transaction():
        conn.begin()  # as SQLAlchemy does by itself
    command = _command(query, conn.dialect.name)
    given = {**command.fixed, **values}
    for name, write in command.writers:
        given[name] = write(given[name])
    rows = _execute(conn, command.text, given if command.order is None else [given[name] for name in command.order])
    if command.readers:
        rows = [_converted(row, command.readers) for row in rows]
    return [command.row(row) for row in rows]


def first(conn: Connection, query: SelectBase, values: Mapping[str, Any]) -> Any:
    """The first row of a select that has few, or None."""
    rows = fetch(conn, query, values)
    return rows[0] if rows else None


def _execute(conn: Connection, text: str, parameters: Any) -> list[Any]:
    driver: Any = conn.dialect.loaded_dbapi
    connection: Any = conn.connection.driver_connection
    try:
        return list(connection.execute(text, parameters).fetchall())
    except driver.Error as error:
        raise DBAPIError.instance(text, parameters, error, driver.Error, dialect=conn.dialect) from error


def _converted(row: Sequence[Any], readers: Sequence[tuple[int, _Convert]]) -> list[Any]:
    values = list(row)
    for place, read in readers:
        values[place] = read(values[place])
    return values


@lru_cache(maxsize=1000)
def _command(query: SelectBase, name: str) -> _Command:
    dialect = _DIALECTS[name]
    compiled: Any = query.compile(dialect=dialect)
    columns = list(query.selected_columns)
    names = [column.name for column in columns]
    binds = [(key, bind.type.dialect_impl(dialect)) for bind, key in compiled.bind_names.items()]
    writers = [(key, type_.bind_processor(dialect)) for key, type_ in binds]
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
