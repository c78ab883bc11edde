"""What pages list: filtered, sorted and paged in the database, the tenant first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    RowMapping,
    Select,
    Text,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
    type_coerce,
)

from lti_tool.storage.tables.grades import grade_cells, grade_line_items
from lti_tool.storage.tables.lti import lti_contexts, lti_members
from lti_tool.storage.tables.programmes import participants
from lti_tool.storage.tables.results import results


@dataclass(frozen=True, slots=True)
class RosterFilter:
    """Which participants a list shows; what is None is not asked for. `left` shows those who are gone instead."""

    status: str | None = None
    school: str | None = None
    group: str | None = None
    text: str = ""  # part of a name, or a whole id
    left: bool = False


#: {order: (what is compared, whether the largest comes first)}
_ORDERS: Mapping[str, tuple[ColumnElement[Any], bool]] = {
    "name": (participants.c.name, False),
    "behind": (cast(results.c.accrued, Float), False),
    "ahead": (cast(results.c.accrued, Float), True),
    "minutes": (results.c.online_seconds, False),
}
ORDERS = tuple(_ORDERS)


def list_cells_of(conn: Connection, programme_id: str, participant_id: str) -> list[RowMapping]:
    """The total's cells of one participant, one for each LMS course that they are a learner of, with its title."""
    query = (
        select(grade_cells, lti_contexts.c.title)
        .join(grade_line_items, grade_line_items.c.id == grade_cells.c.line_item_id)
        .join(lti_contexts, lti_contexts.c.id == grade_line_items.c.context_id)
        .where(
            grade_cells.c.programme_id == programme_id,
            grade_cells.c.participant_id == participant_id,
            grade_line_items.c.tag == "total",
        )
        .order_by(grade_cells.c.id)
        .limit(20)
    )
    return list(conn.execute(query).mappings())


def list_course_cells(
    conn: Connection, programme_id: str, context_row: int, participant_ids: Sequence[str]
) -> list[RowMapping]:
    """The total's cells of some participants in one LMS course."""
    query = (
        select(grade_cells)
        .join(grade_line_items, grade_line_items.c.id == grade_cells.c.line_item_id)
        .where(
            grade_cells.c.programme_id == programme_id,
            grade_cells.c.participant_id.in_(participant_ids),
            grade_line_items.c.context_id == context_row,
            grade_line_items.c.tag == "total",
        )
        .order_by(grade_cells.c.id)
    )
    return list(conn.execute(query).mappings())


def list_roster(
    conn: Connection,
    programme_id: str,
    wanted: RosterFilter,
    *,
    order: str,
    after: tuple[Any, str] | None = None,
    limit: int = 50,
) -> list[RowMapping]:
    """Participants with their credits in an order of `ORDERS`, at most `limit` after `after`.

    Each row's `rank` and `participant_id` are what `after` takes to go on.
    """
    rank, descending = _ORDERS[order]
    query = _filtered(select(results, *_PERSON, rank.label("rank")), programme_id, wanted)
    query = query.where(_GONE if wanted.left else ~_GONE)
    if after is not None:
        beyond = rank < after[0] if descending else rank > after[0]
        query = query.where(or_(beyond, and_(rank == after[0], participants.c.id > after[1])))
    query = query.order_by(rank.desc() if descending else rank, participants.c.id).limit(limit)
    return list(conn.execute(query).mappings())


def count_roster(conn: Connection, programme_id: str, wanted: RosterFilter) -> dict[tuple[str, bool], int]:
    """How many participants of a filter stand where: {(status, whether they left): number}.

    The filter's own status and `left` are not looked at: the numbers stand beside the choices of both.
    """
    columns = (results.c.status, _GONE.label("gone"), func.count().label("number"))
    query = _filtered(select(*columns), programme_id, replace(wanted, status=None)).group_by(results.c.status, _GONE)
    return {(row.status, bool(row.gone)): row.number for row in conn.execute(query)}


def list_obstructed(
    conn: Connection,
    programme_id: str,
    reasons: Sequence[str],
    *,
    school: str | None = None,
    after: str = "",
    limit: int = 20,
) -> list[str]:
    """Ids of participants who have something that does not count for one of these reasons, after the id `after`."""
    kept = type_coerce(results.c.obstacles, Text)
    query = (
        select(results.c.participant_id)
        .join(participants, _SAME_PERSON)
        .where(
            results.c.programme_id == programme_id,
            results.c.participant_id > after,
            or_(*(kept.contains(f'"{reason}"', autoescape=True) for reason in reasons)),
        )
        .order_by(results.c.participant_id)
        .limit(limit)
    )
    if school is not None:
        query = query.where(participants.c.school_id == school)
    return list(conn.execute(query).scalars())


def list_ids_of_school(conn: Connection, programme_id: str, school: str) -> list[str]:
    """Everybody of a school, by id."""
    query = select(participants.c.id).where(
        participants.c.programme_id == programme_id, participants.c.school_id == school
    )
    return list(conn.execute(query.order_by(participants.c.id)).scalars())


def list_unlinked_participants(
    conn: Connection, programme_id: str, context_row: int, text: str = "", *, limit: int = 200
) -> list[RowMapping]:
    """Participants whom no person of an LMS course stands for yet, by name."""
    linked = exists().where(lti_members.c.context_id == context_row, lti_members.c.participant_id == participants.c.id)
    query = select(participants).where(
        participants.c.programme_id == programme_id, participants.c.left_at.is_(None), ~linked
    )
    if text:
        query = query.where(_named(text))
    return list(conn.execute(query.order_by(participants.c.name, participants.c.id).limit(limit)).mappings())


_SAME_PERSON = and_(
    participants.c.programme_id == results.c.programme_id, participants.c.id == results.c.participant_id
)
_PERSON = tuple(participants.c[name] for name in ("name", "school_id", "group_id", "position", "left_at"))
_GONE = participants.c.left_at.is_not(None)


def _filtered(query: Select[Any], programme_id: str, wanted: RosterFilter) -> Select[Any]:
    query = query.join(participants, _SAME_PERSON).where(results.c.programme_id == programme_id)
    for column, value in (
        (results.c.status, wanted.status),
        (participants.c.school_id, wanted.school),
        (participants.c.group_id, wanted.group),
    ):
        if value:
            query = query.where(column == value)
    return query.where(_named(wanted.text)) if wanted.text else query


def _named(text: str) -> ColumnElement[bool]:
    return or_(participants.c.name.icontains(text, autoescape=True), participants.c.id == text)
