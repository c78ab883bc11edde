"""Deep linking where neither cookies nor the platform's storage work in the frame: chosen in a window of its own.

The demo platform in its Moodle temperament, at `localhost`, takes an answer only with the course's page around it, as
Moodle does; the tool at `127.0.0.1` is another site, whose cookies the browser does not send from the frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from lti_tool.cli.demo_setting import FIRST_LESSON, demo_programme
from lti_tool.config import Files, Lti, Server, Settings
from lti_tool.demo.people import COURSE_ID
from lti_tool.demo.platform import PlatformConfig, create_platform
from lti_tool.demo.state import State
from lti_tool.lti import registration
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.database import Database
from lti_tool.web.app import create_app
from tests.support.ports import free_port
from tests.support.server import serve

pytestmark = pytest.mark.browser


@dataclass
class Campus:
    """A Moodle whose dialogue a trainer has opened."""

    state: State
    url: str
    client_id: str

    def open_dialogue(self, page: Page) -> FrameLocator:
        page.goto(f"{self.url}/?lang=en")
        page.get_by_role("button", name="李培训师").click()
        page.goto(f"{self.url}/course/{COURSE_ID}/add/{self.client_id}")
        return page.frame_locator("#contentframe")

    @property
    def lessons(self) -> list[str]:
        return [link.title for link in self.state.course_links(COURSE_ID)]


@pytest.fixture
def campus(db: Database, tmp_path: Path) -> Iterator[Campus]:
    tool_url, port = f"http://127.0.0.1:{free_port()}", free_port()
    platform_url = f"http://localhost:{port}"
    platform = create_platform(PlatformConfig(platform_url, tool_url, "moodle"))
    state: State = platform.extensions["platform"]
    settings = replace(
        Settings(),
        server=Server(public_url=tool_url),
        lti=Lti(allow_private_hosts=True),
        files=Files(str(tmp_path / "files")),
    )
    launch, now = f"{tool_url}/lti/launch", state.now()
    with serve(platform, port), serve(create_app(settings, db=db), int(tool_url.rpartition(":")[2])):
        tool = state.register_tool(
            name="Xuefen",
            login_url=f"{tool_url}/lti/login",
            redirect_uris=[launch],
            jwks_url=f"{tool_url}/lti/jwks",
            target_link_uri=launch,
            deep_linking_url=launch,
        )
        registered = registration.NewPlatform(
            issuer=state.issuer,
            client_id=tool.client_id,
            auth_login_url=state.auth_login_url,
            auth_token_url=state.auth_token_url,
            key_set_url=state.key_set_url,
            product="moodle",
            deployment_ids=(tool.deployment_id,),
        )
        registration.add(db, registered, now)
        with db.begin() as conn:
            apply_programme(conn, demo_programme(platform_url, state.issuer, now), now)
        yield Campus(state, platform_url, tool.client_id)


def choose_a_lesson(picker: Page, campus: Campus) -> None:
    picker.wait_for_url("**/pick*")
    picker.locator("input[name=content]").fill(campus.url + FIRST_LESSON)
    picker.locator("input[name=title]").fill("In a window")
    picker.locator("button[value=add]").click()


def test_what_is_chosen_in_the_window_reaches_the_dialogue_around_the_frame(campus: Campus, page: Page) -> None:
    frame = campus.open_dialogue(page)
    with page.expect_popup() as opened:
        frame.locator("#handover-window a").click()
    picker = opened.value
    choose_a_lesson(picker, campus)

    expect(frame.get_by_role("heading", name="Added to the course")).to_be_visible()
    assert campus.lessons == ["My credits", "In a window"]
    if not picker.is_closed():
        picker.wait_for_event("close")


def test_a_course_page_that_is_gone_is_noticed(campus: Campus, page: Page) -> None:
    """Then the platform itself is asked from the window, and says what it makes of that; nothing seems to succeed."""
    frame = campus.open_dialogue(page)
    with page.expect_popup() as opened:
        frame.locator("#handover-window a").click()
    picker = opened.value
    picker.wait_for_url("**/pick*")
    page.goto("about:blank")
    choose_a_lesson(picker, campus)

    expect(picker.get_by_role("alert")).to_contain_text("Nothing was added")
    assert campus.lessons == []


def test_the_frame_posts_answers_to_registered_platforms_only(campus: Campus, page: Page) -> None:
    frame = campus.open_dialogue(page)
    expect(frame.locator("#handover-window a")).to_be_visible()
    tool = next(one for one in page.frames if "/lti/login" in one.url)
    message = {"subject": "xuefen.picked", "url": "https://elsewhere.example.org/return", "token": "x"}

    with page.expect_console_message(lambda said: "form-action" in said.text):
        tool.evaluate("message => window.postMessage(message, location.origin)", message)
