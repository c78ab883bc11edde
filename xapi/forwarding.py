"""Forwarding to another record store, which resumes where it stopped.

Statements go in the order in which they were stored, with their attachments, and the position is kept after each batch
that the other store has acknowledged. A batch that was sent but not noted is sent again; the other store knows the ids.
"""

import http.client
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select
from tincan import RemoteLRS
from tincan.http_request import HTTPRequest
from tincan.lrs_response import LRSResponse

from xapi.answers import JSON
from xapi.attachments import find_attachments
from xapi.calls import ANSWERED_VERSIONS, VERSION_HEADER
from xapi.dialects import find_horizon
from xapi.moments import to_microseconds
from xapi.multipart import described_types, write_multipart
from xapi.sequence import first_after
from xapi.store import Store
from xapi.tables import forwards
from xapi.values import StoredStatement

_PER_BATCH = 100
#: What the other store sets itself.
_NOT_SENT = ("authority", "stored")
_Batch = Sequence[tuple[int, StoredStatement]]


class ForwardStopped(Exception):  # noqa: N818 - it says what happened
    """The other store cannot be reached, or refuses to listen; what it acknowledged is noted."""


@dataclass(slots=True)
class ForwardResult:
    """What this run sent."""

    sent: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    """(id, reason) of statements that the other store will not have; they are passed over."""


class Target(RemoteLRS):
    """The other record store, spoken to by tincan; bodies go as they are, not through its own models."""

    def __init__(self, endpoint: str, key: str, secret: str) -> None:
        super().__init__(endpoint=endpoint, version="1.0.1", username=key, password=secret)  # type: ignore[no-untyped-call]

    def post(self, version: str, content_type: str, body: bytes) -> LRSResponse:
        headers = {"Content-Type": content_type, VERSION_HEADER: version}
        request = HTTPRequest(method="POST", resource="statements", headers=headers)
        request.content = body.decode("latin-1")  # which http.client turns back into the same bytes
        try:
            response: LRSResponse = self._send_request(request)  # type: ignore[no-untyped-call]
        except (OSError, http.client.HTTPException) as error:
            raise ForwardStopped(f"{self.endpoint} cannot be reached: {error}") from error
        return response


def forward(store: Store, target: Target, *, progress: Callable[[int], None] = lambda _count: None) -> ForwardResult:
    """Send everything that was stored since the last run, up to now; `progress` is told how many went."""
    result = ForwardResult()
    while True:
        with store.read() as conn:
            last = _find_position(conn, target.endpoint)
            end = first_after(find_horizon(conn, store.clock()))
            batch = [one for one in store.iterate(conn, last, _PER_BATCH) if one[0] < end]
            contents = find_attachments(conn, [seq for seq, _ in batch])
        if not batch:
            return result
        _send(store, target, batch, contents, result)
        with store.begin() as conn:
            _write_position(conn, target.endpoint, batch[-1][0], to_microseconds(store.clock()))
        progress(len(batch))


def _send(store: Store, target: Target, batch: _Batch, contents: set[str], result: ForwardResult) -> None:
    """Send a batch; if it is refused, each of its statements alone."""
    response = target.post(*_body(store, batch, contents))
    status = response.response.status
    if response.success:
        result.sent += len(batch)
    elif status not in (400, 409, 413):
        raise ForwardStopped(f"{target.endpoint} answered {status}: {_excerpt(response)}")
    elif len(batch) == 1:
        result.refused.append((batch[0][1].id, f"{status}: {_excerpt(response)}"))
    else:
        for one in batch:
            _send(store, target, [one], contents, result)


def _body(store: Store, batch: _Batch, contents: set[str]) -> tuple[str, str, bytes]:
    """Version, content type and body: JSON, or multipart where bytes belong to the statements."""
    statements = [_as_sent(one.statement) for _, one in batch]
    newer = any(one["version"].startswith("2") for one in statements)
    version = ANSWERED_VERSIONS[2 if newer else 1]
    body = orjson.dumps(statements)
    types = described_types(statements)
    parts = [(types[sha2], sha2, store.files.read(sha2)) for sha2 in sorted(contents & types.keys())]
    return version, *(write_multipart(body, parts) if parts else (JSON, body))


def _as_sent(statement: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if name not in _NOT_SENT}


def _excerpt(response: LRSResponse) -> str:
    data = response.data if isinstance(response.data, str) else bytes(response.data or b"").decode(errors="replace")
    return data[:300]


def _find_position(conn: Connection, target: str) -> int:
    return conn.scalar(select(forwards.c.seq).where(forwards.c.target == target)) or 0


def _write_position(conn: Connection, target: str, seq: int, now: int) -> None:
    conn.execute(delete(forwards).where(forwards.c.target == target))
    conn.execute(insert(forwards).values(target=target, seq=seq, updated=now))
