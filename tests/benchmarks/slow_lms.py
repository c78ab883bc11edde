"""The smallest LMSs that take scores and show them again: an event loop that only waits, so that it is not what is
measured. Any number of platforms in one process, each below `/{number}`."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import orjson

_TOKEN = b'{"access_token":"t","token_type":"Bearer","expires_in":3600}'
_PAGE = 100
_Standing = dict[bytes, dict[str, tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the LMSs have received since they started: calls without those for tokens."""

    scores: int
    calls: int
    at_once: int  # calls under way, the most to one platform
    last_score: float  # `time.monotonic()`, 0 before any


@dataclass(slots=True)
class SlowLms:
    """Its address, and what it knows."""

    url: str
    _pipe: Connection = field(repr=False)

    def seen(self) -> Seen:
        return Seen(*self._ask("seen"))

    def standing(self) -> dict[str, float]:
        """The points of everybody in every column: {user id: points} (user ids differ between columns)."""
        found: dict[str, float] = self._ask("standing")
        return found

    def _ask(self, what: str) -> Any:
        self._pipe.send(what)
        return self._pipe.recv()


@contextmanager
def slow_lms(latency: float) -> Iterator[SlowLms]:
    """LMSs that take `latency` seconds over each call, but none over tokens."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, latency), daemon=True)
    process.start()
    try:
        yield SlowLms(f"http://127.0.0.1:{ours.recv()}", ours)
    finally:
        process.kill()
        process.join()


def _run(pipe: Connection, latency: float) -> None:
    asyncio.run(_serve(pipe, latency))


class _Courses:
    """What stands in the gradebooks, and the calls that were made."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.standing: _Standing = {}
        self.scores = self.calls = self.most = 0
        self.last_score = 0.0
        self.under_way: dict[bytes, int] = {}

    def begin(self, platform: bytes) -> None:
        self.calls += 1
        now = self.under_way[platform] = self.under_way.get(platform, 0) + 1
        self.most = max(self.most, now)

    def take(self, column: bytes, body: bytes, now: float) -> None:
        score = orjson.loads(body)
        self.standing.setdefault(column, {})[score["userId"]] = (score["scoreGiven"], score["scoreMaximum"])
        self.scores += 1
        self.last_score = now

    def results(self, column: bytes, query: bytes) -> tuple[bytes, int | None]:
        """The page asked for, and where the next begins."""
        wanted = dict(part.partition(b"=")[::2] for part in query.split(b"&"))
        known = self.standing.get(column, {})
        if b"user_id" in wanted:
            sub = wanted[b"user_id"].decode()
            subs, following = [sub] if sub in known else [], None
        else:
            start = int(wanted.get(b"from", b"0"))
            subs = list(known)[start : start + _PAGE]
            following = start + _PAGE if start + _PAGE < len(known) else None
        rows = [{"userId": sub, "resultScore": known[sub][0], "resultMaximum": known[sub][1]} for sub in subs]
        return orjson.dumps(rows), following


class _Conversation(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, courses: _Courses, loop: asyncio.AbstractEventLoop) -> None:
        self._courses = courses
        self._loop = loop
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        length = _length(head)
        if not separator or len(rest) < length:
            return
        self._buffer = rest[length:]
        method, address, _ = head.split(b" ", 2)
        path, _, query = address.partition(b"?")
        _, platform, below = path.split(b"/", 2)
        if below == b"token":
            self._answer(_TOKEN)
            return
        self._courses.begin(platform)
        arguments = (method, platform, path, query, rest[:length])
        if self._courses.latency:
            self._loop.call_later(self._courses.latency, self._act, *arguments)
        else:
            self._act(*arguments)

    def _act(self, method: bytes, platform: bytes, path: bytes, query: bytes, body: bytes) -> None:
        courses = self._courses
        courses.under_way[platform] -= 1
        column, _, kind = path.rpartition(b"/")
        if method == b"POST" and kind == b"scores":
            courses.take(column, body, self._loop.time())
            self._answer(b"")
            return
        rows, following = courses.results(column, query)
        link = b"" if following is None else b'Link: <%s?limit=%d&from=%d>; rel="next"\r\n' % (path, _PAGE, following)
        self._answer(rows, link)

    def _answer(self, body: bytes, more: bytes = b"") -> None:
        self._transport.write(b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (more, len(body), body))


async def _serve(pipe: Connection, latency: float) -> None:
    loop = asyncio.get_running_loop()
    courses = _Courses(latency)
    server = await loop.create_server(lambda: _Conversation(courses, loop), "127.0.0.1", 0, backlog=1024)

    def tell() -> None:
        if pipe.recv() == "seen":
            pipe.send((courses.scores, courses.calls, courses.most, courses.last_score))
        else:
            pipe.send({sub: points for column in courses.standing.values() for sub, (points, _) in column.items()})

    loop.add_reader(pipe.fileno(), tell)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
