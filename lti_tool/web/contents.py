"""The content that a launch leads to: an address of the web, or a unit of a package, wherever that is served now."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask_babel import gettext
from sqlalchemy import RowMapping

from lti_tool.config import Settings
from lti_tool.lti.addresses import origin_of
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import packages
from lti_tool.web.errors import WebError
from lti_tool.web.services import Services

_ADDRESS = re.compile(r"/content/([0-9a-f]{32})/(.*)", re.DOTALL)
_CHOICE = re.compile(r"[0-9a-f-]{36}/[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class Content:
    """What a learner opens, and what is to be said about it."""

    address: str
    activity: str
    track: str
    title: str | None = None
    is_ours: bool = False  # uploaded here
    #: The settings of a cmi5 unit, by the names of the custom parameters.
    settings: Mapping[str, str] = field(default_factory=dict)


def read_content(services: Services, session: LtiSession) -> Content:
    """The content of a launch's resource link. What its custom parameters say outranks what the package says."""
    custom = {name: str(value) for name, value in session.custom.items() if value is not None}
    address = custom.get("content", "")
    unit = _find_unit(services, session, custom)
    if unit is None:
        address = _checked(address, was_ours="package" in custom and _ADDRESS.search(address) is not None)
        return Content(address, custom.get("activity") or address, custom.get("track", ""), settings=custom)
    return Content(
        address=unit_address(services.settings, unit),
        activity=custom.get("activity") or unit["activity"],
        track=custom.get("track") or unit["track"],
        title=unit["title"],
        is_ours=not urlsplit(unit["address"]).scheme,
        settings={**unit["settings"], **custom},
    )


def unit_address(settings: Settings, unit: RowMapping) -> str:
    """Where a unit opens; `package_address` stands among its columns."""
    if urlsplit(unit["address"]).scheme:
        return str(unit["address"])
    return (
        f"{content_root(settings, unit['package_address'])}{packages.ROOM}{unit['package_address']}/{unit['address']}"
    )


def content_root(settings: Settings, package_address: str) -> str:
    """The server that shows a package: its own, the one for all content, or this tool's."""
    own = settings.files.content_url
    return own.replace("*", package_address) if own else settings.server.public_url


def package_address_of(content: str) -> str | None:
    """The package that a content's address leads to; None where it leads elsewhere."""
    found = _ADDRESS.search(content)
    return found.group(1) if found else None


def read_choice(text: str) -> tuple[str, int] | None:
    """Package and number of a unit, as the picker writes them down; None for anything else."""
    key, _, number = text.partition("/")
    return (key, int(number)) if _CHOICE.fullmatch(text) else None


def _find_unit(services: Services, session: LtiSession, custom: Mapping[str, str]) -> RowMapping | None:
    """The unit that was picked; activities made by hand may name its address alone."""
    programme_id = session.programme_id
    chosen, found = read_choice(custom.get("package", "")), _ADDRESS.search(custom.get("content", ""))
    if programme_id is None or not (chosen or found):
        return None
    with services.db.read() as conn:
        picked = packages.find_units(conn, programme_id, [chosen]) if chosen else []
        if picked or not found:
            return next(iter(picked), None)
        return packages.find_unit_at(conn, programme_id, found.group(1), found.group(2))


def _checked(address: str, *, was_ours: bool) -> str:
    if was_ours:
        raise _nothing("package_gone", gettext("The content of this activity was deleted."))
    try:
        origin_of(address)
    except ValueError:
        raise _nothing("no_content", gettext("This activity names no content to study.")) from None
    return address


def _nothing(code: str, sentence: str) -> WebError:
    advice = gettext("Ask your trainer to choose the content again in the activity's settings.")
    return WebError(404, code, sentence, advice=advice)
