"""The example programme in which 张老师 has everything and nobody else has anything."""

from pathlib import Path

import pytest

from lti_tool.reports.source import Source
from lti_tool.storage.database import Database
from tests.credits.conftest import Tool, make_tool
from tests.credits.learners import approved, assessments, attendance, study
from tests.support.clock import FakeClock

PROGRAMME, ZHANG = "hz-2026", "a6f10c3e"


@pytest.fixture
def tool(db: Database, clock: FakeClock, tmp_path: Path) -> Tool:
    found = make_tool(db, clock, tmp_path)
    practice = [*approved("p1", 5), *approved("p2", 10), *approved("p3", 10)]
    found.send(*study(), *attendance(), *practice, *assessments())
    found.credits.refresh(PROGRAMME)
    return found


@pytest.fixture
def source(tool: Tool) -> Source:
    return Source(tool.db, tool.credits, PROGRAMME)
