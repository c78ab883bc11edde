"""Stored statements by their ids, for the pages that show what a figure rests on."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, or_, select

from lti_tool.storage.queries.people import chunks
from xapi.tables import statements


def find_statements(conn: Connection, programme_id: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Statements of a programme (or of no particular one) by id, voided ones included; unknown ids are missing."""
    found: dict[str, dict[str, Any]] = {}
    for chunk in chunks(ids):
        query = select(statements.c.id, statements.c.statement).where(
            statements.c.id.in_(chunk),
            or_(statements.c.tenant.is_(None), statements.c.tenant == programme_id),
        )
        found.update((row.id, orjson.loads(row.statement)) for row in conn.execute(query))
    return found
