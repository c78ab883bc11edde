"""Nothing derived is the only copy: any order of arrival, a replay, either database – the same to the last decimal."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy.engine import URL

from lti_tool.credits.rebuild import rebuild_evidence
from lti_tool.storage.database import Database, open_database
from tests.conftest import DATABASES
from tests.credits.conftest import EXAMPLE, Tool, make_tool
from tests.credits.stream import Stream
from tests.support import databases
from tests.support.clock import FakeClock
from tests.support.databases import clone_sqlite

PROGRAMME = EXAMPLE.programme.id
PEOPLE = [person.id for person in EXAMPLE.participants]
_NOT_FIGURES = {"computed_touch"}


def figures(tool: Tool) -> dict[str, Any]:
    """Everything that was computed of everybody, with the whole explanation."""
    tool.credits.refresh(PROGRAMME)
    rows = tool.results()
    kept = {
        person: {name: value for name, value in row.items() if name not in _NOT_FIGURES} for person, row in rows.items()
    }
    explained = {
        one.participant.id: (one.credit.explanation, dict(one.credit.online_by_day), dict(one.credit.focus_points))
        for one in tool.credits.explain_many(PROGRAMME, PEOPLE)
    }
    return {person: (kept[person], explained[person]) for person in PEOPLE}


def test_everything_is_the_same_after_a_replay_from_the_store(tool: Tool) -> None:
    statements = Stream(1).statements()
    tool.send(*statements)
    before = figures(tool)
    assert before["a6f10c3e"][0]["online_seconds"] > 0

    assert rebuild_evidence(tool.db, tool.store, tool.intake) == len(statements)
    tool.touch_everybody()

    assert figures(tool) == before


@pytest.mark.parametrize("seed", [2, 3])
def test_the_order_of_arrival_does_not_matter(
    tool: Tool, clock: FakeClock, tmp_path: Path, sqlite_template: Path, seed: int
) -> None:
    statements = Stream(seed).statements()
    tool.send(*statements)
    in_order = figures(tool)

    (tmp_path / "other").mkdir()
    other = open_database(clone_sqlite(sqlite_template, tmp_path / "other"))
    again = make_tool(other, clock, tmp_path / "other")
    for batch in _batches(statements, Random(seed)):
        again.send(*batch)
        again.credits.refresh(PROGRAMME)

    assert figures(again) == in_order
    other.close()


def test_the_same_statements_again_change_nothing(tool: Tool) -> None:
    statements = Stream(4).statements()
    tool.send(*statements)
    before = figures(tool)

    tool.send(*reversed(statements))

    assert figures(tool) == before


@pytest.fixture
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """A fresh database of either kind."""
    if len(DATABASES) < 2:
        pytest.skip("needs SQLite and PostgreSQL")
    sqlite = open_database(databases.clone_sqlite(request.getfixturevalue("sqlite_template"), tmp_path))
    server: URL = request.getfixturevalue("postgresql")
    with databases.clone_postgresql(server, request.getfixturevalue("postgresql_template")) as url:
        postgresql = open_database(url)
        yield sqlite, postgresql
        postgresql.close()
    sqlite.close()


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_sqlite_and_postgresql_agree_to_the_last_decimal(
    both: tuple[Database, Database], clock: FakeClock, tmp_path: Path, seed: int
) -> None:
    statements = Stream(seed).statements()

    computed = []
    for database in both:
        tool = make_tool(database, clock, tmp_path)
        tool.send(*statements)
        computed.append(figures(tool))

    assert computed[0] == computed[1]


def _batches(statements: list[dict[str, Any]], random: Random) -> Iterator[list[dict[str, Any]]]:
    left = list(statements)
    random.shuffle(left)
    while left:
        size = random.randint(1, 30)
        yield left[:size]
        left = left[size:]
