"""Every claim of a launch: which check it must pass (Core 5.3–5.4, Security Framework 5.1.3), which may be missing,
and which we knowingly leave aside. Signature, state, nonce and registration are checked before, in `launch`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

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
_LONGEST_ID = 255
_LONGEST_TEXT = 10_000
_MOST_ROLES = 200

Claims = Mapping[str, Any]


def check_claims(claims: Claims, client_id: str, public_url: str, now: datetime) -> None:
    """Raise LtiError at the first claim that is not as it must be."""
    _check_audience(claims, client_id)
    _check_times(claims, now)
    for name, check in _CHECKS:
        check(name, claims.get(name))
    _check_target(claims, public_url)
    message_type = claims[LTI + "message_type"]
    if message_type != DEEP_LINK:
        _check_resource_link(claims.get(LTI + "resource_link"))
    else:
        _check_deep_linking(claims.get(DEEP_LINKING))


def _check_audience(claims: Claims, client_id: str) -> None:
    """`aud` holds our client id; with several audiences `azp` must be ours, and wherever it stands it must be."""
    audience = claims.get("aud")
    several = isinstance(audience, list) and len(audience) > 1
    listed = audience if isinstance(audience, list) else [audience]
    if client_id not in listed:
        raise LtiError("wrong_audience", f"aud is {audience!r}, not {client_id}")
    authorized = claims.get("azp")
    if (several or authorized is not None) and authorized != client_id:
        raise LtiError("wrong_audience", f"azp is {authorized!r}, not {client_id}")


def _check_times(claims: Claims, now: datetime) -> None:
    for name in ("exp", "iat"):
        if isinstance(claims.get(name), bool) or not isinstance(claims.get(name), int | float):
            raise LtiError("bad_claim", f"{name} is {claims.get(name)!r}, not a number")
    at = now.timestamp()
    if claims["exp"] < at - LEEWAY:
        raise LtiError("expired_token", f"exp lies {at - claims['exp']:.0f} s back")
    if claims["iat"] > at + LEEWAY:
        raise LtiError("future_token", f"iat lies {claims['iat'] - at:.0f} s ahead; compare the two servers' clocks")
    if claims["iat"] < at - 86_400:
        raise LtiError("expired_token", f"iat lies {at - claims['iat']:.0f} s back")


def _version(name: str, value: Any) -> None:
    if value != "1.3.0":
        raise LtiError("bad_claim", f"{name} is {value!r}, not 1.3.0")


def _message_type(name: str, value: Any) -> None:
    if value not in MESSAGE_TYPES:
        raise LtiError("bad_claim", f"{name} is {value!r}; known are {', '.join(MESSAGE_TYPES)}")


def _identifier(name: str, value: Any) -> None:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_ID:
        raise LtiError("bad_claim", f"{name} must be a text of 1 to {_LONGEST_ID} characters")


def _roles(name: str, value: Any) -> None:
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


#: Claim → check, for every claim that is read. What stands in no row is not read: unknown claims harm nobody (Core 5.2.7).
_CHECKS: tuple[tuple[str, Callable[[str, Any], None]], ...] = (
    (LTI + "version", _version),
    (LTI + "message_type", _message_type),
    (LTI + "deployment_id", _identifier),
    ("sub", _identifier),
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


def _check_target(claims: Claims, public_url: str) -> None:
    name = LTI + "target_link_uri"
    target = claims.get(name)
    if claims.get(LTI + "message_type") == DEEP_LINK and target is None:
        return
    _optional_text(name, target)
    if not target or urlsplit(target)[:2] != urlsplit(public_url)[:2]:
        raise LtiError("bad_claim", f"{name} is {target!r}, which is not under {public_url}")


def _check_resource_link(value: Any) -> None:
    if not isinstance(value, dict):
        raise LtiError("bad_claim", f"{LTI}resource_link is missing")
    _identifier(f"{LTI}resource_link.id", value.get("id"))


def _check_deep_linking(value: Any) -> None:
    if not isinstance(value, dict) or not isinstance(value.get("deep_link_return_url"), str):
        raise LtiError("bad_claim", f"{DEEP_LINKING} needs a deep_link_return_url")
    if urlsplit(value["deep_link_return_url"]).scheme not in {"http", "https"}:
        raise LtiError("bad_claim", f"{DEEP_LINKING}: the return address is no web address")
