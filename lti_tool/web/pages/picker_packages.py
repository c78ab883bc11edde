"""Uploaded packages in the picker: what a chosen one stands for."""

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext
from sqlalchemy import RowMapping

from lti_tool.lti.sessions import LtiSession
from lti_tool.packages.values import HEARTBEAT, XAPI
from lti_tool.storage.queries import packages
from lti_tool.web.contents import read_choice, unit_address
from lti_tool.web.contexts_linking import PackageChoice, StudyRow
from lti_tool.web.services import Services

_OFFERED_PACKAGES, _OFFERED = 100, 300


def offered_packages(services: Services, session: LtiSession) -> list[PackageChoice]:
    """What has been uploaded for the programme, newest first; of a course of cmi5 each unit."""
    with services.db.read() as conn:
        rows = {
            row["key"]: row for row in packages.list_packages(conn, str(session.programme_id), limit=_OFFERED_PACKAGES)
        }
        units = packages.list_units(conn, list(rows))
    order = {key: number for number, key in enumerate(rows)}
    offered = sorted(units, key=lambda unit: (order[unit["package_key"]], unit["number"]))[:_OFFERED]
    return [
        PackageChoice(f"{unit['package_key']}/{unit['number']}", unit["title"], rows[unit["package_key"]]["title"])
        for unit in offered
    ]


def fill_in(services: Services, session: LtiSession, rows: Sequence[StudyRow]) -> list[StudyRow]:
    """The rows with what is known of the packages that they name; what the trainer has written stands."""
    chosen = [choice for row in rows if (choice := read_choice(row.package))]
    with services.db.read() as conn:
        units = packages.find_units(conn, str(session.programme_id), chosen)
    known = {f"{unit['package_key']}/{unit['number']}": unit for unit in units}
    return [_fill(services, row, known.get(row.package)) if row.package else row for row in rows]


def _fill(services: Services, row: StudyRow, unit: RowMapping | None) -> StudyRow:
    if unit is None:
        return replace(row, package="", problem=gettext("This package is not here any more. Choose another one."))
    follows = unit["track"] == HEARTBEAT and row.track == XAPI  # pages may send xAPI without saying so in the package
    return replace(
        row,
        content=unit_address(services.settings, unit),
        title=row.title or unit["title"],
        activity=row.activity or unit["activity"],
        own_title=unit["title"],
        own_activity=unit["activity"],
        track=XAPI if follows else unit["track"],
    )
