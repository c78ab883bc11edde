"""A trainer adds activities from the tool, and a learner opens what was added."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.e2e.conftest import COURSE, GRADEBOOK, Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

_LESSON = "/content/t7-data/1.html"


def _open_picker(demo: Demo, page: Page) -> FrameLocator:
    page.goto(demo.platform + COURSE)
    page.get_by_role("link", name=re.compile("^从工具中添加")).click()
    inside = page.frame_locator("#contentframe")
    expect(inside.locator("button[value=add]")).to_be_visible()
    return inside


def test_a_trainer_adds_two_items_and_a_learner_opens_them(demo: Demo, page: Page, browser: Browser) -> None:
    demo.log_in(page, "李培训师")
    inside = _open_picker(demo, page)
    inside.locator("input[name=choice][value=credits]").check()
    inside.locator("input[name=column]").check()
    inside.locator("input[name=content]").fill(demo.platform + _LESSON)
    inside.locator("input[name=title]").fill("第三课：深度链接")
    inside.locator("button[value=check]").click()
    expect(inside.locator(".note.good")).to_contain_text("教学数据收集与分析")
    inside.locator("button[value=add]").click()
    expect(inside.get_by_role("heading", name="已添加到课程")).to_be_visible()
    assert inside.locator(".cards li").count() == 2

    page.goto(demo.platform + COURSE)
    titles = page.locator(".cards a").all_inner_texts()
    panel = titles[-2]
    assert titles[-1] == "第三课：深度链接"
    page.goto(demo.platform + GRADEBOOK)
    assert page.get_by_role("columnheader").count() >= 2

    learner = browser.new_page()
    try:
        demo.log_in(learner, "张老师")
        lesson = demo.open_activity(learner, "第三课：深度链接")
        expect(lesson.get_by_role("heading", level=1)).to_contain_text("第三课：深度链接")
        expect(lesson.frame_locator("#content-frame").get_by_role("heading", name="先提出问题")).to_be_visible()
        learner.goto(demo.platform + COURSE)
        learner.get_by_role("link", name=panel, exact=True).last.click()
        expect(learner.frame_locator("#contentframe").get_by_text("/ 900 分钟").first).to_be_visible()
    finally:
        learner.close()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_picker_fits_and_has_no_barriers(demo: Demo, page: Page, language: str) -> None:
    demo.log_in(page, "李培训师", "en" if language == "en" else "zh")
    page.goto(demo.platform + COURSE)
    page.locator(f"a[href*='{COURSE}/add/']").click()
    page.frame_locator("#contentframe").locator("button[value=add]").wait_for()
    picker = next(frame.url for frame in page.frames if frame.url.startswith(demo.tool + "/at/"))
    page.goto(f"{picker.partition('?')[0]}?lang={language}")
    page.locator("input[name=content]").fill("https://example.org/elsewhere")
    page.locator("input[name=minutes]").fill("25")
    page.locator("input[value=credits]").check()  # the course has its panel, and is not offered a second one
    page.locator("input[value='practice/p1']").check()
    page.locator("input[value='class/cls-0008']").check()
    page.locator("button[value=more]").click()
    expect(page.locator(".note.warn")).to_be_visible()
    expect(page.locator("input[name=choice]:checked")).to_have_count(3)
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{overflow} px too wide at {width} px"
    barriers = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert barriers.violations_count == 0, barriers.generate_report()


def test_cancelling_adds_nothing(demo: Demo, page: Page) -> None:
    demo.log_in(page, "李培训师")
    page.goto(demo.platform + COURSE)
    before = page.locator(".cards a").count()
    inside = _open_picker(demo, page)
    inside.locator("button[value=cancel]").click()
    expect(inside.get_by_role("link", name="返回课程")).to_be_visible()
    page.goto(demo.platform + COURSE)

    assert page.locator(".cards a").count() == before


def test_without_scripts_a_button_hands_the_choice_back(demo: Demo, page: Page, browser: Browser) -> None:
    demo.log_in(page, "李培训师")
    _open_picker(demo, page)
    picker = next(frame for frame in page.frames if frame.url.startswith(demo.tool + "/at/"))
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    try:
        plain = context.new_page()
        plain.goto(picker.url)
        plain.locator("button[value=cancel]").click()
        plain.locator("#picked button").click()
        expect(plain.get_by_role("link", name="返回课程")).to_be_visible()
    finally:
        context.close()
