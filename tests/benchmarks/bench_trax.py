"""The thirteen cases of TRAX LRS's published benchmark protocol, and the batches that Veracity publishes a figure for.

TRAX LRS draws actors and activities from a small set or from a large one (here 100 or 10,000), makes statements with
three context activities and a context agent, and posts them one by one, in small batches (here 10) and in large ones
(here 100); then statements about groups of learners; then it reads by every filter. The protocol fixes no sizes beyond
that, and its figures come from other machines: the cases are the protocol's, the comparison is the reader's.

The last rows post five statements of 1.8 KB at a time, by eight clients and by thirty-two. The fastest published figure
of another record store for that is about 3,000 statements a second, on sixteen cores.

Two server processes, eight clients; PostgreSQL and SQLite sync to the disk before they answer.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import orjson

from tests.benchmarks.bench_statements import CONTENT, STORE, TEACHERS, account, make_statement, served, warm_up
from tests.benchmarks.ceiling import ALONE
from tests.benchmarks.clients import CLIENTS, Call, Spent, call_all
from tests.support.lrs_process import LrsProcess

FEW, MANY = 100, 10_000
#: Requests of each case at scale 1.
_POSTS, _READS = 2_000, 1_000
_CROWD = 32
_GROUP = 12
_VERB = "http://adlnet.gov/expapi/verbs/experienced"
_LARGE_BYTES = 1_800

_Made = tuple[int, Callable[[random.Random], bytes]]  # statements per request, and its body


def run(scale: float) -> list[dict[str, Any]]:
    """One row per database and case."""
    return [row for name in ("sqlite", "postgresql") for row in _measure(name, scale)]


def _measure(name: str, scale: float) -> Iterator[dict[str, Any]]:
    chance = random.Random()
    with served(name, ALONE) as (server, headers):
        warm_up(server, headers)
        for case, (size, make) in POSTS.items():
            requests = max(25, int(_POSTS * scale) // min(size, 20))
            calls = [Call("POST", STORE, make(chance)) for _ in range(requests)]
            yield _row(name, case, size, server, headers, calls)
        calls = [Call("POST", STORE, _large(chance)) for _ in range(max(_CROWD, int(_POSTS * scale)))]
        yield _row(name, f"five of 1.8 KB, {_CROWD} clients", 5, server, headers, calls, _CROWD)
        for case, ask in READS.items():
            calls = [Call("GET", f"{STORE}?{urlencode(ask(chance))}") for _ in range(max(25, int(_READS * scale)))]
            yield _row(name, case, 0, server, headers, calls)


def _row(
    name: str,
    case: str,
    size: int,
    server: LrsProcess,
    headers: dict[str, str],
    calls: list[Call],
    clients: int = CLIENTS,
) -> dict[str, Any]:
    spent: Spent = call_all(server.port, headers, calls, clients)
    rate = len(calls) / spent.together
    made = {"statements/s": round(rate * size)} if size else {}
    return {"database": name, "case": case, "requests/s": round(rate), **made, **spent.quantiles()}


# What is posted.


def _posts(size: int, number: int) -> _Made:
    def make(chance: random.Random) -> bytes:
        batch = [make_statement(chance, number, number) for _ in range(size)]
        return orjson.dumps(batch[0] if size == 1 else batch)

    return size, make


def _about_groups(chance: random.Random) -> bytes:
    """What a group of twelve did together, told one by one."""
    statement = make_statement(chance)
    members = [{"objectType": "Agent", **account(f"p{chance.randrange(FEW)}")} for _ in range(_GROUP)]
    statement["actor"] = {"objectType": "Group", "name": "数学教研组", "member": members}
    return orjson.dumps(statement)


def _large(chance: random.Random) -> bytes:
    """Five statements of 1.8 KB."""
    batch = [make_statement(chance) for _ in range(5)]
    for statement in batch:
        missing = _LARGE_BYTES - len(orjson.dumps(statement)) - len('"response":"",')
        statement["result"]["response"] = "x" * missing
    return orjson.dumps(batch)


POSTS: dict[str, _Made] = {
    "one by one, few": _posts(1, FEW),
    "one by one, many": _posts(1, MANY),
    "small batches, few": _posts(10, FEW),
    "small batches, many": _posts(10, MANY),
    "large batches, few": _posts(100, FEW),
    "large batches, many": _posts(100, MANY),
    "about groups": (1, _about_groups),
    "five of 1.8 KB": (5, _large),
}


# What is asked for; the actors and activities of the small set have most statements.


def _agent(chance: random.Random) -> dict[str, str]:
    return {"agent": orjson.dumps(account(f"p{chance.randrange(FEW)}")).decode()}


def _activity(chance: random.Random) -> dict[str, str]:
    return {"activity": f"{CONTENT}/{chance.randrange(FEW)}"}


def _related_agent(chance: random.Random) -> dict[str, str]:
    teacher = orjson.dumps(account(f"t{chance.randrange(TEACHERS)}")).decode()
    return {"agent": teacher, "related_agents": "true"}


def _related_activity(chance: random.Random) -> dict[str, str]:
    return {"activity": f"https://moodle.example.org/course/{chance.randrange(10)}", "related_activities": "true"}


READS: dict[str, Callable[[random.Random], dict[str, str]]] = {
    "read by agent": _agent,
    "read by activity": _activity,
    "read by agent, activity": lambda chance: {**_agent(chance), **_activity(chance)},
    "read by agent, verb, activity": lambda chance: {**_agent(chance), **_activity(chance), "verb": _VERB},
    "read by related agent": _related_agent,
    "read by related activity": _related_activity,
}
