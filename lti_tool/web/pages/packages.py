"""The packages of a programme: the list, and each with its addresses, its course and its uses."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from lti_tool.credits.programme import ReadyProgramme
from lti_tool.domain.reasons import Reason
from lti_tool.lti.claims import DEEP_LINK
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import packages as queries
from lti_tool.web.actions.packages import activity_root
from lti_tool.web.api.cursors import decode_cursor, encode_cursor
from lti_tool.web.contents import package_address_of, read_choice, unit_address
from lti_tool.web.contexts_packages import PackageLine, PackagePage, PackagesPage, UnitLine
from lti_tool.web.errors import not_found
from lti_tool.web.services import Services

_AT_ONCE = 30
_SHOWN_LEFT_OUT = 10
_REVIEWS = {"rejected": Reason.COURSE_REJECTED, "hold": Reason.COURSE_ON_HOLD}


def packages_page(services: Services, session: LtiSession, after: str) -> PackagesPage:
    """The list, newest first."""
    programme_id = str(session.programme_id)
    ready = services.credits.programme(programme_id)
    with services.db.read() as conn:
        found = queries.list_packages(conn, programme_id, before=_read_cursor(after), limit=_AT_ONCE + 1)
        rows = found[:_AT_ONCE]
        units = _by_package(queries.list_units(conn, [row["key"] for row in rows]))
        uses = _uses(queries.list_uses(conn, programme_id))
    return PackagesPage(
        lines=[_line(row, units[row["key"]], ready, len(_of(row, uses))) for row in rows],
        following=_cursor(rows[-1]) if len(found) > len(rows) else None,
        courses=courses_of(ready),
        most_bytes=services.settings.files.max_package_bytes,
        takes_h5p=bool(services.settings.files.h5p_player),
        is_picking=session.message_type == DEEP_LINK,
    )


def package_page(services: Services, session: LtiSession, key: str) -> PackagePage:
    """One package of the programme; not found for those of others."""
    programme_id = str(session.programme_id)
    ready = services.credits.programme(programme_id)
    with services.db.read() as conn:
        row = queries.get_package(conn, programme_id, key)
        if row is None:
            raise not_found()
        units = queries.list_units(conn, [key])
        uses = _of(row, _uses(queries.list_uses(conn, programme_id)))
    return PackagePage(
        line=_line(row, units, ready, len(uses)),
        units=[_unit(services, unit, row["address"]) for unit in units],
        files=row["files"],
        left_out=row["left_out"][:_SHOWN_LEFT_OUT],
        left_out_more=max(len(row["left_out"]) - _SHOWN_LEFT_OUT, 0),
        chosen=row["course"] or "",
        courses=courses_of(ready),
        uses=uses,
        programme_file=_programme_file(services, row, units),
        is_picking=session.message_type == DEEP_LINK,
    )


def courses_of(ready: ReadyProgramme) -> list[tuple[str, str]]:
    """The courses that a package's time may count for."""
    return [(course.iri, course.title) for course in ready.programme.courses]


def _line(row: RowMapping, units: Sequence[RowMapping], ready: ReadyProgramme, uses: int) -> PackageLine:
    course = ready.index.courses.find(units[0]["activity"])
    return PackageLine(
        key=row["key"],
        title=row["title"],
        kind=row["kind"],
        file_name=row["file_name"],
        bytes=row["bytes"],
        uploaded_at=row["uploaded_at"],
        uploaded_by=row["uploaded_by"],
        units=len(units),
        uses=uses,
        course=course.title if course else None,
        obstacle=Reason.UNKNOWN_COURSE if course is None else _REVIEWS.get(course.review or ""),
    )


def _unit(services: Services, unit: RowMapping, package_address: str) -> UnitLine:
    settings: Mapping[str, str] = unit["settings"]
    row: Any = {**unit, "package_address": package_address}
    return UnitLine(
        number=unit["number"],
        title=unit["title"],
        track=unit["track"],
        address=unit_address(services.settings, row),
        activity=unit["activity"],
        settings=list(settings.items()),
    )


def _programme_file(services: Services, row: RowMapping, units: Sequence[RowMapping]) -> str:
    """The id that a [[courses]] entry lists: of all units at once where they are ours."""
    root = activity_root(services, row["key"])
    return f"{root}*" if units[0]["activity"].startswith(root) else str(units[0]["activity"])


def _by_package(units: Sequence[RowMapping]) -> dict[str, list[RowMapping]]:
    found: dict[str, list[RowMapping]] = defaultdict(list)
    for unit in units:
        found[unit["package_key"]].append(unit)
    return found


def _uses(rows: Sequence[RowMapping]) -> dict[str, list[tuple[str, str]]]:
    """Activities by the package that they show: by its key where it was picked, else by the address that was typed."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        picked = read_choice(str(row["custom"].get("package", "")))
        name = picked[0] if picked else package_address_of(str(row["custom"].get("content", "")))
        found[name or ""].append((row["title"], row["course"]))
    return found


def _of(row: RowMapping, uses: Mapping[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    return [*uses.get(row["key"], ()), *uses.get(row["address"], ())]


def _cursor(row: RowMapping) -> str:
    return encode_cursor([row["uploaded_at"].isoformat(), row["key"]])


def _read_cursor(text: str) -> tuple[datetime, str] | None:
    """Where the page before ended; the first page for what is no cursor."""
    try:
        moment, key = decode_cursor(text)
        at = datetime.fromisoformat(moment)
    except (ValueError, TypeError):
        return None
    return (at, str(key)) if at.tzinfo is not None and "\0" not in str(key) else None
