"""Platforms, deployments, keys, invitations and refused launches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, or_, select, update

from lti_tool.storage.dialects import upsert
from lti_tool.storage.tables.lti import (
    lti_deployments,
    lti_invitations,
    lti_key_sets,
    lti_keys,
    lti_platforms,
    lti_refusals,
)

#: Refusals that are kept: enough for weeks of mistakes, and a bound for whoever posts rubbish to the launch address.
KEPT_REFUSALS = 5_000
_LONGEST_DETAIL = 2_000


def add_platform(conn: Connection, row: Mapping[str, Any]) -> int:
    """Register a platform, or update the one of the same issuer and client id; its row id."""
    keep = ["id", "issuer", "client_id", "created_at"]
    upsert(
        conn,
        lti_platforms,
        [dict(row)],
        key=["issuer", "client_id"],
        update=[name for name in row if name not in keep],
    )
    found = find_platform(conn, row["issuer"], row["client_id"])
    if found is None:
        raise LookupError("the platform that was just written is not there")
    return int(found["id"])


def find_platform(conn: Connection, issuer: str, client_id: str) -> RowMapping | None:
    query = select(lti_platforms).where(lti_platforms.c.issuer == issuer, lti_platforms.c.client_id == client_id)
    return conn.execute(query).mappings().one_or_none()


def get_platform(conn: Connection, platform_id: int) -> RowMapping | None:
    return conn.execute(select(lti_platforms).where(lti_platforms.c.id == platform_id)).mappings().one_or_none()


def list_platforms(
    conn: Connection, *, issuer: str | None = None, after: int = 0, limit: int = 200
) -> list[RowMapping]:
    """Platforms by row id, of one issuer if given, at most `limit` after `after`."""
    query = select(lti_platforms).where(lti_platforms.c.id > after).order_by(lti_platforms.c.id).limit(limit)
    if issuer is not None:
        query = query.where(lti_platforms.c.issuer == issuer)
    return list(conn.execute(query).mappings())


def list_platforms_with_deployments(conn: Connection, *, after: int = 0, limit: int = 200) -> list[dict[str, Any]]:
    """Platforms by row id with the ids of their deployments, at most `limit` after `after`."""
    platforms = list_platforms(conn, after=after, limit=limit)
    query = (
        select(lti_deployments.c.platform_id, lti_deployments.c.deployment_id)
        .where(lti_deployments.c.platform_id.in_([row["id"] for row in platforms]))
        .order_by(lti_deployments.c.id)
    )
    known: dict[int, list[str]] = {}
    for platform_id, deployment_id in conn.execute(query):
        known.setdefault(platform_id, []).append(deployment_id)
    return [
        {
            "registration": row["id"],
            "name": row["name"],
            "issuer": row["issuer"],
            "client_id": row["client_id"],
            "deployments": known.get(row["id"], []),
        }
        for row in platforms
    ]


def remove_platform(conn: Connection, platform_id: int) -> bool:
    """Forget a platform with its courses and people; False if there was none. Statements and credits stay."""
    return conn.execute(delete(lti_platforms).where(lti_platforms.c.id == platform_id)).rowcount > 0


def add_deployment(conn: Connection, platform_id: int, deployment_id: str) -> None:
    """Make a deployment known; again changes nothing."""
    row = {"platform_id": platform_id, "deployment_id": deployment_id}
    upsert(conn, lti_deployments, [row], key=["platform_id", "deployment_id"], update=[])


def find_deployment(conn: Connection, platform_id: int, deployment_id: str) -> RowMapping | None:
    query = select(lti_deployments).where(
        lti_deployments.c.platform_id == platform_id, lti_deployments.c.deployment_id == deployment_id
    )
    return conn.execute(query).mappings().one_or_none()


def list_deployments(conn: Connection, platform_id: int) -> list[RowMapping]:
    query = select(lti_deployments).where(lti_deployments.c.platform_id == platform_id)
    return list(conn.execute(query.order_by(lti_deployments.c.id)).mappings())


def find_signing_key(conn: Connection, now: datetime) -> RowMapping | None:
    """The oldest key whose time is not over: a newer one, published later, signs after it."""
    retired = lti_keys.c.retired_at
    query = select(lti_keys).where(or_(retired.is_(None), retired > now)).limit(1)
    ordered = query.order_by(lti_keys.c.created_at, retired.is_(None), retired, lti_keys.c.kid)
    return conn.execute(ordered).mappings().one_or_none()


def list_keys(conn: Connection, *, retired_after: datetime) -> list[RowMapping]:
    """The keys in use and those retired after a moment, newest first."""
    public = or_(lti_keys.c.retired_at.is_(None), lti_keys.c.retired_at > retired_after)
    query = select(lti_keys).where(public).order_by(lti_keys.c.created_at.desc(), lti_keys.c.kid)
    return list(conn.execute(query).mappings())


def add_key(conn: Connection, kid: str, private_pem: str, now: datetime) -> None:
    conn.execute(insert(lti_keys).values(kid=kid, private_pem=private_pem, created_at=now))


def retire_keys(conn: Connection, at: datetime) -> None:
    """Keys in use sign until `at` and no longer."""
    conn.execute(update(lti_keys).where(lti_keys.c.retired_at.is_(None)).values(retired_at=at))


def remove_keys_retired_before(conn: Connection, moment: datetime) -> None:
    conn.execute(delete(lti_keys).where(lti_keys.c.retired_at < moment))


def add_invitation(conn: Connection, token_hash: bytes, expires_at: datetime) -> None:
    conn.execute(insert(lti_invitations).values(token_hash=token_hash, expires_at=expires_at))


def use_invitation(conn: Connection, token_hash: bytes, now: datetime) -> bool:
    """Take an invitation, once; False if it is unknown, expired or taken."""
    taken = (
        update(lti_invitations)
        .where(
            lti_invitations.c.token_hash == token_hash,
            lti_invitations.c.used_at.is_(None),
            lti_invitations.c.expires_at > now,
        )
        .values(used_at=now)
    )
    return conn.execute(taken).rowcount == 1


def give_invitation_back(conn: Connection, token_hash: bytes) -> None:
    """A registration that failed does not cost its invitation."""
    conn.execute(update(lti_invitations).where(lti_invitations.c.token_hash == token_hash).values(used_at=None))


def add_refusal(conn: Connection, at: datetime, platform_id: int | None, code: str, detail: str) -> None:
    """Note why a launch or registration was refused; the newest few thousand are kept, whoever causes them."""
    known = select(lti_platforms.c.id).where(lti_platforms.c.id == platform_id).scalar_subquery()  # it may just be gone
    row = {"at": at, "platform_id": known, "code": code, "detail": _printable(detail)[:_LONGEST_DETAIL]}
    number = conn.execute(insert(lti_refusals).values(**row).returning(lti_refusals.c.id)).scalar_one()
    conn.execute(delete(lti_refusals).where(lti_refusals.c.id <= number - KEPT_REFUSALS))


def list_refusals(
    conn: Connection, *, platform_id: int | None = None, before: int | None = None, limit: int = 50
) -> list[RowMapping]:
    """Refused launches, newest first; of one platform (and of none that was recognised) if given."""
    query = select(lti_refusals).order_by(lti_refusals.c.id.desc()).limit(limit)
    if platform_id is not None:
        query = query.where(lti_refusals.c.platform_id == platform_id)
    if before is not None:
        query = query.where(lti_refusals.c.id < before)
    return list(conn.execute(query).mappings())


def find_key_set(conn: Connection, url: str) -> RowMapping | None:
    return conn.execute(select(lti_key_sets).where(lti_key_sets.c.url == url)).mappings().one_or_none()


def get_key_set(conn: Connection, url: str) -> RowMapping:
    return conn.execute(select(lti_key_sets).where(lti_key_sets.c.url == url)).mappings().one()


def save_key_set(conn: Connection, url: str, keys: list[dict[str, Any]], now: datetime) -> None:
    row = {"url": url, "keys": keys, "fetched_at": now, "asked_at": now, "problem": None}
    upsert(conn, lti_key_sets, [row], key=["url"])


def note_key_set_problem(conn: Connection, url: str, problem: str, now: datetime) -> None:
    """A key set could not be fetched; the keys that were kept stay."""
    row = {"url": url, "keys": [], "asked_at": now, "problem": _printable(problem)[:_LONGEST_DETAIL]}
    upsert(conn, lti_key_sets, [row], key=["url"], update=["asked_at", "problem"])


def list_frame_hosts(conn: Connection) -> list[str]:
    """Addresses of every registered platform, whose hosts may frame our pages."""
    query = select(lti_platforms.c.issuer, lti_platforms.c.auth_login_url).distinct()
    return sorted({str(value) for row in conn.execute(query) for value in row})


def _printable(text: str) -> str:
    """Without control characters, which no page shows and PostgreSQL does not store."""
    return "".join(character if character.isprintable() else " " for character in text)
