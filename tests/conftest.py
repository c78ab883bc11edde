"""Fixtures for every room: fresh databases on both engines, a clock that stands still, real servers, Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.engine import URL

from lti_tool.storage.database import Database, open_database
from tests.support import databases
from tests.support.clock import FakeClock
from tests.support.postgres import postgresql_server
from tests.support.server import serve

DATABASES = os.environ.get("XUEFEN_TEST_DATABASES", "sqlite,postgresql").split(",")


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each test makes an application of its own; a process in earnest makes one."""
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))}


@pytest.fixture(scope="session", autouse=True)
def _tracebacks_are_plain() -> None:
    """As `configure_logs` has them; the default draws every variable of every frame, which takes seconds."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, plain])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return databases.make_sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A running PostgreSQL server."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql: URL) -> str:
    return databases.make_postgresql_template(postgresql)


@pytest.fixture(scope="session")
def postgresql_database(postgresql: URL, postgresql_template: str) -> Iterator[databases.CleanedDatabase]:
    """A database with every table; whoever uses it empties it."""
    with (
        databases.clone_postgresql(postgresql, postgresql_template) as url,
        closing(databases.CleanedDatabase(url)) as database,
    ):
        yield database


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """A fresh database with the whole schema, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield databases.clone_sqlite(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    database = request.getfixturevalue("postgresql_database")
    yield database.url
    database.clean()


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """A database without any table, for the migrations."""
    if request.param == "sqlite":
        yield URL.create("sqlite", database=str(tmp_path / "empty.sqlite"))
        return
    with databases.clone_postgresql(request.getfixturevalue("postgresql"), None) as url:
        yield url


@pytest.fixture
def db(database_url: URL) -> Iterator[Database]:
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def live_server() -> Iterator[Callable[[Any], str]]:
    """Serve an application on loopback: `live_server(app)` gives its base URL."""
    with ExitStack() as stack:
        yield lambda app, port=0: stack.enter_context(serve(app, port))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one; otherwise the one Playwright installed."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    quiet += ["--disable-background-networking", "--disable-component-update"]
    system = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    found = {"executable_path": system} if system else {}
    return {**browser_type_launch_args, **found, "args": quiet}
