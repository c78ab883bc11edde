"""Dynamic Registration (LTI Dynamic Registration 1.0): the platform brings its configuration and takes ours."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.lti.claims import is_web_address
from lti_tool.lti.errors import LtiError
from lti_tool.lti.http import Answer, PlatformHttp, PlatformUnreachable
from lti_tool.lti.platforms import find_quirks
from lti_tool.lti.platforms.generic import Generic
from lti_tool.lti.registration import SCOPES, NewPlatform, add
from lti_tool.lti.sessions import hash_of
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti

_TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
_PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")


def register_platform(
    db: Database, http: PlatformHttp, settings: Settings, parameters: Mapping[str, str], clock: Clock
) -> str:
    """Register the platform that sent the browser here; its name. Raises LtiError.

    The invitation is taken before anything is fetched, and given back when the registration fails.
    """
    token = hash_of(parameters.get("invitation", ""))
    needs_invitation = not settings.lti.open_registration
    if needs_invitation:
        with db.begin() as conn:
            if not lti.use_invitation(conn, token, clock()):
                raise LtiError("no_invitation", "the invitation is unknown, expired or used")
    registered = None
    try:
        registered = _register(db, http, settings, parameters, clock)
    finally:
        if registered is None and needs_invitation:
            with db.begin() as conn:
                lti.give_invitation_back(conn, token)
    return registered


def _register(db: Database, http: PlatformHttp, settings: Settings, parameters: Mapping[str, str], clock: Clock) -> str:
    url = parameters.get("openid_configuration")
    if not url:
        raise LtiError("missing_parameter", "openid_configuration")
    token = parameters.get("registration_token")
    if token and not (token.isascii() and token.isprintable()):
        raise LtiError("bad_registration", "the registration token is no token")
    configuration = _fetch_configuration(http, url, token)
    product = _product(configuration)
    _check_hosts(configuration, url, find_quirks(product), settings)
    _check_services(http, configuration)
    answer = _post(http, configuration, tool_registration(settings, product), token)
    platform = _new_platform(configuration, answer, product)
    _check_known(db, platform)
    add(db, platform, clock())
    return platform.name or platform.issuer


def _fetch_configuration(http: PlatformHttp, url: str, token: str | None) -> dict[str, Any]:
    """The platform's OpenID configuration, fetched verbatim: Canvas's address already carries its token."""
    try:
        answer = http.get(url, headers={"Accept": "application/json", **_bearer(token)})
    except PlatformUnreachable as error:
        raise LtiError("bad_registration", f"the configuration cannot be fetched: {error}") from error
    configuration = _object(answer, "the configuration")
    missing = [name for name in _NEEDED if not is_web_address(configuration.get(name))]
    if missing:
        raise LtiError("bad_registration", f"the configuration at {url} lacks {', '.join(missing)}")
    return configuration


def _check_hosts(configuration: Mapping[str, Any], url: str, quirks: Generic, settings: Settings) -> None:
    """Nobody registers in another's name, and the platform's token goes to the platform alone (Registration 3.5.1).

    A shared issuer may be spoken for from elsewhere only where private hosts are allowed: by a double of Canvas.
    """
    issuer = configuration["issuer"]
    shared = settings.lti.allow_private_hosts and issuer in quirks.shared_issuers
    if not shared and urlsplit(issuer).hostname != urlsplit(url).hostname:
        raise LtiError("bad_registration", f"the issuer {issuer} is not on the host of its configuration, {url}")
    endpoint = configuration["registration_endpoint"]
    if not quirks.registers_elsewhere and _origin(endpoint) != _origin(url):
        raise LtiError(
            "bad_registration", f"the registration endpoint {endpoint} lies on another host than the configuration"
        )


def _check_services(http: PlatformHttp, configuration: Mapping[str, Any]) -> None:
    """Addresses that could never be called are told at once, not at the first launch."""
    for name in ("registration_endpoint", "token_endpoint", "jwks_uri"):
        try:
            http.check(configuration[name])
        except PlatformUnreachable as error:
            raise LtiError("bad_registration", f"{name} may not be called: {error}") from error


def _check_known(db: Database, platform: NewPlatform) -> None:
    """A registration may be renewed by its own platform, not taken over with other keys."""
    with db.read() as conn:
        known = lti.find_platform(conn, platform.issuer, platform.client_id)
    if known is None:
        return
    for name in ("auth_login_url", "auth_token_url", "key_set_url"):
        if _origin(known[name]) != _origin(getattr(platform, name)):
            raise LtiError(
                "bad_registration",
                f"{platform.issuer} with client id {platform.client_id} is registered with another {name};"
                " remove that registration first",
                platform_id=known["id"],
            )


def tool_registration(settings: Settings, product: str) -> dict[str, Any]:
    """What we ask a platform to register (OpenID Connect Registration with LTI's tool configuration)."""
    base = settings.server.public_url
    name = settings.lti.tool_name
    quirks = find_quirks(product)
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["client_credentials", "implicit"],
        "initiate_login_uri": f"{base}/lti/login",
        "redirect_uris": [f"{base}/lti/launch"],
        "client_name": name,
        "jwks_uri": f"{base}/lti/jwks",
        "logo_uri": f"{base}/static/mark.svg",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(SCOPES),
        _TOOL_CONFIGURATION: {
            "domain": urlsplit(base).netloc,
            "description": "学分：学习记录换算为培训学分 · Training credits from learning statements",
            "target_link_uri": f"{base}/lti/launch",
            "claims": ["iss", "sub", "name", "given_name", "family_name", "email"],
            "messages": quirks.registration_messages(base, name),
            **quirks.registration_extensions(),
        },
    }


def _post(http: PlatformHttp, configuration: Mapping[str, Any], body: Any, token: str | None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Accept": "application/json", **_bearer(token)}
    try:
        answer = http.post(configuration["registration_endpoint"], headers=headers, data=orjson.dumps(body))
    except PlatformUnreachable as error:
        raise LtiError("bad_registration", f"the registration endpoint cannot be reached: {error}") from error
    return _object(answer, "the registration endpoint")


def _new_platform(configuration: Mapping[str, Any], answer: Mapping[str, Any], product: str) -> NewPlatform:
    client_id = answer.get("client_id")
    if not isinstance(client_id, str | int) or not str(client_id):
        raise LtiError("bad_registration", "the platform's answer has no client_id")
    granted = answer.get(_TOOL_CONFIGURATION)
    deployment = granted.get("deployment_id") if isinstance(granted, dict) else None
    return NewPlatform(
        issuer=configuration["issuer"],
        client_id=str(client_id),
        auth_login_url=configuration["authorization_endpoint"],
        auth_token_url=configuration["token_endpoint"],
        key_set_url=configuration["jwks_uri"],
        name=_name(configuration),
        product=product,
        deployment_ids=(str(deployment),) if deployment else (),
        learns_deployments=not deployment,
    )


def _product(configuration: Mapping[str, Any]) -> str:
    platform = configuration.get(_PLATFORM_CONFIGURATION)
    product = platform.get("product_family_code") if isinstance(platform, dict) else None
    return str(product)[:64].lower() if product else "generic"


def _name(configuration: Mapping[str, Any]) -> str:
    platform = configuration.get(_PLATFORM_CONFIGURATION)
    account = platform.get("https://canvas.instructure.com/lti/account_name") if isinstance(platform, dict) else None
    return str(account or urlsplit(configuration["issuer"]).hostname)[:200]


def _object(answer: Answer, what: str) -> dict[str, Any]:
    try:
        said = answer.json() if answer.ok else None
    except ValueError:
        said = None
    if not isinstance(said, dict) or b"\\u0000" in answer.body:
        raise LtiError("bad_registration", f"{what} answered {answer.status}: {answer.excerpt()}")
    return said


def _bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
