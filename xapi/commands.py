"""Storing statements: what happens inside the transaction.

The order: what is there already (`xapi.opening`), shared rows, the statements, what points at them. Every
step is one command per table, whatever the size of the batch.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Connection, Select, Table, insert, select, update

from xapi.bulk import Rows, among, insert_and_ask
from xapi.equivalence import are_equivalent
from xapi.moments import to_microseconds
from xapi.prepare import stamp
from xapi.references import add_references
from xapi.rows import Derived
from xapi.sequence import Sequence as Order
from xapi.sequence import stored_at
from xapi.shared_rows import Numbers, SharedRows
from xapi.tables import statement_activities, statement_agents, statements, voids
from xapi.validation.verb import VOIDED
from xapi.values import Conflict, Duplicate, Outcome, Stored, StoredStatement


def outcomes_of(batch: Sequence[Derived], known: Mapping[str, tuple[str | None, str]]) -> list[Outcome]:
    """What would become of each statement: Stored, Duplicate or Conflict. Nothing is written.

    `known` are (tenant, JSON) of the batch's ids that are stored.
    """
    return [_outcome(one, known.get(one.prepared.id)) for one in batch]


class Writer:
    """Statements on their way into the store; those of several senders, if none of them refers to others."""

    def __init__(self, conn: Connection, order: Order, shared: SharedRows) -> None:
        self._conn = conn
        self._order = order
        self._shared = shared

    def store(self, batch: Sequence[Derived]) -> tuple[list[StoredStatement], list[int]]:
        """Write the new ones of `outcomes`; what the host's hook is told about them, and their places in the order."""
        if not batch:
            return [], []
        seqs = self._order.take(len(batch))
        numbers = self._shared.number(self._conn, batch)
        rows = [_row(seq, one, numbers) for seq, one in zip(seqs, batch, strict=True)]
        voided = self._insert(batch, (statements, rows), *_links(batch, seqs, numbers))
        add_references(self._conn, [(seq, one) for seq, one in zip(seqs, batch, strict=True)])
        targets = self._void(batch, seqs)
        told = [_tell(seq, one, voided, targets.get(one.prepared.id)) for seq, one in zip(seqs, batch, strict=True)]
        return told, seqs

    def _insert(self, batch: Sequence[Derived], *filled: tuple[Table, Rows]) -> set[str]:
        """Insert all rows; the statements among them whose voiding statement came first, marked as such."""
        candidates = {one.prepared.id: one for one in batch if one.prepared.given_id and one.verb != VOIDED}
        found = insert_and_ask(self._conn, _voids_of(self._conn.dialect.name), list(candidates), *filled)
        voided = {target for target, tenant in found if _reaches(tenant, candidates[target])}
        if voided:
            self._conn.execute(update(statements).where(statements.c.id.in_(voided)).values(voided=True))
        return voided

    def _void(self, batch: Sequence[Derived], seqs: Sequence[int]) -> dict[str, str]:
        """Mark the targets of voiding statements; voiding statement → target, for targets that were there.

        A voiding statement cannot be voided (Data 2.3.2), nor can a credential void beyond its tenant: such
        a void is kept and has no effect.
        """
        pairs = [(seq, one) for seq, one in zip(seqs, batch, strict=True) if one.voids and one.reference]
        if not pairs:
            return {}
        [tenant] = {one.prepared.credential.tenant for _, one in pairs}
        self._conn.execute(
            insert(voids), [{"target": one.reference, "seq": seq, "tenant": tenant} for seq, one in pairs]
        )
        hit = self._mark_voided(sorted({one.reference for _, one in pairs if one.reference}), tenant)
        return {one.prepared.id: one.reference for _, one in pairs if one.reference in hit}

    def _mark_voided(self, ids: Sequence[str], tenant: str | None) -> set[str]:
        victims = statements.c.id.in_(ids) & statements.c.seq.not_in(select(voids.c.seq))
        if tenant is not None:
            victims &= statements.c.tenant == tenant
        hit = set(self._conn.scalars(select(statements.c.id).where(victims)))
        if hit:
            self._conn.execute(update(statements).where(statements.c.id.in_(hit)).values(voided=True))
        return hit


def _outcome(one: Derived, there: tuple[str | None, str] | None) -> Outcome:
    if there is None:
        return Stored(one.prepared.statement["id"])
    tenant, text = there
    same = tenant == one.prepared.credential.tenant and are_equivalent(orjson.loads(text), _as_sent(one))
    return (Duplicate if same else Conflict)(one.prepared.statement["id"])


def _reaches(tenant: str | None, one: Derived) -> bool:
    """Whether a void by somebody of `tenant` touches this statement."""
    return tenant is None or tenant == one.prepared.credential.tenant


def _row(seq: int, one: Derived, numbers: Numbers) -> dict[str, Any]:
    prepared = one.prepared
    timestamp = stamp(prepared, stored_at(seq))
    return {
        "seq": seq,
        "id": prepared.id,
        "credential_id": prepared.credential.id,
        "tenant": prepared.credential.tenant,
        "actor_id": None if one.actor is None else numbers.agents[one.actor],
        "verb_id": numbers.verbs[one.verb],
        "activity_id": None if one.activity is None else numbers.activities[one.activity],
        "registration": one.registration,
        "timestamp": to_microseconds(timestamp),
        "major": prepared.major,
        "voided": False,
        "statement": orjson.dumps(prepared.statement).decode(),
    }


def _tell(seq: int, one: Derived, voided: set[str], target: str | None) -> StoredStatement:
    prepared = one.prepared
    stored = stored_at(seq)
    return StoredStatement(
        id=prepared.id,
        statement=prepared.statement,
        stored=stored,
        timestamp=prepared.sent_timestamp or stored,
        credential=prepared.credential,
        voided=prepared.id in voided,
        voids=target,
    )


def _links(batch: Sequence[Derived], seqs: Sequence[int], numbers: Numbers) -> list[tuple[Table, Rows]]:
    """What a statement names beside its actor and object."""
    agents = [
        {"agent_id": numbers.agents[key], "seq": seq, "direct": direct}
        for seq, one in zip(seqs, batch, strict=True)
        for key, direct in one.agents.items()
    ]
    activities = [
        {"activity_id": numbers.activities[iri], "seq": seq}
        for seq, one in zip(seqs, batch, strict=True)
        for iri in one.activities
        if iri != one.activity
    ]
    return [(statement_agents, agents), (statement_activities, activities)]


@cache
def _voids_of(dialect: str) -> Select[Any]:
    """(target, tenant) of the voids of some ids.

    It is asked with the insertion and not before: a void that another batch commits while this one waits for its turn
    must not be missed (`xapi.opening`).
    """
    return select(voids.c.target, voids.c.tenant).where(among(dialect, voids.c.target))


def _as_sent(one: Derived) -> dict[str, Any]:
    """The statement without a timestamp if it was sent without one."""
    if one.prepared.sent_timestamp is not None:
        return one.prepared.statement
    return {name: value for name, value in one.prepared.statement.items() if name != "timestamp"}
