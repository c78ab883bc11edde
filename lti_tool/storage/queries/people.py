"""The roster: participants, whose key is whose, and whose credits must be computed again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    not_,
    select,
    tuple_,
    update,
)

from lti_tool.domain.identifiers import participant_key
from lti_tool.storage.dialects import for_update, upsert
from lti_tool.storage.queries.failures import waits
from lti_tool.storage.tables.programmes import groups, identifiers, participants, staff
from lti_tool.storage.tables.results import results

#: The source of identifiers that came from a sheet (`xuefen import roster`), not from the programme file.
IMPORTED = "import"
_CHUNK = 500
_FEW = 8
_CLAIMS = 0x58554546  # "XUEF": keeps the names of claims apart from those of other applications' locks

#: Made once: every launch asks it.
_OWNERS = (
    select(identifiers.c.key, identifiers.c.person_id, participants.c.id.label("participant"))
    .outerjoin(
        participants,
        and_(participants.c.programme_id == identifiers.c.programme_id, participants.c.id == identifiers.c.person_id),
    )
    .where(
        identifiers.c.programme_id == bindparam("programme_id"),
        identifiers.c.key.in_(bindparam("keys", expanding=True)),
    )
)


def save_participants(conn: Connection, programme_id: str, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Make the roster equal to `rows`: people no longer in it keep their row and credits, marked as left.

    Whom only a sheet has named stays: no file has had them, so none takes them away. Everybody is touched, since the
    plan may have changed with the roster.
    """
    present = {row["id"] for row in rows}
    sheets = select(identifiers.c.person_id).where(
        identifiers.c.programme_id == programme_id,
        identifiers.c.source == IMPORTED,
        identifiers.c.key == literal(participant_key("")) + participants.c.id,
    )
    known = select(participants.c.id).where(
        participants.c.programme_id == programme_id, participants.c.id.not_in(sheets)
    )
    gone = [person for person in conn.execute(known).scalars() if person not in present]
    columns = [column.name for column in participants.columns if column.name not in {"programme_id", "id", "touched"}]
    upsert(
        conn,
        participants,
        [{**row, "programme_id": programme_id, "left_at": None} for row in rows],
        key=["programme_id", "id"],
        update=columns,
    )
    for chunk in chunks(gone):
        is_gone = and_(participants.c.programme_id == programme_id, participants.c.id.in_(chunk))
        conn.execute(update(participants).where(is_gone, participants.c.left_at.is_(None)).values(left_at=now))
    touch_programme(conn, programme_id)


def save_identifiers(conn: Connection, programme_id: str, keys: Sequence[tuple[str, str]]) -> None:
    """Replace the identifiers that came from the programme file; links made at launches, by hand or by sheets stay.

    Those of people who left stay too, unless they are somebody else's now: what they earned, and approved, stands.
    """
    left = select(participants.c.id).where(
        participants.c.programme_id == programme_id, participants.c.left_at.is_not(None)
    )
    of_the_file = and_(identifiers.c.programme_id == programme_id, identifiers.c.source == "file")
    conn.execute(delete(identifiers).where(of_the_file, identifiers.c.person_id.not_in(left)))
    rows = [{"programme_id": programme_id, "key": key, "person_id": person, "source": "file"} for key, person in keys]
    upsert(conn, identifiers, rows, key=["programme_id", "key"])


def add_identifier(conn: Connection, programme_id: str, key: str, person_id: str, source: str) -> None:
    """From now on `key` is this person; whoever it belonged to and the person are computed again."""
    before = find_people(conn, programme_id, [key]).get(key)
    row = {"programme_id": programme_id, "key": key, "person_id": person_id, "source": source}
    upsert(conn, identifiers, [row], key=["programme_id", "key"])
    touch(conn, [(programme_id, person) for person in {person_id, before} if person])


def add_identifiers(conn: Connection, programme_id: str, keys: Mapping[str, str], source: str) -> None:
    """Keys that nobody had are these people's from now on, {key: person id}; the people are computed again."""
    rows = [{"programme_id": programme_id, "key": key, "person_id": one, "source": source} for key, one in keys.items()]
    upsert(conn, identifiers, rows, key=["programme_id", "key"], update=[])
    touch(conn, [(programme_id, person) for person in set(keys.values())])


def find_people(conn: Connection, programme_id: str, keys: Sequence[str]) -> dict[str, str]:
    """Whose these identifier keys are in a programme: {key: person id}; unknown keys are missing."""
    found: dict[str, str] = {}
    for chunk in chunks(keys):
        query = select(identifiers.c.key, identifiers.c.person_id).where(
            identifiers.c.programme_id == programme_id, identifiers.c.key.in_(chunk)
        )
        found.update((row.key, row.person_id) for row in conn.execute(query))
    return found


def find_owners(conn: Connection, programme_id: str, keys: Sequence[str]) -> dict[str, tuple[str, bool]]:
    """Whose these keys are in a programme: {key: (person id, whether that is a participant, not staff)}."""
    found: dict[str, tuple[str, bool]] = {}
    for chunk in chunks(keys):
        rows = conn.execute(_OWNERS, {"programme_id": programme_id, "keys": chunk})
        found.update((row.key, (row.person_id, row.participant is not None)) for row in rows)
    return found


def list_kept_links(conn: Connection, programme_id: str, staying: Collection[str]) -> dict[str, str]:
    """The identifier keys that loading a file with these people would leave, if it gives them to nobody else.

    Those that no file gave, and those of participants who would leave: {key: person id}.
    """
    columns = (identifiers.c.key, identifiers.c.person_id, identifiers.c.source)
    own = and_(participants.c.programme_id == identifiers.c.programme_id, participants.c.id == identifiers.c.person_id)
    query = select(*columns, participants.c.id.is_not(None).label("is_participant")).outerjoin(participants, own)
    found = conn.execute(query.where(identifiers.c.programme_id == programme_id))
    return {
        row.key: row.person_id
        for row in found
        if row.source != "file" or (row.is_participant and row.person_id not in staying)
    }


def get_person(conn: Connection, programme_id: str, person_id: str) -> RowMapping | None:
    """A participant's row, or None (also for staff)."""
    query = select(participants).where(participants.c.programme_id == programme_id, participants.c.id == person_id)
    return conn.execute(query).mappings().one_or_none()


def find_staff(conn: Connection, programme_id: str, key: str) -> RowMapping | None:
    """The member of the programme's staff to whom an identifier key belongs; None for anybody else."""
    query = (
        select(staff)
        .join(
            identifiers, and_(identifiers.c.programme_id == staff.c.programme_id, identifiers.c.person_id == staff.c.id)
        )
        .where(identifiers.c.programme_id == programme_id, identifiers.c.key == key)
    )
    return conn.execute(query).mappings().one_or_none()


def list_people(conn: Connection, programme_id: str, person_ids: Sequence[str]) -> list[RowMapping]:
    """The participants of these ids, as far as there are such."""
    found: list[RowMapping] = []
    for chunk in chunks(person_ids):
        query = select(participants).where(participants.c.programme_id == programme_id, participants.c.id.in_(chunk))
        found += conn.execute(query).mappings()
    return found


def touch_keys(conn: Connection, keys: Sequence[str], tenant: str | None = None) -> None:
    """Mark whoever these keys belong to as stale: in one programme, or in all where `tenant` is None.

    Rows are locked in the order of `touch`. A few are locked and changed by one command, since every statement that is
    stored asks for it. Of many, some are likely to be changed by another batch just then, and PostgreSQL would do the
    whole command again for each of them: they are locked first, and changed when nobody else can.
    """
    for chunk in chunks(sorted(set(keys))):
        given = {"keys": chunk, "tenant": tenant}
        owners = _owners(bound=tenant is not None)
        if conn.dialect.name == "sqlite":
            conn.execute(_touch(owners), given)
        elif len(chunk) <= _FEW:
            conn.execute(_lock_and_touch(owners), given)
        else:
            conn.execute(_lock(owners), given)
            conn.execute(_touch(owners), given)


@cache
def _owners(*, bound: bool) -> CTE:
    """Whose the parameter `keys` are; of the programme `tenant`, if bound.

    Found before anything is joined to them: PostgreSQL, before it has counted its rows, would take each participant of
    a programme and look through all keys.
    """
    owners = select(identifiers.c.programme_id, identifiers.c.person_id)
    owners = owners.where(identifiers.c.key.in_(bindparam("keys", expanding=True)))
    if bound:
        owners = owners.where(identifiers.c.programme_id == bindparam("tenant"))
    return owners.cte("owners").prefix_with("MATERIALIZED", dialect="postgresql")


def _is_of(people: CTE) -> ColumnElement[bool]:
    programme_id, person_id = people.c
    return and_(participants.c.programme_id == programme_id, participants.c.id == person_id)


@cache
def _lock(owners: CTE) -> Select[Any]:
    query = select(participants.c.programme_id, participants.c.id).join_from(owners, participants, _is_of(owners))
    return query.order_by(participants.c.programme_id, participants.c.id).with_for_update(of=participants)


@cache
def _touch(people: CTE) -> Update:
    return update(participants).values(touched=participants.c.touched + 1).where(_is_of(people))


@cache
def _lock_and_touch(owners: CTE) -> Update:
    return _touch(_lock(owners).cte("locked"))


def touch_classes(conn: Connection, keys: Sequence[str], tenant: str | None = None) -> None:
    """Mark everybody as stale for whom one of these keys is staff: a trainer's log may complete a whole class."""
    for chunk in chunks(sorted(set(keys))):
        query = (
            select(identifiers.c.programme_id)
            .join(
                staff, and_(staff.c.programme_id == identifiers.c.programme_id, staff.c.id == identifiers.c.person_id)
            )
            .where(identifiers.c.key.in_(chunk))
            .order_by(identifiers.c.programme_id)
            .distinct()
        )
        if tenant is not None:
            query = query.where(identifiers.c.programme_id == tenant)
        for programme_id in conn.execute(query).scalars().all():
            touch_programme(conn, programme_id)


def touch(conn: Connection, people: Sequence[tuple[str, str]]) -> None:
    """Mark these (programme, participant) as stale. Rows are locked in one order, so that batches never deadlock."""
    for chunk in chunks(sorted(set(people))):
        these = tuple_(participants.c.programme_id, participants.c.id).in_(chunk)
        if conn.dialect.name != "sqlite":
            rows = select(participants.c.id).where(these).order_by(participants.c.programme_id, participants.c.id)
            conn.execute(for_update(conn, rows)).all()
        conn.execute(update(participants).where(these).values(touched=participants.c.touched + 1))


def touch_programme(conn: Connection, programme_id: str) -> None:
    """Mark everybody of a programme as stale."""
    everybody = participants.c.programme_id == programme_id
    if conn.dialect.name != "sqlite":
        rows = select(participants.c.id).where(everybody).order_by(participants.c.id)
        conn.execute(for_update(conn, rows)).all()
    conn.execute(update(participants).where(everybody).values(touched=participants.c.touched + 1))


def list_stale(
    conn: Connection,
    programme_id: str,
    *,
    only: Sequence[str] | None = None,
    after: str = "",
    limit: int = _CHUNK,
    now: datetime | None = None,
) -> list[RowMapping]:
    """Participants whose credits do not yet reflect what happened to them, by id, at most `limit` after `after`;
    of `only`, if given. Somebody who left, and whose group is no longer planned, keeps the figures of that time.

    With `now`, without those who could not be computed and whose turn has not come again.
    """
    query = select(participants).where(participants.c.id > after).order_by(participants.c.id).limit(limit)
    query = _stale(query, programme_id, now)
    if only is not None:
        query = query.where(participants.c.id.in_(only))
    return list(conn.execute(query).mappings())


def count_stale(conn: Connection, programme_id: str, *, now: datetime | None = None) -> int:
    """How many participants `list_stale` would list in all."""
    return int(conn.scalar(_stale(select(func.count()).select_from(participants), programme_id, now)) or 0)


def _stale(query: Select[Any], programme_id: str, now: datetime | None) -> Select[Any]:
    planned = select(groups.c.id).where(groups.c.programme_id == programme_id)
    own = and_(results.c.programme_id == participants.c.programme_id, results.c.participant_id == participants.c.id)
    query = query.outerjoin(results, own).where(
        participants.c.programme_id == programme_id,
        participants.c.group_id.in_(planned),
        not_(results.c.computed_touch.is_not_distinct_from(participants.c.touched)),
    )
    return query if now is None else query.where(not_(waits(now)))


def claim(conn: Connection, programme_id: str, person_ids: Sequence[str]) -> list[str]:
    """Those of these participants, by id, that no other unit of work has claimed; claimed until this one ends.

    A claim keeps nobody from reading or touching a person. It is PostgreSQL's advisory lock, which ends with its
    holder; SQLite has one worker, to whom everybody is left.
    """
    if conn.dialect.name == "sqlite":
        return list(person_ids)
    name = func.concat(programme_id, "\n", participants.c.id)
    lock = func.pg_try_advisory_xact_lock(func.hashtextextended(name, _CLAIMS))
    query = select(participants.c.id, lock.label("own")).where(
        participants.c.programme_id == programme_id, participants.c.id.in_(person_ids)
    )
    return sorted(row.id for row in conn.execute(query) if row.own)


def list_participants(
    conn: Connection, programme_id: str, *, school: str | None = None, after: str = "", limit: int = _CHUNK
) -> list[RowMapping]:
    """Participants (of one school, if given) by id, at most `limit` after the id `after`."""
    query = (
        select(participants)
        .where(participants.c.programme_id == programme_id, participants.c.id > after)
        .order_by(participants.c.id)
        .limit(limit)
    )
    if school is not None:
        query = query.where(participants.c.school_id == school)
    return list(conn.execute(query).mappings())


def list_keys_of(conn: Connection, programme_id: str, person_ids: Sequence[str]) -> dict[str, list[str]]:
    """The identifier keys of some people: {person id: [key, …]}."""
    found: dict[str, list[str]] = {person: [] for person in person_ids}
    for chunk in chunks(list(found)):
        query = select(identifiers.c.person_id, identifiers.c.key).where(
            identifiers.c.programme_id == programme_id, identifiers.c.person_id.in_(chunk)
        )
        for row in conn.execute(query):
            found[row.person_id].append(row.key)
    return found


def list_team(conn: Connection, programme_id: str) -> list[RowMapping]:
    """The school management teams: participants whose position is principal, deputy or middle."""
    query = select(participants).where(
        participants.c.programme_id == programme_id,
        participants.c.position.in_(("principal", "deputy", "middle")),
    )
    return list(conn.execute(query).mappings())


def add_participants(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert roster rows as they are: for bulk loads that know that none exists yet."""
    conn.execute(insert(participants), list(rows))


def chunks(items: Sequence[Any], size: int = _CHUNK) -> Iterator[list[Any]]:
    """Pieces of at most `size`, since databases bound the number of parameters of one statement."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
