"""`registration check` finds the usual mistakes and says what to change."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, jsonify

from lti_tool.lti.registration import AGS_SCOPES, Finding, NewPlatform, check, find_mistakes
from lti_tool.lti.tokens import AccessTokens
from tests.support.clock import FakeClock
from tests.support.platform import LTI, Platform, Tool
from tests.support.server import serve


class School:
    """A platform whose token endpoint, clock and keys a test can set wrong."""

    def __init__(self, tool: Tool, platform: Platform) -> None:
        self.tool = tool
        self.platform = platform
        self.seconds_off = 0
        self.token: Any = {"access_token": "t", "expires_in": 3600, "scope": " ".join(AGS_SCOPES)}
        platform.answer = self.key_set

    def key_set(self) -> Any:
        moment = self.tool.clock().timestamp() + self.seconds_off
        response = jsonify({"keys": self.platform.keys})
        response.date = moment
        return response

    def wrong(self) -> list[Finding]:
        tokens = AccessTokens(self.tool.db, self.tool.http, self.tool.clock)
        found = check(self.tool.db, self.tool.http, tokens, self.platform.number, self.tool.clock)
        return [finding for finding in found if not finding.ok]


@pytest.fixture
def school(tool: Tool, platform: Platform, clock: FakeClock) -> Iterator[School]:
    school = School(tool, platform)
    app = Flask("tokens")
    app.add_url_rule(
        "/token",
        methods=["POST"],
        view_func=lambda: school.token if isinstance(school.token, Response) else jsonify(school.token),
    )
    with serve(app) as url:
        platform.register(tool.db, clock(), auth_token_url=f"{url}/token")
        yield school


def test_nothing_is_found_where_all_is_well(school: School) -> None:
    assert school.wrong() == []


def test_a_missing_registration_is_said(tool: Tool) -> None:
    [finding] = check(tool.db, tool.http, AccessTokens(tool.db, tool.http, tool.clock), 999, tool.clock)
    assert not finding.ok
    assert "registration list" in finding.change


def test_a_missing_deployment_is_found(tool: Tool, clock: FakeClock, school: School) -> None:
    school.platform.register(tool.db, clock(), client_id="bare", deployment_ids=())

    assert any("--deployment-id" in finding.change for finding in school.wrong())


@pytest.mark.parametrize("answer", ["<html>", Response('{"keys": []}', mimetype="application/json")], ids=str)
def test_a_key_set_that_is_none_is_found(school: School, answer: Any) -> None:
    school.platform.answer = lambda: answer

    assert any("--key-set-url" in finding.change for finding in school.wrong())


@pytest.mark.parametrize("seconds", [-45, 120])
def test_a_clock_that_is_off_is_found(school: School, seconds: int) -> None:
    school.seconds_off = seconds

    [finding] = school.wrong()
    assert f"{abs(seconds)} s away" in finding.what
    assert "NTP" in finding.change


def test_a_token_that_is_refused_is_found(school: School) -> None:
    school.token = Response('{"error": "invalid_client"}', 401)

    [finding] = school.wrong()
    assert "invalid_client" in finding.what
    assert "--client-id" in finding.change


def test_a_scope_that_is_left_out_is_found(school: School) -> None:
    school.token = {"access_token": "t", "scope": " ".join(AGS_SCOPES[1:])}

    [finding] = school.wrong()
    assert AGS_SCOPES[0] in finding.what
    assert "grade service" in finding.change


def test_the_last_refused_launch_is_told_for_a_day(tool: Tool, school: School, clock: FakeClock) -> None:
    tool.launch(school.platform, lambda claims: claims.update({LTI + "deployment_id": "77"}))

    [finding] = school.wrong()
    assert "77" in finding.what
    assert "--deployment-id" in finding.change

    clock.advance(25 * 3600)
    assert school.wrong() == []


@pytest.mark.parametrize(
    "login", [{"iss": "https://moodle.example.org/"}, {"iss": "http://moodle.example.org"}, {"client_id": "client-11"}]
)
def test_a_login_that_only_resembles_the_registration_is_told(
    tool: Tool, school: School, login: dict[str, str | None]
) -> None:
    tool.login(school.platform.login_form(**login))

    [finding] = school.wrong()
    assert "--issuer" in finding.change


def test_values_that_cannot_be_are_named_by_option() -> None:
    nothing = NewPlatform(
        issuer="moodle", client_id=" ", auth_login_url="", auth_token_url="ftp://x", key_set_url="https://"
    )

    assert [option for option, _ in find_mistakes(nothing)] == [
        "--issuer",
        "--auth-login-url",
        "--auth-token-url",
        "--key-set-url",
        "--client-id",
    ]


def test_values_that_look_like_addresses_but_are_none_are_named() -> None:
    broken = NewPlatform("https://[x", "c", "https://a.org", "https://a.org", "https://a.org")

    assert [option for option, _ in find_mistakes(broken)] == ["--issuer"]
