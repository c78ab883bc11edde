"""Figures of many people at once, by school."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Text, and_, case, func, or_, select, type_coerce

from lti_tool.storage.tables.programmes import participants
from lti_tool.storage.tables.results import results


def _holds(column: Any, *codes: str) -> ColumnElement[bool]:
    """Whether a column's list of codes holds one of these."""
    return or_(*(type_coerce(column, Text).contains(f'"{code}"', autoescape=True) for code in codes))


_NUMBERS: Mapping[str, ColumnElement[bool]] = {
    "begun": results.c.status != "not_started",
    "online": results.c.online_met,
    "offline": results.c.offline_met,
    "practice": results.c.practice_met,
    "plan": ~_holds(results.c.unmet, "plan"),
    "qualified": results.c.status.in_(("qualified", "recorded")),
    "logs_missing": _holds(results.c.obstacles, "log_missing"),
    "time_doubtful": _holds(results.c.obstacles, "too_long", "presence_unanswered", "future"),
}


def tally_by_school(conn: Connection, programme_id: str) -> Sequence[RowMapping]:
    """Of the people on the roster now: school_id, people, and how many of them meet each condition."""
    numbers = (func.sum(case((condition, 1), else_=0)).label(name) for name, condition in _NUMBERS.items())
    same_person = and_(
        results.c.programme_id == participants.c.programme_id, results.c.participant_id == participants.c.id
    )
    query = (
        select(participants.c.school_id, func.count().label("people"), *numbers)
        .outerjoin(results, same_person)
        .where(participants.c.programme_id == programme_id, participants.c.left_at.is_(None))
        .group_by(participants.c.school_id)
    )
    return conn.execute(query).mappings().all()
