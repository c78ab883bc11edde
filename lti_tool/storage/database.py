"""One door to the database, SQLite by default or PostgreSQL by URL: a unit of work rolls back unless it ends well."""

import select
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError

from lti_tool.storage.turn import Turn

_WRITE = "xuefen_write"
_BUSY_TIMEOUT_MS = 30_000


class Database:
    """A database and the two ways to use it.

    `begin()` is a unit of work: it commits at the end of the block and rolls back on any exception. On SQLite it
    takes the write lock at once (BEGIN IMMEDIATE), so writers queue instead of failing half-way.
    `read()` sees one consistent snapshot on SQLite and must not write.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turn = Turn(_beside(engine.url)) if self.is_sqlite else None
        self._writer = engine.execution_options(**{_WRITE: True})
        # PostgreSQL reads see each command's own snapshot anyway: without BEGIN and ROLLBACK, two round trips less.
        self._reader = engine if self.is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self._turn or nullcontext(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._reader.connect() as connection:
            yield connection

    def claim(self) -> AbstractContextManager[Connection]:
        """For claims, which last as long as the block and write nothing: SQLite must not lock anybody out for them."""
        return self.read() if self.is_sqlite else self.begin()

    def analyse(self) -> None:
        """Let the engine look at its tables anew: after much was loaded, its plans rest on what was there before."""
        with self.begin() as connection:
            connection.exec_driver_sql("PRAGMA optimize" if self.is_sqlite else "ANALYZE")

    def close(self) -> None:
        self.engine.dispose()
        if self._turn is not None:
            self._turn.close()


def open_database(url: str | URL, *, pool_size: int = 8) -> Database:
    """Open the database at a SQLAlchemy URL; a SQLite file's folder is made if it is missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_size=pool_size, max_overflow=pool_size)
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "checkout", _refuse_closed)
        return Database(engine)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine)


def _beside(url: URL) -> Path | None:
    """Where writers of a SQLite file queue."""
    return Path(f"{url.database}-turn") if url.database and url.database != ":memory:" else None


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """Replace a pooled connection that its server has ended: its farewell waits to be read. It costs no round trip."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """Queries here end in milliseconds; where statistics are missing, PostgreSQL thinks otherwise, and starting other
    processes or a compiler for one takes longer than its work.
    """
    connection.autocommit = True
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute("SET jit = off")
    connection.autocommit = False


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself
    for pragma in (
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",  # acknowledged means it survives a power cut
        "foreign_keys = ON",
        "temp_store = MEMORY",
        "cache_size = -8192",  # of each connection, in KB; the system keeps pages for all of them
        "wal_autocheckpoint = 4000",  # 16 MB: a batch of a hundred statements fills what SQLite thinks enough
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("uuid_bytes", 1, _uuid_bytes, deterministic=True)
    connection.create_function("uuid_text", 1, _uuid_text, deterministic=True)


def _uuid_bytes(text: str | None) -> bytes | None:
    """The sixteen bytes of a UUID's text, for queries that join by it (`storage.dialects.uuid_of`)."""
    return None if text is None else bytes.fromhex(text.replace("-", ""))


def _uuid_text(uuid: bytes | None) -> str | None:
    return None if uuid is None else str(UUID(bytes=uuid))


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITE, False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # which locks nothing yet and cannot fail: the driver is asked without a detour, for every page that is read
        connection.connection.cursor().execute("BEGIN")
