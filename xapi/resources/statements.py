"""The Statement resource (xAPI 1.0.3 Communication 2.1)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from sqlalchemy import Connection

from xapi.answers import JSON, Answer, json_answer
from xapi.attachments import find_attachments
from xapi.calls import Call, wrong_param
from xapi.dialects import find_horizon
from xapi.errors import InvalidRequest, InvalidStatement, NotFound
from xapi.filters import Filters, asks_for_one, read_filters, read_format, read_uuid, wants_attachments
from xapi.formats import to_canonical, to_ids
from xapi.languages import read_preferences
from xapi.moments import write_moment
from xapi.multipart import (
    described_types,
    match_attachments,
    media_type,
    read_attachments,
    read_parts,
    write_multipart,
)
from xapi.parsing import parse_json
from xapi.queries import find_page, find_statement
from xapi.resources.http_dates import http_date
from xapi.resources.resource import Resource
from xapi.rights import demand, reads_only_own
from xapi.sequence import stored_at
from xapi.signatures import check_signatures
from xapi.sought import Reader
from xapi.store import Store
from xapi.validation import Problems, check_statement

CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"
#: What was stored this long before a write is surely visible to everybody (`xapi.dialects`).
_SETTLED = timedelta(seconds=60)


def post(store: Store, call: Call) -> Answer:
    """Store one statement or a list of them; the ids."""
    call.allow_params()
    ids = _accept(store, call, *_read_sent(call))
    return json_answer(ids, headers=_settled(store))


def put(store: Store, call: Call) -> Answer:
    """Store one statement under the id of the query."""
    call.allow_params("statementId")
    statement_id = read_uuid(call, "statementId")
    sent, contents = _read_sent(call)
    if type(sent) is not dict:
        raise InvalidStatement("PUT takes exactly one statement")
    if isinstance(sent.get("id"), str) and sent["id"].lower() != statement_id:
        raise wrong_param("statementId", "same_id", "the statement's own id is another one")
    sent.setdefault("id", statement_id)
    _accept(store, call, sent, contents)
    return Answer(204, headers=_settled(store))


def get(store: Store, call: Call) -> Answer:
    """One statement by its id, or a page of those that match."""
    one = asks_for_one(call)
    reader = Reader(call.credential, reads_only_own(call.credential))
    with call.reading(store.read) as conn:
        horizon = _horizon(store, conn)
        if one is not None:
            answer = _answer_one(store, conn, call, reader, *one)
        else:
            answer = _answer_page(store, conn, call, reader, read_filters(call))
    answer.headers.update(horizon)
    return answer


def _answer_one(
    store: Store,
    conn: Connection,
    call: Call,
    reader: Reader,
    statement_id: str,
    voided: bool,  # noqa: FBT001
) -> Answer:
    row = find_statement(conn, reader, statement_id, voided=voided)
    if row is None:
        raise NotFound(f"there is no {'voided ' if voided else ''}statement {statement_id} here")
    return _answer(store, conn, call, _formatted(conn, call, [row[1]])[0], [row])


def _answer_page(store: Store, conn: Connection, call: Call, reader: Reader, filters: Filters) -> Answer:
    page = find_page(conn, store.memory, reader, filters)
    texts = _formatted(conn, call, [text for _, text in page.rows])
    more = _more(call, page.rows[-1][0]) if page.more else ""
    body = b'{"statements":[%b],"more":%b}' % (b",".join(texts), orjson.dumps(more))
    return _answer(store, conn, call, body, page.rows)


def _answer(store: Store, conn: Connection, call: Call, body: bytes, rows: Sequence[tuple[int, bytes]]) -> Answer:
    headers = {}
    if rows:
        headers["Last-Modified"] = http_date(stored_at(max(seq for seq, _ in rows)))
    if not wants_attachments(call):
        return Answer(200, body, JSON, headers)
    types = described_types(orjson.loads(text) for _, text in rows)
    found = sorted(find_attachments(conn, [seq for seq, _ in rows]))
    parts = [(types[sha2], sha2, store.files.read(sha2)) for sha2 in found]
    content_type, whole = write_multipart(body, parts)
    return Answer(200, whole, content_type, headers)


def _formatted(conn: Connection, call: Call, texts: Sequence[bytes]) -> Sequence[bytes]:
    """The JSON of each statement; as it is stored, where that is what is asked for."""
    wanted = read_format(call)
    if wanted == "exact":
        return texts
    if wanted == "ids":
        return [orjson.dumps(to_ids(text)) for text in texts]
    preferences = read_preferences(call.headers.get("Accept-Language", ""))
    return [orjson.dumps(statement) for statement in to_canonical(conn, texts, preferences)]


def _more(call: Call, cursor: int) -> str:
    """Where the next page is; relative to the server's root."""
    return f"{call.root}/statements?{urlencode({**call.params, 'cursor': str(cursor)})}"


def _read_sent(call: Call) -> tuple[Any, dict[str, bytes]]:
    """The JSON of a body, and the attachments that came with it by their digest."""
    kind, parameters = media_type(call.content_type)
    if kind == "application/json":
        return parse_json(call.body), {}
    if kind != "multipart/mixed":
        raise InvalidRequest("statements come as application/json, or with their attachments as multipart/mixed")
    parts = read_parts(call.body, parameters.get("boundary", ""))
    first = media_type(parts[0][0].get("Content-Type", ""))[0]
    if first != "application/json":
        raise InvalidRequest("the first part of the multipart body must be application/json")
    return parse_json(parts[0][1]), read_attachments(parts[1:])


def _accept(store: Store, call: Call, sent: Any, contents: dict[str, bytes]) -> list[str]:
    demand(call.credential, "statements/write")
    single = type(sent) is not list
    batch = [sent] if single else sent
    _check_attached(batch, contents, call.major, single=single)
    return store.accept(batch, call.credential, major=call.major, attachments=contents, single=single, confirm=True)


def _check_attached(batch: Sequence[Any], contents: dict[str, bytes], major: int, *, single: bool) -> None:
    """Validate statements that have attachments early, so that these can be looked at."""
    if not contents and not any(type(one) is dict and "attachments" in one for one in batch):
        return
    problems = Problems()
    for index, statement in enumerate(batch):
        check_statement(statement, None if single else (None, index), problems, major=major)
    if problems:
        raise InvalidStatement(details=[problem.as_detail() for problem in problems])
    match_attachments(batch, contents)
    for statement in batch:
        check_signatures(statement, contents, major)


def _horizon(store: Store, conn: Connection) -> dict[str, str]:
    now = store.clock()
    return {CONSISTENT_THROUGH: write_moment(store.memory.horizon(now, lambda: find_horizon(conn, now)))}


def _consistency_of_failures(store: Store, status: int) -> dict[str, str]:
    """Every answer tells how far reads are complete (Communication 2.1.3), without work for strangers."""
    if status in (401, 503):
        return _settled(store)
    with store.read() as conn:
        return _horizon(store, conn)


def _settled(store: Store) -> dict[str, str]:
    return {CONSISTENT_THROUGH: write_moment(store.clock() - _SETTLED)}


RESOURCE = Resource(
    "statements",
    {"POST": post, "PUT": put, "GET": get},
    confirming=frozenset({"POST", "PUT"}),
    headers_of_failures=_consistency_of_failures,
)
