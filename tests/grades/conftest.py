"""Worlds to reconcile."""

from collections.abc import Callable

import pytest

from lti_tool.storage.database import Database
from tests.grades.campus import Campus, World
from tests.support.clock import FakeClock


@pytest.fixture
def world(db: Database, clock: FakeClock, live_server: Callable[..., str]) -> World:
    return World(db, clock, live_server)


@pytest.fixture
def moodle(world: World) -> Campus:
    return world.campus("moodle")


@pytest.fixture
def canvas(world: World) -> Campus:
    return world.campus("canvas")
