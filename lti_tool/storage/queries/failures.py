"""Participants whose credits could not be computed: they stay stale, and are shown to whoever can act."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, not_, select

from lti_tool.storage.dialects import upsert
from lti_tool.storage.tables.lti import lti_contexts
from lti_tool.storage.tables.programmes import participants, programmes
from lti_tool.storage.tables.results import failed_computations, results

#: The last failure of a participant to whom nothing has happened since.
_STANDS = and_(
    failed_computations.c.programme_id == participants.c.programme_id,
    failed_computations.c.participant_id == participants.c.id,
    failed_computations.c.touch == participants.c.touched,
)
#: They were computed after all.
_COMPUTED = exists().where(
    results.c.programme_id == participants.c.programme_id,
    results.c.participant_id == participants.c.id,
    results.c.computed_touch == participants.c.touched,
)


def note_failure(conn: Connection, row: dict[str, Any]) -> None:
    """Keep a person's last failure."""
    upsert(conn, failed_computations, [row], key=["programme_id", "participant_id"])


def waits(now: datetime) -> ColumnElement[bool]:
    """Whether a participant could not be computed, nothing has happened since, and it is too early to try again."""
    return exists().where(_STANDS, failed_computations.c.again_at > now)


def find_failing(conn: Connection, programme_id: str) -> set[str]:
    """The ids of those whose figures are not what they should be, since they could not be computed."""
    query = select(participants.c.id).join(failed_computations, _STANDS)
    query = query.where(participants.c.programme_id == programme_id, not_(_COMPUTED))
    return set(conn.execute(query).scalars())


def list_failing_of_platform(conn: Connection, platform_id: int, *, limit: int) -> Sequence[RowMapping]:
    """The same for the programmes that courses of a platform show, with names; `total` is how many there are."""
    shown = select(lti_contexts.c.programme_id).where(lti_contexts.c.platform_id == platform_id)
    query = (
        select(failed_computations, participants.c.name, programmes.c.title, func.count().over().label("total"))
        .join(participants, _STANDS)
        .join(programmes, programmes.c.id == participants.c.programme_id)
        .where(participants.c.programme_id.in_(shown), not_(_COMPUTED))
        .order_by(failed_computations.c.programme_id, failed_computations.c.participant_id)
        .limit(limit)
    )
    return list(conn.execute(query).mappings())
