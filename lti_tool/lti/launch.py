"""A launch (Core 3, Security Framework 5.1.1.3): checked from state to last claim, then written down as one.

PyLTI1p3 walks through the steps; where it falls short its methods are overridden: state and nonce are ours, single-use
and expiring; keys come from the shared cache; the signature's algorithm is fixed; claims are checked by our own table.
"""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import orjson
from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch
from sqlalchemy import Connection, RowMapping

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.lti.claims import LEEWAY, check_audience, check_claims
from lti_tool.lti.errors import LtiError
from lti_tool.lti.handover import KEPT, Handover, at_launch
from lti_tool.lti.key_sets import KeySets
from lti_tool.lti.login import state_cookie_name
from lti_tool.lti.record import Launched, place_of, record_launch
from lti_tool.lti.sessions import hash_of
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti, lti_launches
from lti_tool.storage.queries.lti_launches import Known

_LONGEST_TOKEN = 100_000
_SMALLEST_KEY = 2048  # bits (RFC 7518, 3.3)


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """What the browser posted to `/lti/launch`, with its cookies."""

    form: Mapping[str, str]
    cookies: Mapping[str, str]


def accept_launch(
    db: Database, key_sets: KeySets, settings: Settings, clock: Clock, request: LaunchRequest
) -> Launched | Handover:
    """Check a launch and open its session, or say which page must come before.

    Raises LtiError, and then nothing of the launch is kept but the refusal.
    """
    _check_form(db, request.form)
    login = _find_login(db, clock, request.form)
    with_cookie = _check_browser(request, login)
    if with_cookie is None:
        return at_launch(login, login["auth_login_url"], request.form, settings.server.public_url)
    try:
        claims = _verify(key_sets, request, login)
        check_claims(claims, login["client_id"], settings.server.public_url, clock())
        with db.begin() as conn:
            if not lti_launches.use_state(conn, login["state_hash"], clock()):
                raise LtiError("replayed_nonce", "two requests brought the same launch")
            known = _find_known(conn, login, claims)
            return record_launch(conn, login, known, claims, settings, clock(), with_cookie=with_cookie)
    except LtiError as error:
        raise LtiError(error.code, error.detail, platform_id=login["platform_id"]) from error


def _check_form(db: Database, form: Mapping[str, str]) -> None:
    """Platforms post their own refusals here, too (OpenID Connect Core 3.1.2.6)."""
    if form.get("error"):
        with db.read() as conn:
            state = lti_launches.find_state(conn, hash_of(form.get("state", "")))
        detail = f"{form['error'][:200]}: {form.get('error_description', '')[:1000]}"
        raise LtiError("platform_refused", detail, platform_id=state["platform_id"] if state else None)
    for name in ("state", "id_token"):
        if not form.get(name):
            raise LtiError("missing_parameter", name)


def _find_login(db: Database, clock: Clock, form: Mapping[str, str]) -> RowMapping:
    """The login that this launch answers, with its platform; used up only when everything else is right."""
    with db.read() as conn:
        login = lti_launches.find_login(conn, hash_of(form["state"]))
    if login is None:
        raise LtiError("unknown_state", "no login with this state is known")
    platform_id = login["platform_id"]
    if login["used_at"] is not None:
        raise LtiError("replayed_nonce", f"the launch was used at {login['used_at']}", platform_id=platform_id)
    if login["expires_at"] <= clock():
        raise LtiError("expired_state", f"the login ended at {login['expires_at']}", platform_id=platform_id)
    return login


def _check_browser(request: LaunchRequest, login: RowMapping) -> bool | None:
    """Whether the browser that began the login proves itself by cookie (True) or by what the platform kept (False);
    None where the platform has yet to be asked.
    """
    platform_id = login["platform_id"]
    cookie = request.cookies.get(state_cookie_name(request.form["state"]))
    kept = request.form.get(KEPT)
    if cookie is None and kept is None and login["storage_target"] is not None:
        return None
    if not cookie and not kept:
        raise LtiError("cookies_blocked", "the login's cookie did not come back", platform_id=platform_id)
    shown, expected = (cookie, login["cookie_hash"]) if cookie else (kept, login["storage_hash"])
    if not hmac.compare_digest(expected, hash_of(str(shown))):
        raise LtiError("unknown_state", "the login was begun in another browser", platform_id=platform_id)
    return bool(cookie)


def _verify(key_sets: KeySets, request: LaunchRequest, login: RowMapping) -> dict[str, Any]:
    """The claims of a token whose issuer, audience, nonce and signature are right."""
    message = _Message(request.form, key_sets, login)
    try:
        message.validate()
    except LtiException as error:
        raise LtiError("bad_token", str(error)) from error
    return message.claims


def _find_known(conn: Connection, platform: RowMapping, claims: Mapping[str, Any]) -> Known:
    """What is known of the launch's place; of a platform that named no deployment when it registered, the first launch
    brings it.
    """
    platform_id, place = platform["platform_id"], place_of(platform, claims)
    known = lti_launches.find_known(conn, platform_id, place)
    if known is None and platform["learns_deployments"]:
        lti.add_deployment(conn, platform_id, place.deployment_id)
        known = lti_launches.find_known(conn, platform_id, place)
    if known is None:
        raise LtiError("unknown_deployment", f"{place.deployment_id} is not registered for {platform['issuer']}")
    return known


class _Message(MessageLaunch[Any, Any, Any, Any]):
    """PyLTI1p3's launch on our own state, nonce and keys."""

    def __init__(self, form: Mapping[str, str], key_sets: KeySets, login: RowMapping) -> None:
        self._form = form
        self._key_sets = key_sets
        self._login = login
        super().__init__(None, None, session_service=_Nothing(), cookie_service=_Nothing())

    @property
    def claims(self) -> dict[str, Any]:
        return dict(self._jwt["body"])

    def _get_request_param(self, key: str) -> Any:
        return self._form.get(key)

    def validate_state(self) -> Any:
        """Done before, against the database."""
        return self

    def validate_jwt_format(self) -> Any:
        """Header and claims as strict JSON: no bottomless nesting, no NaN, nothing that a database cannot keep."""
        if len(self._form["id_token"]) > _LONGEST_TOKEN:
            raise LtiError("bad_token", f"the id_token is longer than {_LONGEST_TOKEN} characters")
        parts = self._form["id_token"].split(".")
        if len(parts) != 3:
            raise LtiError("bad_token", "the id_token does not have three parts")
        read: Any = {"header": _read_object(parts[0], "header"), "body": _read_object(parts[1], "claims")}
        self._jwt = read
        return self

    def validate_nonce(self) -> Any:
        nonce = self._jwt["body"].get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(self._login["nonce_hash"], hash_of(nonce)):
            raise LtiError("replayed_nonce", "the nonce is not the one this login sent")
        return self

    def validate_registration(self) -> Any:
        """Issuer and audience must be those with which the login was begun: an issuer alone may be shared (Canvas)."""
        issuer = self._jwt["body"].get("iss")
        if issuer != self._login["issuer"]:
            raise LtiError("bad_token", f"iss is {str(issuer)[:300]!r}; the login was begun by {self._login['issuer']}")
        check_audience(self._jwt["body"], self._login["client_id"])
        return self

    def validate_jwt_signature(self) -> Any:
        header = self._jwt["header"]
        if header.get("alg") != "RS256":
            raise LtiError("bad_token", f"signed with {str(header.get('alg'))[:50]!r}; only RS256 is accepted")
        kid = header.get("kid")
        if not isinstance(kid, str) or not kid:
            raise LtiError("bad_token", "the header has no kid")
        url = str(self._login["key_set_url"])
        key = next((one for one in self._key_sets.get(url, kid) if one.get("kid") == kid), None)
        if key is None:
            raise LtiError("bad_token", f"the key {kid[:100]!r} is not in {url}")
        try:
            jwt.PyJWS(algorithms=["RS256"]).decode(self._form["id_token"], _public_key(key), algorithms=["RS256"])
        except (jwt.PyJWTError, RecursionError) as error:
            raise LtiError("bad_token", f"the signature does not fit: {error}") from error
        return self

    def validate_deployment(self) -> Any:
        """Done after the claims are known to be well formed."""
        return self

    def validate_message(self) -> Any:
        """Done by `check_claims`, which knows more than the library's validators."""
        return self

    def save_launch_data(self) -> Any:
        """Kept as rows by `record_launch`."""
        return self


def _read_object(part: str, what: str) -> dict[str, Any]:
    try:
        text = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        value = orjson.loads(text)
    except ValueError as error:
        raise LtiError("bad_token", f"the {what} cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise LtiError("bad_token", f"the {what} must be an object")
    if b"\\u0000" in text:
        raise LtiError("bad_token", f"the {what} hold a NUL character")
    return value


def _public_key(key: dict[str, Any]) -> Any:
    """The RSA key of a platform's key set."""
    if key.get("kty") != "RSA" or key.get("use", "sig") != "sig":
        raise LtiError("bad_token", f"the key {key.get('kid')} is no RSA key for signatures")
    try:
        public = jwt.PyJWK({name: key.get(name) for name in ("kty", "n", "e")}, algorithm="RS256").key
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise LtiError("bad_token", f"the key {key.get('kid')} cannot be used: {error}") from error
    if public.key_size < _SMALLEST_KEY:
        raise LtiError("bad_token", f"the key {key.get('kid')} has {public.key_size} bits, fewer than {_SMALLEST_KEY}")
    return public


class _Nothing:
    """The library wants a session and a cookie service; ours are the database."""


__all__ = ["LEEWAY", "LaunchRequest", "Launched", "accept_launch"]
