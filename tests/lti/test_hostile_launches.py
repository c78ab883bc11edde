"""Launches that must be refused: each with a page, an entry for the administrator, and nothing half-written.

The tables change one thing of a launch that would succeed.
"""

import base64
import hmac
import math
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from lti_tool.storage.tables import lti as t
from tests.lti.conftest import Standing
from tests.lti.refused import LEFT_BEHIND, refusals, refused, unsigned
from tests.support.clock import FakeClock
from tests.support.platform import AGS, DEEP_LINKING, LTI, MEMBERSHIP, TOOL, Claims, Platform, Tool, public_jwk, rsa_key


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
