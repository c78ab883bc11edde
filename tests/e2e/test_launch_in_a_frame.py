"""Launches in an iframe of a real Chromium: with cookies, without them but with the platform's storage, with neither.

The platform at `localhost` and the tool at `127.0.0.1` are two sites, so the tool's cookies on plain http, which carry
no SameSite=None, do not reach it in the frame: what happens everywhere where third-party cookies are blocked.
"""

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from playwright.sync_api import FrameLocator, Page, expect

from lti_tool.config import Files, Lti, Server, Settings
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti
from lti_tool.storage.tables import lti as t
from lti_tool.web.app import create_app
from tests.support.clock import FakeClock
from tests.support.platform import LTI, Platform
from tests.support.ports import free_port
from tests.support.postgres import wait_until
from tests.support.server import serve

pytestmark = pytest.mark.browser

COURSE = """<!doctype html><title>Course</title>
<script>
  const kept = {{}};
  const answers = "{storage}";
  addEventListener("message", (event) => {{
    const {{ subject, key, value, message_id }} = event.data;
    if (event.origin !== "{tool}" || !answers || answers === "silent") return;
    const answer = {{ subject: subject + ".response", message_id, key }};
    if (subject === "lti.put_data") kept[key] = answer.value = value;
    if (subject === "lti.get_data") answer.value = answers === "wrong" ? "another secret" : kept[key];
    event.source.postMessage(answer, event.origin);
  }});
</script>
<iframe name="tool" width="700" height="500"></iframe>
<form method="post" action="{tool}/lti/login" target="tool">{fields}</form>
<script>document.forms[0].submit();</script>"""

POST = """<!doctype html><title>Post</title><form method="post" action="{action}">{fields}</form>
<script>document.forms[0].submit();</script>"""


def inputs(fields: dict[str, str]) -> str:
    return "".join(f'<input type="hidden" name="{name}" value="{html.escape(fields[name])}">' for name in fields)


class Course:
    """A course page on the platform that opens the tool in a frame."""

    def __init__(self, platform: Platform, tool: str, url: str, page: Page) -> None:
        self.platform = platform
        self.tool = tool
        self.url = url
        self.page = page
        self.answered: list[tuple[str, int]] = []  # what the tool answered: path, status

    def note(self, response: Response) -> Response:
        self.answered.append((request.path, response.status_code))
        return response

    def open(self, *, storage: str = "", target: str | None = None) -> FrameLocator:
        """Open the course; `storage` is how the platform answers, `target` what it offers at the login."""
        query = f"?storage={storage}" + (f"&target={target}" if target else "")
        self.page.goto(f"{self.url}/course{query}")
        return self.page.frame_locator("iframe[name=tool]")


def platform_app(platform: Platform, tool: str, clock: FakeClock) -> Flask:
    app = Flask("school")

    @app.get("/course")
    def course() -> str:
        target = request.args.get("target")
        fields = platform.login_form(target_link_uri=f"{tool}/lti/launch", lti_storage_target=target)
        return COURSE.format(tool=tool, storage=request.args["storage"], fields=inputs(fields))

    @app.get("/auth")
    def auth() -> str:
        claims = {**platform.claims(request.args["nonce"], clock()), f"{LTI}target_link_uri": f"{tool}/lti/launch"}
        fields = {"state": request.args["state"], "id_token": platform.sign(claims)}
        return POST.format(action=request.args["redirect_uri"], fields=inputs(fields))

    return app


@pytest.fixture
def make_course(db: Database, clock: FakeClock, tmp_path: Path, page: Page) -> Callable[[str], Any]:
    """`make_course(host)`: the tool at 127.0.0.1 with a platform at that host."""
    tool = f"http://127.0.0.1:{free_port()}"
    settings = replace(
        Settings(), server=Server(public_url=tool), lti=Lti(allow_private_hosts=True), files=Files(str(tmp_path))
    )

    @contextmanager
    def make(host: str) -> Iterator[Course]:
        platform = Platform()
        app = create_app(settings, clock=clock, db=db)
        with (
            platform.serving(),
            serve(platform_app(platform, tool, clock)) as address,
            serve(app, int(tool.rpartition(":")[2])),
        ):
            platform.issuer = address.replace("127.0.0.1", host)
            platform.register(db, clock())
            course = Course(platform, tool, platform.issuer, page)
            app.after_request(course.note)
            yield course

    return make


def launched(course: Course) -> None:
    """Wait for a launched page to be answered in the frame.

    The server is asked, not the browser: Playwright may lose sight of a frame that goes from site to site in a hurry.
    """
    wait_until(lambda: any(path.startswith("/at/") and status == 200 for path, status in course.answered))


def sessions(db: Database) -> list[bool]:
    """For each session whether it needs a cookie."""
    with db.read() as conn:
        return [row.cookie_hash is not None for row in conn.execute(t.lti_sessions.select())]


def test_with_cookies_the_launch_just_opens(make_course: Any, db: Database) -> None:
    with make_course("127.0.0.1") as course:
        course.open()

        launched(course)
        assert sessions(db) == [True]


def test_without_cookies_the_platform_keeps_the_secret(make_course: Any, db: Database) -> None:
    with make_course("localhost") as course:
        course.open(storage="faithful", target="_parent")

        launched(course)
        assert sessions(db) == [False]


def test_a_frame_that_is_not_there_is_asked_for_at_the_parent(make_course: Any, db: Database) -> None:
    """Canvas's own frame is missing in its rich content editor."""
    with make_course("localhost") as course:
        course.open(storage="faithful", target="post_message_forwarding")

        launched(course)
        assert sessions(db) == [False]


@pytest.mark.parametrize(("storage", "target"), [("", None), ("silent", "_parent")], ids=["none", "silent"])
def test_with_neither_a_new_window_is_the_way_out(
    make_course: Any, db: Database, storage: str, target: str | None
) -> None:
    with make_course("localhost") as course:
        frame = course.open(storage=storage, target=target)
        link = frame.locator("#handover-window a")
        expect(link).to_be_visible()
        assert sessions(db) == []

        with course.page.expect_popup() as opened:
            link.click()
        opened.value.wait_for_url("**/at/**")

        assert sessions(db) == [True]


def test_a_page_that_is_no_registered_platform_may_not_frame_us(make_course: Any, db: Database) -> None:
    with make_course("127.0.0.1") as course:
        course.url = course.url.replace("127.0.0.1", "localhost")
        with course.page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            course.open()

        assert sessions(db) == []


def test_what_another_browser_kept_is_refused(make_course: Any, db: Database) -> None:
    with make_course("localhost") as course:
        course.open(storage="wrong", target="_parent")

        wait_until(lambda: ("/lti/launch", 403) in course.answered)
        assert sessions(db) == []
        with db.read() as conn:
            assert [entry["code"] for entry in lti.list_refusals(conn)] == ["unknown_state"]
