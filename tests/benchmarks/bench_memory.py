"""The memory of a server process while a million statements arrive, and after bodies of 10 MB.

The whole tool with its evidence, two processes, eight clients. The first tenth of the statements lets the processes
learn what they remember of actors and activities and their allocators settle; from then on nothing may be added. Large
bodies leave their mark on where small things lie, the more seldom the more there were: after some of them nothing is
added any more. What is told is the resident memory of the larger process.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_statements import STORE, make_bodies, served
from tests.benchmarks.ceiling import WHOLE
from tests.benchmarks.clients import post_all
from tests.support.lrs_process import LrsProcess

STATEMENTS = 1_000_000
_BATCH = 500
_TENTHS = 10
#: As close as whole statements come to `xapi.max_body_bytes`.
_LARGEST = 10_485_760
_LARGE_BODIES = 4
_LARGE_ROUNDS = 6
_GIVING_BACK = 2.0  # seconds; a process does so after it has answered


def run(scale: float) -> list[dict[str, Any]]:
    """One row per database."""
    return [_measure(name, int(STATEMENTS * scale)) for name in ("sqlite", "postgresql")]


def _measure(name: str, count: int) -> dict[str, Any]:
    with served(name, WHOLE) as (server, headers):
        requests = max(8, count // _BATCH // _TENTHS)
        steps = list(_post(server, headers, requests))
        large = [_post_large(server, headers) for _ in range(_LARGE_ROUNDS)]
        return {
            "database": name,
            "statements": requests * _BATCH * _TENTHS,
            "after a tenth, MB": steps[0],
            "after half, MB": steps[_TENTHS // 2 - 1],
            "after all, MB": steps[-1],
            "growth, MB": steps[-1] - steps[0],
            **{f"after {number} bodies of 10 MB, MB": large[number // _LARGE_BODIES - 1] for number in (4, 16, 24)},
        }


def _post_large(server: LrsProcess, headers: dict[str, str]) -> float:
    """Post bodies of 10 MB, two at a time; the memory after them, when what they used has been given back."""
    post_all(server.port, STORE, headers, [_largest() for _ in range(_LARGE_BODIES)], clients=2)
    time.sleep(_GIVING_BACK)
    return _resident(server)


def _post(server: LrsProcess, headers: dict[str, str], requests: int) -> Iterator[float]:
    """Post a tenth again and again; the memory after each."""
    for _ in range(_TENTHS):
        for start in range(0, requests, 40):  # so that the client holds few bodies at once
            post_all(server.port, STORE, headers, make_bodies(_BATCH, min(40, requests - start)))
        yield _resident(server)


def _largest() -> bytes:
    """One batch that just fits."""
    [body] = make_bodies(_LARGEST // 1_400, 1)
    return body


def _resident(server: LrsProcess) -> float:
    """The resident memory of the larger worker, in megabytes."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in server.workers()]
    return max(pages) * os.sysconf("SC_PAGE_SIZE") / 1_000_000
