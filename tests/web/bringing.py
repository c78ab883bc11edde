"""Packages as a test brings them, finds their addresses and opens their activities."""

import html
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
from sqlalchemy import func, select

from lti_tool.storage.tables.packages import packages as packages_table
from lti_tool.web.services import attach
from tests.packages.making import PAGE, packed
from tests.support.statements import slice_
from tests.web.classroom import ACCOUNTS, PROGRAMME, ZHANG, Classroom
from tests.web.launching import Page, Visitor

COURSE = "https://content.example.org/au/t7-data-literacy/*"
BASE = "https://ts2.example.org/xapi"
HTML = packed({"index.html": PAGE, "film.mp4": bytes(range(256)) * 40, "说明.txt": "说明", "doc.pdf": b"%PDF-1.4"})
ASKED = {
    "message_type": "LtiDeepLinkingRequest",
    "deep_linking": {
        "deep_link_return_url": "https://moodle.example.org/return",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
        "accept_multiple": True,
    },
}


def set_files(room: Classroom, **changes: Any) -> None:
    """Run the tool with other settings of its files."""
    settings = room.services.settings
    room.services = replace(room.services, settings=replace(settings, files=replace(settings.files, **changes)))
    attach(room.tool.app, room.services)


def upload(who: Visitor, content: bytes = HTML, name: str = "lesson.zip", **form: str) -> Page:
    return who.post("packages", {"package": (io.BytesIO(content), name), **form})


def key_of(page: Page) -> str:
    """The package that an upload led to."""
    assert page.status == 302, page.words
    return re.findall(r"/packages/([0-9a-f-]{36})", page.location)[0]


def address_of(who: Visitor, key: str, number: int = 0) -> str:
    page = who.get(f"packages/{key}")
    return html.unescape(re.findall(r'<a href="([^"]+)" target="_blank"', page.text)[number])


def fetch(room: Classroom, address: str, method: str = "GET", **headers: str) -> Any:
    """What a browser without any cookie gets."""
    return room.tool.app.test_client().open(address, method=method, headers=headers, buffered=True)


def rows(room: Classroom) -> int:
    with room.tool.db.read() as conn:
        return int(conn.execute(select(func.count()).select_from(packages_table)).scalar_one())


def folders(room: Classroom) -> list[str]:
    root = Path(room.services.settings.files.directory) / "packages"
    return [path.name for path in root.glob("*") if path.name != "incoming"] + [p.name for p in root.glob("incoming/*")]


def study(room: Classroom, **custom: str) -> Page:
    sub = ACCOUNTS[ZHANG]
    return room.tool.visit(
        room.platform, room.course, "trainee", sub=sub, programme=PROGRAMME, participant=ZHANG, custom=custom
    ).get("study")


def half_an_hour(activity: str) -> dict[str, Any]:
    day = "2026-10-13T19"
    return slice_(f"{day}:00:00+08:00", f"{day}:30:00+08:00", activity=activity)


def activity_of(room: Classroom, key: str) -> str:
    return f"{BASE}/packages/{key}/1"


def picker(room: Classroom) -> Visitor:
    return room.tool.visit(room.platform, room.course, "trainer", sub="trainer", programme=PROGRAMME, **ASKED)


def pick(who: Visitor, value: str, **more: str) -> Page:
    form = {"content": "", "title": "", "activity": "", "track": "heartbeat", "seen": "", "action": "add", **more}
    return who.post("pick", {**form, "package": value})


def picked(page: Page) -> dict[str, str]:
    """The custom parameters of the only item that went back."""
    assert page.status == 200, page.words
    token = re.findall(r'name="JWT" value="([^"]+)"', page.text)[0]  # whose signature test_picker checks
    claims = jwt.decode(token, options={"verify_signature": False})
    [item] = claims["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
    custom: dict[str, str] = item["custom"]
    return custom
