"""The tool's own keys and the access tokens it gets with them (Security Framework 4 and 6)."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask import Flask, Response, jsonify, request

from lti_tool.lti import keys
from lti_tool.lti.http import PlatformUnreachable
from lti_tool.lti.tokens import AccessTokens, TokenRefused
from lti_tool.storage.tables import lti as t
from tests.support.clock import FakeClock
from tests.support.platform import Platform, Tool
from tests.support.server import serve

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"


def published(tool: Tool) -> list[dict[str, Any]]:
    answer = tool.client.get(tool.url("/lti/jwks"))
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    found: list[dict[str, Any]] = answer.get_json()["keys"]
    return found


def signed(tool: Tool) -> str:
    """The kid of a signature that verifies against the published keys."""
    with tool.db.begin() as conn:
        token = keys.sign(conn, {"sub": "x"}, tool.clock())
    kid: str = jwt.get_unverified_header(token)["kid"]
    key = next(key for key in published(tool) if key["kid"] == kid)
    jwt.decode(token, jwt.PyJWK(key), algorithms=["RS256"])
    return kid


def rotate(tool: Tool) -> str:
    with tool.db.begin() as conn:
        return keys.rotate(conn, tool.clock())


class TestOurKeys:
    def test_the_first_is_made_when_it_is_first_asked_for(self, tool: Tool) -> None:
        assert tool.count(t.lti_keys) == {"lti_keys": 0}

        [key] = published(tool)

        assert [key] == published(tool)
        assert tool.count(t.lti_keys) == {"lti_keys": 1}

    def test_only_what_is_public_is_published(self, tool: Tool) -> None:
        [key] = published(tool)

        assert set(key) == {"kty", "n", "e", "alg", "use", "kid"}
        assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
        assert len(key["n"]) >= 342  # 2048 bits

    def test_a_new_key_is_published_before_it_signs(self, tool: Tool, clock: FakeClock) -> None:
        old = signed(tool)
        new = rotate(tool)

        assert {key["kid"] for key in published(tool)} == {old, new}
        assert signed(tool) == old
        clock.advance(keys.KEY_SET_LIFETIME.total_seconds() + 1)
        assert signed(tool) == old  # a platform may just have stopped using a copy that lacks the new key
        clock.advance(keys.PUBLISHED_BEFORE_USE.total_seconds())
        assert signed(tool) == new

    def test_the_old_key_stays_until_it_has_aged_out(self, tool: Tool, clock: FakeClock) -> None:
        old = signed(tool)
        new = rotate(tool)

        clock.advance(timedelta(days=30).total_seconds())
        assert {key["kid"] for key in published(tool)} == {old, new}
        clock.advance(timedelta(days=1).total_seconds())
        assert {key["kid"] for key in published(tool)} == {new}
        rotate(tool)
        assert tool.count(t.lti_keys) == {"lti_keys": 2}

    def test_rotating_twice_in_a_hurry_leaves_no_gap(self, tool: Tool, clock: FakeClock) -> None:
        signed(tool)
        rotate(tool)
        last = rotate(tool)

        for _ in range(4):
            signed(tool)
            clock.advance(400)
        assert signed(tool) == last

    def test_a_fresh_tool_that_rotates_can_sign_at_once(self, tool: Tool) -> None:
        assert rotate(tool) == signed(tool)


class TokenEndpoint:
    """A token endpoint that checks an assertion as platforms do."""

    def __init__(self, tool: Tool) -> None:
        self.tool = tool
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.answer: Any = {"token_type": "Bearer", "expires_in": 3600}
        self.pause = threading.Event()
        self.pause.set()

    @contextmanager
    def serving(self) -> Iterator["TokenEndpoint"]:
        app = Flask("tokens")

        @app.post("/token")
        def token() -> Any:
            form = request.form.to_dict()
            kid = jwt.get_unverified_header(form["client_assertion"])["kid"]
            key = next(key for key in published(self.tool) if key["kid"] == kid)
            options = {"verify_exp": False, "verify_iat": False}
            form["claims"] = jwt.decode(
                form["client_assertion"], jwt.PyJWK(key), algorithms=["RS256"], audience=self.url, options=options
            )
            self.asked.append(form)
            self.pause.wait(5)
            if isinstance(self.answer, Response):
                return self.answer
            return jsonify({"access_token": f"token-{len(self.asked)}", "scope": form["scope"], **self.answer})

        with serve(app) as base:
            self.url = f"{base}/token"
            yield self


@pytest.fixture
def endpoint(tool: Tool) -> Iterator[TokenEndpoint]:
    with TokenEndpoint(tool).serving() as endpoint:
        yield endpoint


@pytest.fixture
def number(tool: Tool, endpoint: TokenEndpoint) -> int:
    platform = Platform(base_url="https://moodle.example.org")
    return platform.register(tool.db, tool.clock(), auth_token_url=endpoint.url).number


@pytest.fixture
def tokens(tool: Tool) -> AccessTokens:
    return AccessTokens(tool.db, tool.http, tool.clock)


class TestAccessTokens:
    def test_are_asked_for_with_a_signed_assertion(
        self, tokens: AccessTokens, endpoint: TokenEndpoint, number: int, clock: FakeClock
    ) -> None:
        assert tokens.get(number, [SCORE, ITEM]) == "token-1"

        [form] = endpoint.asked
        claims = form["claims"]
        assert form["grant_type"] == "client_credentials"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assert form["scope"] == f"{ITEM} {SCORE}"
        assert claims["iss"] == claims["sub"] == "client-1"
        assert claims["aud"] == endpoint.url
        assert claims["jti"]
        now = int(clock().timestamp())
        assert now - 60 < claims["iat"] < now < claims["exp"] <= now + 300

    def test_are_kept_per_platform_and_scopes(
        self, tool: Tool, tokens: AccessTokens, endpoint: TokenEndpoint, number: int
    ) -> None:
        other = Platform(client_id="client-2").register(tool.db, tool.clock(), auth_token_url=endpoint.url).number

        assert tokens.get(number, [SCORE]) == tokens.get(number, [SCORE]) == "token-1"
        assert tokens.get(number, [SCORE, ITEM]) == tokens.get(number, (ITEM, SCORE)) == "token-2"
        assert tokens.get(other, [SCORE]) == "token-3"
        assert len(endpoint.asked) == 3

    def test_are_renewed_a_little_before_they_end(
        self, tokens: AccessTokens, endpoint: TokenEndpoint, number: int, clock: FakeClock
    ) -> None:
        tokens.get(number, [SCORE])
        clock.advance(3600 - 61)
        assert tokens.get(number, [SCORE]) == "token-1"
        clock.advance(2)
        assert tokens.get(number, [SCORE]) == "token-2"

    @pytest.mark.parametrize(
        ("lifetime", "seconds"),
        [(None, 3539), ("3600", 3539), (30, 14), ("soon", 3539), (-5, 3539), (1e300, 86_339), (True, 0.4)],
        ids=str,
    )
    def test_live_as_long_as_the_platform_says_if_it_says_so_sensibly(
        self,
        tokens: AccessTokens,
        endpoint: TokenEndpoint,
        number: int,
        clock: FakeClock,
        lifetime: Any,
        seconds: float,
    ) -> None:
        endpoint.answer = {"expires_in": lifetime}
        tokens.get(number, [SCORE])
        clock.advance(seconds)
        assert tokens.get(number, [SCORE]) == "token-1"
        clock.advance(2)
        assert tokens.get(number, [SCORE]) == "token-2"

    def test_are_asked_for_once_by_many_at_once(
        self, tokens: AccessTokens, endpoint: TokenEndpoint, number: int
    ) -> None:
        endpoint.pause.clear()
        with ThreadPoolExecutor(8) as pool:
            waiting = [pool.submit(tokens.get, number, [SCORE]) for _ in range(8)]
            endpoint.pause.set()
            assert {one.result() for one in waiting} == {"token-1"}
        assert len(endpoint.asked) == 1

    def test_are_dropped_when_one_was_refused(self, tokens: AccessTokens, endpoint: TokenEndpoint, number: int) -> None:
        tokens.get(number, [SCORE])
        tokens.forget(number)
        assert tokens.get(number, [SCORE]) == "token-2"

    @pytest.mark.parametrize(
        ("answer", "because"),
        [
            (Response('{"error": "invalid_scope"}', 400), "invalid_scope"),
            (Response('{"error": "broken "quotes""}', 400), "broken"),
            (Response('{"error": "invalid_client"}', 401), "401"),
            (Response("<html>Error</html>", 200), "not JSON"),
            (Response('{"token_type": "Bearer"}', 200), "token_type"),
            (Response('{"access_token": 5}', 200), "200"),
            (Response("[]", 200), "200"),
            (Response("", 302, {"Location": "http://127.0.0.1/"}), "302"),
        ],
        ids=lambda value: value.get_data(as_text=True)[:25] if isinstance(value, Response) else "",
    )
    def test_that_are_refused_say_why(
        self, tokens: AccessTokens, endpoint: TokenEndpoint, number: int, answer: Response, because: str
    ) -> None:
        endpoint.answer = answer

        with pytest.raises(TokenRefused, match=because):
            tokens.get(number, [SCORE])

    def test_of_an_endpoint_that_is_down_may_be_asked_for_later(
        self, tokens: AccessTokens, endpoint: TokenEndpoint, number: int
    ) -> None:
        endpoint.answer, good = Response("Bad gateway", 502), endpoint.answer
        with pytest.raises(PlatformUnreachable, match="502"):
            tokens.get(number, [SCORE])

        endpoint.answer = good
        assert tokens.get(number, [SCORE]).startswith("token-")

    def test_served_as_html_are_tokens_all_the_same(
        self, tokens: AccessTokens, endpoint: TokenEndpoint, number: int
    ) -> None:
        """Moodle's are."""
        endpoint.answer = Response('{"access_token": "m", "expires_in": 3600}', mimetype="text/html")

        assert tokens.get(number, [SCORE]) == "m"

    def test_of_a_platform_that_is_gone_are_refused(self, tokens: AccessTokens) -> None:
        with pytest.raises(TokenRefused, match="no longer registered"):
            tokens.get(999, [SCORE])
