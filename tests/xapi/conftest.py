"""One record store per database engine for all tests of this room; every test speaks in a tenant of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from lti_tool.storage.database import open_database
from tests.conftest import DATABASES
from tests.support import databases
from tests.support.lrs import Lrs, Speaker


@pytest.fixture(scope="session", params=DATABASES)
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """A database for many tests, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        yield databases.clone_sqlite(template, tmp_path_factory.mktemp("xapi"))
        return
    server = request.getfixturevalue("postgresql")
    with databases.clone_postgresql(server, request.getfixturevalue("postgresql_template")) as url:
        yield url


@pytest.fixture(scope="session")
def lrs(shared_url: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lrs]:
    database = open_database(shared_url)
    yield Lrs(database, tmp_path_factory.mktemp("files"))
    database.close()


@pytest.fixture
def speaker(lrs: Lrs) -> Speaker:
    """Somebody who may do everything within a tenant that is empty."""
    return lrs.speaker("all")


@pytest.fixture(scope="session")
def sqlite_lrs(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lrs]:
    """For what does not depend on the database, such as validation."""
    folder = tmp_path_factory.mktemp("sqlite-lrs")
    database = open_database(databases.clone_sqlite(sqlite_template, folder))
    yield Lrs(database, folder)
    database.close()
