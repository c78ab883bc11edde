"""Who has handed in something of a practice activity, by name."""

from collections.abc import Collection

import orjson
from sqlalchemy import Connection, RowMapping, Text, and_, exists, or_, select, type_coerce

from lti_tool.domain.values import Kind
from lti_tool.storage.tables.evidence import NO_STUDY, evidence
from lti_tool.storage.tables.programmes import identifiers, participants


def list_doers(
    conn: Connection,
    programme_id: str,
    practice: str,
    *,
    has_begun: bool,
    groups: Collection[str] | None = None,
    school: str | None = None,
    text: str = "",
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> list[RowMapping]:
    """Participants who have handed in a stage of an activity, or have not, at most `limit` after (name, id)."""
    facts = f'"practice_activity":{orjson.dumps(practice).decode()}'
    handed_in = exists().where(
        identifiers.c.programme_id == programme_id,
        identifiers.c.person_id == participants.c.id,
        evidence.c.subject_key == identifiers.c.key,
        NO_STUDY,
        evidence.c.kind == Kind.STAGE.value,
        or_(evidence.c.tenant.is_(None), evidence.c.tenant == programme_id),
        evidence.c.voided.is_(False),
        type_coerce(evidence.c.facts, Text).contains(facts, autoescape=True),
    )
    query = select(participants).where(
        participants.c.programme_id == programme_id,
        participants.c.left_at.is_(None),
        handed_in if has_begun else ~handed_in,
    )
    if groups is not None:
        query = query.where(participants.c.group_id.in_(groups))
    if school:
        query = query.where(participants.c.school_id == school)
    if text:
        query = query.where(participants.c.name.icontains(text, autoescape=True) | (participants.c.id == text))
    if after is not None:
        name, last = after
        beyond = and_(participants.c.name == name, participants.c.id > last)
        query = query.where(or_(participants.c.name > name, beyond))
    return list(conn.execute(query.order_by(participants.c.name, participants.c.id).limit(limit)).mappings())
