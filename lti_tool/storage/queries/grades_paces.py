"""What was learned of each platform's strength, and the lanes that bound the calls made to it at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from lti_tool.storage.dialects import for_update, insert_for, upsert
from lti_tool.storage.tables.grades import grade_lanes, grade_paces


def find_pace(conn: Connection, platform_id: int, *, lock: bool = False) -> RowMapping | None:
    """What was learned of a platform; locked until the unit of work ends if that is asked for."""
    query = select(grade_paces).where(grade_paces.c.platform_id == platform_id)
    return conn.execute(for_update(conn, query) if lock else query).mappings().one_or_none()


def save_pace(conn: Connection, row: Mapping[str, Any]) -> None:
    upsert(conn, grade_paces, [dict(row)], key=["platform_id"])


def take_lane(
    conn: Connection, platform_id: int, owner: str, now: datetime, until: datetime, *, allowed: int
) -> int | None:
    """One of the platform's `allowed` lanes, by its number; None if all are taken."""
    busy = select(grade_lanes.c.number).where(grade_lanes.c.platform_id == platform_id, grade_lanes.c.until > now)
    taken = set(conn.execute(busy).scalars())
    if len(taken) >= allowed:
        return None
    for number in (number for number in range(allowed) if number not in taken):
        row = {"platform_id": platform_id, "number": number, "owner": owner, "until": until}
        entry = insert_for(conn, grade_lanes).values(**row)
        claim = entry.on_conflict_do_update(
            index_elements=["platform_id", "number"],
            set_={"owner": entry.excluded.owner, "until": entry.excluded.until},
            where=grade_lanes.c.until <= now,
        ).returning(grade_lanes.c.number)
        if conn.execute(claim).first() is not None:
            return number
    return None


def renew_lanes(conn: Connection, owners: Sequence[str], until: datetime) -> None:
    """A living worker goes on using its lanes."""
    conn.execute(update(grade_lanes).where(grade_lanes.c.owner.in_(owners)).values(until=until))


def free_lane(conn: Connection, platform_id: int, number: int, owner: str) -> None:
    """The lane is done."""
    mine = (
        grade_lanes.c.platform_id == platform_id,
        grade_lanes.c.number == number,
        grade_lanes.c.owner == owner,
    )
    conn.execute(delete(grade_lanes).where(*mine))
