"""Fresh databases for tests, cloned from a template that holds the whole schema."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import NullPool, create_engine, inspect, text
from sqlalchemy.engine import URL

from lti_tool.storage.database import open_database
from lti_tool.storage.migrate import upgrade

_TEMPLATE = "xuefen_template"
_DISCONNECT_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_COUNT_ANEW = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences"
    " WHERE last_value IS NOT NULL"
)


def make_sqlite_template(folder: Path) -> Path:
    """A SQLite file with every table."""
    path = folder / "template.sqlite"
    _create_schema(URL.create("sqlite", database=str(path)))
    return path


def clone_sqlite(template: Path, folder: Path) -> URL:
    path = folder / "xuefen.sqlite"
    shutil.copyfile(template, path)
    return URL.create("sqlite", database=str(path))


def make_postgresql_template(server: URL) -> str:
    """A PostgreSQL database with every table; its name."""
    name = f"{_TEMPLATE}_{uuid.uuid4().hex[:8]}"
    _administer(server, f'CREATE DATABASE "{name}"')
    _create_schema(server.set(database=name))
    return name


class CleanedDatabase:
    """A PostgreSQL database with the whole schema that is emptied after each test: far quicker than a new one."""

    def __init__(self, url: URL) -> None:
        self.url = url
        with create_engine(url, poolclass=NullPool).connect() as connection:
            names = inspect(connection).get_table_names()
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        emptied = [f'DELETE FROM "{name}"' for name in names if name != "alembic_version"]
        unchecked = "SET LOCAL session_replication_role = replica"  # in any order, keys unchecked
        head = f"UPDATE alembic_version SET version_num = '{revision}'"
        self._cleaning = "; ".join(["BEGIN", _DISCONNECT_OTHERS, unchecked, *emptied, _COUNT_ANEW, head, "COMMIT"])
        self._connection = self._connect()

    def clean(self) -> None:
        """Every row goes, and whoever is still connected; keys count from 1 again. All of it in one round trip."""
        try:
            self._connection.execute(self._cleaning)
        except psycopg.OperationalError:  # a test ended everybody's connections
            self._connection = self._connect()
            self._connection.execute(self._cleaning)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            self.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        )

    def close(self) -> None:
        self._connection.close()


@contextmanager
def clone_postgresql(server: URL, template: str | None) -> Iterator[URL]:
    """A database of its own; empty when `template` is None."""
    name = f"xuefen_{uuid.uuid4().hex[:12]}"
    source = f' TEMPLATE "{template}"' if template else ""
    _administer(server, f'CREATE DATABASE "{name}"{source} STRATEGY FILE_COPY')
    try:
        yield server.set(database=name)
    finally:
        _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _create_schema(url: URL) -> None:
    database = open_database(url)
    upgrade(database)
    if database.is_sqlite:
        with database.engine.connect() as connection:  # so that the file alone is the database
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    database.close()


def _administer(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
