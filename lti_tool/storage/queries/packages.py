"""Uploaded packages of a programme; those of others are not found."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Text,
    insert,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from lti_tool.storage.queries import people
from lti_tool.storage.tables.lti import lti_contexts, lti_resource_links
from lti_tool.storage.tables.packages import package_units, packages
from lti_tool.storage.tables.programmes import programmes

_P, _U = packages.c, package_units.c
#: How the addresses of packages are recognised among others.
ROOM = "/content/"


def add_package(conn: Connection, row: Mapping[str, Any], units: Sequence[Mapping[str, Any]]) -> None:
    conn.execute(insert(packages).values(row))
    conn.execute(insert(package_units), [{"package_key": row["key"], **unit} for unit in units])
    if row["course"]:
        _count_anew(conn, row["programme_id"])


def list_packages(
    conn: Connection, programme_id: str, *, before: tuple[datetime, str] | None = None, limit: int
) -> list[RowMapping]:
    """The packages of a programme, newest first; `before` is the last (moment, key) shown."""
    query = select(packages).where(*_there(programme_id))
    if before is not None:
        query = query.where(tuple_(_P.uploaded_at, _P.key) < tuple_(*before))
    return list(conn.execute(query.order_by(_P.uploaded_at.desc(), _P.key.desc()).limit(limit)).mappings())


def get_package(conn: Connection, programme_id: str, key: str) -> RowMapping | None:
    query = select(packages).where(*_there(programme_id), _P.key == key)
    return conn.execute(query).mappings().one_or_none()


def list_units(conn: Connection, keys: Sequence[str]) -> list[RowMapping]:
    """What can be opened in some packages, in the order of each."""
    query = select(package_units).where(_U.package_key.in_(keys)).order_by(_U.package_key, _U.number)
    return list(conn.execute(query).mappings()) if keys else []


def find_units(conn: Connection, programme_id: str, chosen: Sequence[tuple[str, int]]) -> list[RowMapping]:
    """Units by (package key, number), with the `package_address` and `kind` of their packages."""
    if not chosen:
        return []
    query = _units_of(programme_id).where(tuple_(_U.package_key, _U.number).in_(chosen))
    return list(conn.execute(query).mappings())


def find_unit_at(conn: Connection, programme_id: str, address: str, path: str) -> RowMapping | None:
    """The unit that a package's address leads to."""
    query = _units_of(programme_id).where(_P.address == address, _U.address == path)
    return conn.execute(query.order_by(_U.number).limit(1)).mappings().one_or_none()


def set_course(conn: Connection, programme_id: str, key: str, course: str | None) -> None:
    """From now on the package's time counts for this course of the programme."""
    conn.execute(update(packages).where(*_there(programme_id), _P.key == key).values(course=course))
    _count_anew(conn, programme_id)


def remove_package(conn: Connection, programme_id: str, key: str, now: datetime) -> None:
    """Nobody opens the package any more; what was studied of it goes on counting."""
    conn.execute(update(packages).where(*_there(programme_id), _P.key == key).values(removed_at=now))


def list_addresses(conn: Connection) -> list[str]:
    """The addresses of all packages of the installation."""
    return list(conn.scalars(select(_P.address).where(_P.removed_at.is_(None))))


def list_aliases(conn: Connection, programme_id: str) -> dict[str, str]:
    """Which activities of packages, removed ones too, count for which course: {activity: the course's IRI}."""
    query = (
        select(_U.activity, _P.course)
        .join(packages, _P.key == _U.package_key)
        .where(_P.programme_id == programme_id, _P.course.is_not(None))
        .order_by(_P.uploaded_at, _P.key, _U.number)
    )
    return {row.activity: row.course for row in conn.execute(query)}


def list_uses(conn: Connection, programme_id: str, *, limit: int = 2000) -> list[RowMapping]:
    """Activities of the programme's courses that show content of ours: `custom`, their title and their course's."""
    custom = lti_resource_links.c.custom
    text = type_coerce(custom, Text)
    query = (
        select(custom, lti_resource_links.c.title, lti_contexts.c.title.label("course"))
        .join(lti_contexts, lti_contexts.c.id == lti_resource_links.c.context_id)
        .where(lti_contexts.c.programme_id == programme_id, or_(*(text.contains(mark) for mark in (ROOM, '"package"'))))
        .order_by(lti_resource_links.c.id)
        .limit(limit)
    )
    return list(conn.execute(query).mappings())


def _units_of(programme_id: str) -> Select[Any]:
    return (
        select(package_units, _P.address.label("package_address"), _P.kind, _P.course)
        .join(packages, _P.key == _U.package_key)
        .where(*_there(programme_id))
    )


def _there(programme_id: str) -> tuple[ColumnElement[bool], ...]:
    return _P.programme_id == programme_id, _P.removed_at.is_(None)


def _count_anew(conn: Connection, programme_id: str) -> None:
    """What counts for which course has changed: whoever keeps the programme reads it again, and everybody is stale."""
    changed = update(programmes).where(programmes.c.id == programme_id)
    conn.execute(changed.values(version=programmes.c.version + 1))
    people.touch_programme(conn, programme_id)
