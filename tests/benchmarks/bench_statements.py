"""Statements per second: batches of 1, 25, 100 and 500 against a bare ceiling, on both databases.

Two server processes, eight clients over HTTP, statements of about 1.3 KB with distinct ids that share actors, verbs
and activities. The ceiling is an endpoint of the same server that parses the same bodies with orjson and puts the same
rows into the same tables in the same way, and does nothing else: no credential, no validation, no reading first.
"""

import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import orjson
from flask import Flask, request
from sqlalchemy import select
from sqlalchemy.engine import URL

from lti_tool.storage.database import Database, open_database
from tests.support import databases
from tests.support.lrs import Lrs, from_environment
from tests.support.lrs_process import LrsProcess
from tests.support.postgres import postgresql_server
from xapi.bulk import insert_rows
from xapi.moments import utc_now
from xapi.sequence import Sequence
from xapi.tables import activities, agents, credentials, statement_activities, statement_agents, statements, verbs

CLIENTS = 8
#: Statements per request → how many are sent for each figure, at scale 1.
SIZES = {1: 2_000, 25: 10_000, 100: 30_000, 500: 30_000}
CONTENT = "https://content.example.org/au/t7-data-literacy"
PEOPLE, LESSONS, TEACHERS = 500, 200, 20


def run(scale: float) -> list[dict[str, Any]]:
    """One row per database and batch size."""
    return [row for name in ("sqlite", "postgresql") for row in _measure(name, scale)]


def make_statement(chance: random.Random) -> dict[str, Any]:
    """What a content player reports, in 1.3 KB."""
    person, lesson = chance.randrange(PEOPLE), chance.randrange(LESSONS)
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


# The server: the record store, and the ceiling beside it.


def application() -> Flask:
    app = from_environment()
    bare = _Bare(open_database(os.environ["LRS_DATABASE"]))
    app.add_url_rule("/bare", view_func=bare, methods=["POST"])
    return app


class _Bare:
    """Parse and insert, and nothing else; shared rows are known beforehand."""

    __name__ = "bare"

    def __init__(self, database: Database) -> None:
        self._database = database
        self._order = Sequence(utc_now)
        self._ids: dict[str, int] = {}

    def __call__(self) -> str:
        parsed = orjson.loads(request.get_data())
        batch = parsed if isinstance(parsed, list) else [parsed]
        if not self._ids:
            self._load()
        seqs = self._order.take(len(batch))
        with self._database.begin() as conn:
            insert_rows(
                conn,
                (statements, [self._row(seq, one) for seq, one in zip(seqs, batch, strict=True)]),
                (statement_agents, self._agents(seqs, batch)),
                (statement_activities, self._activities(seqs, batch)),
            )
        return ""

    def _agents(self, seqs: list[int], batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"agent_id": self._agent(one["context"]["instructor"]), "seq": seq, "direct": False}
            for seq, one in zip(seqs, batch, strict=True)
        ]

    def _activities(self, seqs: list[int], batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"activity_id": self._ids[activity["id"]], "seq": seq}
            for seq, one in zip(seqs, batch, strict=True)
            for some in one["context"]["contextActivities"].values()
            for activity in some
        ]

    def _load(self) -> None:
        with self._database.read() as conn:
            for table in (agents, verbs, activities):
                self._ids.update({row.key: row.id for row in conn.execute(select(table.c.key, table.c.id))})
            self._ids["credential"] = conn.scalar(select(credentials.c.id)) or 0

    def _agent(self, actor: dict[str, Any]) -> int:
        return self._ids[f"account|{actor['account']['homePage']}|{actor['account']['name']}"]

    def _row(self, seq: int, one: dict[str, Any]) -> dict[str, Any]:
        return {
            "seq": seq,
            "id": one["id"],
            "credential_id": self._ids["credential"],
            "tenant": "bench",
            "actor_id": self._agent(one["actor"]),
            "verb_id": self._ids[one["verb"]["id"]],
            "activity_id": self._ids[one["object"]["id"]],
            "registration": one["context"]["registration"],
            "timestamp": seq // 1024,
            "major": 1,
            "voided": False,
            "statement": orjson.dumps(one).decode(),
        }


# The clients.


def _measure(name: str, scale: float) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder, fresh_database(name, Path(folder)) as url:
        database = open_database(url)
        speaker = Lrs(database, Path(folder)).speaker("all", tenant="bench")
        speaker.send(*_everything())
        database.close()
        headers = {**speaker.headers, "Content-Type": "application/json"}
        server = LrsProcess(url, Path(folder), "tests.benchmarks.bench_statements:application()")
        server.start()
        try:
            for size, total in SIZES.items():
                yield {"database": name, "batch": size, **_compare(server.port, headers, size, int(total * scale))}
        finally:
            server.kill()


def _everything() -> list[dict[str, Any]]:
    """Statements that together name every actor, verb and activity, so that the ceiling knows them all."""
    chance = random.Random(0)
    found: dict[str, dict[str, Any]] = {}
    while len(found) < PEOPLE + LESSONS:
        one = make_statement(chance)
        found.setdefault(one["actor"]["account"]["name"], one)
        found.setdefault(one["object"]["id"], one)
    return list({one["id"]: one for one in found.values()}.values())


def _compare(port: int, headers: dict[str, str], size: int, total: int) -> dict[str, Any]:
    """The store and the ceiling by turns, so that neither finds the machine or the tables in another state."""
    times: dict[str, list[float]] = {"/xapi/statements": [], "/bare": []}
    spent = dict.fromkeys(times, 0.0)
    rounds = 4
    requests = max(CLIENTS, total // size // rounds)
    for _ in range(rounds):
        for path in times:
            bodies = _bodies(size, requests)
            began = time.perf_counter()
            times[path] += _send(port, path, headers, bodies)
            spent[path] += time.perf_counter() - began
    sent = requests * rounds * size
    store, ceiling = (sent / spent[path] for path in times)
    cuts = statistics.quantiles(times["/xapi/statements"], n=100)
    return {
        "statements/s": round(store),
        "ceiling/s": round(ceiling),
        "ratio": store / ceiling,
        "p50 ms": cuts[49] * 1000,
        "p95 ms": cuts[94] * 1000,
        "p99 ms": cuts[98] * 1000,
    }


def _bodies(size: int, count: int) -> list[bytes]:
    chance = random.Random()
    if size == 1:
        return [orjson.dumps(make_statement(chance)) for _ in range(count)]
    return [orjson.dumps([make_statement(chance) for _ in range(size)]) for _ in range(count)]


def _send(port: int, path: str, headers: dict[str, str], bodies: list[bytes]) -> list[float]:
    """Post all bodies from eight clients, each over one connection; how long each request took."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        shares = [bodies[number::CLIENTS] for number in range(CLIENTS)]
        return [
            one for some in pool.map(lambda share: _send_one_by_one(port, path, headers, share), shares) for one in some
        ]


def _send_one_by_one(port: int, path: str, headers: dict[str, str], bodies: list[bytes]) -> list[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    times = []
    for body in bodies:
        began = time.perf_counter()
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        answer = response.read()
        times.append(time.perf_counter() - began)
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}: {answer[:300]!r}")
    connection.close()
    return times


@contextmanager
def fresh_database(name: str, folder: Path) -> Iterator[URL]:
    """A database with every table and nothing in it."""
    if name == "sqlite":
        yield databases.clone_sqlite(databases.make_sqlite_template(folder), folder)
        return
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server())
        template = databases.make_postgresql_template(server)
        yield stack.enter_context(databases.clone_postgresql(server, template))
