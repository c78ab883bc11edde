"""Platforms' key sets: kept, fetched again for an unknown key, never hammered, and never believed blindly."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Response, redirect

from lti_tool.lti.http import MAX_ANSWER_BYTES
from lti_tool.storage.tables import lti as t
from tests.lti.refused import refused, unsigned
from tests.support.clock import FakeClock
from tests.support.platform import Platform, Tool, public_jwk, rsa_key


@pytest.mark.parametrize(
    ("key_set", "because"),
    [
        (lambda: "<html>Error</html>", "not a key set"),
        (lambda: Response("{}", mimetype="application/json"), "not a key set"),
        (lambda: Response('{"keys": "x"}', mimetype="application/json"), "not a key set"),
        (lambda: Response('{"keys": ["x"]}', mimetype="application/json"), "not a key set"),
        (lambda: Response("[" * 100_000, mimetype="application/json"), "not a key set"),
        (lambda: Response("down", 503), "503"),
        (lambda: redirect("http://169.254.169.254/latest/meta-data/"), "302"),
        (lambda: Response(b"x" * (MAX_ANSWER_BYTES + 1)), "longer than"),
    ],
    ids=["HTML", "no keys", "keys a text", "keys of texts", "bottomless", "down", "redirect inside", "endless"],
)
def test_a_key_set_that_is_none_refuses_the_launch(
    tool: Tool, platform: Platform, key_set: Callable[[], Any], because: str
) -> None:
    platform.answer = key_set

    refused(tool, tool.launch(platform), "keys_unreachable", platform=platform, because=because)


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC"},
        {"use": "enc"},
        {"n": "!!!"},
        {"n": 5},
        {"e": "AA"},
    ],
    ids=str,
)
def test_a_key_that_cannot_sign_is_not_used(tool: Tool, platform: Platform, changes: dict[str, Any]) -> None:
    platform.keys = [{**platform.keys[0], **changes}]

    refused(tool, tool.launch(platform), "bad_token", platform=platform, because="key-1")


def test_a_short_key_is_not_used(tool: Tool, platform: Platform) -> None:
    weak = rsa_key(3, 1024)
    platform.keys = [public_jwk(weak, platform.kid)]
    begun = tool.login(platform.login_form())
    claims = platform.claims(begun.nonce, tool.clock())
    token = unsigned({"alg": "RS256", "kid": platform.kid}, claims, b"x" * 128)

    answer = tool.post_launch({"state": begun.state, "id_token": token})

    refused(tool, answer, "bad_token", platform=platform, because="1024 bits")


def test_an_unknown_key_id_is_looked_for_once_and_the_platform_is_not_hammered(
    tool: Tool, platform: Platform, clock: FakeClock
) -> None:
    assert tool.launch(platform).status_code == 303
    clock.advance(60)
    for _ in range(5):
        assert tool.launch(platform, headers={"kid": "key-9"}).status_code == 403
    assert platform.asked == 2

    clock.advance(31)
    tool.launch(platform, headers={"kid": "key-9"})
    assert platform.asked == 3


def test_many_launches_at_once_fetch_the_key_set_once(tool: Tool, platform: Platform) -> None:
    """The first lesson of the day: a class opens the activity together."""
    together = threading.Barrier(8)

    def launch(_: int) -> int:
        browser = tool.browser()
        together.wait()
        return tool.launch(platform, client=browser).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(launch, range(8))) == {303}
    assert platform.asked == 1
    assert tool.count(t.lti_contexts, t.lti_members, t.lti_sessions) == {
        "lti_contexts": 1,
        "lti_members": 1,
        "lti_sessions": 8,
    }


def test_a_new_key_of_the_platform_is_found(tool: Tool, platform: Platform, clock: FakeClock) -> None:
    assert tool.launch(platform).status_code == 303
    clock.advance(60)
    platform.keys.append(public_jwk(rsa_key(2), "key-2"))

    answer = tool.launch(platform, key=rsa_key(2), headers={"kid": "key-2"})

    assert answer.status_code == 303
    assert platform.asked == 2


def test_a_key_set_that_is_down_is_not_hammered_either(tool: Tool, platform: Platform, clock: FakeClock) -> None:
    platform.answer = lambda: Response("down", 503)
    for _ in range(5):
        assert tool.launch(platform).status_code == 502
    assert platform.asked == 1

    platform.answer = None
    clock.advance(31)
    assert tool.launch(platform).status_code == 303


def test_known_keys_carry_on_while_the_key_set_is_down(tool: Tool, platform: Platform, clock: FakeClock) -> None:
    assert tool.launch(platform).status_code == 303
    platform.answer = lambda: Response("down", 503)

    clock.advance(13 * 3600)
    assert tool.launch(platform).status_code == 303
    clock.advance(36 * 3600)
    assert tool.launch(platform).status_code == 502


def test_a_key_that_the_platform_took_back_ends_within_half_a_day(
    tool: Tool, platform: Platform, clock: FakeClock
) -> None:
    assert tool.launch(platform).status_code == 303
    platform.keys = [public_jwk(rsa_key(2), "key-2")]
    clock.advance(13 * 3600)

    refused(tool, tool.launch(platform), "bad_token", platform=platform, because="key-1")


def test_a_key_set_inside_the_network_is_not_fetched(db: Any, clock: FakeClock) -> None:
    tool = Tool(db, clock, allow_private_hosts=False)
    with Platform().serving() as platform:
        platform.register(tool.db, clock())

        answer = tool.launch(platform)

        refused(tool, answer, "keys_unreachable", platform=platform)
        assert platform.asked == 0
