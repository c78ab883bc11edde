"""Many at once: no failure, no deadlock, nothing lost, nothing twice; and SIGKILL at any moment."""

import random
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import URL

from lti_tool.storage.database import Database, open_database
from tests.support.lrs import Lrs, Speaker
from tests.support.lrs_process import LrsProcess
from tests.support.statements import statement
from xapi.tables import activities, agents, documents, statement_activities, statements, verbs

WRITERS = 8
PLACE = {"activityId": "https://example.org/a", "agent": {"mbox": "mailto:a@example.org"}, "stateId": "s"}


def shared_batch(chance: random.Random, size: int) -> list[dict[str, Any]]:
    """Statements that share few actors, verbs and activities, named in any order, with definitions that differ."""

    def activity() -> dict[str, Any]:
        number = chance.randrange(12)
        name = {"en": f"Lesson {number}", f"x-{chance.randrange(5)}": str(chance.random())}
        return {"id": f"https://example.org/activities/{number}", "definition": {"name": name}}

    def one() -> dict[str, Any]:
        actor = {"mbox": f"mailto:person{chance.randrange(12)}@example.org", "name": f"Name {chance.randrange(30)}"}
        verb = {"id": f"https://example.org/verbs/{chance.randrange(6)}", "display": {"en": str(chance.random())}}
        related = {"parent": [activity()], "grouping": [activity(), activity()]}
        context = {"contextActivities": related, "instructor": {"mbox": f"mailto:t{chance.randrange(9)}@example.org"}}
        sent = statement("x:y", "x:y", actor=actor, context=context)
        return {**sent, "verb": verb, "object": activity()}

    return [one() for _ in range(size)]


def run_together(work: Callable[[int], Any]) -> list[Any]:
    """What eight threads return that begin at the same moment."""
    gate = threading.Barrier(WRITERS)

    def begin(number: int) -> Any:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(begin, range(WRITERS)))


@pytest.fixture
def fresh(db: Database, tmp_path: Path) -> Lrs:
    return Lrs(db, tmp_path)


def count(database: Database, table: Any) -> int:
    with database.read() as conn:
        return conn.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("stores", [1, 2], ids=["one process", "two processes"])
def test_eight_writers_share_actors_verbs_and_activities(db: Database, tmp_path: Path, stores: int) -> None:
    """Two stores on one database share no memory, as two processes do."""
    hosts = [Lrs(db, tmp_path) for _ in range(stores)]
    first = hosts[0].speaker("all")
    speakers = [Speaker(hosts[n % stores].app, first.key, first.secret) for n in range(WRITERS)]
    rounds, size = 4, 25

    def write(number: int) -> set[int]:
        chance = random.Random(number)
        return {speakers[number].post(shared_batch(chance, size)).status_code for _ in range(rounds)}

    assert set().union(*run_together(write)) == {200}
    assert count(db, statements) == WRITERS * rounds * size
    assert (count(db, verbs), count(db, activities)) == (6, 12)
    assert count(db, agents) == 12 + 9


def test_the_same_statement_from_eight_sides_is_stored_once(fresh: Lrs) -> None:
    speaker = fresh.speaker("all")
    sent = statement("https://example.org/v", "https://example.org/a", timestamp="2026-10-12T11:40:12Z")
    assert set(run_together(lambda _: speaker.post(sent).status_code)) == {200}
    assert speaker.find() == [sent["id"]]
    assert [one.id for one in fresh.told].count(sent["id"]) >= 1


def test_different_statements_with_one_id_leave_one(fresh: Lrs) -> None:
    speaker = fresh.speaker("all")
    same = str(uuid.uuid4())
    answers = run_together(lambda n: speaker.post(statement("x:v", f"x:a{n}", id=same)).status_code)
    assert sorted(answers) == [200] + [409] * (WRITERS - 1)


def test_voids_and_their_targets_at_the_same_moment_always_meet(fresh: Lrs) -> None:
    speaker = fresh.speaker("all")
    targets = [statement("x:v", "x:a") for _ in range(24)]
    voids = [
        {
            **statement("http://adlnet.gov/expapi/verbs/voided", "x:a"),
            "object": {"objectType": "StatementRef", "id": target["id"]},
        }
        for target in targets
    ]
    pairs = [one for pair in zip(targets, voids, strict=True) for one in pair]
    random.Random(7).shuffle(pairs)

    def write(number: int) -> set[int]:
        return {speaker.post(one).status_code for one in pairs[number::WRITERS]}

    assert set().union(*run_together(write)) == {200}
    assert set(speaker.find()) == {one["id"] for one in voids}
    for target in targets:
        assert speaker.get(voidedStatementId=target["id"]).status_code == 200


def test_of_eight_who_create_a_document_one_succeeds(fresh: Lrs) -> None:
    speaker = fresh.speaker("all")
    free = {"If-None-Match": "*"}
    answers = run_together(lambda n: speaker.put({"n": n}, "activities/state", headers=free, **PLACE).status_code)
    assert sorted(answers) == [204] + [412] * (WRITERS - 1)


def test_of_eight_who_replace_what_they_saw_one_succeeds(fresh: Lrs) -> None:
    speaker = fresh.speaker("all")
    speaker.put({"n": -1}, "activities/state", **PLACE)
    seen = {"If-Match": speaker.get("activities/state", **PLACE).headers["ETag"]}
    answers = run_together(lambda n: speaker.put({"n": n}, "activities/state", headers=seen, **PLACE).status_code)
    assert sorted(answers) == [204] + [412] * (WRITERS - 1)


def test_merges_from_eight_sides_all_arrive(fresh: Lrs) -> None:
    speaker = fresh.speaker("all")
    assert set(run_together(lambda n: speaker.post({f"k{n}": n}, "activities/state", **PLACE).status_code)) == {204}
    assert speaker.get("activities/state", **PLACE).json == {f"k{n}": n for n in range(WRITERS)}
    assert count(fresh.database, documents) == 1


def test_who_reads_by_consistent_through_misses_nothing(fresh: Lrs) -> None:
    """A reader that follows `since` by the header, while seven write, sees every statement exactly once."""
    speaker = fresh.speaker("all")
    rounds, size = 5, 10
    done = threading.Event()

    def follow() -> list[str]:
        seen: list[str] = []
        since = "2000-01-01T00:00:00Z"
        while True:
            last = done.is_set()
            until = speaker.get(limit="1").headers["X-Experience-API-Consistent-Through"]
            if last:
                return seen + speaker.find(since=since, ascending=True)
            if until > since:
                seen += speaker.find(since=since, until=until, ascending=True)
                since = until

    def write(number: int) -> list[str]:
        chance = random.Random(number)
        return [one for _ in range(rounds) for one in speaker.send(*shared_batch(chance, size))]

    with ThreadPoolExecutor(WRITERS) as pool:
        reader = pool.submit(follow)
        try:
            sent = [one for some in pool.map(write, range(WRITERS - 1)) for one in some]
        finally:
            done.set()
    assert sorted(reader.result()) == sorted(sent)


# SIGKILL.


@pytest.fixture
def process(database_url: URL, tmp_path: Path) -> Iterator[LrsProcess]:
    server = LrsProcess(database_url, tmp_path)
    yield server
    server.kill()


def test_no_acknowledged_statement_is_lost_when_the_server_is_killed(
    process: LrsProcess, database_url: URL, tmp_path: Path
) -> None:
    database = open_database(database_url)
    speaker = Lrs(database, tmp_path).speaker("all")
    headers = {**speaker.headers, "Content-Type": "application/json"}
    acknowledged: list[dict[str, Any]] = []
    unanswered: list[list[dict[str, Any]]] = []
    ended = threading.Event()
    chance = random.Random(20261124)

    def post(number: int) -> set[int | None]:
        mine = random.Random(number)
        answers = set()
        while not ended.is_set():
            batch = shared_batch(mine, mine.choice([1, 5, 25]))
            status = process.post(orjson.dumps(batch), headers)
            answers.add(status)
            if status == 200:
                acknowledged.extend(batch)
            else:
                unanswered.append(batch)
                ended.wait(0.02)
        return answers

    with ThreadPoolExecutor(WRITERS) as pool:
        answers = [pool.submit(post, number) for number in range(WRITERS)]
        try:
            for _ in range(3):
                process.start()
                ended.wait(chance.uniform(0.3, 0.8))
                process.kill()
        finally:
            ended.set()
    assert set().union(*(one.result() for one in answers)) <= {200, None}

    kept = [one["id"] for one in speaker.read(limit="1000")]
    assert len(acknowledged) > 50
    assert len(set(kept)) == len(kept)
    assert {one["id"] for one in acknowledged} <= set(kept)
    parents = select(func.count()).select_from(statement_activities)
    with database.read() as conn:
        assert (conn.scalar(parents) or 0) >= len(kept)
    for batch in unanswered[-20:]:  # whole or not at all, and welcome again
        assert len({one["id"] for one in batch} & set(kept)) in (0, len(batch))
        assert speaker.post(batch).status_code == 200
    assert set(speaker.find(limit="1000")) >= {one["id"] for batch in unanswered[-20:] for one in batch}
    database.close()
