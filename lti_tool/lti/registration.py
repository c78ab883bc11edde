"""Registrations made by hand, and the check that finds what is wrong with one."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lti_tool.clock import Clock
from lti_tool.lti.errors import LtiError
from lti_tool.lti.http import PlatformHttp, PlatformUnreachable
from lti_tool.lti.key_sets import fetch_key_set
from lti_tool.lti.tokens import AccessTokens, TokenRefused
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti

AGS_SCOPES = (
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
)
NRPS_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
SCOPES = (*AGS_SCOPES, NRPS_SCOPE)


@dataclass(frozen=True, slots=True)
class NewPlatform:
    """What an administrator copies from the platform."""

    issuer: str
    client_id: str
    auth_login_url: str
    auth_token_url: str
    key_set_url: str
    name: str = ""
    product: str = "generic"
    deployment_ids: tuple[str, ...] = ()
    learns_deployments: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check: whether it is well, what was seen, and what to change."""

    ok: bool
    what: str
    change: str = ""


def find_mistakes(platform: NewPlatform) -> list[tuple[str, str]]:
    """What is wrong with the values themselves, as (option, sentence)."""
    mistakes = []
    for option, url in (
        ("--issuer", platform.issuer),
        ("--auth-login-url", platform.auth_login_url),
        ("--auth-token-url", platform.auth_token_url),
        ("--key-set-url", platform.key_set_url),
    ):
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            mistakes.append((option, f"{url!r} is no web address"))
    if not platform.client_id.strip():
        mistakes.append(("--client-id", "is empty"))
    return mistakes


def add(db: Database, platform: NewPlatform, now: datetime) -> int:
    """Register a platform, or update the one of this issuer and client id; its number. One unit of work."""
    row = {
        "issuer": platform.issuer,
        "client_id": platform.client_id,
        "name": platform.name or urlsplit(platform.issuer).hostname or platform.issuer,
        "product": platform.product,
        "auth_login_url": platform.auth_login_url,
        "auth_token_url": platform.auth_token_url,
        "key_set_url": platform.key_set_url,
        "learns_deployments": platform.learns_deployments,
        "created_at": now,
    }
    with db.begin() as conn:
        platform_id = lti.add_platform(conn, row)
        for deployment_id in platform.deployment_ids:
            lti.add_deployment(conn, platform_id, deployment_id)
    return platform_id


def check(db: Database, http: PlatformHttp, tokens: AccessTokens, platform_id: int, clock: Clock) -> list[Finding]:
    """Really fetch the key set and a token of a registered platform, and say what was found."""
    with db.read() as conn:
        platform = lti.get_platform(conn, platform_id)
        deployments = lti.list_deployments(conn, platform_id)
    if platform is None:
        return [Finding(ok=False, what="There is no such registration.", change="See `xuefen registration list`.")]
    findings = [_deployments(len(deployments), learns=platform["learns_deployments"])]
    findings.append(_key_set(http, platform["key_set_url"]))
    findings.append(_clock(http, platform["key_set_url"], clock))
    findings.append(_token(tokens, platform_id))
    return findings


def _deployments(known: int, *, learns: bool) -> Finding:
    if known or learns:
        return Finding(ok=True, what=f"{known} deployments are known.")
    return Finding(
        ok=False,
        what="No deployment is known, so every launch will be refused.",
        change="Run `xuefen registration add` again with the --deployment-id that the platform shows.",
    )


def _key_set(http: PlatformHttp, url: str) -> Finding:
    try:
        keys = fetch_key_set(http, url)
    except LtiError as error:
        return Finding(
            ok=False,
            what=f"The key set cannot be fetched: {error.detail}.",
            change="Check --key-set-url in a browser; on a private network set lti.allow_private_hosts = true.",
        )
    if not keys:
        return Finding(ok=False, what="The key set is empty.", change="Check --key-set-url.")
    return Finding(ok=True, what=f"The key set holds {len(keys)} keys.")


def _clock(http: PlatformHttp, url: str, clock: Clock) -> Finding:
    """How far the platform's clock is from ours, by the Date of an answer (RFC 9110, 6.6.1)."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - only here

    try:
        date = http.get(url).headers.get("date")
        seconds = abs((parsedate_to_datetime(date) - clock()).total_seconds()) if date else None
    except (PlatformUnreachable, ValueError, TypeError):
        seconds = None
    if seconds is None:
        return Finding(ok=True, what="The platform does not tell its clock.")
    if seconds > 30:
        return Finding(
            ok=False,
            what=f"The platform's clock is {seconds:.0f} s away from ours.",
            change="Set both servers' clocks by NTP; launches fail at more than 60 s.",
        )
    return Finding(ok=True, what="The clocks agree.")


def _token(tokens: AccessTokens, platform_id: int) -> Finding:
    try:
        tokens.get(platform_id, AGS_SCOPES)
    except TokenRefused as error:
        return Finding(
            ok=False,
            what=f"The platform gives no token for grades: {error}.",
            change="Check --client-id and --auth-token-url, that the platform can fetch our /lti/jwks, that the tool is"
            " active, and that it may use the grade service.",
        )
    except PlatformUnreachable as error:
        return Finding(
            ok=False, what=f"The token endpoint cannot be reached: {error}.", change="Check --auth-token-url."
        )
    return Finding(ok=True, what="The platform gives a token for grades.")
