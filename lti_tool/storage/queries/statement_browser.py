"""The administrator's browser of statements: what of the record store belongs to one programme, newest first.

A statement belongs to a programme if a credential of the programme sent it, or if a credential of the whole
installation sent it about a person of the programme. Every branch walks an index in the order of the store and reads
one page of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Exists, RowMapping, Select, Table, and_, exists, func, or_, select

from lti_tool.storage.dialects import text_of, uuid_of
from lti_tool.storage.queries.evidence import counts_in
from lti_tool.storage.queries.people import chunks
from lti_tool.storage.tables.evidence import evidence
from lti_tool.storage.tables.programmes import identifiers, participants
from xapi.sequence import first_after, stored_at
from xapi.tables import activities, agents, credentials, statements, verbs, voids

_S = statements.c
_Given: TypeAlias = dict[ColumnElement[Any], Any]
_ENOUGH = 5_000  # counted in a millisecond or two; whatever has more is dense enough to be walked
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of statements is narrowed to; what is None or empty is not asked for.

    `keys` are identifier keys of one person: statements about them, and statements by them. `since` and `until` bound
    the moment of arrival, `until` excluded. `sender` is a credential of the programme.
    `before` is the cursor: the last place that was looked at.
    """

    keys: Sequence[str] = ()
    verbs: Sequence[str] = ()
    activity: str | None = None
    sender: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Statements with their senders, newest first, and the cursor of the next page; None on the last."""

    rows: list[RowMapping]
    following: int | None


def list_statements(conn: Connection, programme_id: str, wanted: Wanted, *, limit: int = 30) -> Found:
    """The next statements of a programme that fit."""
    branches = list_branches(conn, programme_id, wanted)
    found: set[int] = set()
    floor: int | None = None
    for branch in branches:
        places = list(conn.scalars(branch.limit(limit + 1)))
        found.update(places)
        if len(places) > limit:  # below its last place this branch may have more
            floor = places[-1] if floor is None else max(floor, places[-1])
    shown = sorted((seq for seq in found if floor is None or seq >= floor), reverse=True)
    if len(shown) > limit:
        return Found(_load(conn, programme_id, shown[:limit]), shown[limit - 1])
    return Found(_load(conn, programme_id, shown), floor)


def list_branches(conn: Connection, programme_id: str, wanted: Wanted) -> list[Select[Any]]:
    """Selects of places, each in falling order over an index of its own, that together hold all that fits."""
    numbers = [_number(conn, verbs, iri) for iri in wanted.verbs]
    known: list[int | None] = [number for number in numbers if number is not None]
    activity = None if wanted.activity is None else _number(conn, activities, wanted.activity)
    if (wanted.verbs and not known) or (wanted.activity is not None and activity is None):
        return []
    found = []
    for verb in known or [None]:
        sought = {_S.verb_id: verb, _S.activity_id: activity, _S.credential_id: wanted.sender}
        given: _Given = {column: value for column, value in sought.items() if value is not None}
        if wanted.keys:
            found += [_about(programme_id, wanted, given), *_by(conn, programme_id, wanted, given)]
        else:
            found.append(_sent(conn, programme_id, wanted, given))
            if wanted.sender is None:
                found.append(_unbound(conn, programme_id, wanted, given))
    return found


def find_statement(conn: Connection, programme_id: str, statement: str) -> RowMapping | None:
    """One statement of the programme with its sender; None also for another programme's."""
    query = _with_sender(programme_id).where(
        _S.id == statement, or_(_S.tenant == programme_id, and_(_S.tenant.is_(None), _known(programme_id)))
    )
    return conn.execute(query).mappings().one_or_none()


def list_voiding(conn: Connection, programme_id: str, statement: str) -> list[RowMapping]:
    """The statements that take a statement back, with their senders."""
    query = (
        _with_sender(programme_id)
        .join(voids, voids.c.seq == _S.seq)
        .where(voids.c.target == statement, or_(voids.c.tenant.is_(None), voids.c.tenant == programme_id))
    )
    return list(conn.execute(query.order_by(_S.seq)).mappings())


def find_targets(conn: Connection, places: Sequence[int]) -> dict[int, str]:
    """Which statement each of some voiding statements takes back: {place: id}."""
    query = select(voids.c.seq, voids.c.target).where(voids.c.seq.in_(places))
    return {row.seq: row.target for row in conn.execute(query)}


def list_evidence_of(conn: Connection, programme_id: str, ids: Sequence[str]) -> list[RowMapping]:
    """The evidence that some statements give within a programme."""
    found: list[RowMapping] = []
    for chunk in chunks(ids):
        query = select(evidence).where(evidence.c.statement.in_(chunk), counts_in(programme_id))
        found += conn.execute(query.order_by(evidence.c.id)).mappings()
    return found


def list_senders(conn: Connection, programme_id: str, *, limit: int = 200) -> list[RowMapping]:
    """The key pairs that people made for a programme, revoked ones included, newest first."""
    query = select(credentials).where(credentials.c.tenant == programme_id, credentials.c.agent.is_(None))
    return list(conn.execute(query.order_by(credentials.c.id.desc()).limit(limit)).mappings())


def list_named(conn: Connection, programme_id: str, text: str, *, limit: int = 20) -> list[RowMapping]:
    """Participants of this id, or whose name has this text in it, by name."""
    fits = or_(participants.c.id == text, participants.c.name.icontains(text, autoescape=True))
    query = select(participants).where(participants.c.programme_id == programme_id, fits)
    return list(conn.execute(query.order_by(participants.c.name, participants.c.id).limit(limit)).mappings())


_WITH_EVIDENCE = select(_S.seq).join(evidence, uuid_of(evidence.c.statement) == _S.id)


def _with_sender(programme_id: str) -> Select[Any]:
    """Statements with their senders; `voided` as it holds in the programme (`storage.queries.evidence`)."""
    own = voids.alias()
    by_us = exists().where(own.c.target == _S.id, own.c.tenant == programme_id)
    is_voided = or_(_S.voided, and_(_S.tenant.is_(None), by_us)).label("voided")
    columns = (_S.seq, _S.id, _S.tenant, is_voided, _S.statement, credentials.c.name.label("sender"))
    return select(*columns, credentials.c.attributes).outerjoin(credentials, credentials.c.id == _S.credential_id)


def _window(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(_S.seq >= first_after(wanted.since - _TICK))
    if wanted.until is not None:
        found.append(_S.seq < first_after(wanted.until - _TICK))
    if wanted.before is not None:
        found.append(_S.seq < wanted.before)
    return found


def _sent(conn: Connection, programme_id: str, wanted: Wanted, given: _Given) -> Select[Any]:
    """What the programme's own credentials sent, by the index of whatever narrows most."""
    conditions: _Given = {_S.tenant: programme_id, **given}
    driver = _narrowest(conn, conditions)[0] if given else _S.tenant
    return select(_S.seq).where(*_driven(conditions, driver), *_window(wanted)).order_by(_S.seq.desc())


def _unbound(conn: Connection, programme_id: str, wanted: Wanted, given: _Given) -> Select[Any]:
    """What credentials of the whole installation sent about people of the programme: by the index of whatever narrows
    most, or by the arrival of the evidence that belongs to no programme, if that is less.
    """
    if given:
        driver, number = _narrowest(conn, given)
        if number < _count(conn, select(evidence.c.id).where(evidence.c.tenant.is_(None))):
            mine = _known(programme_id)
            query = select(_S.seq).where(*_driven(given, driver), _S.tenant.is_(None), mine, *_window(wanted))
            return query.order_by(_S.seq.desc())
    mine = exists().where(identifiers.c.programme_id == programme_id, identifiers.c.key == evidence.c.subject_key)
    bounds = []
    if wanted.before is not None:
        bounds.append(evidence.c.stored <= stored_at(wanted.before))
    if wanted.until is not None:
        bounds.append(evidence.c.stored < wanted.until)
    if wanted.since is not None:
        bounds.append(evidence.c.stored >= wanted.since)
    query = _WITH_EVIDENCE.where(evidence.c.tenant.is_(None), mine, *bounds, *_driven(given), *_window(wanted))
    return query.order_by(evidence.c.stored.desc(), _S.seq.desc())


def _about(programme_id: str, wanted: Wanted, given: _Given) -> Select[Any]:
    """What is about a person."""
    owned = func.coalesce(evidence.c.tenant, programme_id) == programme_id
    query = _WITH_EVIDENCE.where(evidence.c.subject_key.in_(wanted.keys), owned, *_driven(given), *_window(wanted))
    return query.order_by(_S.seq.desc())


def _by(conn: Connection, programme_id: str, wanted: Wanted, given: _Given) -> list[Select[Any]]:
    """What a person said, through the programme's own credentials: also what is about somebody else."""
    keys = [spelling for key in wanted.keys for spelling in _spellings(key)]
    numbers = conn.scalars(select(agents.c.id).where(agents.c.key.in_(keys))).all()
    return [_sent(conn, programme_id, wanted, {**given, _S.actor_id: number}) for number in numbers]


def _narrowest(conn: Connection, given: _Given) -> tuple[ColumnElement[Any], int]:
    """The column by which fewest statements are found, and how many: counted no further than `_ENOUGH`.

    Databases guess this from statistics; SQLite mostly has none, and a wrong guess walks through all statements.
    """
    numbers = [(_count(conn, select(_S.seq).where(column == value)), column) for column, value in given.items()]
    number, column = min(numbers, key=lambda item: item[0])
    return column, number


def _count(conn: Connection, rows: Select[Any]) -> int:
    return conn.scalar(select(func.count()).select_from(rows.limit(_ENOUGH).subquery())) or 0


def _driven(given: _Given, driver: ColumnElement[Any] | None = None) -> list[ColumnElement[bool]]:
    """The conditions; all but the driver's in a form that no index answers, so that no other one is walked."""
    return [
        column == value if column is driver else func.coalesce(column, "" if isinstance(value, str) else 0) == value
        for column, value in given.items()
    ]


def _spellings(key: str) -> list[str]:
    """An identifier key as the record store may have it: a home page with or without its last slash."""
    kind, _, rest = key.partition("|")
    if kind != "account":
        return [key]
    home_page, _, name = rest.rpartition("|")
    return [key, f"account|{home_page}/|{name}"]


def _known(programme_id: str) -> Exists:
    """Whether a statement is evidence about a person of the programme."""
    return exists().where(
        evidence.c.statement == text_of(_S.id),
        identifiers.c.programme_id == programme_id,
        identifiers.c.key == evidence.c.subject_key,
    )


def _load(conn: Connection, programme_id: str, places: Sequence[int]) -> list[RowMapping]:
    if not places:
        return []
    query = _with_sender(programme_id).where(_S.seq.in_(places)).order_by(_S.seq.desc())
    return list(conn.execute(query).mappings())


def _number(conn: Connection, table: Table, key: str) -> int | None:
    number: int | None = conn.scalar(select(table.c.id).where(table.c.key == key))
    return number
