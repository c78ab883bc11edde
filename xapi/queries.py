"""Reading statements: filters become selects over indexes that end in `seq`, the order of the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, literal, select, true, union

from xapi.credentials import ids_of_key
from xapi.filters import Filters
from xapi.sequence import first_after
from xapi.tables import (
    activities,
    agents,
    statement_activities,
    statement_agents,
    statement_references,
    statements,
    verbs,
)
from xapi.values import Credential

_S = statements.c
_LAST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom statements are read: only its tenant's, and with `only_own` only what it stored itself."""

    credential: Credential
    only_own: bool

    def sees(self, conn: Connection, table: Any = statements, *, filtered: bool = False) -> ColumnElement[bool]:
        """Its own statements or its tenant's; `filtered`: another condition finds fewer."""
        column, value = table.c.tenant, cast("str | int | None", self.credential.tenant)
        if self.only_own:
            column, value = table.c.credential_id, self.credential.id
        elif value is None:
            return true()
        return _hidden(conn, column, when=filtered) == value


def _hidden(conn: Connection, column: ColumnElement[Any], *, when: bool) -> ColumnElement[Any]:
    """A column that SQLite shall not choose an index of.

    Most statements may be of one tenant, sender or verb; SQLite does not know how many, and would walk them all rather
    than use the index of a filter that finds few. PostgreSQL knows.
    """
    return func.coalesce(column, column) if when and conn.dialect.name == "sqlite" else column


@dataclass(frozen=True, slots=True)
class Page:
    """Statements as (seq, JSON), and whether there are more."""

    rows: list[tuple[int, str]]
    more: bool


def find_statement(conn: Connection, reader: Reader, statement_id: str, *, voided: bool) -> tuple[int, str] | None:
    """One statement by its id; a voided one is found only as such."""
    query = select(_S.seq, _S.statement).where(_S.id == statement_id, _S.voided.is_(voided), reader.sees(conn))
    row = conn.execute(query).first()
    return None if row is None else (row.seq, row.statement)


def find_page(conn: Connection, reader: Reader, filters: Filters) -> Page:
    """The next page: statements that match, and statements that refer to ones that match.

    Voided statements are left out, but what refers to them is not (Communication 2.1.3, filter conditions for
    StatementRefs). One more than the page is read, to know whether there is a next one.
    """
    matches = _matching(conn, filters)
    if matches is None:
        return Page([], more=False)
    window = _window(filters)
    wanted = filters.limit + 1
    sees = reader.sees(conn, filtered=not _is_everything(filters))
    found = _first(conn, [_visible(match, sees, window) for match in matches], filters, wanted)
    if len(matches) > 1 or not _is_everything(filters):
        found |= _referring(conn, matches, reader, _narrowed(window, found, filters, wanted), filters, wanted)
    seqs = sorted(found, reverse=not filters.ascending)[:wanted]
    return Page(_load(conn, seqs[: filters.limit]), more=len(seqs) > filters.limit)


def _is_everything(filters: Filters) -> bool:
    return not (filters.agent or filters.verb or filters.activity or filters.registration)


def _matching(conn: Connection, filters: Filters) -> list[Select[Any]] | None:
    """Selects of `seq` that together give all that matches, whatever the window; None: nothing can."""
    common: list[ColumnElement[bool]] = []
    if filters.verb is not None:
        number = _number(conn, verbs, filters.verb)
        if number is None:
            return None
        fewer = filters.agent or filters.activity or filters.registration
        common.append(_hidden(conn, _S.verb_id, when=bool(fewer)) == number)
    if filters.registration is not None:
        common.append(_S.registration == filters.registration)
    by_activity = _by_activity(conn, filters)
    by_agent = _by_agent(conn, filters)
    if by_activity is None or by_agent is None:
        return None
    return [
        _joined(_order_of(first_joins if filters.agent else second_joins), [*first_joins, *second_joins]).where(
            and_(true(), *common, *first, *second)
        )
        for first_joins, first in by_agent
        for second_joins, second in by_activity
    ]


def _order_of(links: Sequence[Table]) -> ColumnElement[int]:
    """The agent, where one is asked for, finds fewest."""
    return links[0].c.seq if links else _S.seq


_Branch = tuple[list[Table], list[ColumnElement[bool]]]


def _by_agent(conn: Connection, filters: Filters) -> list[_Branch] | None:
    """The ways in which the agent can be part of a statement, each over an index of its own."""
    if filters.agent is None:
        return [([], [])]
    branches: list[_Branch] = []
    number = _number(conn, agents, filters.agent)
    if number is not None:
        branches.append(([], [_S.actor_id == number]))
        linked: list[ColumnElement[bool]] = [statement_agents.c.agent_id == number]
        if not filters.related_agents:
            linked.append(statement_agents.c.direct.is_(True))
        branches.append(([statement_agents], linked))
    if filters.related_agents and filters.agent.startswith("account|"):
        senders = ids_of_key(conn, filters.agent.rpartition("|")[2])
        if senders:
            branches.append(([], [_S.credential_id.in_(senders)]))
    return branches or None


def _by_activity(conn: Connection, filters: Filters) -> list[_Branch] | None:
    if filters.activity is None:
        return [([], [])]
    number = _number(conn, activities, filters.activity)
    if number is None:
        return None
    branches: list[_Branch] = [([], [_S.activity_id == number])]
    if filters.related_activities:
        branches.append(([statement_activities], [statement_activities.c.activity_id == number]))
    return branches


def _joined(place: ColumnElement[int], links: Sequence[Table]) -> Select[Any]:
    """`place`: the `seq` whose index gives the order, so that nothing need be sorted."""
    source: Any = statements
    for link in links:
        source = source.join(link, link.c.seq == _S.seq)
    return select(place.label("seq")).select_from(source)


def _window(filters: Filters) -> tuple[int, int]:
    """The first and the last place that may be returned."""
    low = 0 if filters.since is None else first_after(filters.since)
    high = _LAST if filters.until is None else first_after(filters.until) - 1
    if filters.cursor is not None:
        if filters.ascending:
            low = max(low, filters.cursor + 1)
        else:
            high = min(high, filters.cursor - 1)
    return min(max(low, 0), _LAST), min(max(high, -1), _LAST)  # a moment may lie beyond all numbers


def _narrowed(window: tuple[int, int], found: set[int], filters: Filters, wanted: int) -> tuple[int, int]:
    """Where the page is full already, only what lies within it can still matter."""
    if len(found) < wanted:
        return window
    return (window[0], max(found)) if filters.ascending else (min(found), window[1])


def _visible(match: Select[Any], sees: ColumnElement[bool], window: tuple[int, int]) -> Select[Any]:
    place = _place(match)
    bounded = match.where(place >= window[0]) if window[0] > 0 else match
    bounded = bounded.where(place <= window[1]) if window[1] < _LAST else bounded
    return bounded.where(_S.voided.is_(False), sees)


def _place(match: Select[Any]) -> ColumnElement[int]:
    """The column that a match selects."""
    label: Any = match.selected_columns[0]
    return label.element  # type: ignore[no-any-return]


def _first(conn: Connection, selects: Sequence[Select[Any]], filters: Filters, wanted: int) -> set[int]:
    """The first `wanted` places of several selects: each reads no more than that from its index."""
    places = [_place(part) for part in selects]
    orders = [place.asc() if filters.ascending else place.desc() for place in places]
    parts = [part.order_by(order).limit(wanted) for part, order in zip(selects, orders, strict=True)]
    if len(parts) == 1:
        return set(conn.scalars(parts[0]))
    merged = union(*(select(part.subquery()) for part in parts))
    return set(conn.scalars(merged))


def _referring(
    conn: Connection,
    matches: Sequence[Select[Any]],
    reader: Reader,
    window: tuple[int, int],
    filters: Filters,
    wanted: int,
) -> set[int]:
    """Visible statements in the window that refer, over any chain, to a statement that matches."""
    reference = statement_references.c
    pointing = statements.alias("pointing")
    visible = select(literal(1)).where(
        pointing.c.seq == reference.seq, pointing.c.voided.is_(False), reader.sees(conn, pointing)
    )
    found: set[int] = set()
    for match in matches:
        points_at_match = match.with_only_columns(literal(1)).where(_S.id == reference.target, reader.sees(conn))
        query = (
            select(reference.seq)
            .where(reference.seq >= window[0], reference.seq <= window[1])
            .where(visible.exists(), points_at_match.exists())
            .distinct()
            .order_by(reference.seq.asc() if filters.ascending else reference.seq.desc())
            .limit(wanted)
        )
        found.update(conn.scalars(query))
    return found


def _load(conn: Connection, seqs: Sequence[int]) -> list[tuple[int, str]]:
    """The JSON of statements, in the order of `seqs`."""
    if not seqs:
        return []
    query = select(_S.seq, _S.statement).where(_S.seq.in_(seqs))
    found = {row.seq: row.statement for row in conn.execute(query)}
    return [(seq, found[seq]) for seq in seqs]


def _number(conn: Connection, table: Table, key: str) -> int | None:
    return conn.scalar(select(table.c.id).where(table.c.key == key))
