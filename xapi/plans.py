"""The selects behind a page of statements, each made once per shape of what is sought.

Every select walks one index in the order of the store: that of its driver, the condition by which fewest are found. The
other conditions are written so that no index answers them, and the walk so that no other index has its order. A
database that guesses would now and then walk through all statements: SQLite does not know how many there are of
anything, and PostgreSQL believes that what is frequent is frequent everywhere.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    SelectBase,
    Table,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
)

from xapi.sought import By, Ways
from xapi.tables import statement_references, statements

#: The greatest place there can be.
LAST = 2**63 - 1

_S = statements.c
_R = statement_references.c
#: SQLite gives the bytes as they lie there, which are sent on; a text it would make first.
_BYTES: ColumnElement[Any] = literal_column("CAST(xapi_statements.statement AS BLOB)").label("statement")
_LOW, _HIGH = bindparam("low", type_=BigInteger), bindparam("high", type_=BigInteger)
_WANTED, _MOST = bindparam("wanted", type_=Integer), bindparam("most", type_=Integer)


@dataclass(frozen=True, slots=True)
class Branch:
    """Conditions that all hold; none: all statements."""

    driver: By | None = None
    beside: tuple[By, ...] = ()
    """Find few as well: PostgreSQL may lay their indexes over the driver's, fetch what is in all and sort it."""
    others: tuple[By, ...] = ()

    @property
    def table(self) -> Table:
        return statements if self.driver is None else self.driver.table


@dataclass(frozen=True, slots=True)
class Shape:
    """What selects are made for beside what is sought; everything else is parameters."""

    postgresql: bool
    ascending: bool

    def order(self, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        return [column.asc() if self.ascending else column.desc() for column in columns]


@cache
def page_of(shape: Shape, branches: tuple[Branch, ...]) -> SelectBase:
    """The first visible statements of branches, in any order, and where the newest reference is.

    `wanted` of each branch and `most` of all: branches may have statements in common.
    """
    newest = select(func.max(_R.seq)).scalar_subquery().label("newest_reference")
    walks = [_walk(shape, branch) for branch in branches]
    if len(walks) == 1:
        return _first(shape, branches[0], walks[0].add_columns(newest))
    if not shape.postgresql:
        return _merged(shape, branches, newest)
    ends = [select(_first(shape, branch, walk).subquery()) for branch, walk in zip(branches, walks, strict=True)]
    found = union_all(*ends).subquery()
    return select(found, newest).order_by(*shape.order(found.c.seq)).limit(_MOST)


@cache
def sizes_of(shape: Shape, conditions: tuple[By, ...]) -> SelectBase:
    """How many statements each condition alone finds, counted no further than `wanted`."""
    return select(*(_size(shape, by).label(by.name) for by in conditions))


@cache
def references_of(shape: Shape, filters: tuple[Ways, ...], sees: Ways) -> Select[Any]:
    """The first `most` references in the window: who refers, and whether they are an answer."""
    return _references(shape, filters, sees).limit(_MOST)


@cache
def referring(shape: Shape, filters: tuple[Ways, ...], sees: Ways) -> Select[Any]:
    """The first `wanted` answers among all references in the window."""
    found = _references(shape, filters, sees).subquery()
    return select(found.c.seq).where(found.c.answers).distinct().order_by(*shape.order(found.c.seq)).limit(_WANTED)


@cache
def referring_to_few(shape: Shape, branches: tuple[Branch, ...], sees: Ways) -> Select[Any]:
    """The same by way of all matches, each looked up among the targets."""
    parts = [_referring_to(shape, branch) for branch in branches]
    found = union(*parts).subquery()
    place = found.c.seq
    return select(place).distinct().where(_is_visible(place, sees)).order_by(*shape.order(place)).limit(_WANTED)


def _referring_to(shape: Shape, branch: Branch) -> Select[Any]:
    """What refers to a match of a branch from `low` to `high`."""
    references: Any = statement_references
    joined: ColumnElement[bool] = _R.target == _S.id
    in_window: ColumnElement[bool] = (_R.seq >= _LOW) & (_R.seq <= _HIGH)
    if shape.postgresql:  # which does not turn a join around that has a limit
        references = select(_R.seq).where(joined, in_window).limit(literal_column(str(LAST))).lateral()
        joined = in_window = true()
    query = _by_way_of(branch, select(references.c.seq.label("seq"))).join_from(statements, references, joined)
    return query.where(in_window, *_equal(branch))


def _merged(shape: Shape, branches: tuple[Branch, ...], newest: ColumnElement[int]) -> Select[Any]:
    """SQLite merges walks in the order that it is asked for and drops what two of them find.

    It merges places alone, and reads the statements of those that are wanted.
    """
    places = union(*(_walk(shape, branch, text=False) for branch in branches))
    found = places.order_by(*shape.order(places.selected_columns.seq)).limit(_WANTED).subquery()
    return select(found.c.seq, _BYTES, newest).join_from(found, statements, _S.seq == found.c.seq)


def _walk(shape: Shape, branch: Branch, *, text: bool = True) -> Select[Any]:
    """The visible statements of a branch in the window: their places, and their text."""
    place = branch.table.c.seq
    columns = [place, _S.statement if shape.postgresql else _BYTES] if text else [place]
    query = _by_way_of(branch, select(*columns))
    return query.where(_S.voided.is_(False), *_in_window(shape, branch))


def _first(shape: Shape, branch: Branch, walk: Select[Any]) -> Select[Any]:
    """The first `wanted` of a walk: in the order of the driver's index, of which PostgreSQL needs to be told all."""
    place = branch.table.c.seq
    order: list[ColumnElement[Any]] = [place]
    if shape.postgresql and branch.driver is not None:
        order = [place + 0] if branch.beside else [branch.driver.column, place]
    return walk.order_by(*shape.order(*order)).limit(_WANTED)


def _by_way_of(branch: Branch, query: Select[Any]) -> Select[Any]:
    """Statements reached over a link, where the driver is one."""
    link = branch.table
    return query if link is statements else query.join_from(link, statements, _S.seq == link.c.seq)


def _in_window(shape: Shape, branch: Branch) -> list[ColumnElement[bool]]:
    """What the branch finds from `low` to `high`.

    PostgreSQL compares pairs: were the condition an equation, any other index in the order of the store would do as
    well. An index of some rows only it takes where its condition is seen to hold.
    """
    driver, place = branch.driver, branch.table.c.seq
    if branch.beside:  # whatever of the window an index could answer would be guessed to be little
        return [*_equal(branch), place + 0 >= _LOW, place + 0 <= _HIGH]
    if driver is None or not shape.postgresql:
        return [*_equal(branch), place >= _LOW, place <= _HIGH]
    pair, value = tuple_(driver.column, place), _parameter(driver)
    bounds = [pair >= tuple_(value, _LOW), pair <= tuple_(value, _HIGH), driver.column.is_not(None)]
    return [*bounds, *_holds(driver)[1:], *map(_hidden, branch.others)]


def _equal(branch: Branch) -> list[ColumnElement[bool]]:
    """The conditions as equations, those of the driver and beside it for their indexes."""
    indexed = [] if branch.driver is None else [branch.driver, *branch.beside]
    return [*(part for by in indexed for part in _holds(by)), *map(_hidden, branch.others)]


def _references(shape: Shape, filters: tuple[Ways, ...], sees: Ways) -> Select[Any]:
    target = statements.alias("target")
    matches = [or_(*(_condition(by, target) for by in ways)) for ways in (*filters, *((way,) for way in sees))]
    match = select(literal(True)).where(target.c.id == _R.target, *matches).scalar_subquery()  # noqa: FBT003
    answers = match.is_not(None) & _is_visible(_R.seq, sees)
    query = select(_R.seq, answers.label("answers")).where(_R.seq >= _LOW, _R.seq <= _HIGH)
    return query.order_by(*shape.order(_R.seq))


def _is_visible(place: ColumnElement[int], sees: Ways) -> ColumnElement[bool]:
    """Whether the statement that refers may be seen."""
    pointing = statements.alias("pointing")
    conditions = [_condition(by, pointing) for by in sees]
    found = select(literal(True)).where(  # noqa: FBT003
        pointing.c.seq == place, pointing.c.voided.is_(False), *conditions
    )
    return found.scalar_subquery().is_not(None)


def _size(shape: Shape, by: By) -> ColumnElement[int]:
    branch = Branch(by)
    rows = _first(shape, branch, select(branch.table.c.seq).where(*_in_window(shape, branch))).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()


def _parameter(by: By) -> ColumnElement[Any]:
    return bindparam(by.parameter, type_=by.column.type)


def _holds(by: By, source: Any = None) -> list[ColumnElement[bool]]:
    """The condition in the form that an index answers."""
    columns = (by.table if source is None else source).c
    equal = columns[by.column.name] == _parameter(by)
    return [equal, columns.direct.is_(True)] if by is By.DIRECT else [equal]


def _condition(by: By, source: Any) -> ColumnElement[bool]:
    """The condition on a statement that is found otherwise."""
    if by.table is statements:
        return _holds(by, source)[0]
    link = by.table.alias()
    found = select(literal(True)).where(link.c.seq == source.c.seq, *_holds(by, link))  # noqa: FBT003
    return found.scalar_subquery().is_not(None)


def _hidden(by: By) -> ColumnElement[bool]:
    """The condition on a statement in a form that leads no database to another index."""
    if by.table is not statements:
        return _condition(by, statements)
    return _holds(by)[0].is_(True)
