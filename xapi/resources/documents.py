"""What the three document resources have in common (Communication 2.2); they differ in where a document stands."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from xapi.answers import Answer, json_answer
from xapi.calls import Call
from xapi.concurrency import check_preconditions, demand_preconditions
from xapi.documents import (
    Document,
    Place,
    find_document,
    list_names,
    merge,
    remove_documents,
    write_document,
)
from xapi.errors import NotFound
from xapi.filters import read_moment
from xapi.parsing import parse_json
from xapi.resources.http_dates import http_date
from xapi.resources.resource import Resource
from xapi.store import Store

#: Reads and checks the parameters of a call: the place of the document, or the scope where no name is given.
Locate: TypeAlias = Callable[[Call], Place]


def document_resource(name: str, locate: Locate, *, name_param: str, remove_all: bool) -> Resource:
    """A resource of documents; `name_param` is its stateId or profileId.

    `remove_all`: DELETE without a name removes every document of the scope (only the State resource does so).
    """

    def get(store: Store, call: Call) -> Answer:
        place = locate(call)
        if name_param in call.params:
            return _get_one(store, call, place.named(call.params[name_param]))
        return _list(store, call, place, read_moment(call, "since"))

    def put(store: Store, call: Call) -> Answer:
        place = locate(call).named(call.param(name_param))
        return _write(store, call, place, _replaced)

    def post(store: Store, call: Call) -> Answer:
        place = locate(call).named(call.param(name_param))
        return _write(store, call, place, _merged)

    def remove(store: Store, call: Call) -> Answer:
        place = locate(call)
        if remove_all and name_param not in call.params:
            store.write(lambda conn: remove_documents(conn, place.all_here()))
            return Answer(204)
        return _remove_one(store, call, place.named(call.param(name_param)))

    return Resource(name, {"GET": get, "PUT": put, "POST": post, "DELETE": remove})


def _get_one(store: Store, call: Call, place: Place) -> Answer:
    with call.reading(store.read) as conn:
        document = find_document(conn, place)
    if document is None:
        raise NotFound(f"there is no document {place.name!r} here")
    headers = {"ETag": document.etag, "Last-Modified": http_date(document.updated)}
    if call.headers.get("If-None-Match") == document.etag:
        return Answer(304, headers=headers)
    return Answer(200, document.content, document.content_type, headers)


def _list(store: Store, call: Call, place: Place, since: datetime | None) -> Answer:
    with call.reading(store.read) as conn:
        names, latest = list_names(conn, place, since)
    headers = {} if latest is None else {"Last-Modified": http_date(latest)}
    return json_answer(names, headers=headers)


def _write(
    store: Store, call: Call, place: Place, change: Callable[[Call, Document | None], tuple[bytes, str]]
) -> Answer:
    def work(conn: Any) -> None:
        known = find_document(conn, place, lock=True)
        check_preconditions(call, known)
        write_document(conn, place, change(call, known), known, store.clock())

    store.write(work)
    return Answer(204)


def _replaced(call: Call, known: Document | None) -> tuple[bytes, str]:
    """PUT: what was sent, as it was sent. What exists may not be overwritten unseen.

    xAPI 1.0.3 leaves the State resource out of this rule (Communication 3.1), 2.0 does not (4.1.4).
    """
    content_type = _content_type(call)
    if content_type.partition(";")[0].strip().lower() == "application/json":
        parse_json(call.body)
    if call.major > 1 or "stateId" not in call.params:
        demand_preconditions(call, known)
    return call.body, content_type


def _merged(call: Call, known: Document | None) -> tuple[bytes, str]:
    content_type = _content_type(call)
    return merge(known, call.body, content_type), content_type


def _content_type(call: Call) -> str:
    return call.content_type or "application/octet-stream"


def _remove_one(store: Store, call: Call, place: Place) -> Answer:
    def work(conn: Any) -> None:
        check_preconditions(call, find_document(conn, place, lock=True))
        remove_documents(conn, place.condition())

    store.write(work)
    return Answer(204)
