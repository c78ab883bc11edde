"""Evidence rows: written with their statements, read by whose they are."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, exists, func, insert, or_, select, update

from lti_tool.storage.dialects import uuid_of
from lti_tool.storage.queries.people import chunks
from lti_tool.storage.tables.evidence import NO_STUDY, evidence
from lti_tool.storage.tables.programmes import identifiers
from lti_tool.storage.types import to_microseconds
from xapi.bulk import insert_rows
from xapi.tables import voids


def add_evidence(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write the evidence of newly stored statements; all rows have the same columns."""
    if conn.dialect.name == "postgresql":
        insert_rows(conn, (evidence, [_plain(row) for row in rows]))  # one round trip, or COPY
    elif rows:
        conn.execute(insert(evidence), list(rows))


def void_evidence(conn: Connection, statements: Sequence[str]) -> list[RowMapping]:
    """Mark the evidence of voided statements; the rows that it changed (subject key, tenant, kind)."""
    changed: list[RowMapping] = []
    for chunk in chunks(statements):
        change = (
            update(evidence)
            .where(evidence.c.statement.in_(chunk), evidence.c.voided.is_(False))
            .values(voided=True)
            .returning(evidence.c.subject_key, evidence.c.tenant, evidence.c.kind)
        )
        changed += conn.execute(change).mappings()
    return changed


def list_evidence(conn: Connection, programme_id: str, subject_keys: Sequence[str]) -> list[RowMapping]:
    """All evidence about these keys that counts in a programme: of its own credentials, or of unbound ones."""
    found: list[RowMapping] = []
    for chunk in chunks(subject_keys):
        query = select(*_AS_WRITTEN, _is_voided(programme_id)).where(
            evidence.c.subject_key.in_(chunk), counts_in(programme_id)
        )
        found += conn.execute(query).mappings().all()
    return found


def list_beside_study(
    conn: Connection, programme_id: str, subject_keys: Sequence[str], kinds: Sequence[str]
) -> list[RowMapping]:
    """As `list_evidence`, of some kinds that are no study: few rows, however much these people have studied."""
    found: list[RowMapping] = []
    for chunk in chunks(subject_keys):
        query = select(*_AS_WRITTEN, _is_voided(programme_id)).where(
            evidence.c.subject_key.in_(chunk), NO_STUDY, evidence.c.kind.in_(kinds), counts_in(programme_id)
        )
        found += conn.execute(query).mappings()
    return found


def counts_in(programme_id: str) -> ColumnElement[bool]:
    """Evidence of the programme's own credentials, or of unbound ones.

    No OR: from one, SQLite would take the index of tenants, which leads through the evidence of everybody.
    """
    return func.coalesce(evidence.c.tenant, programme_id) == programme_id


def list_unbound(conn: Connection, statements: Sequence[str]) -> list[RowMapping]:
    """What statements of unbound credentials are evidence of (subject key, kind)."""
    found: list[RowMapping] = []
    for chunk in chunks(statements):
        query = select(evidence.c.subject_key, evidence.c.kind)
        query = query.where(evidence.c.statement.in_(chunk), evidence.c.tenant.is_(None))
        found += conn.execute(query).mappings()
    return found


def list_unmatched(
    conn: Connection, programme_id: str, *, before: int | None = None, limit: int = 50
) -> list[RowMapping]:
    """Evidence whose subject nobody of the programme is, newest first: of the programme's own credentials, and of
    unbound ones where no other programme knows the person either. `before` is the last id of the page before.
    """
    known = exists().where(
        identifiers.c.key == evidence.c.subject_key,
        or_(identifiers.c.programme_id == programme_id, evidence.c.tenant.is_(None)),
    )
    query = (
        select(*_AS_WRITTEN, _is_voided(programme_id))
        .where(or_(evidence.c.tenant == programme_id, evidence.c.tenant.is_(None)), ~known)
        .order_by(evidence.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(evidence.c.id < before)
    return list(conn.execute(query).mappings())


def remove_evidence(conn: Connection, statements: Sequence[str]) -> None:
    """Forget the evidence of some statements, before it is made again from them."""
    for chunk in chunks(statements):
        conn.execute(delete(evidence).where(evidence.c.statement.in_(chunk)))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as its columns hold it: the store's bulk insertion takes plain values."""
    return {
        **row,
        "timestamp": to_microseconds(row["timestamp"]),
        "stored": to_microseconds(row["stored"]),
    }


_AS_WRITTEN = [column for column in evidence.columns if column.name != "voided"]


def _is_voided(programme_id: str) -> ColumnElement[bool]:
    """Whether evidence is taken back in a programme: what an unbound credential sent belongs to every programme that
    knows the person, so a programme's void of it holds in that programme alone.
    """
    by_us = exists().where(voids.c.target == uuid_of(evidence.c.statement), voids.c.tenant == programme_id)
    return or_(evidence.c.voided, and_(evidence.c.tenant.is_(None), by_us)).label("voided")
