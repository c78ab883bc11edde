"""A tool with one registered platform, each as real as a launch needs."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from sqlalchemy.engine import URL

from lti_tool.storage.database import Database, open_database
from tests.conftest import DATABASES
from tests.lti.registrar import Registrar
from tests.support import databases
from tests.support.clock import FakeClock
from tests.support.platform import Platform, Tool


class Standing(NamedTuple):
    """A tool and a platform that many cases of a table share, since none of them leaves anything that others mind."""

    tool: Tool
    platform: Platform


@pytest.fixture
def tool(db: Database, clock: FakeClock) -> Tool:
    return Tool(db, clock)


@pytest.fixture
def platform(tool: Tool, clock: FakeClock) -> Iterator[Platform]:
    with Platform().serving() as platform:
        yield platform.register(tool.db, clock())


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    with Registrar().serving() as registrar:
        yield registrar


@pytest.fixture(scope="module", params=DATABASES)
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """One database of each engine for all cases of a module."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        yield from _stand(databases.clone_sqlite(template, tmp_path_factory.mktemp("standing")))
        return
    server, name = request.getfixturevalue("postgresql"), request.getfixturevalue("postgresql_template")
    with databases.clone_postgresql(server, name) as url:
        yield from _stand(url)


def _stand(url: URL) -> Iterator[Standing]:
    db, clock = open_database(url), FakeClock()
    with Platform().serving() as platform:
        yield Standing(Tool(db, clock), platform.register(db, clock()))
    db.close()
