"""Key pairs: a key that names the speaker and a 256-bit secret, of which only the SHA-256 is kept.

A fast hash is right here: a random 256-bit secret cannot be guessed, however fast guesses are.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from xapi.moments import from_microseconds, to_microseconds, utc_now
from xapi.quick import fetch, first
from xapi.tables import credentials, statements
from xapi.values import Credential

#: The scopes that the record store itself knows (xAPI 1.0.3 Communication 4.0); the host may add its own.
XAPI_SCOPES = (
    "statements/write",
    "statements/read",
    "statements/read/mine",
    "state",
    "profile",
    "define",
    "all/read",
    "all",
)


def create(
    conn: Connection,
    name: str,
    scopes: Iterable[str],
    *,
    tenant: str | None = None,
    attributes: dict[str, Any] | None = None,
    agent: dict[str, Any] | None = None,
    activity: str | None = None,
    expires_at: datetime | None = None,
    per_minute: int | None = None,
) -> tuple[str, str]:
    """Make a credential; its key and its secret, which cannot be read again."""
    # A key stands on command lines: it must not look like an option.
    key, secret = secrets.token_hex(16), secrets.token_urlsafe(32)
    conn.execute(
        insert(credentials).values(
            key=key,
            secret_sha256=digest_of(secret),
            name=name,
            scopes=sorted(set(scopes)),
            tenant=tenant,
            attributes=attributes or {},
            agent=agent,
            activity=activity,
            per_minute=per_minute,
            created_at=to_microseconds(utc_now()),
            expires_at=None if expires_at is None else to_microseconds(expires_at),
        )
    )
    return key, secret


def authenticate(conn: Connection, key: str, secret: str, now: datetime) -> Credential | None:
    """The credential of a key and secret, if it is neither revoked nor expired."""
    if "\x00" in key:
        return None
    row = first(conn, _BY_KEY, {"key": key})
    if row is None or not has_secret(row.secret_sha256, secret):
        return None
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= to_microseconds(now)):
        return None
    return _read(row)


def is_in_force(conn: Connection, credential_id: int, now: datetime) -> bool:
    """Whether a credential is neither revoked nor expired."""
    return credential_id in those_in_force(conn, [credential_id], now)


def those_in_force(conn: Connection, ids: Collection[int], now: datetime) -> set[int]:
    """Those of some credentials, by their row numbers, that are neither revoked nor expired."""
    values = {"ids": orjson.dumps(list(ids)).decode(), "now": to_microseconds(now)}
    return {id_ for (id_,) in fetch(conn, _in_force(conn.dialect.name), values)}


def find_credential(conn: Connection, key: str) -> Credential | None:
    """The credential of a key, whatever its state."""
    row = first(conn, _BY_KEY, {"key": key})
    return None if row is None else _read(row)


def load_credentials(conn: Connection, ids: Iterable[int]) -> dict[int, Credential]:
    """Credentials by their row numbers."""
    rows = conn.execute(_ALL.where(credentials.c.id.in_(set(ids))))
    return {row.id: _read(row) for row in rows}


def list_credentials(conn: Connection) -> list[Credential]:
    """The credentials in force that people made, by name; not the short-lived ones of single learners."""
    mine = credentials.c.revoked_at.is_(None) & credentials.c.agent.is_(None)
    return [_read(row) for row in conn.execute(_ALL.where(mine).order_by(credentials.c.name, credentials.c.id))]


def revoke(conn: Connection, key: str, now: datetime | None = None) -> bool:
    """Refuse a credential from now on; whether there was one in force."""
    result = conn.execute(
        update(credentials)
        .where(credentials.c.key == key, credentials.c.revoked_at.is_(None))
        .values(revoked_at=to_microseconds(now or utc_now()))
    )
    return result.rowcount > 0


def end_named(conn: Connection, name: str, at: datetime) -> None:
    """Let the credentials of a name end at a moment, unless they end sooner."""
    moment = to_microseconds(at)
    mine = (credentials.c.expires_at > moment) & (credentials.c.name == name)
    conn.execute(update(credentials).where(mine).values(expires_at=moment))


def remove_expired(conn: Connection, before: datetime) -> int:
    """Delete credentials that expired before a moment and never stored a statement; how many."""
    used = select(statements.c.seq).where(statements.c.credential_id == credentials.c.id).exists()
    gone = (credentials.c.expires_at < to_microseconds(before)) & ~used
    return conn.execute(delete(credentials).where(gone)).rowcount


def ids_of_key(conn: Connection, key: str) -> list[int]:
    """Row numbers of the credential with a key: the statements whose authority it is."""
    return list(conn.scalars(select(credentials.c.id).where(credentials.c.key == key)))


def has_secret(digest: str, secret: str) -> bool:
    """Whether this is the secret whose digest was kept."""
    return hmac.compare_digest(digest, digest_of(secret))


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _read(row: Any) -> Credential:
    return Credential(
        id=row.id,
        key=row.key,
        name=row.name,
        scopes=frozenset(row.scopes),
        tenant=row.tenant,
        attributes=row.attributes,
        agent=row.agent,
        activity=row.activity,
        expires_at=None if row.expires_at is None else from_microseconds(row.expires_at),
        per_minute=row.per_minute,
    )


_ALL = select(credentials)
_BY_KEY = _ALL.where(credentials.c.key == bindparam("key"))  # made once: every request asks it


@cache
def _in_force(dialect: str) -> Select[Any]:
    """Those in force of the credentials whose row numbers are in the parameter `ids`, a JSON list."""
    listed = bindparam("ids", type_=Text)
    if dialect == "postgresql":
        numbers = select(cast(func.json_array_elements_text(cast(listed, postgresql.JSON)), BigInteger))
    else:
        numbers = select(column("value", BigInteger)).select_from(func.json_each(listed))
    return select(credentials.c.id).where(
        credentials.c.id.in_(numbers),
        credentials.c.revoked_at.is_(None),
        or_(credentials.c.expires_at.is_(None), credentials.c.expires_at > bindparam("now")),
    )
