"""Which statement points at which (StatementRef, Data 2.4.4.3), chains included.

Kept as a closure, so that a query finds the statements that speak of a match without walking chains (the
filter rules for StatementRefs, Communication 2.1.3). A target may arrive after what points at it.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from xapi.rows import Derived
from xapi.tables import statement_references, statements


def add_references(conn: Connection, batch: Sequence[tuple[int, Derived]]) -> None:
    """Extend the closure by the references in a batch of (seq, statement)."""
    pointing = [(seq, one) for seq, one in batch if one.reference is not None]
    if not pointing:
        return
    targets = _targets_of(conn, {one.reference for _, one in pointing if one.reference})
    known: set[tuple[str, int]] = set()
    for seq, one in pointing:
        assert one.reference is not None  # noqa: S101 - chosen so above
        reached = {one.reference} | targets.get(one.reference, set())
        targets[one.prepared.id] = reached
        known.update((target, seq) for target in reached)
    known.update(_lengthened(conn, {one.prepared.id: targets[one.prepared.id] for _, one in pointing}))
    known -= _existing(conn, {seq for _, seq in known})
    if known:
        rows = [{"target": target, "seq": seq} for target, seq in sorted(known)]
        conn.execute(insert(statement_references), rows)


def _targets_of(conn: Connection, ids: set[str]) -> dict[str, set[str]]:
    """What the stored statements with these ids already reach."""
    query = (
        select(statements.c.id, statement_references.c.target)
        .join(statement_references, statement_references.c.seq == statements.c.seq)
        .where(statements.c.id.in_(ids))
    )
    found: dict[str, set[str]] = {}
    for row in conn.execute(query):
        found.setdefault(row.id, set()).add(row.target)
    return found


def _lengthened(conn: Connection, reached: dict[str, set[str]]) -> set[tuple[str, int]]:
    """Chains that already pointed at the new statements now go on to what these reach."""
    query = select(statement_references).where(statement_references.c.target.in_(reached.keys()))
    return {(target, row.seq) for row in conn.execute(query) for target in reached[row.target]}


def _existing(conn: Connection, seqs: set[int]) -> set[tuple[str, int]]:
    query = select(statement_references).where(statement_references.c.seq.in_(seqs))
    return {(row.target, row.seq) for row in conn.execute(query)}
