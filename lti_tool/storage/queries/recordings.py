"""What has been entered 已录入: batches are added, the latest one of a participant is what stands."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from lti_tool.storage.dialects import upsert
from lti_tool.storage.queries.people import chunks
from lti_tool.storage.tables import recordings as t
from lti_tool.storage.types import Row


def add_batch(conn: Connection, batch: dict[str, Any], entries: Sequence[dict[str, Any]]) -> int:
    """Add a batch with what it enters for whom; its id."""
    adding = insert(t.recording_batches).values(batch).returning(t.recording_batches.c.id)
    number = int(conn.execute(adding).scalar_one())
    common = {"batch_id": number, "programme_id": batch["programme_id"]}
    conn.execute(insert(t.recordings), [{**entry, **common} for entry in entries])
    return number


def keep_rules(conn: Connection, row: dict[str, Any]) -> None:
    """Keep the rules under which something is entered, whole; the same rules once."""
    upsert(conn, t.rule_set_versions, [row], key=["hash"])


def get_rules(conn: Connection, rule_set_hash: str) -> Row:
    """Rules that were kept."""
    query = select(t.rule_set_versions).where(t.rule_set_versions.c.hash == rule_set_hash)
    return conn.execute(query).mappings().one()


def find_entered(conn: Connection, programme_id: str, participant_ids: Sequence[str]) -> dict[str, Row]:
    """What stands entered for some participants, by the latest batch of each: {participant id: row}."""
    found: dict[str, Row] = {}
    for chunk in chunks(participant_ids):
        of_these = (t.recordings.c.programme_id == programme_id, t.recordings.c.participant_id.in_(chunk))
        latest = select(func.max(t.recordings.c.batch_id)).where(*of_these).group_by(t.recordings.c.participant_id)
        query = select(t.recordings).where(*of_these, t.recordings.c.batch_id.in_(latest))
        for row in conn.execute(query.order_by(t.recordings.c.batch_id)).mappings():
            found[row["participant_id"]] = row
    return found


def list_batches(conn: Connection, programme_id: str, *, limit: int = 200) -> list[Row]:
    """The batches of a programme, newest first, each with how many people it entered."""
    people = func.count(t.recordings.c.participant_id).label("people")
    query = (
        select(t.recording_batches, people)
        .outerjoin(t.recordings, t.recordings.c.batch_id == t.recording_batches.c.id)
        .where(t.recording_batches.c.programme_id == programme_id)
        .group_by(*t.recording_batches.c)
        .order_by(t.recording_batches.c.id.desc())
        .limit(limit)
    )
    return list(conn.execute(query).mappings())


def list_entries(conn: Connection, batch_id: int) -> list[Row]:
    """What a batch entered, by participant."""
    query = select(t.recordings).where(t.recordings.c.batch_id == batch_id).order_by(t.recordings.c.participant_id)
    return list(conn.execute(query).mappings())
