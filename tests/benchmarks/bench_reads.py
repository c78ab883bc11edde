"""Reading from a million statements over HTTP, against the same rows fetched by bare SQL, on both databases.

The bare query is what somebody would write who knew the numbers of agents and activities by heart: one select over one
index. Each case asks for a page of a hundred, of other people and lessons every time.
"""

import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from sqlalchemy import Connection, bindparam, select, text

from lti_tool.storage.database import Database, open_database
from tests.benchmarks.bench_statements import (
    CONTENT,
    LESSONS,
    PEOPLE,
    TEACHERS,
    account,
    fresh_database,
    make_statement,
)
from tests.support.lrs import Lrs, Speaker
from tests.support.lrs_process import LrsProcess
from xapi.credentials import find_credential
from xapi.tables import activities, agents
from xapi.types import Uuid

STATEMENTS = 1_000_000
_BATCH = 1_000
_TIMES = 200
_VERB = "http://adlnet.gov/expapi/verbs/experienced"
_ALL = "SELECT statement FROM xapi_statements WHERE "
_LINKED = "SELECT s.statement FROM xapi_statements s JOIN {} l ON l.seq = s.seq WHERE "
_PAGE = " ORDER BY seq DESC LIMIT 100"

#: What is asked for, and how: (parameters of xAPI, SQL, its parameters).
_Case = Callable[["_World"], tuple[dict[str, str], str, dict[str, Any]]]


def run(scale: float) -> list[dict[str, Any]]:
    """One row per database and kind of question."""
    return [row for name in ("sqlite", "postgresql") for row in _measure(name, int(STATEMENTS * scale))]


class _World:
    """Who and what there is to ask for."""

    def __init__(self, conn: Connection, ids: list[str], since: tuple[int, str]) -> None:
        self.chance = random.Random(1)
        self.numbers: dict[str, int] = {}
        for table in (agents, activities):
            self.numbers.update({row.key: row.id for row in conn.execute(select(table.c.key, table.c.id))})
        self.ids = ids
        self.since = since

    def person(self) -> tuple[str, int]:
        return self._agent(f"p{self.chance.randrange(PEOPLE)}")

    def teacher(self) -> tuple[str, int]:
        return self._agent(f"t{self.chance.randrange(TEACHERS)}")

    def lesson(self) -> tuple[str, int]:
        iri = f"{CONTENT}/{self.chance.randrange(LESSONS)}"
        return iri, self.numbers[iri]

    def _agent(self, name: str) -> tuple[str, int]:
        agent = account(name)
        return orjson.dumps(agent).decode(), self.numbers[f"account|{agent['account']['homePage']}|{name}"]


def _by_id(world: _World) -> tuple[dict[str, str], str, dict[str, Any]]:
    wanted = world.chance.choice(world.ids)
    return {"statementId": wanted}, _ALL + "id = :id", {"id": wanted}


def _by_agent(world: _World) -> tuple[dict[str, str], str, dict[str, Any]]:
    agent, number = world.person()
    return {"agent": agent}, _ALL + "actor_id = :a" + _PAGE, {"a": number}


def _by_activity_since(world: _World) -> tuple[dict[str, str], str, dict[str, Any]]:
    iri, number = world.lesson()
    seq, stored = world.since
    return (
        {"activity": iri, "since": stored},
        _ALL + "activity_id = :a AND seq > :seq" + _PAGE,
        {"a": number, "seq": seq},
    )


def _by_registration(world: _World) -> tuple[dict[str, str], str, dict[str, Any]]:
    wanted = str(uuid.UUID(int=world.chance.randrange(PEOPLE) + 1))
    return {"registration": wanted}, _ALL + "registration = :id" + _PAGE, {"id": wanted}


def _by_agent_and_activity(world: _World) -> tuple[dict[str, str], str, dict[str, Any]]:
    (agent, who), (iri, what) = world.person(), world.lesson()
    query = _ALL + "actor_id = :a AND activity_id = :b" + _PAGE
    return {"agent": agent, "activity": iri}, query, {"a": who, "b": what}


def _by_all_three(world: _World) -> tuple[dict[str, str], str, dict[str, Any]]:
    params, query, values = _by_agent_and_activity(world)
    return {**params, "verb": _VERB}, query, values


def _by_related_agent(world: _World) -> tuple[dict[str, str], str, dict[str, Any]]:
    agent, number = world.teacher()
    query = _LINKED.format("xapi_statement_agents") + "l.agent_id = :a" + _PAGE.replace("seq", "l.seq")
    return {"agent": agent, "related_agents": "true"}, query, {"a": number}


def _by_related_activity(world: _World) -> tuple[dict[str, str], str, dict[str, Any]]:
    query = _LINKED.format("xapi_statement_activities") + "l.activity_id = :a" + _PAGE.replace("seq", "l.seq")
    return {"activity": CONTENT, "related_activities": "true"}, query, {"a": world.numbers[CONTENT]}


CASES: dict[str, _Case] = {
    "id": _by_id,
    "agent": _by_agent,
    "activity since": _by_activity_since,
    "registration": _by_registration,
    "agent, activity": _by_agent_and_activity,
    "agent, verb, activity": _by_all_three,
    "related agent": _by_related_agent,
    "related activity": _by_related_activity,
}


def _measure(name: str, count: int) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder, fresh_database(name, Path(folder)) as url:
        database = open_database(url)
        lrs = Lrs(database, Path(folder), on_stored=lambda _conn, _batch: None)
        speaker = lrs.speaker("all", tenant="bench")
        _load(lrs, speaker, max(count, 2 * _BATCH))
        database.analyse()
        page = speaker.get(limit="1000").json["statements"]
        with database.read() as conn:
            seq = conn.scalar(
                text("SELECT max(seq) FROM xapi_statements WHERE id = :id").bindparams(_uuid(page[-1]["id"]))
            )
            world = _World(conn, [one["id"] for one in page], (seq or 0, page[-1]["stored"]))
        server = LrsProcess(url, Path(folder))
        server.start()
        try:
            for case, ask in CASES.items():
                yield {
                    "database": name,
                    "statements": count,
                    "asked by": case,
                    **_compare(database, server, speaker, world, ask),
                }
        finally:
            server.kill()
            database.close()


def _load(lrs: Lrs, speaker: Speaker, count: int) -> None:
    chance = random.Random()
    with lrs.database.read() as conn:
        credential = find_credential(conn, speaker.key)
    if credential is None:
        raise RuntimeError("the credential is gone")
    for _ in range(count // _BATCH):
        lrs.store.accept([make_statement(chance) for _ in range(_BATCH)], credential)


def _compare(database: Database, server: LrsProcess, speaker: Speaker, world: _World, ask: _Case) -> dict[str, Any]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=120)
    served, bare = [], []
    for _ in range(_TIMES):
        params, query, values = ask(world)
        began = time.perf_counter()
        connection.request("GET", f"/xapi/statements?{urlencode(params)}", headers=speaker.headers)
        response = connection.getresponse()
        response.read()
        served.append(time.perf_counter() - began)
        if response.status != 200:
            raise RuntimeError(f"{params} was answered with {response.status}")
        command = text(query)
        began = time.perf_counter()
        with database.read() as conn:
            conn.execute(command.bindparams(_uuid(values.pop("id"))) if "id" in values else command, values).all()
        bare.append(time.perf_counter() - began)
    connection.close()
    slow, floor = (statistics.quantiles(some, n=20)[18] * 1000 for some in (served, bare))
    median = statistics.median(served) * 1000
    return {"p50 ms": median, "p95 ms": slow, "bare SQL p95 ms": floor, "times": slow / floor}


def _uuid(value: str) -> Any:
    """The parameter `id` with a UUID in it."""
    return bindparam("id", value, type_=Uuid())
