"""Fresh databases for tests, cloned from a template that holds the whole schema."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

from lti_tool.storage.database import open_database
from lti_tool.storage.migrate import upgrade

_TEMPLATE = "xuefen_template"


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


@contextmanager
def clone_postgresql(server: URL, template: str | None) -> Iterator[URL]:
    """A database of its own for one test; empty when `template` is None."""
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
