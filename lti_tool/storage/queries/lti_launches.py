"""What a launch begins with and leaves behind: state, course, resource link, member, session."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    LABEL_STYLE_TABLENAME_PLUS_COL,
    Connection,
    RowMapping,
    Table,
    and_,
    bindparam,
    case,
    delete,
    insert,
    select,
    update,
)

from lti_tool.storage.dialects import INSERTS, upsert
from lti_tool.storage.tables.lti import (
    lti_contexts,
    lti_deployments,
    lti_members,
    lti_platforms,
    lti_resource_links,
    lti_sessions,
    lti_states,
)
from lti_tool.storage.tables.programmes import course_links

_KEPT_AFTER = timedelta(hours=1)
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a launch says that it comes from."""

    issuer: str
    deployment_id: str
    context_id: str
    resource_link_id: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a launch's place beforehand: rows, or None for what is new."""

    deployment_id: int
    linked_programme: str | None  # that its course was linked to
    context: Mapping[str, Any] | None
    link: Mapping[str, Any] | None


def add_state(conn: Connection, row: Mapping[str, Any]) -> None:
    """Remember a login that was begun."""
    conn.execute(insert(lti_states).values(**row))


def find_state(conn: Connection, state_hash: bytes) -> RowMapping | None:
    return conn.execute(select(lti_states).where(lti_states.c.state_hash == state_hash)).mappings().one_or_none()


def find_login(conn: Connection, state_hash: bytes) -> RowMapping | None:
    """A login that was begun, with the platform that began it; the two have no column of one name."""
    return conn.execute(_LOGIN, {"state_hash": state_hash}).mappings().one_or_none()


def use_state(conn: Connection, state_hash: bytes, now: datetime) -> bool:
    """Take a state with its nonce, once; False if it was taken before."""
    return conn.execute(_USE_STATE, {"the_state": state_hash, "now": now}).rowcount == 1


def find_known(conn: Connection, platform_id: int, place: Place) -> Known | None:
    """What is known of where a launch comes from, in one look; None where the deployment is unknown."""
    found = conn.execute(_KNOWN, {"platform_id": platform_id, **asdict(place)}).first()
    if found is None:
        return None
    row = found._mapping  # noqa: SLF001 - SQLAlchemy's public name of it
    return Known(
        deployment_id=row[lti_deployments.c.id],
        linked_programme=row[course_links.c.programme_id],
        context=_part(row, lti_contexts),
        link=_part(row, lti_resource_links),
    )


def _part(row: RowMapping, table: Table) -> dict[str, Any] | None:
    """One table's row of a joined one; None where there was none."""
    return None if row[table.c.id] is None else {column.name: row[column] for column in table.c}


def save_context(
    conn: Connection, row: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """Create or update a course from what a launch says of it; what a launch leaves out is kept.

    A course that is known so (`before`) is left alone: hundreds who open it at once do not wait for each other.
    """
    said = {name: value for name, value in row.items() if value is not None}
    if before is not None and before["seen_at"] <= row["seen_at"] < before["seen_at"] + _SEEN_EVERY:
        said["seen_at"] = before["seen_at"]
    if before is not None and _says_nothing_new(said, before):
        return before
    key = ["deployment_id", "context_id"]
    created = {"title": "", "label": "", "scopes": [], **said}
    upsert(conn, lti_contexts, [created], key=key, update=[name for name in said if name not in key])
    query = select(lti_contexts).where(
        lti_contexts.c.deployment_id == row["deployment_id"], lti_contexts.c.context_id == row["context_id"]
    )
    return dict(conn.execute(query).mappings().one())


def _says_nothing_new(said: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return all(before[name] == value for name, value in said.items())


def get_context(conn: Connection, context_row: int) -> RowMapping:
    return conn.execute(select(lti_contexts).where(lti_contexts.c.id == context_row)).mappings().one()


def link_context(conn: Connection, context_row: int, programme_id: str) -> None:
    """From now on this course shows this programme."""
    conn.execute(update(lti_contexts).where(lti_contexts.c.id == context_row).values(programme_id=programme_id))


def save_resource_link(
    conn: Connection, row: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """Create or update a resource link; one that is known so (`before`) is left alone."""
    key = ["context_id", "resource_link_id"]
    said = {name: value for name, value in row.items() if value is not None}
    if before is not None and _says_nothing_new(said, before):
        return before
    upsert(conn, lti_resource_links, [said], key=key, update=[name for name in said if name not in key])
    query = select(lti_resource_links).where(
        lti_resource_links.c.context_id == row["context_id"],
        lti_resource_links.c.resource_link_id == row["resource_link_id"],
    )
    return dict(conn.execute(query).mappings().one())


def save_member(conn: Connection, row: Mapping[str, Any]) -> RowMapping:
    """Create or update a person of a course; what a launch leaves out is kept, and so is a link made by hand."""
    return conn.execute(_save_member(conn.dialect.name), dict(row)).mappings().one()


@lru_cache(maxsize=2)
def _save_member(dialect: str) -> Any:
    """Built once for each database: every launch runs it."""
    statement = INSERTS[dialect](lti_members)
    new, old = statement.excluded, lti_members.c
    changed = {name: new[name] for name in ("roles", "is_trainee", "seen_at", "left_at")}
    changed |= {name: case((new[name] == "", old[name]), else_=new[name]) for name in ("name", "email", "number")}
    by_hand = old.linked_by == "hand"
    changed |= {name: case((by_hand, old[name]), else_=new[name]) for name in ("participant_id", "linked_by")}
    return statement.on_conflict_do_update(index_elements=["context_id", "sub"], set_=changed).returning(lti_members)


def add_session(conn: Connection, row: Mapping[str, Any]) -> int:
    """Open a session; its row."""
    return int(conn.execute(_ADD_SESSION, dict(row)).scalar_one())


def remove_expired(conn: Connection, now: datetime) -> None:
    """Sessions that are over go, and logins; these a while later, so that whoever comes late is told so."""
    conn.execute(delete(lti_sessions).where(lti_sessions.c.expires_at < now))
    conn.execute(delete(lti_states).where(lti_states.c.expires_at < now - _KEPT_AFTER))


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


# Made once: every launch asks them.
_LOGIN = (
    select(lti_states, lti_platforms)
    .join(lti_platforms, lti_platforms.c.id == lti_states.c.platform_id)
    .where(lti_states.c.state_hash == bindparam("state_hash"))
)
_USE_STATE = (
    update(lti_states)
    .where(lti_states.c.state_hash == bindparam("the_state"), lti_states.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
)
_KNOWN = (
    select(lti_deployments.c.id, course_links.c.programme_id, lti_contexts, lti_resource_links)
    .set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
    .select_from(lti_deployments)
    .outerjoin(
        lti_contexts,
        and_(
            lti_contexts.c.deployment_id == lti_deployments.c.id, lti_contexts.c.context_id == bindparam("context_id")
        ),
    )
    .outerjoin(
        lti_resource_links,
        and_(
            lti_resource_links.c.context_id == lti_contexts.c.id,
            lti_resource_links.c.resource_link_id == bindparam("resource_link_id"),
        ),
    )
    .outerjoin(
        course_links,
        and_(course_links.c.issuer == bindparam("issuer"), course_links.c.context_id == bindparam("context_id")),
    )
    .where(
        lti_deployments.c.platform_id == bindparam("platform_id"),
        lti_deployments.c.deployment_id == bindparam("deployment_id"),
    )
)
_ADD_SESSION = insert(lti_sessions).returning(lti_sessions.c.id)
