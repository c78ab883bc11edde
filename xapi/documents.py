"""State, agent profile and activity profile documents in the database (Communication 2.2)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, delete, insert, select, update

from xapi.errors import InvalidRequest
from xapi.moments import from_microseconds, to_microseconds
from xapi.parsing import parse_object
from xapi.tables import documents

_D = documents.c


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands; parts that its resource does not have are ''."""

    resource: str
    """state, agent or activity"""
    tenant: str
    activity: str = ""
    agent: str = ""
    """A key of `xapi.identity`."""
    registration: str = ""
    name: str = ""
    """The stateId or profileId."""

    def named(self, name: str) -> "Place":
        return replace(self, name=name)

    def condition(self) -> ColumnElement[bool]:
        """Exactly this document."""
        return and_(self._scope(), _D.registration == self.registration, _D.name == self.name)

    def all_here(self) -> ColumnElement[bool]:
        """Every document of this scope; of all registrations where none is given."""
        if not self.registration:
            return self._scope()
        return and_(self._scope(), _D.registration == self.registration)

    def _scope(self) -> ColumnElement[bool]:
        return and_(
            _D.resource == self.resource,
            _D.tenant == self.tenant,
            _D.activity == self.activity,
            _D.agent == self.agent,
        )


@dataclass(frozen=True, slots=True)
class Document:
    content: bytes
    content_type: str
    etag: str
    """In quotes, as HTTP writes it: the SHA-1 of the content."""
    updated: datetime


def find_document(conn: Connection, place: Place, *, lock: bool = False) -> Document | None:
    """A document; with `lock` nobody else changes it until the unit of work ends."""
    query: Select[Any] = select(documents).where(place.condition())
    if lock and conn.dialect.name == "postgresql":
        query = query.with_for_update()
    row = conn.execute(query).first()
    if row is None:
        return None
    return Document(bytes(row.content), row.content_type, row.etag, from_microseconds(row.updated))


def list_names(conn: Connection, place: Place, since: datetime | None) -> tuple[list[str], datetime | None]:
    """The names of the documents of a scope changed later than `since`, and when the last one changed."""
    query = select(_D.name, _D.updated).where(place.all_here()).order_by(_D.name)
    if since is not None:
        query = query.where(_D.updated > to_microseconds(since))
    rows = conn.execute(query).all()
    latest = max((row.updated for row in rows), default=None)
    return sorted({row.name for row in rows}), None if latest is None else from_microseconds(latest)


def write_document(
    conn: Connection, place: Place, document: tuple[bytes, str], known: Document | None, now: datetime
) -> None:
    """Put (content, content type) in the place of the `known` document, or as a new one."""
    content, content_type = document
    values = {
        "content": content,
        "content_type": content_type,
        "etag": etag_of(content),
        "updated": to_microseconds(now),
    }
    if known is None:
        conn.execute(insert(documents).values(**_columns(place), **values))
    else:
        conn.execute(update(documents).where(place.condition()).values(**values))


def remove_documents(conn: Connection, condition: ColumnElement[bool]) -> None:
    conn.execute(delete(documents).where(condition))


def merge(known: Document | None, content: bytes, content_type: str) -> bytes:
    """What a POST leaves: the properties of the stored JSON object, overlaid by those that were sent.

    Both must be JSON objects (Communication 2.2, POST to store).
    """
    if known is None:
        if _is_json(content_type):
            parse_object(content)
        return content
    if not _is_json(content_type) or not _is_json(known.content_type):
        raise InvalidRequest("a document can be merged only if it and the stored one are application/json")
    return orjson.dumps({**parse_object(known.content), **parse_object(content)})


def etag_of(content: bytes) -> str:
    """The entity tag: the SHA-1 of the content, which xAPI 1.0.3 names (Communication 3.1); it guards nothing."""
    return f'"{hashlib.sha1(content, usedforsecurity=False).hexdigest()}"'


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


def _columns(place: Place) -> Mapping[str, str]:
    return {
        "resource": place.resource,
        "tenant": place.tenant,
        "activity": place.activity,
        "agent": place.agent,
        "registration": place.registration,
        "name": place.name,
    }
