"""How a unit of work that stores statements begins: its sign, and what it must know first, asked at once.

PostgreSQL answers all of it in one round trip; SQLite has no round trips.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, select

from xapi.bulk import CHUNK, among, among_parameter, ask_among
from xapi.credentials import those_in_force
from xapi.dialects import IN_FLIGHT, REFERENCES
from xapi.moments import to_microseconds
from xapi.quick import execute
from xapi.tables import statements


@dataclass(slots=True)
class Opening:
    """What was found before anything is written."""

    known: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    """(tenant, JSON) of those ids that are stored already."""
    in_force: set[int] = field(default_factory=set)
    """Row numbers of the credentials that are neither revoked nor expired."""


def open_writing(
    conn: Connection, now: datetime, ids: Sequence[str], senders: Collection[int], *, refers: bool
) -> Opening:
    """Called first by whoever stores statements with these ids, sent by these credentials.

    On PostgreSQL it leaves a sign, until the transaction ends, that statements stored from this second on
    may not be visible yet. A batch that refers to other statements (`refers`) runs alone, so that a
    reference and its target, or a void and its victim, cannot miss each other: whoever waited for its turn sees
    the others' rows from its next command on, not yet in this answer. On SQLite there is only one writer anyway.
    """
    if conn.dialect.name == "postgresql":
        opening = _open_at_once(conn, now, ids[:CHUNK], senders, alone=refers)
        more = ids[CHUNK:]
    else:
        opening = Opening(in_force=those_in_force(conn, senders, now))
        more = ids
    for id_, tenant, statement in ask_among(conn, _known(conn.dialect.name), more):
        opening.known[id_] = (tenant, statement)
    return opening


def _open_at_once(
    conn: Connection, now: datetime, ids: Sequence[str], senders: Collection[int], *, alone: bool
) -> Opening:
    moment = to_microseconds(now)
    about = {"second": moment // 1_000_000, "now": moment, "senders": list(senders)}
    opening = Opening()
    command = _ALONE if alone else _TOGETHER
    for kind, id_, tenant, statement in execute(conn, command, {**about, **among_parameter(conn, ids)}):
        if kind == "known":
            opening.known[id_] = (tenant, statement)
        elif kind == "in force":
            opening.in_force.add(int(id_))
    return opening


def _command(lock: str) -> str:
    sign = f"pg_advisory_xact_lock_shared({IN_FLIGHT}, %(second)s::int)::text"
    turn = f"{lock}({REFERENCES})::text"
    return f"""
        SELECT 'sign', NULL, {sign}, {turn}
        UNION ALL
        SELECT 'in force', id::text, NULL, NULL FROM xapi_credentials
        WHERE id = ANY(%(senders)s) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)
        UNION ALL
        SELECT 'known', id::text, tenant, statement FROM xapi_statements
        WHERE id IN (SELECT unnest(%(ids)s::uuid[]))
    """  # noqa: S608 - our own names and numbers


_TOGETHER, _ALONE = _command("pg_advisory_xact_lock_shared"), _command("pg_advisory_xact_lock")


@cache
def _known(dialect: str) -> Select[Any]:
    return select(statements.c.id, statements.c.tenant, statements.c.statement).where(among(dialect, statements.c.id))
