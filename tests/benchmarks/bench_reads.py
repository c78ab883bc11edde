"""Reading from a million statements over HTTP, against the same rows fetched by bare SQL, on both databases.

Each kind of question is asked in three ways by turns, of other people and lessons every time:

- the store: GET /xapi/statements, by one client over one connection that is kept open;
- the endpoint: the same server and client, but nothing is looked at except who and what by its number, and the text
  that one SELECT finds is returned: what HTTP, the server and the framework cost, and the query;
- the SELECT alone, by SQLAlchemy Core with a text made once, from this process, which has the same driver, the same
  connection pool and the same settings as the server. It fetches all rows.

The bare SELECT is what somebody would write who knew the numbers of agents and activities by heart: one over one index,
for a page of a hundred of the same 1.4 KB of JSON. It asks neither who may see what nor what is voided, nor does it
look for statements that refer to a match, all of which the store does.

`store / endpoint` and `store / SQL` compare the 95th percentiles. At scale 1 each database has a million statements.
"""

import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from flask import Flask, Response, request
from sqlalchemy import Connection, TextClause, bindparam, select, text
from sqlalchemy.engine import URL

from lti_tool.storage.database import Database, open_database
from tests.benchmarks.bench_statements import CONTENT, LESSONS, PEOPLE, TEACHERS, account, fresh_database
from tests.benchmarks.many_statements import BUSY, RARE, SPAN, fill
from tests.support.lrs import VERSION, Lrs, from_environment
from tests.support.lrs_process import LrsProcess
from xapi.credentials import find_credential
from xapi.moments import utc_now, write_moment
from xapi.sequence import first_after
from xapi.tables import activities, agents, statements
from xapi.types import Uuid

STATEMENTS = 1_000_000
_TIMES, _BEFORE = 300, 30
_VERB = "http://adlnet.gov/expapi/verbs/experienced"

#: What the store is asked, and the parameters of the SELECT.
_Asked = tuple[dict[str, str], dict[str, Any]]


def run(scale: float) -> list[dict[str, Any]]:
    """One row per database and kind of question."""
    return [row for name in ("sqlite", "postgresql") for row in _build_and_measure(name, int(STATEMENTS * scale))]


class World:
    """Who and what there is to ask for."""

    def __init__(self, conn: Connection) -> None:
        self._chance = random.Random()
        self._numbers: dict[str, int] = {}
        for table in (agents, activities):
            self._numbers.update({row.key: row.id for row in conn.execute(select(table.c.key, table.c.id))})
        newest = select(statements.c.seq, statements.c.id).order_by(statements.c.seq.desc())
        self._known = conn.execute(newest.limit(200_000)).all()[::100]

    def any_id(self) -> _Asked:
        wanted = self._chance.choice(self._known).id
        return {"statementId": wanted}, {"id": wanted}

    def person(self) -> _Asked:
        return self._agent(f"p{self._chance.randrange(PEOPLE)}")

    def busy(self) -> _Asked:
        return self._agent(f"p{BUSY}")

    def teacher(self) -> _Asked:
        return self._agent(f"t{self._chance.randrange(TEACHERS)}")

    def lesson(self) -> _Asked:
        return self._activity(f"{CONTENT}/{self._chance.randrange(LESSONS)}")

    def rare(self) -> _Asked:
        return self._activity(f"{CONTENT}/{RARE}")

    def content(self) -> _Asked:
        return self._activity(CONTENT)

    def registration(self) -> _Asked:
        wanted = str(uuid.UUID(int=self._chance.randrange(PEOPLE) + 1))
        return {"registration": wanted}, {"registration": wanted}

    def since(self) -> _Asked:
        """Some moment in the last half of all time."""
        moment = utc_now() - self._chance.random() * SPAN / 2 - timedelta(seconds=1)
        return {"since": write_moment(moment)}, {"after": first_after(moment) - 1}

    def deep(self) -> _Asked:
        """What `more` names after many pages."""
        seq = self._chance.choice(self._known).seq
        return {"cursor": str(seq)}, {"before": seq}

    def _agent(self, name: str) -> _Asked:
        agent = account(name)
        return {"agent": orjson.dumps(agent).decode()}, {
            "agent": self._numbers[f"account|{agent['account']['homePage']}|{name}"]
        }

    def _activity(self, iri: str) -> _Asked:
        return {"activity": iri}, {"activity": self._numbers[iri]}


def _select(condition: str, link: str = "") -> TextClause:
    """A page of what fulfils a condition; over a link, in its order."""
    source = f"{link} JOIN xapi_statements s ON s.seq = {link}.seq" if link else "xapi_statements s"
    order = f"ORDER BY {link or 's'}.seq DESC LIMIT 100"
    uuids = [bindparam(name, type_=Uuid()) for name in ("id", "registration") if f":{name}" in condition]
    return text(f"SELECT s.statement FROM {source} WHERE {condition} {order}").bindparams(*uuids)


_AGENT, _ACTIVITY = "actor_id = :agent", "activity_id = :activity"
_BOTH = f"{_AGENT} AND {_ACTIVITY}"
_RARE = f"+{_AGENT} AND {_ACTIVITY}"  # by the index of the activity, which neither database chooses by itself


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of question: what is drawn, the SELECT, and what the store is told beside what is drawn."""

    draws: list[Callable[[World], _Asked]]
    query: TextClause
    beside: dict[str, str] = field(default_factory=dict)


CASES: dict[str, Case] = {
    "id": Case([World.any_id], _select("id = :id")),
    "agent": Case([World.person], _select(_AGENT)),
    "activity since": Case([World.lesson, World.since], _select(f"{_ACTIVITY} AND s.seq > :after")),
    "registration": Case([World.registration], _select("registration = :registration")),
    "newest": Case([], _select("true")),
    "newest, deep": Case([World.deep], _select("s.seq < :before")),
    "agent, deep": Case([World.person, World.deep], _select(f"{_AGENT} AND s.seq < :before")),
    "busy agent": Case([World.busy], _select(_AGENT)),
    "rare activity": Case([World.rare], _select(_ACTIVITY)),
    "busy agent, rare activity": Case([World.busy, World.rare], _select(_RARE)),
    "agent, activity": Case([World.person, World.lesson], _select(_BOTH)),
    "agent, verb, activity": Case([World.person, World.lesson], _select(_BOTH), {"verb": _VERB}),
    "related agent": Case(
        [World.teacher], _select("agent_id = :agent", "xapi_statement_agents"), {"related_agents": "true"}
    ),
    "related activity": Case(
        [World.content],
        _select("xapi_statement_activities.activity_id = :activity", "xapi_statement_activities"),
        {"related_activities": "true"},
    ),
}


# The server: the record store, and the endpoint beside it.


def application() -> Flask:
    app = from_environment()
    database = open_database(os.environ["LRS_DATABASE"])

    def bare(case: str) -> Response:
        with database.read() as conn:
            found = _fetch(conn, CASES[case].query, orjson.loads(request.args["values"]))
        return Response(f"[{','.join(found)}]", mimetype="application/json")

    app.add_url_rule("/bare/<case>", view_func=bare)
    return app


def _fetch(conn: Connection, query: TextClause, values: dict[str, Any]) -> list[str]:
    return [row.statement for row in conn.execute(query, values)]


# Measuring.


def _build_and_measure(name: str, count: int) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder, fresh_database(name, Path(folder)) as url:
        database = open_database(url)
        lrs = Lrs(database, Path(folder), on_stored=lambda _conn, _batch: None)
        speaker = lrs.speaker("all", tenant="bench")
        with database.read() as conn:
            credential = find_credential(conn, speaker.key)
        if credential is None:
            raise RuntimeError("the credential is gone")
        began = time.perf_counter()
        fill(database, lrs, credential, count)
        database.analyse()
        built = time.perf_counter() - began
        database.close()
        for row in measure(url, Path(folder), speaker.authorization):
            yield {"database": name, "statements": count, "filled in s": round(built), **row}


def measure(url: URL, folder: Path, authorization: str) -> Iterator[dict[str, Any]]:
    """One row per case, from a database that is filled."""
    database = open_database(url)
    server = LrsProcess(url, folder, "tests.benchmarks.bench_reads:application()")
    server.start()
    connection = HTTPConnection("127.0.0.1", server.port, timeout=120)
    headers = {"Authorization": authorization, VERSION: "1.0.3"}
    try:
        with database.read() as conn:
            world = World(conn)
        for case in CASES:
            yield {"asked by": case, **_compare(database, connection, headers, world, case)}
    finally:
        connection.close()
        server.kill()
        database.close()


def _compare(
    database: Database, connection: HTTPConnection, headers: dict[str, str], world: World, case: str
) -> dict[str, Any]:
    store: list[float] = []
    endpoint: list[float] = []
    bare: list[float] = []
    for number in range(_BEFORE + _TIMES):
        # Each way asks a question of its own: none finds what it needs in the memory because another has just read it.
        times = (
            _get(connection, f"/xapi/statements?{urlencode(_draw(world, case)[0])}", headers),
            _get(connection, f"/bare/{quote(case)}?values={quote(orjson.dumps(_draw(world, case)[1]))}", headers),
            _ask(database, CASES[case].query, _draw(world, case)[1]),
        )
        if number >= _BEFORE:
            for some, one in zip((store, endpoint, bare), times, strict=True):
                some.append(one * 1000)
    slow, floor, sql = (statistics.quantiles(some, n=20)[18] for some in (store, endpoint, bare))
    return {
        "p50 ms": statistics.median(store),
        "p95 ms": slow,
        "endpoint p50": statistics.median(endpoint),
        "endpoint p95": floor,
        "SQL p50": statistics.median(bare),
        "SQL p95": sql,
        "store / endpoint": slow / floor,
        "store / SQL": slow / sql,
    }


def _draw(world: World, case: str) -> _Asked:
    drawn = [draw(world) for draw in CASES[case].draws]
    params = {name: value for one, _ in drawn for name, value in one.items()}
    return {**CASES[case].beside, **params}, {name: value for _, one in drawn for name, value in one.items()}


def _get(connection: HTTPConnection, path: str, headers: dict[str, str]) -> float:
    began = time.perf_counter()
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    spent = time.perf_counter() - began
    if response.status != 200:
        raise RuntimeError(f"{path} was answered with {response.status}: {body[:300]!r}")
    return spent


def _ask(database: Database, query: TextClause, values: dict[str, Any]) -> float:
    began = time.perf_counter()
    with database.read() as conn:
        _fetch(conn, query, values)
    return time.perf_counter() - began
