"""Computed credits: written by recomputation, read by pages, the API and the gradebook mirror."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, select

from lti_tool.storage.dialects import upsert
from lti_tool.storage.queries.people import chunks
from lti_tool.storage.tables.programmes import participants
from lti_tool.storage.tables.results import results


def save_results(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write computed credits over what stood there."""
    upsert(conn, results, rows, key=["programme_id", "participant_id"])


def find_results(conn: Connection, programme_id: str, participant_ids: Sequence[str]) -> dict[str, RowMapping]:
    """The results of some participants: {participant id: row}; those never computed are missing."""
    found: dict[str, RowMapping] = {}
    for chunk in chunks(participant_ids):
        query = select(results).where(results.c.programme_id == programme_id, results.c.participant_id.in_(chunk))
        found.update((row["participant_id"], row) for row in conn.execute(query).mappings())
    return found


def list_results(
    conn: Connection,
    programme_id: str,
    *,
    school: str | None = None,
    group: str | None = None,
    status: str | None = None,
    after: str = "",
    limit: int = 100,
) -> list[RowMapping]:
    """Results with the participant's name, school and group, by participant id, at most `limit` after `after`."""
    query = _with_roster().where(results.c.programme_id == programme_id, results.c.participant_id > after)
    for column, value in (
        (participants.c.school_id, school),
        (participants.c.group_id, group),
        (results.c.status, status),
    ):
        if value is not None:
            query = query.where(column == value)
    return list(conn.execute(query.order_by(results.c.participant_id).limit(limit)).mappings())


def _with_roster() -> Select[Any]:
    columns = (
        participants.c.name,
        participants.c.school_id,
        participants.c.group_id,
        participants.c.position,
    )
    same_person = and_(
        participants.c.programme_id == results.c.programme_id, participants.c.id == results.c.participant_id
    )
    return select(results, *columns).join(participants, same_person)
