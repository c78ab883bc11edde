"""Programmes between the database and the domain's plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, RowMapping, Table

from lti_tool.domain.identifiers import participant_key
from lti_tool.domain.values import (
    Audience,
    Course,
    Group,
    OfflineClass,
    OfflineSession,
    Participant,
    PracticeActivity,
    Programme,
    Record,
    School,
    Staff,
    Stage,
    Waiver,
)
from lti_tool.programmes.file import ProgrammeFile
from lti_tool.storage.queries import people, programmes
from lti_tool.storage.tables import programmes as t
from lti_tool.storage.types import Row

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = TypeVar("Value", bound="DataclassInstance")


def apply_programme(conn: Connection, file: ProgrammeFile, now: datetime) -> None:
    """Create or update the programme of a checked file, in the caller's unit of work."""
    programme = file.programme
    row = {
        "id": programme.id,
        "title": programme.title,
        "rule_set": programme.rule_set,
        "start": programme.start,
        "end": programme.end,
        "zone": programme.zone,
        "settings": dict(programme.settings),
        "loaded_at": now,
    }
    programmes.save_programme(conn, row, _plan_rows(programme))
    roster = [_participant_row(participant, programme) for participant in file.participants]
    people.save_participants(conn, programme.id, roster, now)
    own = [(participant_key(participant.id), participant.id) for participant in file.participants]
    people.save_identifiers(conn, programme.id, [*file.identifiers, *own])


def find_programme(conn: Connection, programme_id: str) -> Programme | None:
    """The programme with its plan, without its participants; None if there is none of this id."""
    row = programmes.find_programme(conn, programme_id)
    return None if row is None else _programme(row, programmes.get_plan(conn, programme_id))


def to_participant(row: Row) -> Participant:
    """A roster row as the domain's value."""
    return Participant(
        id=row["id"],
        name=row["name"],
        group=row["group_id"],
        position=row["position"],
        extra_groups=tuple(row["extra_groups"]),
        joined=row["joined"],
    )


def _plan_rows(programme: Programme) -> dict[Table, list[dict[str, Any]]]:
    rows: dict[Table, Iterable[dict[str, Any]]] = {
        t.schools: (_plain(school) for school in programme.schools.values()),
        t.groups: (_group_row(group) for group in programme.groups.values()),
        t.courses: (_plain(course, "focus_points") for course in programme.courses),
        t.offline_classes: (_class_row(offline) for offline in programme.offline_classes.values()),
        t.offline_sessions: (
            {**_plain(session), "class_id": offline.id}
            for offline in programme.offline_classes.values()
            for session in offline.sessions
        ),
        t.practice_activities: (
            _plain(entry, "focus_points", "required_stages") for entry in programme.practice_activities.values()
        ),
        t.staff: ({**_plain(person), "scope": dict(person.scope)} for person in programme.staff.values()),
        t.waivers: (_plain(waiver) for waiver in programme.waivers),
        t.records: (_record_row(record) for record in programme.records),
    }
    return {table: [{**row, "programme_id": programme.id} for row in some] for table, some in rows.items()}


def _plain(value: Any, *lists: str) -> dict[str, Any]:
    """A dataclass with slots as a row; the named tuples become lists."""
    row = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return {**row, **{name: list(row[name]) for name in lists}}


def _group_row(group: Group) -> dict[str, Any]:
    row = _plain(group, "focus_points")
    row["school_id"] = row.pop("school")
    return row


def _class_row(offline: OfflineClass) -> dict[str, Any]:
    row = _plain(offline, "schools")
    del row["sessions"]
    row["participants"] = None if offline.participants is None else list(offline.participants)
    return row


def _record_row(record: Record) -> dict[str, Any]:
    row = _plain(record, "participants", "basis")
    row["school_id"] = row.pop("school")
    return row


def _participant_row(participant: Participant, programme: Programme) -> dict[str, Any]:
    row = _plain(participant, "extra_groups")
    row["group_id"] = row.pop("group")
    row["school_id"] = programme.groups[participant.group].school
    return row


def _programme(row: RowMapping, plan: Mapping[str, Sequence[RowMapping]]) -> Programme:
    sessions: dict[str, list[OfflineSession]] = {}
    for entry in plan["offline_sessions"]:
        sessions.setdefault(entry["class_id"], []).append(_take(OfflineSession, entry))
    return Programme(
        id=row["id"],
        title=row["title"],
        rule_set=row["rule_set"],
        start=row["start"],
        end=row["end"],
        zone=row["zone"],
        settings=row["settings"],
        schools={entry["id"]: _take(School, entry) for entry in plan["schools"]},
        groups={entry["id"]: _group(entry) for entry in plan["groups"]},
        courses=tuple(_take(Course, entry, focus_points=tuple(entry["focus_points"])) for entry in plan["courses"]),
        offline_classes={
            entry["id"]: _offline_class(entry, sessions.get(entry["id"], [])) for entry in plan["offline_classes"]
        },
        practice_activities={entry["id"]: _practice(entry) for entry in plan["practice_activities"]},
        staff={entry["id"]: _take(Staff, entry) for entry in plan["staff"]},
        waivers=tuple(_take(Waiver, entry) for entry in plan["waivers"]),
        records=tuple(_record(entry) for entry in plan["records"]),
    )


def _take(kind: type[Value], row: Row, **instead: Any) -> Value:
    """A dataclass from the columns of the same names, with `instead` for those that differ."""
    return kind(**{entry.name: instead.get(entry.name, row.get(entry.name)) for entry in fields(kind)})


def _group(row: RowMapping) -> Group:
    return _take(
        Group,
        row,
        school=row["school_id"],
        stage=Stage(row["stage"]),
        audience=Audience(row["audience"]),
        focus_points=tuple(row["focus_points"]),
    )


def _offline_class(row: RowMapping, sessions: Sequence[OfflineSession]) -> OfflineClass:
    listed = row["participants"]
    return _take(
        OfflineClass,
        row,
        schools=tuple(row["schools"]),
        sessions=tuple(sorted(sessions, key=lambda session: (session.starts_at, session.id))),
        participants=None if listed is None else tuple(listed),
    )


def _practice(row: RowMapping) -> PracticeActivity:
    return _take(
        PracticeActivity,
        row,
        focus_points=tuple(row["focus_points"]),
        required_stages=tuple(row["required_stages"]),
    )


def _record(row: RowMapping) -> Record:
    lists = {name: tuple(row[name]) for name in ("participants", "basis")}
    return _take(Record, row, school=row["school_id"], **lists)
