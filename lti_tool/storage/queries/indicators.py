"""Figures of many people at once, by school: as they are, and as they were week by week."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    RowMapping,
    Select,
    Text,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from lti_tool.storage.dialects import insert_for, take_turns
from lti_tool.storage.tables.indicators import indicator_snapshots as snapshots
from lti_tool.storage.tables.programmes import participants, schools
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
    return conn.execute(_tally(programme_id)).mappings().all()


def _tally(programme_id: str, *more: ColumnElement[Any]) -> Select[Any]:
    numbers = (func.sum(case((condition, 1), else_=0)).label(name) for name, condition in _NUMBERS.items())
    same_person = and_(
        results.c.programme_id == participants.c.programme_id, results.c.participant_id == participants.c.id
    )
    return (
        select(*more, participants.c.school_id, func.count().label("people"), *numbers)
        .outerjoin(results, same_person)
        .where(participants.c.programme_id == programme_id, participants.c.left_at.is_(None))
        .group_by(participants.c.school_id)
    )


def save_snapshot(conn: Connection, programme_id: str, week: date) -> None:
    """Keep today's figures as those of a week (its Monday), unless that week has some already."""
    take_turns(conn, f"snapshot of {programme_id}")
    that_week = and_(snapshots.c.programme_id == programme_id, snapshots.c.week == week)
    if conn.scalar(select(exists().where(that_week))):
        return
    columns = ["programme_id", "week", "school_id", "people", *_NUMBERS]
    figures = _tally(programme_id, literal(programme_id), literal(week, Date))
    conn.execute(insert_for(conn, snapshots).from_select(columns, figures))


def sum_snapshots(conn: Connection, programme_id: str, area: Mapping[str, str], *, most: int) -> Sequence[RowMapping]:
    """The latest weeks of an area, newest first: week, people, and how many of them met each condition.

    `area` names the city, county or school; its schools are those that lie there now.
    """
    columns = {"city": schools.c.city, "county": schools.c.county, "school": schools.c.id}
    query = (
        select(snapshots.c.week, *(func.sum(snapshots.c[name]).label(name) for name in ("people", *_NUMBERS)))
        .join(schools, and_(schools.c.programme_id == snapshots.c.programme_id, schools.c.id == snapshots.c.school_id))
        .where(snapshots.c.programme_id == programme_id, *(columns[level] == place for level, place in area.items()))
        .group_by(snapshots.c.week)
        .order_by(snapshots.c.week.desc())
        .limit(most)
    )
    return conn.execute(query).mappings().all()
