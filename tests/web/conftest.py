"""The whole tool on a fresh database."""

from pathlib import Path

import pytest

from lti_tool.storage.database import Database
from tests.support.clock import FakeClock
from tests.web.administration import CANVAS, MOODLE, OTHER, PROGRAMME, Place, settle
from tests.web.launching import Installation, another_programme


@pytest.fixture
def tool(db: Database, clock: FakeClock, tmp_path: Path) -> Installation:
    return Installation(db, clock, tmp_path / "files")


@pytest.fixture
def moodle(tool: Installation) -> Place:
    tool.load()
    return settle(tool, MOODLE, PROGRAMME)


@pytest.fixture
def canvas(tool: Installation) -> Place:
    tool.load(another_programme(OTHER, "Ningbo 2027"))
    return settle(tool, CANVAS, OTHER)
