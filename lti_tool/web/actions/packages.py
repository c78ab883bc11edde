"""Taking in, assigning and taking away packages of content."""

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Connection

from lti_tool.config import Settings
from lti_tool.lti.sessions import LtiSession
from lti_tool.packages.intake import take_in
from lti_tool.packages.shelf import Shelf, new_address
from lti_tool.packages.values import Found, Kind, Limits, Problem, Refused, UnitFound
from lti_tool.storage.queries import packages
from lti_tool.web.actions.uploads import receive_form
from lti_tool.web.errors import not_found
from lti_tool.web.services import Services

_UNPACKED = 4  # times the size of the largest package
_LONGEST_TITLE = 250
_LEFT_OUT = 100  # names kept


def open_shelf(settings: Settings) -> Shelf:
    """Where the packages of this installation stand."""
    return Shelf(Path(settings.files.directory) / "packages")


def upload_package(services: Services, session: LtiSession) -> tuple[str | None, Sequence[Problem]]:
    """Take in the package of this request's form: its key, or why it is refused."""
    settings = services.settings.files
    shelf = open_shelf(services.settings)
    shelf.sweep(lambda: _addresses(services), services.clock().timestamp())
    with shelf.incoming() as folder:
        form, sent = receive_form(folder, settings.max_package_bytes)
        if sent is None:
            return None, [Problem("no_file")]
        upload, name = Path(str(sent.stream.name)), (sent.filename or "")[-_LONGEST_TITLE:]
        sent.stream.close()
        files = folder / "unpacked"
        files.mkdir()
        limits = Limits(_UNPACKED * settings.max_package_bytes, has_player=bool(settings.h5p_player))
        try:
            found = take_in(upload, name, files, limits)
        except Refused as refused:
            return None, refused.problems
        return _keep(services, shelf, files, found, _row(services, session, form, name, upload, found)), ()


def assign_course(services: Services, session: LtiSession, key: str, course: str) -> None:
    """From now on the time spent with the package counts for this course of the programme, or for none."""
    programme_id = str(session.programme_id)
    with services.db.begin() as conn:
        _require(conn, programme_id, key)
        packages.set_course(conn, programme_id, key, _known_course(services, programme_id, course))


def remove_package(services: Services, session: LtiSession, key: str) -> None:
    """Nobody opens the package any more; what was studied of it goes on counting."""
    programme_id = str(session.programme_id)
    with services.db.begin() as conn:
        address = _require(conn, programme_id, key)
        packages.remove_package(conn, programme_id, key, services.clock())
    open_shelf(services.settings).remove(address)


def _row(
    services: Services, session: LtiSession, form: Mapping[str, str], name: str, upload: Path, found: Found
) -> dict[str, Any]:
    programme_id = str(session.programme_id)
    title = " ".join(form.get("title", "").split())[:_LONGEST_TITLE]
    return {
        "key": str(uuid.uuid4()),
        "programme_id": programme_id,
        "address": new_address(),
        "kind": found.kind.value,
        "title": title or found.title,
        "file_name": name,
        "bytes": upload.stat().st_size,
        "files": found.files,
        "left_out": list(found.left_out[:_LEFT_OUT]),
        "course": _known_course(services, programme_id, form.get("course", "")),
        "uploaded_at": services.clock(),
        "uploaded_by": session.name or session.sub,
    }


def _keep(services: Services, shelf: Shelf, files: Path, found: Found, row: Mapping[str, Any]) -> str:
    """Folder and row, both or neither."""
    key = str(row["key"])
    units = [_unit(services, key, number, unit, row) for number, unit in enumerate(found.units, 1)]
    about = {
        "kind": found.kind.value,
        "title": row["title"],
        "entries": [unquote(unit.address.partition("?")[0]) for unit in found.units],
    }
    with shelf.adding(row["address"], files, about), services.db.begin() as conn:
        packages.add_package(conn, row, units)
    return key


def _unit(services: Services, key: str, number: int, unit: UnitFound, row: Mapping[str, Any]) -> dict[str, Any]:
    settings = {
        "publisher_id": unit.publisher,
        "move_on": unit.move_on,
        "mastery_score": unit.mastery,
        "launch_method": unit.launch_method,
        "launch_parameters": unit.launch_parameters,
        "entitlement_key": unit.entitlement_key,
    }
    return {
        "number": number,
        "title": unit.title if row["kind"] == Kind.CMI5 else row["title"],
        "address": unit.address,
        "track": unit.track,
        "activity": unit.activity or f"{activity_root(services, key)}{number}",
        "settings": {name: value for name, value in settings.items() if value is not None},
    }


def activity_root(services: Services, key: str) -> str:
    """What the ids of a package's own activities begin with."""
    return f"{services.vocabulary.base}/packages/{key}/"


def _known_course(services: Services, programme_id: str, course: str) -> str | None:
    listed = services.credits.programme(programme_id).programme.courses
    return course if any(one.iri == course for one in listed) else None


def _require(conn: Connection, programme_id: str, key: str) -> str:
    """The address of a package of this programme; not found for others."""
    found = packages.get_package(conn, programme_id, key)
    if found is None:
        raise not_found()
    return str(found["address"])


def _addresses(services: Services) -> list[str]:
    with services.db.read() as conn:
        return packages.list_addresses(conn)
