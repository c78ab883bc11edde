"""Packages that are pages: HTML, and what authoring tools export for xAPI (with a `tincan.xml`)."""

import html
import re
from collections.abc import Container, Sequence
from urllib.parse import quote

from lti_tool.packages.cmi5 import leads_somewhere, tidy
from lti_tool.packages.markup import parse_xml, text_of
from lti_tool.packages.values import XAPI, Found, Kind, UnitFound, refuse

TINCAN = "tincan.xml"
FIRST_PAGES = ("index.html", "index.htm", "story.html")
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([a-z0-9_-]+)", re.IGNORECASE)
_HEAD_BYTES = 1 << 16


def find_first_page(names: Sequence[str]) -> str:
    """The page to open; refused where no one can tell which."""
    found = next((name for name in FIRST_PAGES if name in names), None)
    if found is not None:
        return found
    pages = [name for name in names if "/" not in name and name.lower().endswith((".html", ".htm"))]
    if len(pages) != 1:
        raise refuse("no_first_page", detail=", ".join(sorted(pages)[:5]))
    return pages[0]


def read_pages(first: str, head: bytes) -> Found:
    """A package that opens with the page `first`, of which `head` is the beginning."""
    title = title_of(head)
    return Found(Kind.HTML, title, (UnitFound(title, quote(first)),))


def read_tincan(data: bytes, files: Container[str]) -> Found:
    """What a `tincan.xml` says: the page to open and the id of the activity that its statements are about."""
    root = parse_xml(data, TINCAN)
    activity = next((one for one in root.iter("activity") if one.find("launch") is not None), None)
    if activity is None:
        raise refuse("no_launch", TINCAN)
    address, name = text_of(activity, "launch") or "", activity.get("id", "")
    if not leads_somewhere(address, files):
        raise refuse("unit_address", TINCAN, address)
    if ":" not in name or not name.isprintable() or " " in name or len(name) > 2000:
        raise refuse("unit_id", TINCAN, name)
    title = (text_of(activity, "name") or "")[:250]
    return Found(Kind.XAPI, title, (UnitFound(title, tidy(address), XAPI, activity=name),))


def title_of(head: bytes) -> str:
    """The title of a page, in the encoding that the page names."""
    found = _TITLE.search(head[:_HEAD_BYTES])
    if found is None:
        return ""
    charset = _CHARSET.search(head[:_HEAD_BYTES])
    try:
        text = found.group(1).decode(charset.group(1).decode() if charset else "utf-8", errors="replace")
    except LookupError:
        text = found.group(1).decode(errors="replace")
    return " ".join(html.unescape(text).split())[:250]
