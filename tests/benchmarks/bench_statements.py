"""Statements per second, one by one and in batches of 25, 100 and 500, against the bare ceilings, on both databases.

Two server processes, eight clients over HTTP, statements of about 1.3 KB with distinct ids that share actors, verbs
and activities. The ceiling of single posts is an endpoint of the same server that parses the statement and commits one
row; that of batches parses the batch and inserts the same rows into the same tables (`ceiling`). Servers have run for
a while before anything is measured: they have seen the actors and activities, as they have after their first minutes.

"alone" is the record store by itself, "whole" the tool as it is served, which writes the evidence and marks the learner
in the same transaction: nothing that the ceiling does. Both databases commit as they do in earnest: synced to the
disk before the answer. The rows "postgresql, unsynced" leave out the disk (fsync off), so that only work is compared.
"""

import random
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.engine import URL

from lti_tool.domain.identifiers import account_key
from lti_tool.programmes.file import read_programme_file
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.database import Database, open_database
from tests.benchmarks.ceiling import ALONE, ONE_ROW, SAME_ROWS, WHOLE
from tests.benchmarks.clients import Spent, post_all
from tests.support import databases
from tests.support.lrs import Lrs, Speaker
from tests.support.lrs_process import LrsProcess
from tests.support.postgres import postgresql_server
from xapi.moments import utc_now

#: Statements per request → how many are sent for each figure, at scale 1.
SIZES = {1: 4_000, 25: 10_000, 100: 30_000, 500: 30_000}
#: (server, database) → the sizes that are measured on it.
RUNS = {
    ("alone", "sqlite"): tuple(SIZES),
    ("alone", "postgresql"): tuple(SIZES),
    ("alone", "postgresql, unsynced"): (1, 100),
    ("whole", "sqlite"): (1, 100),
    ("whole", "postgresql"): (1, 100),
    ("whole", "postgresql, unsynced"): (1,),
}
APPLICATIONS = {"alone": ALONE, "whole": WHOLE}
STORE = "/xapi/statements"
CONTENT = "https://content.example.org/au/t7-data-literacy"
PEOPLE, LESSONS, TEACHERS = 500, 200, 20
_FILE = read_programme_file(Path("examples/programme.toml"))
_PROGRAMME = _FILE.programme
_ROUNDS = 4
_WARM_UP = 2_000


def run(scale: float) -> list[dict[str, Any]]:
    """One row per server, database and batch size."""
    return [row for (kind, name), sizes in RUNS.items() for row in _measure(kind, name, sizes, scale)]


def make_statement(chance: random.Random, people: int = PEOPLE, lessons: int = LESSONS) -> dict[str, Any]:
    """What a content player reports, in 1.3 KB."""
    person, lesson = chance.randrange(people), chance.randrange(lessons)
    name = {"zh-CN": f"第{lesson}课 数据素养与循证教学", "en-US": f"Lesson {lesson}: data literacy"}
    parents = {
        "parent": [{"id": CONTENT, "definition": {"type": "http://adlnet.gov/expapi/activities/course"}}],
        "grouping": [{"id": f"https://moodle.example.org/course/{lesson % 10}"}],
        "category": [{"id": "https://w3id.org/xapi/cmi5/context/categories/cmi5"}],
    }
    slice_ = {"start": "2026-10-12T11:37:42Z", "end": "2026-10-12T11:40:12Z"}
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "actor": {"objectType": "Agent", "name": f"张老师 {person}", **account(f"p{person}")},
        "verb": {
            "id": "http://adlnet.gov/expapi/verbs/experienced",
            "display": {"en-US": "experienced", "zh-CN": "学习"},
        },
        "object": {
            "objectType": "Activity",
            "id": f"{CONTENT}/{lesson}",
            "definition": {"name": name, "type": "http://adlnet.gov/expapi/activities/lesson"},
        },
        "result": {
            "duration": "PT2M30S",
            "completion": False,
            "extensions": {"https://ts2.example.org/xapi/extensions/interval": slice_},
        },
        "context": {
            "registration": str(uuid.UUID(int=person + 1)),
            "platform": "Moodle",
            "language": "zh-CN",
            "instructor": {"objectType": "Agent", **account(f"t{person % TEACHERS}")},
            "contextActivities": parents,
            "extensions": {"https://ts2.example.org/xapi/extensions/session": str(chance.getrandbits(64))},
        },
        "timestamp": "2026-10-12T19:40:12+08:00",
    }


def account(name: str) -> dict[str, Any]:
    """What identifies a person of these statements: p0 to p499 learn, t0 to t19 teach."""
    return {"account": {"homePage": "https://moodle.example.org", "name": name}}


def _measure(kind: str, name: str, sizes: tuple[int, ...], scale: float) -> Iterator[dict[str, Any]]:
    with served(name, APPLICATIONS[kind]) as (server, headers):
        warm_up(server, headers)
        for size in sizes:
            compared = _compare(server.port, headers, size, int(SIZES[size] * scale))
            yield {"server": kind, "database": name, "batch": size, **compared}


@contextmanager
def served(name: str, application: str) -> Iterator[tuple[LrsProcess, dict[str, str]]]:
    """Two processes of an application on a fresh database, and the headers of somebody who may do everything."""
    with tempfile.TemporaryDirectory() as folder, fresh_database(name, Path(folder)) as url:
        database = open_database(url)
        speaker = _prepare(database, Path(folder))
        database.close()
        server = LrsProcess(url, Path(folder), application)
        server.start()
        try:
            yield server, {**speaker.headers, "Content-Type": "application/json"}
        finally:
            server.kill()


def _prepare(database: Database, folder: Path) -> Speaker:
    """A programme on whose roster the actors are, and statements that name every actor, verb and activity."""
    _load_roster(database)
    database.analyse()  # as `xuefen programme load` does
    speaker = Lrs(database, folder).speaker("all", tenant=_PROGRAMME.id)
    speaker.send(*_everything())
    return speaker


def _load_roster(database: Database) -> None:
    """The example programme with five hundred teachers of its first group."""
    first = _FILE.participants[0]
    people = tuple(replace(first, id=f"p{number}", name=f"张老师 {number}") for number in range(PEOPLE))
    keys = tuple((account_key("https://moodle.example.org", one.id), one.id) for one in people)
    file = replace(_FILE, participants=people, identifiers=keys)
    with database.begin() as conn:
        apply_programme(conn, file, utc_now())


def _everything() -> list[dict[str, Any]]:
    """Statements that together name every actor, verb and activity, so that the ceiling knows them all."""
    chance = random.Random(0)
    found: dict[str, dict[str, Any]] = {}
    while len(found) < PEOPLE + LESSONS:
        one = make_statement(chance)
        found.setdefault(one["actor"]["account"]["name"], one)
        found.setdefault(one["object"]["id"], one)
    return list({one["id"]: one for one in found.values()}.values())


def warm_up(server: LrsProcess, headers: dict[str, str]) -> None:
    """Let both processes see everybody, and the ceilings load what they must know."""
    post_all(server.port, STORE, headers, make_bodies(100, 2 * _WARM_UP // 100))
    post_all(server.port, ONE_ROW, headers, make_bodies(1, 50))


def _compare(port: int, headers: dict[str, str], size: int, total: int) -> dict[str, Any]:
    """The store and the ceiling by turns, so that neither finds the machine or the tables in another state."""
    spent = {STORE: Spent([]), ONE_ROW if size == 1 else SAME_ROWS: Spent([])}
    requests = max(25, total // size // _ROUNDS)
    for _ in range(_ROUNDS):
        for path, so_far in spent.items():
            so_far.add(post_all(port, path, headers, make_bodies(size, requests)))
    sent = requests * _ROUNDS * size
    store, ceiling = (sent / one.together for one in spent.values())
    return {
        "statements/s": round(store),
        "ceiling/s": round(ceiling),
        "ratio": store / ceiling,
        **spent[STORE].quantiles(),
    }


def make_bodies(size: int, count: int, people: int = PEOPLE, lessons: int = LESSONS) -> list[bytes]:
    """Bodies of requests; a single statement stands alone, not in a list."""
    chance = random.Random()

    def one() -> dict[str, Any]:
        return make_statement(chance, people, lessons)

    return [orjson.dumps(one() if size == 1 else [one() for _ in range(size)]) for _ in range(count)]


@contextmanager
def fresh_database(name: str, folder: Path) -> Iterator[URL]:
    """A database with every table and nothing in it: sqlite, postgresql, or "postgresql, unsynced"."""
    if name == "sqlite":
        yield databases.clone_sqlite(databases.make_sqlite_template(folder), folder)
        return
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server(durable=name == "postgresql"))
        template = databases.make_postgresql_template(server)
        yield stack.enter_context(databases.clone_postgresql(server, template))
