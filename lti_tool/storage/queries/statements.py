"""Stored statements by their ids, for the pages that show what a figure rests on."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, or_, select

from lti_tool.storage.queries.people import chunks
from xapi.tables import statements, voids


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


def find_sent_by(conn: Connection, credential_id: int, ids: Sequence[str]) -> set[str]:
    """Which of these statements a credential sent."""
    found: set[str] = set()
    for chunk in chunks(ids):
        query = select(statements.c.id).where(statements.c.id.in_(chunk), statements.c.credential_id == credential_id)
        found.update(conn.execute(query).scalars())
    return found


def find_voided_by(conn: Connection, credential_id: int, ids: Sequence[str]) -> set[str]:
    """Which of these statements a credential took back.

    Not by a join: SQLite would go through all that the credential has ever sent.
    """
    found: set[str] = set()
    for chunk in chunks(ids):
        targets = dict(conn.execute(select(voids.c.seq, voids.c.target).where(voids.c.target.in_(chunk))).all())
        query = select(statements.c.seq).where(
            statements.c.seq.in_(list(targets)), statements.c.credential_id == credential_id
        )
        found.update(targets[seq] for seq in conn.execute(query).scalars())
    return found
