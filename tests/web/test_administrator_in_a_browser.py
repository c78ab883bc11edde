"""The starting pages and the administrator's pages in a narrow iframe: nothing sticks out, axe finds nothing."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from lti_tool.storage.queries import lti
from tests.web.gradebooks import Gradebook
from tests.web.launching import Installation, Visitor, another_programme

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

PROGRAMME = "hz-2026"
ROOMS = ["", "/courses/1", "/launches", "/grades", "/exchanges", "/credentials"]
LONG = '{"errors":[{"message":"' + "UserNotFoundInCourseOrIsNotAStudent" * 4 + '"}]}'

Open = Callable[[Visitor, str], Page]


@pytest.fixture
def visit(tool: Installation, page: Page, live_server: Callable[[Any], str]) -> Open:
    """Open a page of a launch at 360 × 740."""
    base = live_server(tool.app)

    def show(visitor: Visitor, path: str) -> Page:
        page.set_viewport_size({"width": 360, "height": 740})
        page.context.add_cookies([{"name": n, "value": v, "url": base} for n, v in visitor.cookies().items()])
        page.goto(f"{base}/at/{visitor.token}/{path}?lang=en")
        return page

    return show


@pytest.fixture
def admin(tool: Installation) -> Visitor:
    """The administrator of a platform on which everything has happened once."""
    tool.load()
    platform = tool.register("https://moodle.example.org")
    course = tool.course(platform, shows=PROGRAMME)
    now = tool.clock()
    column = Gradebook(tool.db, platform, course, PROGRAMME, now)
    Gradebook(tool.db, platform, course, PROGRAMME, now, tag="online", state="blocked", reason="no_access", detail=LONG)
    for state, reason in (("retrying", "not_gradable"), ("overridden", "overridden"), ("due", None)):
        member = tool.member(course, state, "a6f10c3e", name=f"张老师 {state}", email=f"{state}@example.org")
        said = {"pending_since": now - timedelta(minutes=90), "confirmed_value": Decimal("28.5")}
        column.exchange(column.cell(member, state, reason, detail=LONG, **said), answer=LONG)
    column.pause(now + timedelta(minutes=3), "platform_down", LONG)
    with tool.db.begin() as conn:
        lti.add_refusal(conn, now, platform, "expired_token", LONG)
    return tool.visit(platform, course, "administrator", programme=PROGRAMME)


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_of_the_administrator(visit: Open, admin: Visitor, room: str) -> None:
    is_well(visit(admin, f"administration{room}"))


def test_a_key_is_made_and_revoked_with_the_keyboard_alone(visit: Open, admin: Visitor) -> None:
    page = visit(admin, "administration/credentials")

    page.get_by_label("Name").focus()
    page.keyboard.type("Content server")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="The key “Content server” is made")).to_be_visible()
    is_well(page)
    page.locator("summary", has_text="Revoke").press("Enter")
    page.get_by_role("button", name="Revoke “Content server” for good").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The credential is revoked.")
    expect(page.get_by_text("No key has been made")).to_be_visible()


def test_a_refused_grade_is_skipped_from_the_page(visit: Open, admin: Visitor) -> None:
    page = visit(admin, "administration/grades")

    page.get_by_role("button", name="Skip: 张老师 retrying").click()

    expect(page.get_by_role("status")).to_contain_text("Set aside.")
    expect(page.get_by_text("张老师 retrying")).to_have_count(0)


@pytest.mark.parametrize("role", ["trainer", "trainee"])
def test_a_course_without_a_programme(tool: Installation, visit: Open, role: str) -> None:
    tool.load()
    tool.load(another_programme("nb-2027", "Ningbo 2027"))
    platform = tool.register("https://moodle.example.org")

    is_well(visit(tool.visit(platform, tool.course(platform), role), "start"))


def test_a_learner_whom_nobody_knows(tool: Installation, visit: Open) -> None:
    tool.load()
    platform = tool.register("https://moodle.example.org")
    course = tool.course(platform, shows=PROGRAMME)

    is_well(visit(tool.visit(platform, course, "trainee", sub="u" * 64, programme=PROGRAMME), "start"))


def is_well(page: Page) -> None:
    """Nothing needs scrolling sideways, and axe has no complaint."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    complaints = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in complaints] == []
