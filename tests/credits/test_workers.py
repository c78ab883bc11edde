"""Several workers on one database: each person is computed by one of them, and nobody waits for them."""

import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import URL

from lti_tool.credits import service
from lti_tool.credits.service import Credits
from lti_tool.storage.database import Database, open_database
from lti_tool.storage.queries import people
from tests.credits.conftest import Tool

PROGRAMME = "hz-2026"
CROWD = [f"p{number:02}" for number in range(40)]


@pytest.fixture
def crowd(tool: Tool) -> Tool:
    """Forty more people whose credits have never been computed."""
    tool.credits.refresh(PROGRAMME)
    plain = {"programme_id": PROGRAMME, "group_id": "grp-math-01", "school_id": "3301000123", "position": "teacher"}
    with tool.db.begin() as conn:
        people.add_participants(
            conn, [{**plain, "id": one, "name": one, "extra_groups": [], "joined": None, "touched": 1} for one in CROWD]
        )
    return tool


@pytest.fixture
def other(database_url: URL) -> Iterator[Database]:
    """The same database, as another process has it open."""
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each person's credits were computed, a few people at a time and none too fast."""
    times: Counter[str] = Counter()
    assess = service.assess

    def counting(evidence, context, now):
        times[context.participant.id] += 1
        time.sleep(0.002)
        return assess(evidence, context, now)

    monkeypatch.setattr(service, "assess", counting)
    monkeypatch.setattr(service, "_CHUNK", 5)
    return times


def count_stale(db: Database) -> int:
    with db.read() as conn:
        return people.count_stale(conn, PROGRAMME)


def test_two_workers_share_the_work(crowd: Tool, other: Database, computed: Counter[str]) -> None:
    workers = [Credits(database, crowd.store.clock) for database in (crowd.db, other)]
    together = threading.Barrier(len(workers))
    changed: list[set[str]] = []

    def work(own: Credits) -> None:
        together.wait()
        changed.append(own.catch_up(PROGRAMME))

    threads = [threading.Thread(target=work, args=(own,)) for own in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert changed[0] | changed[1] == set(CROWD)
    assert count_stale(crowd.db) == 0
    if not crowd.db.is_sqlite:  # there one worker is all there may be
        assert computed == Counter(CROWD)
        assert changed[0] & changed[1] == set()


def test_who_is_claimed_is_left_to_the_other_worker(crowd: Tool, other: Database, computed: Counter[str]) -> None:
    if crowd.db.is_sqlite:
        pytest.skip("SQLite has one worker")
    with other.claim() as conn:
        assert people.claim(conn, PROGRAMME, CROWD[:7]) == CROWD[:7]
        assert crowd.credits.catch_up(PROGRAMME) == set(CROWD[7:])
    assert count_stale(crowd.db) == 7

    assert crowd.credits.catch_up(PROGRAMME) == set(CROWD[:7])


def test_a_page_does_not_wait_for_the_worker_that_has_claimed_its_person(
    crowd: Tool, other: Database, computed: Counter[str]
) -> None:
    with other.claim() as conn:
        people.claim(conn, PROGRAMME, CROWD)
        with crowd.db.begin() as touching:
            people.touch(touching, [(PROGRAMME, CROWD[0])])

        assert crowd.credits.refresh(PROGRAMME, CROWD[:2]) == set(CROWD[:2])
    assert count_stale(crowd.db) == len(CROWD) - 2
