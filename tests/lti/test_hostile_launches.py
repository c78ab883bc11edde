"""Launches that must be refused: each with a page, an entry for the administrator, and nothing half-written.

The tables change one thing of a launch that would succeed. What needs several steps (replay, other browsers, key sets
that misbehave) follows below them.
"""

import base64
import hmac
import json
import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from flask import Response, redirect
from werkzeug.test import TestResponse

from lti_tool.lti.errors import SENTENCES
from lti_tool.storage.queries import lti
from lti_tool.storage.tables import lti as t
from tests.lti.conftest import Standing
from tests.support.clock import FakeClock
from tests.support.platform import (
    AGS,
    DEEP_LINKING,
    LTI,
    MEMBERSHIP,
    TOOL,
    Claims,
    Platform,
    Tool,
    public_jwk,
    rsa_key,
)

LEFT_BEHIND = (t.lti_contexts, t.lti_resource_links, t.lti_members, t.lti_sessions, t.lti_deployments)


def put(name: str, value: Any) -> Callable[[Platform, Claims], Any]:
    return lambda _platform, claims: claims.update({name: value})


def lti_put(name: str, value: Any) -> Callable[[Platform, Claims], Any]:
    return put(LTI + name, value)


def drop(name: str) -> Callable[[Platform, Claims], Any]:
    return lambda _platform, claims: claims.pop(name)


def lti_drop(name: str) -> Callable[[Platform, Claims], Any]:
    return drop(LTI + name)


def later(name: str, seconds: float) -> Callable[[Platform, Claims], Any]:
    return lambda _platform, claims: claims.update({name: claims["iat"] + seconds})


def deep_linking(**changes: Any) -> Callable[[Platform, Claims], Any]:
    """A deep linking request with changed settings; None leaves one out."""

    def change(platform: Platform, claims: Claims) -> None:
        platform.deep_linking(claims)
        settings = {**claims[DEEP_LINKING], **changes}
        claims[DEEP_LINKING] = {name: value for name, value in settings.items() if value is not None}

    return change


# (what is wrong, how the claims are changed, the code of the refusal, a piece of what the administrator reads)
HOSTILE_CLAIMS: list[tuple[str, Callable[[Platform, Claims], Any], str, str]] = [
    ("no issuer", drop("iss"), "bad_token", "iss"),
    ("another issuer", put("iss", "https://evil.example.org"), "bad_token", "evil.example.org"),
    ("issuer with a slash more", put("iss", "https://moodle.example.org/"), "bad_token", "iss"),
    ("issuer that is a list", put("iss", ["https://moodle.example.org"]), "bad_token", "iss"),
    ("no audience", drop("aud"), "wrong_audience", "aud"),
    ("another audience", put("aud", "client-2"), "wrong_audience", "client-2"),
    ("empty list of audiences", put("aud", []), "wrong_audience", "aud"),
    ("audiences without ours", put("aud", ["client-2", "client-3"]), "wrong_audience", "aud"),
    ("several audiences without azp", put("aud", ["client-1", "client-2"]), "wrong_audience", "azp"),
    (
        "several audiences with another azp",
        lambda _, claims: claims.update(aud=["client-1", "client-2"], azp="client-2"),
        "wrong_audience",
        "azp",
    ),
    ("one audience with another azp", put("azp", "client-2"), "wrong_audience", "azp"),
    ("azp that is no text", put("azp", {"client-1": 1}), "wrong_audience", "azp"),
    ("audience that is an object", put("aud", {"client-1": True}), "wrong_audience", "aud"),
    ("no nonce", drop("nonce"), "replayed_nonce", "nonce"),
    ("another nonce", put("nonce", "guessed"), "replayed_nonce", "nonce"),
    ("empty nonce", put("nonce", ""), "replayed_nonce", "nonce"),
    ("nonce that is a number", put("nonce", 7), "replayed_nonce", "nonce"),
    ("no expiry", drop("exp"), "bad_claim", "exp"),
    ("expiry as a text", put("exp", "4102444800"), "bad_claim", "exp"),
    ("expiry that is true", put("exp", True), "bad_claim", "exp"),
    ("expired", later("exp", -61), "expired_token", "exp"),
    ("expired long ago", put("exp", 0), "expired_token", "exp"),
    ("no time of issue", drop("iat"), "bad_claim", "iat"),
    ("time of issue as a text", put("iat", "now"), "bad_claim", "iat"),
    (
        "issued in the future",
        lambda _, claims: claims.update(iat=claims["iat"] + 90, exp=claims["iat"] + 600),
        "future_token",
        "clocks",
    ),
    (
        "issued days ago, yet not expired",
        lambda _, claims: claims.update(iat=claims["iat"] - 200_000),
        "expired_token",
        "iat",
    ),
    ("not valid before tomorrow", later("nbf", 86_400), "future_token", "nbf"),
    ("nobody launches", drop("sub"), "anonymous_launch", "sub"),
    ("empty sub", put("sub", ""), "bad_claim", "sub"),
    ("sub that is a number", put("sub", 42), "bad_claim", "sub"),
    ("sub longer than any", put("sub", "u" * 256), "bad_claim", "sub"),
    ("sub with a NUL", put("sub", "42\0"), "bad_token", "NUL"),
    ("no version", lti_drop("version"), "bad_claim", "version"),
    ("version 1.1", lti_put("version", "LTI-1p0"), "bad_claim", "LTI-1p0"),
    ("version as a number", lti_put("version", 1.3), "bad_claim", "version"),
    ("no message type", lti_drop("message_type"), "bad_claim", "message_type"),
    ("unknown message type", lti_put("message_type", "LtiStartProctoring"), "bad_claim", "LtiStartProctoring"),
    ("message type of LTI 1.1", lti_put("message_type", "basic-lti-launch-request"), "bad_claim", "message_type"),
    ("message type that is a list", lti_put("message_type", ["LtiResourceLinkRequest"]), "bad_claim", "message_type"),
    ("no deployment", lti_drop("deployment_id"), "bad_claim", "deployment_id"),
    ("deployment that is a number", lti_put("deployment_id", 1), "bad_claim", "deployment_id"),
    ("foreign deployment", lti_put("deployment_id", "2"), "unknown_deployment", "2"),
    ("empty deployment", lti_put("deployment_id", ""), "bad_claim", "deployment_id"),
    ("no target", lti_drop("target_link_uri"), "bad_claim", "target_link_uri"),
    ("target on another host", lti_put("target_link_uri", "https://evil.example.org/"), "bad_claim", "evil"),
    ("target on a host like ours", lti_put("target_link_uri", f"{TOOL}.evil.org/"), "bad_claim", "evil.org"),
    ("target with our host as a user", lti_put("target_link_uri", f"{TOOL}@evil.org/"), "bad_claim", "evil.org"),
    ("target on another port", lti_put("target_link_uri", f"{TOOL}:8443/lti/launch"), "bad_claim", "8443"),
    ("target without https", lti_put("target_link_uri", "http://tool.example.org/"), "bad_claim", "http:"),
    ("target that is a script", lti_put("target_link_uri", "javascript:alert(1)"), "bad_claim", "javascript"),
    ("target without scheme", lti_put("target_link_uri", "//evil.example.org/"), "bad_claim", "evil"),
    ("target with a backslash", lti_put("target_link_uri", f"{TOOL}\\@evil.org/"), "bad_claim", "evil.org"),
    ("target that is no address", lti_put("target_link_uri", "https://[broken"), "bad_claim", "broken"),
    ("target that is a list", lti_put("target_link_uri", [TOOL]), "bad_claim", "target_link_uri"),
    ("no resource link", lti_drop("resource_link"), "bad_claim", "resource_link"),
    ("resource link without id", lti_put("resource_link", {"title": "x"}), "bad_claim", "resource_link.id"),
    ("resource link that is a text", lti_put("resource_link", "r1"), "bad_claim", "resource_link"),
    ("resource link with a huge id", lti_put("resource_link", {"id": "r" * 300}), "bad_claim", "resource_link.id"),
    ("no roles", lti_drop("roles"), "bad_claim", "roles"),
    ("roles as a text", lti_put("roles", f"{MEMBERSHIP}#Instructor"), "bad_claim", "roles"),
    ("roles that are objects", lti_put("roles", [{"name": "Instructor"}]), "bad_claim", "roles"),
    ("more roles than any", lti_put("roles", ["Instructor"] * 201), "bad_claim", "roles"),
    ("context that is a text", lti_put("context", "c1"), "bad_claim", "context"),
    ("context without id", lti_put("context", {"title": "x"}), "bad_claim", "context.id"),
    ("context with a number as id", lti_put("context", {"id": 42}), "bad_claim", "context.id"),
    ("custom parameters as a list", lti_put("custom", ["programme"]), "bad_claim", "custom"),
    ("a programme that is not here", lti_put("custom", {"programme": "nowhere"}), "unknown_programme", "nowhere"),
    ("presentation that is a text", lti_put("launch_presentation", "iframe"), "bad_claim", "launch_presentation"),
    ("grade service that is a list", put(AGS, [1]), "bad_claim", "endpoint"),
    ("name that is an object", put("name", {"zh": "张三"}), "bad_claim", "name"),
    ("name longer than a book", put("name", "张" * 10_001), "bad_claim", "name"),
    ("e-mail that is a list", put("email", ["a@example.org"]), "bad_claim", "email"),
    ("claims without end", put("x", "y" * 120_000), "bad_token", "longer"),
    ("deep linking without settings", lambda p, c: (deep_linking()(p, c), c.pop(DEEP_LINKING)), "bad_claim", "dl"),
    ("deep linking without a way back", deep_linking(deep_link_return_url=None), "bad_claim", "return_url"),
    ("deep linking back to a script", deep_linking(deep_link_return_url="javascript:x"), "bad_claim", "return_url"),
    ("deep linking back to nowhere", deep_linking(deep_link_return_url="https://[x"), "bad_claim", "return_url"),
    ("deep linking with lists for switches", deep_linking(accept_multiple=[True]), "bad_claim", "accept_multiple"),
    ("deep linking with data that is an object", deep_linking(data={"a": 1}), "bad_claim", "data"),
    ("deep linking without types", deep_linking(accept_types=None), "bad_claim", "accept_types"),
    (
        "deep linking without targets",
        deep_linking(accept_presentation_document_targets="iframe"),
        "bad_claim",
        "accept_presentation",
    ),
    (
        "deep linking to another host",
        lambda p, c: (deep_linking()(p, c), c.update({LTI + "target_link_uri": "https://evil.example.org"})),
        "bad_claim",
        "evil",
    ),
    (
        "submission review of nobody",
        lti_put("message_type", "LtiSubmissionReviewRequest"),
        "bad_claim",
        "for_user",
    ),
    (
        "submission review of somebody without id",
        lambda _, c: c.update({LTI + "message_type": "LtiSubmissionReviewRequest", LTI + "for_user": {}}),
        "bad_claim",
        "for_user",
    ),
]


def refusals(tool: Tool) -> int:
    return tool.count(t.lti_refusals)["lti_refusals"]


def refused(
    tool: Tool, answer: TestResponse, code: str, *, platform: Platform | None, because: str = "", rows: int = 1
) -> None:
    """A page with the status of its code, an entry (now `rows`) that names platform and reason, and nothing else."""
    assert (answer.status_code, answer.text) == (SENTENCES[code].status, f"refused: {code}")
    assert "Location" not in answer.headers
    assert not any(header.startswith("xuefen_") for header in answer.headers.getlist("Set-Cookie"))
    with tool.db.read() as conn:
        entries = lti.list_refusals(conn, limit=1)
    assert tool.count(t.lti_refusals) == {"lti_refusals": rows}
    assert entries[0]["code"] == code
    assert entries[0]["at"] == tool.clock()
    assert entries[0]["platform_id"] == (platform.number if platform else None)
    assert because in entries[0]["detail"]


@pytest.mark.parametrize(
    ("change", "code", "because"),
    [case[1:] for case in HOSTILE_CLAIMS],
    ids=[case[0] for case in HOSTILE_CLAIMS],
)
def test_hostile_claims_are_refused(
    standing: Standing, change: Callable[[Platform, Claims], Any], code: str, because: str
) -> None:
    tool, platform = standing
    before, rows = tool.count(*LEFT_BEHIND), refusals(tool)

    answer = tool.launch(platform, lambda claims: change(platform, claims), client=tool.browser())

    refused(tool, answer, code, platform=platform, because=because, rows=rows + 1)
    assert tool.count(*LEFT_BEHIND) == before


def test_the_table_is_long_enough() -> None:
    assert len(HOSTILE_CLAIMS) >= 60


# Signatures


def unsigned(header: dict[str, Any], claims: Claims, signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def signed_with_the_public_key(platform: Platform, claims: Claims) -> str:
    """Key confusion: the public key's text taken as the secret of an HMAC."""
    pem = platform.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    bare = unsigned({"alg": "HS256", "kid": platform.kid}, claims).rstrip(".")
    return f"{bare}." + base64.urlsafe_b64encode(hmac.digest(pem, bare.encode(), "sha256")).rstrip(b"=").decode()


def altered(platform: Platform, claims: Claims) -> str:
    """A good signature under claims that were changed afterwards."""
    header, _, signature = platform.sign(claims).split(".")
    other = unsigned({}, {**claims, "sub": "1"}).split(".")[1]
    return f"{header}.{other}.{signature}"


HOSTILE_TOKENS: list[tuple[str, Callable[[Platform, Claims], str], str]] = [
    ("algorithm none", lambda p, c: unsigned({"alg": "none", "kid": p.kid}, c), "none"),
    ("algorithm None", lambda p, c: unsigned({"alg": "None", "kid": p.kid}, c), "None"),
    ("no algorithm", lambda p, c: unsigned({"kid": p.kid}, c), "RS256"),
    ("algorithm that is a list", lambda p, c: unsigned({"alg": ["RS256"], "kid": p.kid}, c), "RS256"),
    ("HMAC with the public key", signed_with_the_public_key, "HS256"),
    ("HMAC with a guess", lambda p, c: p.sign(c, key="secret" * 8, algorithm="HS256"), "HS256"),
    ("RS512", lambda p, c: p.sign(c, algorithm="RS512"), "RS512"),
    ("PS256", lambda p, c: p.sign(c, algorithm="PS256"), "PS256"),
    ("RS256 in name only", lambda p, c: unsigned({"alg": "RS256", "kid": p.kid}, c, b"x" * 256), "signature"),
    ("no signature", lambda p, c: unsigned({"alg": "RS256", "kid": p.kid}, c), "signature"),
    ("another's key under the platform's kid", lambda p, c: p.sign(c, key=rsa_key(2)), "signature"),
    ("altered after signing", altered, "signature"),
    ("no kid", lambda p, c: p.sign(c, headers={"kid": None}), "kid"),
    ("unknown kid", lambda p, c: p.sign(c, headers={"kid": "key-9"}), "key-9"),
    ("kid that is a path", lambda p, c: p.sign(c, headers={"kid": "../../etc/passwd"}), "passwd"),
    ("kid that is a number", lambda _, c: unsigned({"alg": "RS256", "kid": 1}, c, b"x"), "kid"),
    (
        "a key brought along",
        lambda p, c: p.sign(c, key=rsa_key(2), headers={"jwk": public_jwk(rsa_key(2), p.kid)}),
        "signature",
    ),
    (
        "a key set brought along",
        lambda p, c: p.sign(c, key=rsa_key(2), headers={"jku": "https://evil.example.org/jwks"}),
        "signature",
    ),
    ("an extension we do not know", lambda p, c: p.sign(c, headers={"crit": ["exp"], "exp": 1}), "signature"),
    ("two parts", lambda p, c: p.sign(c).rpartition(".")[0], "three parts"),
    ("five parts, encrypted", lambda p, c: p.sign(c) + ".a.b", "three parts"),
    ("no token at all", lambda *_: "hello", "three parts"),
    ("parts that are not base64", lambda *_: "ü.ü.ü", "header"),
    ("header that is not JSON", lambda *_: "aGVsbG8.e30.eA", "header"),
    ("header that is a list", lambda *_: "W10.e30.eA", "object"),
    ("claims that are a list", lambda *_: unsigned({"alg": "RS256"}, []), "object"),  # type: ignore[arg-type]
    ("claims that are NaN", lambda p, c: unsigned({"alg": "RS256", "kid": p.kid}, {**c, "exp": math.nan}), "claims"),
    (
        "claims without bottom",
        lambda *_: ".".join(["e30", base64.urlsafe_b64encode(b"[" * 60_000).decode(), "eA"]),
        "claims",
    ),
    ("a token without end", lambda *_: "e30." + "A" * 120_000 + ".eA", "longer"),
]


@pytest.mark.parametrize(
    ("forge", "because"), [case[1:] for case in HOSTILE_TOKENS], ids=[case[0] for case in HOSTILE_TOKENS]
)
def test_forged_tokens_are_refused(standing: Standing, forge: Callable[[Platform, Claims], str], because: str) -> None:
    tool, platform = standing
    before, rows, client = tool.count(*LEFT_BEHIND), refusals(tool), tool.browser()
    begun = tool.login(platform.login_form(), client=client)

    token = forge(platform, platform.claims(begun.nonce, tool.clock()))
    answer = tool.post_launch({"state": begun.state, "id_token": token}, client=client)

    refused(tool, answer, "bad_token", platform=platform, because=because, rows=rows + 1)
    assert tool.count(*LEFT_BEHIND) == before


# Logins

HOSTILE_LOGINS: list[tuple[str, dict[str, str | None], str, str]] = [
    ("no issuer", {"iss": None}, "missing_parameter", "iss"),
    ("no login hint", {"login_hint": None}, "missing_parameter", "login_hint"),
    ("no target", {"target_link_uri": None}, "missing_parameter", "target_link_uri"),
    ("unregistered issuer", {"iss": "https://evil.example.org"}, "unknown_platform", "evil.example.org"),
    ("unregistered client id", {"client_id": "client-2"}, "unknown_platform", "client-2"),
    ("issuer with other letters", {"iss": "https://MOODLE.example.org"}, "unknown_platform", "MOODLE"),
    ("target on another host", {"target_link_uri": "https://evil.example.org/"}, "bad_claim", "evil.example.org"),
    ("target that is no address", {"target_link_uri": "https://[x"}, "bad_claim", "https://[x"),
    ("target that is a script", {"target_link_uri": "javascript:alert(1)"}, "bad_claim", "javascript"),
    ("a NUL", {"iss": "https://moodle.example.org\0"}, "missing_parameter", "iss"),
    ("a parameter without end", {"lti_message_hint": "x" * 20_000}, "missing_parameter", "lti_message_hint"),
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("form", "code", "because"), [case[1:] for case in HOSTILE_LOGINS], ids=[case[0] for case in HOSTILE_LOGINS]
)
def test_hostile_logins_are_refused(
    standing: Standing, form: dict[str, str | None], code: str, because: str, method: str
) -> None:
    tool, platform = standing
    before, rows = tool.count(t.lti_states), refusals(tool)

    begun = tool.login(platform.login_form(**form), method=method, client=tool.browser())

    refused(tool, begun.response, code, platform=None, because=because, rows=rows + 1)
    assert tool.count(t.lti_states) == before


def test_an_issuer_with_two_clients_must_say_which(tool: Tool, platform: Platform, clock: FakeClock) -> None:
    platform.register(tool.db, clock(), client_id="client-2")

    begun = tool.login(platform.login_form(client_id=None))

    refused(tool, begun.response, "unknown_platform", platform=None, because="client id not given")


# State: once, in time, in one browser


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


# Key sets


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
        (lambda: Response(b"x" * 6_000_000), "longer than"),
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


# The administrator's list


def test_refusals_are_listed_page_by_page_and_by_platform(tool: Tool, platform: Platform) -> None:
    for _ in range(3):
        tool.launch(platform, lambda claims: claims.update(aud="x"))
    tool.login(platform.login_form(iss="https://evil.example.org"))

    with tool.db.read() as conn:
        first = lti.list_refusals(conn, limit=3)
        rest = lti.list_refusals(conn, before=first[-1]["id"], limit=3)
        mine = lti.list_refusals(conn, platform_id=platform.number)

    assert [entry["code"] for entry in (*first, *rest)] == ["unknown_platform"] + 3 * ["wrong_audience"]
    assert len(mine) == 3


def test_rubbish_does_not_fill_the_database(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lti, "KEPT_REFUSALS", 3)
    for number in range(6):
        tool.post_launch({"state": f"s{number}", "id_token": "x"})

    assert tool.count(t.lti_refusals, t.lti_states) == {"lti_refusals": 3, "lti_states": 0}


def test_every_refusal_has_a_sentence_and_a_next_step() -> None:
    for code, sentence in SENTENCES.items():
        assert sentence.what.endswith("."), code
        assert sentence.next_step.endswith("."), code
        assert 400 <= sentence.status < 600
