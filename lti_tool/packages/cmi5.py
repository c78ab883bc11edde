"""A course structure of cmi5: its assignable units, as `cmi5.xml` lists them."""

import posixpath
from collections import Counter
from collections.abc import Container, Iterable
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element

from lti_tool.evidence.cmi5 import read_mastery, read_move_on
from lti_tool.packages.markup import parse_xml, text_of, words_of
from lti_tool.packages.values import CMI5, Found, Kind, Problem, Refused, UnitFound, refuse

STRUCTURE = "cmi5.xml"
_MOST_UNITS = 500
_LONGEST_PARAMETERS = 64_000
_RESERVED = "%/?#[]@:!$&'()*+,;=~"
_METHODS = {"anywindow": "AnyWindow", "ownwindow": "OwnWindow"}


def read_structure(data: bytes, files: Container[str]) -> Found:
    """The course and its units; every address must lead into the package (to one of `files`) or be a whole one."""
    root = parse_xml(data, STRUCTURE)
    if root.tag != "courseStructure":
        raise refuse("no_structure", STRUCTURE)
    elements = list(root.iter("au"))
    if not 0 < len(elements) <= _MOST_UNITS:
        raise refuse("no_units", STRUCTURE, str(_MOST_UNITS))
    problems = [problem for element in elements for problem in _problems(element, files)]
    problems += _repeated(element.get("id", "") for element in elements)
    if problems:
        raise Refused(problems)
    units = tuple(_unit(element) for element in elements)
    course = root.find("course")
    title = words_of(course, "title") if course is not None else ""
    return Found(Kind.CMI5, title or units[0].title, units)


def _problems(element: Element, files: Container[str]) -> Iterable[Problem]:
    name, address = element.get("id", ""), text_of(element, "url") or ""
    if not scheme_of(name):
        yield Problem("unit_id", STRUCTURE, name)
    if not leads_somewhere(address, files):
        yield Problem("unit_address", STRUCTURE, address or name)
    for read, said in ((read_move_on, element.get("moveOn")), (read_mastery, element.get("masteryScore"))):
        try:
            read(said)
        except ValueError as error:
            yield Problem("unit_setting", STRUCTURE, str(error))
    method = element.get("launchMethod", "AnyWindow")
    if method.lower() not in _METHODS:
        yield Problem("unit_setting", STRUCTURE, f"launchMethod is {method!r}")
    if len(text_of(element, "launchParameters") or "") > _LONGEST_PARAMETERS:
        yield Problem("unit_setting", STRUCTURE, "launchParameters")


def _repeated(names: Iterable[str]) -> list[Problem]:
    return [Problem("unit_repeated", STRUCTURE, name) for name, number in Counter(names).items() if number > 1]


def _unit(element: Element) -> UnitFound:
    address = text_of(element, "url") or ""
    return UnitFound(
        title=words_of(element, "title") or unquote(urlsplit(address).path.rpartition("/")[2]),
        address=tidy(address),
        track=CMI5,
        publisher=element.get("id", ""),
        move_on=read_move_on(element.get("moveOn", "NotApplicable")),
        mastery=read_mastery(element.get("masteryScore")),
        launch_method=_METHODS[element.get("launchMethod", "AnyWindow").lower()],
        launch_parameters=text_of(element, "launchParameters"),
        entitlement_key=text_of(element, "entitlementKey"),
    )


def leads_somewhere(address: str, files: Container[str]) -> bool:
    """Whether an address is a whole one of the web, or that of a file of the package."""
    scheme = scheme_of(address)
    if scheme is not None:
        return scheme in {"http", "https"}
    return path_of(address) in files


def path_of(address: str) -> str:
    """The file that a relative address names; empty for an address that cannot be read."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    path = posixpath.normpath(unquote(parts.path))
    return "" if parts.netloc or path.startswith(("/", "..")) else path


def scheme_of(address: str) -> str | None:
    """The scheme of a whole address; None for a relative one, and for what cannot be read."""
    try:
        return urlsplit(address).scheme or None
    except ValueError:
        return None


def tidy(address: str) -> str:
    """An address as it stands in a link: in ASCII, and if it is relative without detours; its query stays."""
    plain = quote(address, safe=_RESERVED)
    parts = urlsplit(plain)
    return plain if parts.scheme else parts._replace(path=posixpath.normpath(parts.path)).geturl()
