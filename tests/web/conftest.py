"""The whole tool on a fresh database."""

from pathlib import Path

import pytest

from lti_tool.storage.database import Database
from tests.support.clock import FakeClock
from tests.web.launching import Installation


@pytest.fixture
def tool(db: Database, clock: FakeClock, tmp_path: Path) -> Installation:
    return Installation(db, clock, tmp_path / "files")
