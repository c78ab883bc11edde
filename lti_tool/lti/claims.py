"""Every claim of a launch: which check it must pass (Core 5.3–5.4, Security Framework 5.1.3), which may be missing,
and which we knowingly leave aside. Signature, state, nonce and registration are checked before, in `launch`.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lti_tool.lti.addresses import origin_of
from lti_tool.lti.errors import LtiError

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
RESOURCE_LINK = "LtiResourceLinkRequest"
DEEP_LINK = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
MESSAGE_TYPES = (RESOURCE_LINK, DEEP_LINK, SUBMISSION_REVIEW)

#: Clocks may differ by this many seconds.
LEEWAY = 60
#: No token is older than this many seconds, however long it says it lives.
_OLDEST = 86_400
_LONGEST_ID = 255
_LONGEST_TEXT = 10_000
_MOST_ROLES = 200

Claims = Mapping[str, Any]


def check_claims(claims: Claims, client_id: str, public_url: str, now: datetime) -> None:
    """Raise LtiError at the first claim that is not as it must be."""
    check_audience(claims, client_id)
    _check_times(claims, now)
    for name, check in _CHECKS:
        check(name, claims.get(name))
    _check_person(claims)
    _check_target(claims, public_url)
    _BY_MESSAGE[claims[LTI + "message_type"]](claims)


def is_under(url: Any, public_url: str) -> bool:
    """Whether an address is one of ours."""
    if not is_web_address(url):
        return False
    parts, ours = urlsplit(url), urlsplit(public_url)
    path = ours.path.rstrip("/")
    same_host = (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)
    return same_host and (parts.path == path or parts.path.startswith(f"{path}/"))


def check_audience(claims: Claims, client_id: str) -> None:
    """`aud` holds our client id; with several audiences `azp` must be ours, and wherever it stands it must be."""
    audience = claims.get("aud")
    several = isinstance(audience, list) and len(audience) > 1
    listed = audience if isinstance(audience, list) else [audience]
    if client_id not in listed:
        raise LtiError("wrong_audience", f"aud is {_short(audience)}, not {client_id}")
    authorized = claims.get("azp")
    if (several or authorized is not None) and authorized != client_id:
        raise LtiError("wrong_audience", f"azp is {_short(authorized)}, not {client_id}")


def _check_times(claims: Claims, now: datetime) -> None:
    for name in ("exp", "iat"):
        value = claims.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise LtiError("bad_claim", f"{name} is {value!r}, not a number of seconds")
    at = now.timestamp()
    if claims["exp"] < at - LEEWAY:
        raise LtiError("expired_token", f"exp lies {at - claims['exp']:.0f} s back")
    if claims["iat"] > at + LEEWAY:
        raise LtiError("future_token", f"iat lies {claims['iat'] - at:.0f} s ahead; compare the two servers' clocks")
    if claims["iat"] < at - _OLDEST:
        raise LtiError("expired_token", f"iat lies {at - claims['iat']:.0f} s back")
    not_before = claims.get("nbf")
    if isinstance(not_before, int | float) and not_before > at + LEEWAY:
        raise LtiError("future_token", f"nbf lies {not_before - at:.0f} s ahead; compare the two servers' clocks")


def _version(name: str, value: Any) -> None:
    if value != "1.3.0":
        raise LtiError("bad_claim", f"{name} is {_short(value)}, not 1.3.0")


def _message_type(name: str, value: Any) -> None:
    if value not in MESSAGE_TYPES:
        raise LtiError("bad_claim", f"{name} is {_short(value)}; known are {', '.join(MESSAGE_TYPES)}")


def _identifier(name: str, value: Any) -> None:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_ID:
        raise LtiError("bad_claim", f"{name} must be a text of 1 to {_LONGEST_ID} characters")


def _roles(name: str, value: Any) -> None:
    if value is None:
        return
    fits = isinstance(value, list) and len(value) <= _MOST_ROLES
    if not fits or not all(isinstance(role, str) and len(role) <= _LONGEST_ID for role in value):
        raise LtiError("bad_claim", f"{name} must be a list of at most {_MOST_ROLES} role names")


def _optional_text(name: str, value: Any) -> None:
    if value is not None and (not isinstance(value, str) or len(value) > _LONGEST_TEXT):
        raise LtiError("bad_claim", f"{name} must be a text")


def _optional_object(name: str, value: Any) -> None:
    if value is not None and not isinstance(value, dict):
        raise LtiError("bad_claim", f"{name} must be an object")


def _context(name: str, value: Any) -> None:
    _optional_object(name, value)
    if value is not None:
        _identifier(f"{name}.id", value.get("id"))


#: Claim → check, for every claim that is read. Unknown claims are not read and harm nobody (Core 5.2.7).
_CHECKS: tuple[tuple[str, Callable[[str, Any], None]], ...] = (
    (LTI + "version", _version),
    (LTI + "message_type", _message_type),
    (LTI + "deployment_id", _identifier),
    (LTI + "roles", _roles),
    (LTI + "context", _context),
    (LTI + "custom", _optional_object),
    (LTI + "launch_presentation", _optional_object),
    (LTI + "tool_platform", _optional_object),
    (LTI + "for_user", _optional_object),
    (AGS, _optional_object),
    (NRPS, _optional_object),
    ("name", _optional_text),
    ("given_name", _optional_text),
    ("family_name", _optional_text),
    ("email", _optional_text),
    ("locale", _optional_text),
)


def _check_person(claims: Claims) -> None:
    """Core 5.3.6 lets a platform leave `sub` out; such a launch is sound, but there is nobody whose credits to show."""
    if claims.get("sub") is None:
        raise LtiError("anonymous_launch", "sub is missing; let the platform share who launches")
    _identifier("sub", claims["sub"])


def _check_target(claims: Claims, public_url: str) -> None:
    name = LTI + "target_link_uri"
    target = claims.get(name)
    if claims[LTI + "message_type"] == DEEP_LINK and target is None:
        return
    if not is_under(target, public_url):
        raise LtiError("bad_claim", f"{name} is {_short(target)}, which is not under {public_url}")


def _check_resource_link(claims: Claims) -> None:
    name = LTI + "resource_link"
    link = claims.get(name)
    if not isinstance(link, dict):
        raise LtiError("bad_claim", f"{name} is missing")
    _identifier(f"{name}.id", link.get("id"))
    if not isinstance(claims.get(LTI + "roles"), list):
        raise LtiError("bad_claim", f"{LTI}roles is missing; it may be empty")


def _check_deep_linking(claims: Claims) -> None:
    settings = claims.get(DEEP_LINKING)
    if not isinstance(settings, dict):
        raise LtiError("bad_claim", f"{DEEP_LINKING} is missing")
    try:  # browsers are sent there: it must be an address of which our pages can say so
        origin_of(str(settings.get("deep_link_return_url")))
    except ValueError as error:
        raise LtiError("bad_claim", f"{DEEP_LINKING} needs a deep_link_return_url: {error}") from error
    for name in ("accept_types", "accept_presentation_document_targets"):
        value = settings.get(name)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise LtiError("bad_claim", f"{DEEP_LINKING}.{name} must be a list of names")
    for name in ("accept_multiple", "accept_lineitem", "auto_create", "data"):
        if not isinstance(settings.get(name), bool | str | None):
            raise LtiError("bad_claim", f"{DEEP_LINKING}.{name} is neither true nor false nor a text")


def _check_submission_review(claims: Claims) -> None:
    name = LTI + "for_user"
    person = claims.get(name)
    if not isinstance(person, dict):
        raise LtiError("bad_claim", f"{name} is missing")
    _identifier(f"{name}.user_id", person.get("user_id"))
    if claims.get(LTI + "resource_link") is not None:
        _check_resource_link(claims)


_BY_MESSAGE: dict[str, Callable[[Claims], None]] = {
    RESOURCE_LINK: _check_resource_link,
    DEEP_LINK: _check_deep_linking,
    SUBMISSION_REVIEW: _check_submission_review,
}


def is_web_address(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def _short(value: Any) -> str:
    """A value for a sentence."""
    return repr(value)[:300]
