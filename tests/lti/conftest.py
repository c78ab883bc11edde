"""A tool with one registered platform, each as real as a launch needs."""

from collections.abc import Iterator

import pytest

from lti_tool.storage.database import Database
from tests.support.clock import FakeClock
from tests.support.platform import Platform, Tool


@pytest.fixture
def tool(db: Database, clock: FakeClock) -> Tool:
    return Tool(db, clock)


@pytest.fixture
def platform(tool: Tool, clock: FakeClock) -> Iterator[Platform]:
    with Platform().serving() as platform:
        yield platform.register(tool.db, clock())
