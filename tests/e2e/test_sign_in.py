"""Signing in face to face: a trainer's screen, a learner beside it, and a phone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

_DESK = "线下签到"
_CODE = ".code .visually-hidden"


def _open_desk(demo: Demo, page: Page) -> str:
    """The trainer's desk of the session that is running; its address."""
    demo.log_in(page, "李培训师")
    demo.launch_alone(page, _DESK)
    expect(page.locator(_CODE)).to_be_visible()
    return page.url


def test_a_learner_types_the_code_and_the_screen_hears_of_it(demo: Demo, page: Page, browser: Browser) -> None:
    _open_desk(demo, page)
    before = page.locator("#tally").inner_text()
    learner = browser.new_page(viewport={"width": 360, "height": 740})
    try:
        demo.log_in(learner, "周副校长")
        inside = demo.open_activity(learner, _DESK)
        inside.get_by_label("培训者屏幕上的签到码").fill("000000")
        inside.get_by_role("button", name="签到", exact=True).click()
        expect(inside.get_by_role("alert")).to_contain_text("签到码不对")
        inside.get_by_label("培训者屏幕上的签到码").fill(page.locator(_CODE).inner_text())
        inside.get_by_role("button", name="签到", exact=True).click()
        expect(inside.get_by_text("签到成功，已记录。")).to_be_visible()
    finally:
        learner.close()

    expect(page.locator("#tally")).not_to_have_text(before, timeout=20_000)  # by itself
    row = page.get_by_role("row").filter(has_text="周副校长")
    expect(row).to_contain_text("已签到", timeout=20_000)
    row.locator("summary").click()
    row.get_by_label("理由").fill("临时离开")
    row.get_by_role("button", name="缺席").click()
    expect(page.get_by_role("row").filter(has_text="周副校长")).to_contain_text("缺席")
    row = page.get_by_role("row").filter(has_text="周副校长")
    row.locator("summary").click()
    row.get_by_role("button", name="撤回已有记录").click()
    expect(page.get_by_role("row").filter(has_text="周副校长")).to_contain_text("未签到")


def test_the_desk_and_the_field_work_without_scripts(demo: Demo, page: Page, browser: Browser) -> None:
    address = _open_desk(demo, page)
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    try:
        plain = context.new_page()
        plain.goto(address)
        plain.get_by_role("link", name="刷新签到码和名单").click()
        expect(plain.locator(_CODE)).to_be_visible()
        expect(plain.locator(".qr svg")).to_be_visible()
        expect(plain.get_by_role("row").filter(has_text="张老师")).to_be_visible()
    finally:
        context.close()


def test_a_phone_that_scans_the_code_is_told_what_to_do_or_goes_straight_on(
    demo: Demo, page: Page, browser: Browser
) -> None:
    _open_desk(demo, page)
    address = f"{demo.tool}/sign-in/{page.locator('.qr').get_attribute('data-desk')}/{page.locator(_CODE).inner_text()}"
    phone = browser.new_page(viewport={"width": 360, "height": 740})
    try:
        phone.goto(f"{address}?lang=zh-CN")
        expect(phone.get_by_role("heading", name="还差一步")).to_be_visible()
        demo.log_in(phone, "李校长")
        demo.launch_alone(phone, "我的学分")
        phone.goto(address)
        expect(phone.locator("#code")).to_have_value(address.rpartition("/")[2])
        phone.locator("main button[type=submit]").click()
        expect(phone.locator(".note.good").first).to_be_visible()
    finally:
        phone.close()
    expect(page.get_by_role("row").filter(has_text="李校长")).to_contain_text("扫码", timeout=20_000)
