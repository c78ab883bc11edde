"""What a launch begins with and leaves behind: state, course, resource link, member, session."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from lti_tool.storage.dialects import upsert
from lti_tool.storage.tables.lti import (
    lti_contexts,
    lti_deployments,
    lti_members,
    lti_platforms,
    lti_resource_links,
    lti_sessions,
    lti_states,
)

_KEPT_AFTER = timedelta(hours=1)
_SEEN_EVERY = timedelta(minutes=1)


def add_state(conn: Connection, row: Mapping[str, Any], now: datetime) -> None:
    """Remember a login that was begun; long expired ones are dropped on the way.

    Those that have just expired are kept a while, so that whoever comes late is told so.
    """
    conn.execute(delete(lti_states).where(lti_states.c.expires_at < now - _KEPT_AFTER))
    conn.execute(insert(lti_states).values(**row))


def find_state(conn: Connection, state_hash: bytes) -> RowMapping | None:
    return conn.execute(select(lti_states).where(lti_states.c.state_hash == state_hash)).mappings().one_or_none()


def find_login(conn: Connection, state_hash: bytes) -> RowMapping | None:
    """A login that was begun, with the platform that began it; the two have no column of one name."""
    joined = select(lti_states, lti_platforms).join(lti_platforms, lti_platforms.c.id == lti_states.c.platform_id)
    return conn.execute(joined.where(lti_states.c.state_hash == state_hash)).mappings().one_or_none()


def use_state(conn: Connection, state_hash: bytes, now: datetime) -> bool:
    """Take a state with its nonce, once; False if it was taken before."""
    taken = (
        update(lti_states)
        .where(lti_states.c.state_hash == state_hash, lti_states.c.used_at.is_(None))
        .values(used_at=now)
    )
    return conn.execute(taken).rowcount == 1


def save_context(conn: Connection, row: Mapping[str, Any]) -> RowMapping:
    """Create or update a course from what a launch says of it; what a launch leaves out is kept.

    A course that is known so is only read: hundreds who open it at once do not wait for each other's commits.
    """
    said = {name: value for name, value in row.items() if value is not None}
    query = select(lti_contexts).where(
        lti_contexts.c.deployment_id == row["deployment_id"], lti_contexts.c.context_id == row["context_id"]
    )
    before = conn.execute(query).mappings().one_or_none()
    if before is not None and before["seen_at"] <= row["seen_at"] < before["seen_at"] + _SEEN_EVERY:
        said["seen_at"] = before["seen_at"]
    if before is not None and _says_nothing_new(said, before):
        return before
    key = ["deployment_id", "context_id"]
    created = {"title": "", "label": "", "scopes": [], **said}
    upsert(conn, lti_contexts, [created], key=key, update=[name for name in said if name not in key])
    return conn.execute(query).mappings().one()


def _says_nothing_new(said: Mapping[str, Any], before: RowMapping) -> bool:
    return all(before[name] == value for name, value in said.items())


def get_context(conn: Connection, context_row: int) -> RowMapping:
    return conn.execute(select(lti_contexts).where(lti_contexts.c.id == context_row)).mappings().one()


def link_context(conn: Connection, context_row: int, programme_id: str) -> None:
    """From now on this course shows this programme."""
    conn.execute(update(lti_contexts).where(lti_contexts.c.id == context_row).values(programme_id=programme_id))


def save_resource_link(conn: Connection, row: Mapping[str, Any]) -> RowMapping:
    """Create or update a resource link; one that is known so is only read."""
    key = ["context_id", "resource_link_id"]
    said = {name: value for name, value in row.items() if value is not None}
    query = select(lti_resource_links).where(
        lti_resource_links.c.context_id == row["context_id"],
        lti_resource_links.c.resource_link_id == row["resource_link_id"],
    )
    before = conn.execute(query).mappings().one_or_none()
    if before is not None and _says_nothing_new(said, before):
        return before
    upsert(conn, lti_resource_links, [said], key=key, update=[name for name in said if name not in key])
    return conn.execute(query).mappings().one()


def save_member(conn: Connection, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Create or update a person of a course; a link to a participant that was made by hand is kept."""
    key = ["context_id", "sub"]
    query = select(lti_members).where(lti_members.c.context_id == row["context_id"], lti_members.c.sub == row["sub"])
    before = conn.execute(query).mappings().one_or_none()
    merged = dict(row)
    if before is not None and before["linked_by"] == "hand":
        merged |= {"participant_id": before["participant_id"], "linked_by": "hand"}
    upsert(conn, lti_members, [merged], key=key)
    return {**before, **merged} if before is not None else dict(conn.execute(query).mappings().one())


def list_members(conn: Connection, context_row: int, *, after: int = 0, limit: int = 200) -> list[RowMapping]:
    """People of a course by row id, at most `limit` after `after`."""
    query = (
        select(lti_members)
        .where(lti_members.c.context_id == context_row, lti_members.c.id > after)
        .order_by(lti_members.c.id)
        .limit(limit)
    )
    return list(conn.execute(query).mappings())


def link_member(conn: Connection, context_row: int, member_row: int, participant_id: str | None, how: str) -> None:
    """Say by hand (or undo) who a person of a course is in the programme."""
    these = (lti_members.c.context_id == context_row, lti_members.c.id == member_row)
    conn.execute(update(lti_members).where(*these).values(participant_id=participant_id, linked_by=how))


def add_session(conn: Connection, row: Mapping[str, Any], now: datetime) -> int:
    """Open a session; expired ones are dropped on the way."""
    conn.execute(delete(lti_sessions).where(lti_sessions.c.expires_at < now))
    return int(conn.execute(insert(lti_sessions).values(**row).returning(lti_sessions.c.id)).scalar_one())


def find_session(conn: Connection, token_hash: bytes, now: datetime) -> RowMapping | None:
    """An open session with its course's and platform's own names."""
    query = (
        select(
            lti_sessions,
            lti_contexts.c.title.label("context_title"),
            lti_contexts.c.context_id.label("context_name"),
            lti_platforms.c.issuer,
            lti_deployments.c.deployment_id.label("deployment_name"),
        )
        .join(lti_contexts, lti_contexts.c.id == lti_sessions.c.context_id)
        .join(lti_platforms, lti_platforms.c.id == lti_sessions.c.platform_id)
        .join(lti_deployments, lti_deployments.c.id == lti_contexts.c.deployment_id)
        .where(lti_sessions.c.token_hash == token_hash, lti_sessions.c.expires_at > now)
    )
    return conn.execute(query).mappings().one_or_none()


def list_sessions(conn: Connection, cookie_hashes: Sequence[bytes], now: datetime) -> list[RowMapping]:
    """The open sessions of some cookies, the newest first."""
    query = (
        select(lti_sessions)
        .where(lti_sessions.c.cookie_hash.in_(cookie_hashes), lti_sessions.c.expires_at > now)
        .order_by(lti_sessions.c.id.desc())
    )
    return list(conn.execute(query).mappings())


def choose_programme(conn: Connection, session_id: int, programme_id: str, participant_id: str | None) -> None:
    """The programme that this session shows from now on, and who its person is there."""
    change = update(lti_sessions).where(lti_sessions.c.id == session_id)
    conn.execute(change.values(programme_id=programme_id, participant_id=participant_id))
