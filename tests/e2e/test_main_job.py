"""The main job, exactly as the README tells a newcomer: one minute of study becomes credits in the gradebook."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import GRADEBOOK, Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

_TRAINEE = "张老师"
_STUDY_SECONDS = 60


def test_a_minute_of_study_crosses_the_threshold_and_the_grade_arrives(demo: Demo, page: Page) -> None:
    demo.log_in(page, _TRAINEE)
    before = demo.open_activity(page, "我的学分")
    expect(before.get_by_text("899 / 900 分钟")).to_be_visible()
    expect(before.get_by_text("还差：网络研修 1 分钟")).to_be_visible()

    inside = demo.open_activity(page, "学习内容")
    expect(inside.get_by_text("计时中")).to_be_visible()
    content = inside.frame_locator("#content-frame")
    expect(content.get_by_role("heading", name="先提出问题")).to_be_visible()
    for _ in range(_STUDY_SECONDS // 10):
        page.wait_for_timeout(10_000)
        content.locator("article").hover()

    after = demo.open_activity(page, "我的学分")
    expect(after.get_by_text("900 / 900 分钟")).to_be_visible()
    expect(after.get_by_text("待考核").first).to_be_visible()

    page.goto(demo.platform + GRADEBOOK)
    row = page.get_by_role("row", name=_TRAINEE)
    for _ in range(30):
        if "网络 17 / 线下 8 / 实践 25" in row.inner_text():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(row).to_contain_text("50 学分（网络 17 / 线下 8 / 实践 25）")


def test_what_stands_in_the_gradebook_is_told_to_the_trainee(demo: Demo, page: Page) -> None:
    demo.log_in(page, "陈老师")
    for _ in range(30):
        inside = demo.open_activity(page, "我的学分")
        inside.locator("main").wait_for()
        if inside.get_by_text("起，成绩册中为").count():
            break
        page.wait_for_timeout(1000)
    expect(inside.get_by_text("起，成绩册中为 16 学分")).to_be_visible()
