"""One client against eight that post batches which share actors, verbs and activities in any order.

Stores that write shared rows in the order of the batch deadlock here, answer 500 and fall to a fraction of what one
client gets. Any answer but 200 ends this benchmark.
"""

from collections.abc import Iterator
from typing import Any

from tests.benchmarks.bench_statements import STORE, make_bodies, served, warm_up
from tests.benchmarks.ceiling import ALONE
from tests.benchmarks.clients import Spent, post_all

SIZES = (25, 100)
STATEMENTS = 10_000
#: So few that every batch meets others at the same rows.
_PEOPLE, _LESSONS = 20, 20
_ROUNDS = 4


def run(scale: float) -> list[dict[str, Any]]:
    """One row per database and batch size."""
    return [row for name in ("sqlite", "postgresql") for row in _measure(name, int(STATEMENTS * scale))]


def _measure(name: str, total: int) -> Iterator[dict[str, Any]]:
    with served(name, ALONE) as (server, headers):
        warm_up(server, headers)
        for size in SIZES:
            requests = max(16, total // size // _ROUNDS)
            spent = {clients: Spent([]) for clients in (1, 8)}
            for _ in range(_ROUNDS):
                for clients, so_far in spent.items():
                    bodies = make_bodies(size, requests, _PEOPLE, _LESSONS)
                    so_far.add(post_all(server.port, STORE, headers, bodies, clients))
            one, eight = (requests * _ROUNDS * size / so_far.together for so_far in spent.values())
            yield {
                "database": name,
                "batch": size,
                "one client, statements/s": round(one),
                "eight clients, statements/s": round(eight),
                "times": eight / one,
                **spent[8].quantiles(),
            }
