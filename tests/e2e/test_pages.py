"""Every page in a real browser: narrow and wide, Chinese and English, without barriers (axe) and without errors."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.e2e.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

_WIDTHS = (360, 768, 1280)
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
_PAGES = (
    ("张老师", "我的学分", ("credits", "practice/p6/plan", "tasks/p1", "tasks/p3", "sign-in/cls-0007")),
    ("李培训师", "我的学分", ("course", "participants/a6f10c3e", "unmatched", "plan")),
    (
        "李培训师",
        "线下签到",
        ("attendance", "attendance/cls-0007/4b", "attendance/cls-0007/1?filter=present", "tasks/p1/people"),
    ),
    ("李校长", "我的学分", ("approvals", "plan")),
    (
        "管理员",
        "我的学分",
        (
            "administration",
            "administration/launches",
            "administration/credentials",
            "administration/grades",
            "administration/statements",
            "course",
        ),
    ),
)


@pytest.fixture
def troubles(page: Page) -> list[str]:
    """What the browser complains about while the test runs."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("who", "activity", "paths"), _PAGES, ids=[f"{who} {activity}" for who, activity, _ in _PAGES])
def test_pages_fit_and_have_no_barriers(
    demo: Demo, page: Page, troubles: list[str], language: str, who: str, activity: str, paths: tuple[str, ...]
) -> None:
    demo.log_in(page, who, "en" if language == "en" else "zh")
    base = "/".join(demo.launch_alone(page, activity).split("/")[:5])  # up to the launch's token
    for path in paths:
        answer = page.goto(f"{base}/{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer
        assert answer.status == 200, path
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.locator("h1").count() == 1, path
        for width in _WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{path} is {overflow} px too wide at {width} px"
        barriers = Axe().run(page, options=_RULES)
        assert barriers.violations_count == 0, f"{path}: {barriers.generate_report()}"
    assert troubles == []


def test_a_list_of_people_needs_no_scrolling_beside_the_menu_of_an_lms(demo: Demo, page: Page) -> None:
    demo.log_in(page, "李培训师", "en")
    page.set_viewport_size({"width": 885, "height": 900})  # what Moodle leaves of 1280 px
    demo.launch_alone(page, "我的学分")

    sizes = page.locator(".table-scroll").evaluate("box => [box.scrollWidth, box.clientWidth]")
    assert sizes[0] <= sizes[1]
    assert page.locator("tbody th").first.evaluate("cell => cell.clientWidth") >= 120


def test_a_record_is_found_and_read_without_barriers(demo: Demo, page: Page, troubles: list[str]) -> None:
    demo.log_in(page, "管理员")
    base = demo.launch_alone(page, "我的学分").split("?")[0].rpartition("/")[0]
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{base}/administration/statements?counted=yes&lang=en")
    page.locator("main table a").first.click()
    expect(page.get_by_role("heading", name="What it counted for")).to_be_visible()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    barriers = Axe().run(page, options=_RULES)
    assert barriers.violations_count == 0, barriers.generate_report()
    assert troubles == []


def test_the_study_page_has_no_barriers(demo: Demo, page: Page, troubles: list[str]) -> None:
    demo.log_in(page, "陈老师")
    demo.launch_alone(page, "学习内容")
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.frame_locator("#content-frame").get_by_role("heading").first).to_be_visible()
    assert troubles == []  # before axe, which asks the foreign frame in vain
    barriers = Axe().run(page, options=_RULES)
    assert barriers.violations_count == 0, barriers.generate_report()


def test_everything_on_a_trainees_page_can_be_reached_by_keyboard(demo: Demo, page: Page) -> None:
    demo.log_in(page, "张老师")
    demo.launch_alone(page, "我的学分")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    wanted = page.locator("main a:visible, main button:visible, main summary:visible").count()
    seen: set[str] = set()
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.outerHTML.slice(0, 300)"))
    reached = page.evaluate(
        """() => [...document.querySelectorAll('main a, main button, main summary')]
             .filter(e => e.checkVisibility() && e.tabIndex >= 0).map(e => e.outerHTML.slice(0, 300))"""
    )
    assert set(reached) <= seen
