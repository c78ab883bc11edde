"""Sessions of launched pages: they work in an iframe, in several tabs at once, and without third-party cookies.

The session's token stands in the path. Where the browser kept the launch's cookie, the token alone is not enough.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping

from lti_tool.storage.queries import lti_launches

_WITHOUT_COOKIE = timedelta(hours=2)
_COOKIES = "xuefen_"
_MOST_COOKIES = 30


@dataclass(frozen=True, slots=True)
class LtiSession:
    """A launched page: who looks, from which course, as what, at which programme."""

    id: int
    platform_id: int
    issuer: str
    deployment_id: str
    context_id: int  # our row of the course
    context_name: str  # the platform's own id of it
    context_title: str
    resource_link_row: int | None
    resource_link_id: str
    sub: str
    name: str
    email: str
    roles: frozenset[str]
    audience_role: str  # trainee | trainer | administrator
    programme_id: str | None
    participant_id: str | None
    message_type: str
    locale: str | None = None
    return_url: str | None = None
    document_target: str | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)
    deep_linking: Mapping[str, Any] = field(default_factory=dict)
    for_user: str | None = None
    number: str = ""  # the institution's own number of the person
    needs_cookie: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was just opened: the path token, and the cookie that binds it to this browser if it keeps any."""

    id: int
    token: str
    cookie: str | None


def hash_of(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def cookie_name(token: str) -> str:
    """The cookie of a session: each has its own, so that tabs never clash."""
    return _COOKIES + hashlib.sha256(b"name" + token.encode()).hexdigest()[:16]


def start_session(conn: Connection, row: Mapping[str, Any], *, with_cookie: bool, hours: int, now: datetime) -> Opened:
    """Open a session for the columns in `row`; it ends after `hours`, sooner where no cookie guards it."""
    token, cookie = secrets.token_urlsafe(32), secrets.token_urlsafe(32) if with_cookie else None
    lifetime = timedelta(hours=hours) if with_cookie else min(timedelta(hours=hours), _WITHOUT_COOKIE)
    opened = {
        **row,
        "token_hash": hash_of(token),
        "cookie_hash": hash_of(cookie) if cookie else None,
        "created_at": now,
        "expires_at": now + lifetime,
    }
    return Opened(lti_launches.add_session(conn, opened), token, cookie)


def find_session(conn: Connection, token: str, cookie: str | None, now: datetime) -> LtiSession | None:
    """The open session of a path token; None where it is unknown, over, or its cookie is not with the request."""
    row = lti_launches.find_session(conn, hash_of(token), now)
    if row is None:
        return None
    expected = row["cookie_hash"]
    if expected is not None and not hmac.compare_digest(expected, hash_of(cookie or "")):
        return None
    return _session(row)


def find_by_cookies(conn: Connection, cookies: Mapping[str, str], programme_id: str, now: datetime) -> list[RowMapping]:
    """The open sessions of this browser that show a programme, the newest first: it holds their cookies, not their
    addresses.
    """
    ours = [value for name, value in cookies.items() if name.startswith(_COOKIES)][:_MOST_COOKIES]
    rows = lti_launches.list_sessions(conn, [hash_of(value) for value in ours], now) if ours else []
    return [row for row in rows if row["programme_id"] == programme_id]


def open_again(conn: Connection, row: RowMapping, now: datetime) -> Opened:
    """Another page of an open session, under an address of its own; it ends when that one ends."""
    columns = ("platform_id", "context_id", "resource_link_row", "sub", "audience_role", "programme_id")
    kept = {name: row[name] for name in (*columns, "participant_id", "details", "expires_at")}
    token, cookie = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    opened = {**kept, "token_hash": hash_of(token), "cookie_hash": hash_of(cookie), "created_at": now}
    return Opened(lti_launches.add_session(conn, opened), token, cookie)


def _session(row: RowMapping) -> LtiSession:
    details = dict(row["details"])
    details["roles"] = frozenset(details["roles"])
    return LtiSession(
        id=row["id"],
        platform_id=row["platform_id"],
        issuer=row["issuer"],
        deployment_id=row["deployment_name"],
        context_id=row["context_id"],
        context_name=row["context_name"],
        context_title=row["context_title"],
        resource_link_row=row["resource_link_row"],
        sub=row["sub"],
        audience_role=row["audience_role"],
        programme_id=row["programme_id"],
        participant_id=row["participant_id"],
        needs_cookie=row["cookie_hash"] is not None,
        **details,
    )
