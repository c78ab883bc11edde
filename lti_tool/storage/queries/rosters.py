"""The rosters of LMS courses: when each was read and is due, and whom a reading found or missed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select, update

from lti_tool.storage.dialects import for_update, insert_for, upsert
from lti_tool.storage.queries.people import chunks
from lti_tool.storage.tables.lti import lti_contexts, lti_members, lti_platforms, lti_rosters

_OF_PLATFORM = ("issuer", "product", "auth_login_url", "auth_token_url", "key_set_url")


def find_course(conn: Connection, context_row: int) -> RowMapping | None:
    """A course with the addresses of its services and of its platform."""
    query = (
        select(lti_contexts, *(lti_platforms.c[name] for name in _OF_PLATFORM))
        .join(lti_platforms, lti_platforms.c.id == lti_contexts.c.platform_id)
        .where(lti_contexts.c.id == context_row)
    )
    return conn.execute(query).mappings().one_or_none()


def find_roster(conn: Connection, context_row: int) -> RowMapping | None:
    """How the last reading of a course's roster went; None before the first."""
    return conn.execute(select(lti_rosters).where(lti_rosters.c.context_id == context_row)).mappings().one_or_none()


def find_due(conn: Connection, now: datetime) -> int | None:
    """The course whose roster waits longest: never read, its time has come, or it shows another programme now."""
    is_due = or_(
        lti_rosters.c.context_id.is_(None),
        lti_rosters.c.next_at <= now,
        lti_rosters.c.programme_id.is_distinct_from(lti_contexts.c.programme_id),
    )
    query = (
        select(lti_contexts.c.id)
        .outerjoin(lti_rosters, lti_rosters.c.context_id == lti_contexts.c.id)
        .where(
            lti_contexts.c.memberships_url.is_not(None),
            lti_contexts.c.programme_id.is_not(None),
            is_due,
            or_(lti_rosters.c.busy_until.is_(None), lti_rosters.c.busy_until <= now),
        )
        .order_by(lti_rosters.c.asked_at.is_not(None), lti_rosters.c.asked_at, lti_contexts.c.id)
        .limit(1)
    )
    return conn.execute(query).scalar_one_or_none()


def claim(conn: Connection, context_row: int, programme_id: str | None, now: datetime, until: datetime) -> bool:
    """Take a roster for reading until a moment; False while somebody else has it."""
    row = {
        "context_id": context_row,
        "programme_id": programme_id,
        "asked_at": now,
        "busy_until": until,
        "next_at": until,
        "failures": 0,
    }
    taken = ("programme_id", "asked_at", "busy_until", "next_at")
    insert = insert_for(conn, lti_rosters).values(**row)
    statement = insert.on_conflict_do_update(
        index_elements=["context_id"],
        set_={name: insert.excluded[name] for name in taken},
        where=or_(lti_rosters.c.busy_until.is_(None), lti_rosters.c.busy_until <= now),
    ).returning(lti_rosters.c.context_id)
    return conn.execute(statement).first() is not None


def finish(conn: Connection, context_row: int, until: datetime, values: dict[str, Any]) -> bool:
    """Write down how a reading went and let go; False if the claim `until` was lost meanwhile."""
    mine = (lti_rosters.c.context_id == context_row, lti_rosters.c.busy_until == until)
    return conn.execute(update(lti_rosters).where(*mine).values(busy_until=None, **values)).rowcount == 1


def save_counts(conn: Connection, context_row: int, counts: dict[str, int]) -> None:
    """What the last reading of a roster found, in numbers."""
    conn.execute(update(lti_rosters).where(lti_rosters.c.context_id == context_row).values(counts=counts))


def list_members(conn: Connection, context_row: int) -> list[RowMapping]:
    """Everybody known of a course, present or not."""
    return list(conn.execute(select(lti_members).where(lti_members.c.context_id == context_row)).mappings())


def lock_members(conn: Connection, context_row: int) -> list[RowMapping]:
    """Everybody known of a course, present or not, held until the unit of work ends."""
    query = select(lti_members).where(lti_members.c.context_id == context_row).order_by(lti_members.c.id)
    return list(conn.execute(for_update(conn, query)).mappings())


def save_members(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Create or update people of a course; when they last launched stays as it is."""
    keep = {"context_id", "sub", "seen_at"}
    changed = [name for name in rows[0] if name not in keep] if rows else []
    upsert(conn, lti_members, rows, key=["context_id", "sub"], update=changed)


def save_matches(conn: Connection, context_row: int, matches: Mapping[str, tuple[str, str]]) -> None:
    """Who the people of a course are, {sub: (participant id, how)}; whoever is not in it is nobody."""
    rows = []
    for row in lock_members(conn, context_row):
        person, how = matches.get(row["sub"], (None, None))
        if (row["participant_id"], row["linked_by"]) != (person, how):
            rows.append({**row, "participant_id": person, "linked_by": how})
    upsert(conn, lti_members, rows, key=["context_id", "sub"], update=["participant_id", "linked_by"])


def mark_left(conn: Connection, member_rows: Sequence[int], now: datetime) -> None:
    """These people are no longer in their course; who they are in the programme, and their credits, stay."""
    for chunk in chunks(member_rows):
        conn.execute(update(lti_members).where(lti_members.c.id.in_(chunk)).values(left_at=now))


def list_left(conn: Connection, context_row: int, *, limit: int = 20) -> list[RowMapping]:
    """Learners who have left a course, the latest first."""
    query = select(lti_members).where(
        lti_members.c.context_id == context_row, lti_members.c.is_trainee.is_(True), lti_members.c.left_at.is_not(None)
    )
    ordered = query.order_by(lti_members.c.left_at.desc(), lti_members.c.id).limit(limit)
    return list(conn.execute(ordered).mappings())
