"""Launches that are good in another browser, at another time, from another platform, or for the second time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lti_tool.storage.queries import lti
from tests.lti.refused import LEFT_BEHIND, refused
from tests.support.clock import FakeClock
from tests.support.platform import LTI, Platform, Tool, rsa_key


def good_form(tool: Tool, platform: Platform) -> dict[str, str]:
    begun = tool.login(platform.login_form())
    return {"state": begun.state, "id_token": platform.sign(platform.claims(begun.nonce, tool.clock()))}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": None}, "missing_parameter"),
        ({"id_token": None}, "missing_parameter"),
        ({"state": ""}, "missing_parameter"),
        ({"state": "state-guessed"}, "unknown_state"),
        ({"state": "\0"}, "unknown_state"),
    ],
    ids=str,
)
def test_a_launch_needs_the_state_of_its_login(
    tool: Tool, platform: Platform, change: dict[str, str | None], code: str
) -> None:
    form = {**good_form(tool, platform), **change}

    answer = tool.post_launch({name: value for name, value in form.items() if value is not None})

    refused(tool, answer, code, platform=None)


def test_a_launch_is_good_once(tool: Tool, platform: Platform) -> None:
    form = good_form(tool, platform)
    assert tool.post_launch(form).status_code == 303
    before = tool.count(*LEFT_BEHIND)

    again = tool.post_launch(form)

    refused(tool, again, "replayed_nonce", platform=platform, because="used at")
    assert tool.count(*LEFT_BEHIND) == before


def test_a_nonce_is_good_for_its_own_state_only(tool: Tool, platform: Platform, clock: FakeClock) -> None:
    used = tool.login(platform.login_form())
    token = platform.sign(platform.claims(used.nonce, clock()))
    assert tool.post_launch({"state": used.state, "id_token": token}).status_code == 303

    answer = tool.post_launch({"state": tool.login(platform.login_form()).state, "id_token": token})

    refused(tool, answer, "replayed_nonce", platform=platform, because="nonce")


def test_a_launch_that_was_refused_may_be_tried_again(tool: Tool, platform: Platform, clock: FakeClock) -> None:
    begun = tool.login(platform.login_form())
    claims = platform.claims(begun.nonce, clock())
    unknown = {**claims, LTI + "deployment_id": "2"}
    tool.post_launch({"state": begun.state, "id_token": platform.sign(unknown)})

    answer = tool.post_launch({"state": begun.state, "id_token": platform.sign(claims)})

    assert answer.status_code == 303


def test_a_launch_that_comes_too_late_is_refused(tool: Tool, platform: Platform, clock: FakeClock) -> None:
    begun = tool.login(platform.login_form())
    clock.advance(601)

    token = platform.sign(platform.claims(begun.nonce, clock()))
    answer = tool.post_launch({"state": begun.state, "id_token": token})

    refused(tool, answer, "expired_state", platform=platform)


def test_a_launch_in_another_browser_is_refused(tool: Tool, platform: Platform) -> None:
    """Login cross-site request forgery: the victim's browser has a login of its own, but not this one."""
    form = good_form(tool, platform)
    victim = tool.browser()
    tool.login(platform.login_form(), client=victim)

    answer = tool.post_launch(form, client=victim)

    refused(tool, answer, "cookies_blocked", platform=platform)


def test_a_state_with_another_logins_cookie_is_refused(tool: Tool, platform: Platform) -> None:
    form = good_form(tool, platform)
    victim = tool.browser()
    name = next(cookie.key for cookie in tool.client._cookies.values())
    victim.set_cookie(name, "guessed", domain="tool.example.org")

    answer = tool.post_launch(form, client=victim)

    refused(tool, answer, "unknown_state", platform=platform, because="another browser")


def test_a_launch_without_any_cookie_is_refused(tool: Tool, platform: Platform) -> None:
    answer = tool.launch(platform, client=tool.browser(cookies=False))

    refused(tool, answer, "cookies_blocked", platform=platform, because="cookie")


def test_a_platforms_own_refusal_is_a_page_and_an_entry(tool: Tool, platform: Platform) -> None:
    begun = tool.login(platform.login_form())

    answer = tool.post_launch(
        {"state": begun.state, "error": "login_required", "error_description": "Must have an active session\0"}
    )

    refused(tool, answer, "platform_refused", platform=platform, because="login_required: Must have an active session")


def test_of_two_requests_with_one_launch_one_wins(tool: Tool, platform: Platform) -> None:
    tool.launch(platform)  # the keys are known
    form = good_form(tool, platform)
    together = threading.Barrier(2)

    def post(_: int) -> int:
        browser = tool.browser()
        for cookie in tool.client._cookies.values():
            browser.set_cookie(cookie.key, cookie.value, domain="tool.example.org")
        together.wait()
        return tool.post_launch(form, client=browser).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(post, range(2))) == [303, 403]


# Registrations mixed up


def test_a_token_for_another_client_of_the_same_issuer_is_refused(tool: Tool, clock: FakeClock) -> None:
    """Hosted Canvas: school B's good token in a login that school A began."""
    issuer = "https://canvas.instructure.com"
    school_a = Platform(issuer=issuer, client_id="1")
    school_b = Platform(issuer=issuer, client_id="2", key=rsa_key(2), kid="key-2")
    with school_a.serving(), school_b.serving():
        school_a.register(tool.db, clock())
        school_b.register(tool.db, clock())
        begun = tool.login(school_a.login_form())

        answer = tool.post_launch(
            {"state": begun.state, "id_token": school_b.sign(school_b.claims(begun.nonce, clock()))}
        )
        refused(tool, answer, "wrong_audience", platform=school_a, because="aud")

        forged = school_a.claims(begun.nonce, clock())
        answer = tool.post_launch({"state": begun.state, "id_token": school_b.sign(forged)})
        refused(tool, answer, "bad_token", platform=school_a, because="key-2", rows=2)


def test_a_token_of_another_platform_is_refused(tool: Tool, platform: Platform, clock: FakeClock) -> None:
    with Platform(issuer="https://other.example.org", key=rsa_key(2)).serving() as other:
        other.register(tool.db, clock())
        begun = tool.login(platform.login_form())

        answer = tool.post_launch({"state": begun.state, "id_token": other.sign(other.claims(begun.nonce, clock()))})

    refused(tool, answer, "bad_token", platform=platform, because="other.example.org")


def test_another_platforms_key_cannot_speak_for_this_one(tool: Tool, platform: Platform, clock: FakeClock) -> None:
    with Platform(issuer="https://other.example.org", key=rsa_key(2), kid="key-2").serving() as other:
        other.register(tool.db, clock())
        assert tool.launch(other).status_code == 303

        answer = tool.launch(platform, key=other.key, headers={"kid": other.kid})

    refused(tool, answer, "bad_token", platform=platform, because="key-2")


def test_a_platform_that_was_removed_cannot_finish_its_launch(tool: Tool, platform: Platform) -> None:
    form = good_form(tool, platform)
    with tool.db.begin() as conn:
        lti.remove_platform(conn, platform.number)

    refused(tool, tool.post_launch(form), "unknown_state", platform=None)


def test_a_platform_that_is_removed_during_its_launch_cannot_finish_it(tool: Tool, platform: Platform) -> None:
    def removed() -> Any:
        with tool.db.begin() as conn:
            lti.remove_platform(conn, platform.number)
        return {"keys": platform.keys}

    platform.answer = removed

    refused(tool, tool.launch(platform), "replayed_nonce", platform=None)
