"""Those who call the servers: a few clients at once, each over one connection."""

import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

CLIENTS = 8


@dataclass(frozen=True)
class Call:
    """A request."""

    method: str
    path: str
    body: bytes | None = None


@dataclass
class Spent:
    """How long requests took, each of them and all together, in seconds."""

    times: list[float]
    together: float = 0.0

    def quantiles(self) -> dict[str, Any]:
        cuts = statistics.quantiles(self.times, n=100)
        return {f"p{number} ms": cuts[number - 1] * 1000 for number in (50, 95, 99)}

    def add(self, other: "Spent") -> None:
        self.times += other.times
        self.together += other.together


def call_all(port: int, headers: dict[str, str], calls: Sequence[Call], clients: int = CLIENTS) -> Spent:
    """Make all calls, shared out among the clients; any answer but 200 is an error."""
    shares = [calls[number::clients] for number in range(clients)]
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = [one for some in pool.map(lambda share: _call_in_turn(port, headers, share), shares) for one in some]
    return Spent(times, time.perf_counter() - began)


def post_all(port: int, path: str, headers: dict[str, str], bodies: Sequence[bytes], clients: int = CLIENTS) -> Spent:
    return call_all(port, headers, [Call("POST", path, body) for body in bodies], clients)


def _call_in_turn(port: int, headers: dict[str, str], calls: Sequence[Call]) -> list[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    times = []
    for call in calls:
        began = time.perf_counter()
        connection.request(call.method, call.path, call.body, headers)
        response = connection.getresponse()
        answer = response.read()
        times.append(time.perf_counter() - began)
        if response.status != 200:
            raise RuntimeError(f"{call.path} answered {response.status}: {answer[:300]!r}")
    connection.close()
    return times
