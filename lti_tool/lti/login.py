"""Third-party initiated login (Security Framework 5.1.1): a state and a nonce, bound to this browser, used once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pylti1p3.exception import OIDCException
from pylti1p3.oidc_login import OIDCLogin

from lti_tool.clock import Clock
from lti_tool.lti.claims import is_under
from lti_tool.lti.errors import LtiError
from lti_tool.lti.handover import Handover, at_login, new_secret, storage_target
from lti_tool.lti.sessions import hash_of
from lti_tool.lti.tool_config import DatabaseToolConfig
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti, lti_launches

STATE_LIFETIME = timedelta(minutes=10)
_LONGEST_PARAMETER = 10_000


@dataclass(frozen=True, slots=True)
class LoginBegun:
    """Where to send the browser, the cookie that ties the answer to it, and the page for browsers without cookies."""

    redirect_url: str
    state: str
    cookie: str
    handover: Handover


def state_cookie_name(state: str) -> str:
    """The cookie of one login; parallel logins have one each."""
    return "xuefen_state_" + hash_of(state).hex()[:16]


def begin_login(db: Database, parameters: Mapping[str, str], public_url: str, clock: Clock) -> LoginBegun:
    """Check a login initiation and remember it; raises LtiError."""
    _check_parameters(parameters, public_url)
    now = clock()
    with db.begin() as conn:
        oidc = _Login(parameters, DatabaseToolConfig(conn))
        try:
            redirect_url = oidc.redirect_url(f"{public_url}/lti/launch")
        except OIDCException as error:
            raise _translated(error, parameters) from error
        platform = lti.find_platform(conn, str(oidc.get_iss()), str(oidc.get_client_id()))
        if platform is None:
            raise LtiError("unknown_platform", str(parameters.get("iss")))
        cookie, kept = new_secret(), new_secret()
        remembered = {
            "state_hash": hash_of(oidc.state),
            "platform_id": platform["id"],
            "nonce_hash": hash_of(oidc.nonce),
            "cookie_hash": hash_of(cookie),
            "storage_target": storage_target(parameters),
            "storage_hash": hash_of(kept),
            "target_link_uri": parameters.get("target_link_uri", ""),
            "expires_at": now + STATE_LIFETIME,
        }
        lti_launches.add_state(conn, remembered)
    handover = at_login(parameters, redirect_url, oidc.state, kept, public_url)
    return LoginBegun(redirect_url, oidc.state, cookie, handover)


def _check_parameters(parameters: Mapping[str, str], public_url: str) -> None:
    """Sizes and characters of any platform, and a page to open that is ours (Security Framework 5.1.1.1)."""
    for name, value in parameters.items():
        if len(value) > _LONGEST_PARAMETER or "\0" in value:
            raise LtiError("missing_parameter", f"{name} is longer than any platform's, or no text")
    target = parameters.get("target_link_uri", "")
    if not target:
        raise LtiError("missing_parameter", "target_link_uri")
    if not is_under(target, public_url):
        raise LtiError("bad_claim", f"target_link_uri is {target}, which is not under {public_url}")


def _translated(error: OIDCException, parameters: Mapping[str, str]) -> LtiError:
    missing = [name for name in ("iss", "login_hint") if not parameters.get(name)]
    if missing:
        return LtiError("missing_parameter", ", ".join(missing))
    known_as = f"issuer {parameters.get('iss')}, client id {parameters.get('client_id') or 'not given'}"
    return LtiError("unknown_platform", f"{known_as}: {error}")


class _Login(OIDCLogin[Any, Any, Any, Any, str]):
    """PyLTI1p3's login with our own randomness, and state kept by us instead of in a web session."""

    def __init__(self, parameters: Mapping[str, str], config: DatabaseToolConfig) -> None:
        self._parameters = parameters
        self.state = ""
        self.nonce = secrets.token_urlsafe(32)
        super().__init__(None, config, _Remembering(), _Remembering(), None)

    def redirect_url(self, launch_url: str) -> str:
        """The platform's authorization endpoint with our request; an endpoint may have a query of its own."""
        url = str(self._prepare_redirect_url(launch_url))
        endpoint = str(self._registration.get_auth_login_url())
        return f"{endpoint}&{url[len(endpoint) + 1 :]}" if "?" in endpoint else url

    def get_redirect(self, url: str) -> Any:
        """Their wrapper of a redirect is not needed: `redirect_url` gives the address itself."""
        return url

    def _get_request_param(self, key: str) -> Any:
        return self._parameters.get(key)

    def _get_uuid(self) -> str:
        secret = secrets.token_urlsafe(32)
        self.state = f"state-{secret}"  # the library puts the same word before it
        return secret

    def _generate_nonce(self) -> str:
        return self.nonce


class _Remembering:
    """Takes the library's calls to keep state: what must be kept is written by `begin_login` in one place."""

    def set_cookie(self, *_args: Any, **_kwargs: Any) -> None:
        """Set by the response."""

    def save_nonce(self, _nonce: str) -> None:
        """Kept with the state."""
