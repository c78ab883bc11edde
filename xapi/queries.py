"""Reading statements: one by its id, or a page of those that match."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Connection, Select, bindparam, select

from xapi.filters import Filters
from xapi.memory import Memory
from xapi.plans import LAST, Branch, Shape, page_of, references_of, referring, referring_to_few, sizes_of
from xapi.quick import fetch, first
from xapi.sequence import first_after
from xapi.sought import By, Reader, Sought, Ways, seek
from xapi.tables import statements

_S = statements.c
#: Counted no further: whatever has more is walked through last.
_ENOUGH = 10_000
#: So few are simply looked through.
_FEW = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Statements as (seq, JSON in UTF-8), and whether there are more."""

    rows: list[tuple[int, bytes]]
    more: bool


def find_statement(conn: Connection, reader: Reader, statement_id: str, *, voided: bool) -> tuple[int, bytes] | None:
    """One statement by its id; a voided one is found only as such."""
    values = {"id": statement_id, "voided": voided, **reader.values}
    row = first(conn, _by_id(reader.sees), values)
    return None if row is None else (row.seq, row.statement.encode())


def find_page(conn: Connection, memory: Memory, reader: Reader, filters: Filters) -> Page:
    """The next page: statements that match, and statements that refer to ones that match.

    Voided statements are left out, but what refers to them is not (Communication 2.1.3, filter conditions for
    StatementRefs). One more than the page is read, to know whether there is a next one.
    """
    sought = seek(conn, memory, reader, filters)
    if sought is None:
        return Page([], more=False)
    search = _Search(conn, memory, sought, filters)
    found = search.matches()
    if sought.filters:
        found.update(search.referring(found))
    rows = sorted(found.items(), reverse=not filters.ascending)
    return Page(rows[: filters.limit], more=len(rows) > filters.limit)


@cache
def _by_id(sees: Ways) -> Select[Any]:
    conditions = [by.column == bindparam(by.parameter, type_=by.column.type) for by in sees]
    known = _S.id == bindparam("id", type_=_S.id.type)
    return select(_S.seq, _S.statement).where(known, _S.voided == bindparam("voided", type_=Boolean), *conditions)


class _Search:
    """The reading of one page."""

    def __init__(self, conn: Connection, memory: Memory, sought: Sought, filters: Filters) -> None:
        self._conn = conn
        self._memory = memory
        self._sought = sought
        self._filters = filters
        self._shape = Shape(postgresql=conn.dialect.name == "postgresql", ascending=filters.ascending)
        self._wanted = filters.limit + 1
        self._low, self._high = _window(filters)
        self._newest_reference: int | None = LAST
        self._branches = tuple(self._driven(ways) for ways in sought.branches)
        self._drivers = [branch.driver for branch in self._branches if branch.driver is not None]

    def matches(self) -> dict[int, bytes]:
        """The first of the window."""
        # A statement may be found in two ways at most: the sender's way does not look at who else is named.
        values = self._values(self._low, self._high, most=2 * self._wanted)
        rows = fetch(self._conn, page_of(self._shape, self._branches), values)
        if rows:
            self._newest_reference = rows[0][2]
        return {seq: statement if type(statement) is bytes else statement.encode() for seq, statement, _ in rows}

    def referring(self, found: Mapping[int, bytes]) -> dict[int, bytes]:
        """What refers, over any chain, to a match and belongs between those that were found."""
        low, high = self._narrowed(found)
        if self._newest_reference is None or self._newest_reference < low:
            return {}
        seqs = self._seqs_of_referring(low, high)
        return self._load([seq for seq in seqs if seq not in found])

    def _seqs_of_referring(self, low: int, high: int) -> Sequence[int]:
        """By whatever there is less of: matches, or references in the window."""
        shape, (filters, sees) = self._shape, (self._sought.filters, self._sought.sees)
        values = self._values(low, high, most=_FEW)
        if not self._finds_less_than(_FEW):
            rows = fetch(self._conn, references_of(shape, filters, sees), values)
            if len(rows) < _FEW:
                return sorted({seq for seq, answers in rows if answers})
        if self._finds_less_than(_ENOUGH, count=True):
            return self._places(referring_to_few(shape, self._branches, sees), values)
        return self._places(referring(shape, filters, sees), values)

    def _places(self, query: Select[Any], values: Mapping[str, Any]) -> list[int]:
        return [seq for (seq,) in fetch(self._conn, query, values)]

    def _finds_less_than(self, number: int, *, count: bool = False) -> bool:
        """Whether the drivers together find less; not, if nobody has counted yet."""
        if count:
            self._count([by for by in self._drivers if self._known_size(by) is None])
        sizes = [self._known_size(by) for by in self._drivers]
        return sum(_ENOUGH if size is None else size for size in sizes) < number

    def _narrowed(self, found: Mapping[int, bytes]) -> tuple[int, int]:
        """The window without what lies beyond the page that was found."""
        if len(found) < self._wanted:
            return self._low, self._high
        seqs = sorted(found, reverse=not self._filters.ascending)
        last = seqs[self._wanted - 1]
        return (self._low, last) if self._filters.ascending else (last, self._high)

    def _driven(self, ways: Ways) -> Branch:
        """Driven by the condition by which fewest are found."""
        sizes = {by: self._known_size(by) for by in ways}
        unknown = [by for by, size in sizes.items() if size is None]
        if len(unknown) == 1 and all(size is None or size >= _ENOUGH for size in sizes.values()):
            return Branch(unknown[0], others=tuple(by for by in ways if by is not unknown[0]))
        self._count(unknown)
        ordered = sorted(ways, key=lambda by: self._known_size(by) or 0)
        driver = ordered.pop(0) if ordered else None
        beside = tuple(by for by in ordered if self._is_beside(driver, by))
        return Branch(driver, beside, tuple(by for by in ordered if by not in beside))

    def _is_beside(self, driver: By | None, by: By) -> bool:
        """Whether both indexes are of statements, and short: only PostgreSQL can use two."""
        size = self._known_size(by)
        same = driver is not None and driver.table is by.table is statements
        return self._shape.postgresql and same and size is not None and size < _ENOUGH

    def _count(self, conditions: Sequence[By]) -> None:
        if not conditions:
            return
        values = {**self._sought.values, "low": 0, "high": LAST, "wanted": _ENOUGH}
        [counted] = fetch(self._conn, sizes_of(self._shape, tuple(conditions)), values)
        for by, size in zip(conditions, counted, strict=True):
            self._memory.sizes.put((by, self._sought.values[by.parameter]), size)

    def _known_size(self, by: By) -> int | None:
        return self._memory.sizes.get((by, self._sought.values[by.parameter]))

    def _values(self, low: int, high: int, *, most: int) -> dict[str, Any]:
        return {**self._sought.values, "low": low, "high": high, "wanted": self._wanted, "most": most}

    def _load(self, seqs: Sequence[int]) -> dict[int, bytes]:
        if not seqs:
            return {}
        rows = self._conn.execute(select(_S.seq, _S.statement).where(_S.seq.in_(seqs)))
        return {row.seq: row.statement.encode() for row in rows}


def _window(filters: Filters) -> tuple[int, int]:
    """The first and the last place that may be returned."""
    low = 0 if filters.since is None else first_after(filters.since)
    high = LAST if filters.until is None else first_after(filters.until) - 1
    if filters.cursor is not None:
        if filters.ascending:
            low = max(low, filters.cursor + 1)
        else:
            high = min(high, filters.cursor - 1)
    return min(max(low, 0), LAST), min(max(high, -1), LAST)  # a moment may lie beyond all numbers
