"""A launch (Core 3, Security Framework 5.1.1.3): checked from state to last claim, then written down in one unit of work.

PyLTI1p3 walks through the steps; where it falls short its methods are overridden: state and nonce are ours, single-use
and expiring; keys come from the shared cache; the signature's algorithm is fixed; claims are checked by our own table.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch
from sqlalchemy import Connection, RowMapping

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.lti.claims import LEEWAY, LTI, check_claims
from lti_tool.lti.errors import LtiError
from lti_tool.lti.key_sets import KeySets
from lti_tool.lti.login import state_cookie_name
from lti_tool.lti.record import Launched, record_launch
from lti_tool.lti.sessions import hash_of
from lti_tool.lti.tool_config import DatabaseToolConfig
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti, lti_launches

_LONGEST_TOKEN = 100_000


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """What the browser posted to `/lti/launch`, with its cookies."""

    form: Mapping[str, str]
    cookies: Mapping[str, str]


def accept_launch(
    db: Database, key_sets: KeySets, settings: Settings, clock: Clock, request: LaunchRequest
) -> Launched:
    """Check a launch and open its session; raises LtiError, and then nothing of it is kept but the refusal."""
    _check_platform_error(request.form)
    state = _find_state(db, clock, request)
    claims = _verify(db, key_sets, request, state)
    with db.begin() as conn:
        platform = lti.get_platform(conn, state["platform_id"])
        if platform is None:
            raise LtiError("unknown_platform", "it was removed during the launch")
        try:
            check_claims(claims, platform["client_id"], settings.server.public_url, clock())
            _check_deployment(conn, platform, claims[LTI + "deployment_id"])
        except LtiError as error:
            raise LtiError(error.code, error.detail, platform_id=platform["id"]) from error
        if not lti_launches.use_state(conn, state["state_hash"], clock()):
            raise LtiError("replayed_nonce", "two requests brought the same launch", platform_id=platform["id"])
        return record_launch(conn, platform, claims, settings, clock())


def _check_platform_error(form: Mapping[str, str]) -> None:
    """Platforms post their own refusals here (OpenID Connect Core 3.1.2.6)."""
    if form.get("error"):
        detail = f"{form['error'][:200]}: {form.get('error_description', '')[:1000]}"
        raise LtiError("platform_refused", detail)
    for name in ("state", "id_token"):
        if not form.get(name):
            raise LtiError("missing_parameter", name)
    if len(form["id_token"]) > _LONGEST_TOKEN:
        raise LtiError("bad_token", f"the id_token is longer than {_LONGEST_TOKEN} characters")


def _find_state(db: Database, clock: Clock, request: LaunchRequest) -> RowMapping:
    """The login that this launch answers; taken out of circulation only when everything else is right."""
    with db.read() as conn:
        state = lti_launches.find_state(conn, hash_of(request.form["state"]))
    if state is None:
        raise LtiError("unknown_state", "no login with this state is known")
    platform_id = state["platform_id"]
    if state["used_at"] is not None:
        raise LtiError("replayed_nonce", f"the launch was used at {state['used_at']}", platform_id=platform_id)
    if state["expires_at"] <= clock():
        raise LtiError("expired_state", f"the login ended at {state['expires_at']}", platform_id=platform_id)
    cookie = request.cookies.get(state_cookie_name(request.form["state"]))
    if cookie is None:
        raise LtiError("cookies_blocked", "the login's cookie did not come back", platform_id=platform_id)
    if not hmac.compare_digest(state["cookie_hash"], hash_of(cookie)):
        raise LtiError("unknown_state", "the login was begun in another browser", platform_id=platform_id)
    return state


def _verify(db: Database, key_sets: KeySets, request: LaunchRequest, state: RowMapping) -> dict[str, Any]:
    """The claims of a token whose signature, nonce and registration are right."""
    with db.read() as conn:
        message = _Message(request.form, DatabaseToolConfig(conn), key_sets, state)
        try:
            message.validate()
        except LtiError as error:
            raise LtiError(error.code, error.detail, platform_id=state["platform_id"]) from error
        except LtiException as error:
            raise LtiError("bad_token", str(error), platform_id=state["platform_id"]) from error
        platform = lti.get_platform(conn, state["platform_id"])
    claims = message.claims
    if platform is None or claims.get("iss") != platform["issuer"]:
        raise LtiError("bad_token", f"iss is {claims.get('iss')!r}; the login was begun with another platform")
    return claims


def _check_deployment(conn: Connection, platform: RowMapping, deployment_id: str) -> None:
    if lti.find_deployment(conn, platform["id"], deployment_id) is None:
        if not platform["learns_deployments"]:
            raise LtiError("unknown_deployment", f"{deployment_id} is not registered for {platform['issuer']}")
        lti.add_deployment(conn, platform["id"], deployment_id)


class _Message(MessageLaunch):
    """PyLTI1p3's launch on our own state, nonce and keys."""

    def __init__(
        self, form: Mapping[str, str], config: DatabaseToolConfig, key_sets: KeySets, state: RowMapping
    ) -> None:
        self._form = form
        self._key_sets = key_sets
        self._state = state
        super().__init__(None, config, session_service=_Nothing(), cookie_service=_Nothing())

    @property
    def claims(self) -> dict[str, Any]:
        return dict(self._jwt["body"])

    def _get_request_param(self, key: str) -> Any:
        return self._form.get(key)

    def validate_state(self) -> Any:
        """Done before, against the database."""
        return self

    def validate_jwt_format(self) -> Any:
        super().validate_jwt_format()
        if not isinstance(self._jwt["body"], dict) or not isinstance(self._jwt["header"], dict):
            raise LtiException("Invalid id_token, header and claims must be objects")
        if not isinstance(self._jwt["body"].get("iss"), str):
            raise LtiException("iss must be a text")
        return self

    def validate_nonce(self) -> Any:
        nonce = self._jwt["body"].get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(self._state["nonce_hash"], hash_of(nonce)):
            raise LtiError("replayed_nonce", "the nonce is not the one this login sent")
        return self

    def validate_registration(self) -> Any:
        """The audience must name a client of this issuer; the one of several is found by `azp` (Core 5.1.2)."""
        audience = self._jwt["body"].get("aud")
        listed = audience if isinstance(audience, list) else [audience]
        azp = self._jwt["body"].get("azp")
        candidates = [name for name in ([azp] if azp in listed else listed) if isinstance(name, str)]
        for client_id in candidates:
            self._registration = self._tool_config.find_registration_by_params(self._jwt["body"]["iss"], client_id)
            if self._registration is not None:
                return self
        raise LtiError("wrong_audience", f"aud {audience!r} names no registration of {self._jwt['body']['iss']}")

    def validate_jwt_signature(self) -> Any:
        header = self._jwt["header"]
        if header.get("alg") != "RS256":
            raise LtiError("bad_token", f"signed with {header.get('alg')!r}; only RS256 is accepted")
        kid = header.get("kid")
        if not isinstance(kid, str) or not kid:
            raise LtiError("bad_token", "the header has no kid")
        url = str(self._registration.get_key_set_url())
        key = next((one for one in self._key_sets.get(url, kid) if one.get("kid") == kid), None)
        if key is None:
            raise LtiError("bad_token", f"the key {kid} is not in {url}")
        options = {"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            jwt.decode(
                self._form["id_token"],
                jwt.PyJWK(key, algorithm="RS256"),
                algorithms=["RS256"],
                options=options,
            )
        except (jwt.InvalidTokenError, jwt.PyJWKError) as error:
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


class _Nothing:
    """The library wants a session and a cookie service; ours are the database."""


__all__ = ["LEEWAY", "LaunchRequest", "Launched", "accept_launch"]
