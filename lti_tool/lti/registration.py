"""Registrations made by hand, and the check that finds what is wrong with one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from sqlalchemy import RowMapping

from lti_tool.clock import Clock
from lti_tool.lti.claims import is_web_address
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

#: Refused launches that `check` still speaks of.
_RECENT = timedelta(days=1)

_CHANGES = {
    "unknown_deployment": "Run `xuefen registration add` again with this --deployment-id as well.",
    "keys_unreachable": "Check --key-set-url.",
    "bad_token": "Check --key-set-url and --issuer.",
    "wrong_audience": "Check --client-id.",
    "future_token": "Set both servers' clocks by NTP.",
    "expired_token": "Set both servers' clocks by NTP.",
    "anonymous_launch": "Let the platform share who launches.",
    "unknown_programme": "Correct the custom parameter `programme` in the platform, or load that programme.",
}


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
        if not is_web_address(url):
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
    with db.read() as conn:
        refusals = lti.list_refusals(conn)
    since = max(platform["created_at"], clock() - _RECENT)  # what was refused before is what registering has mended
    findings += _refused(platform, [one for one in refusals if one["at"] >= since])
    return findings


def _refused(platform: RowMapping, refusals: list[RowMapping]) -> list[Finding]:
    """The newest launch that was refused, and the newest login that only resembles this registration."""
    findings = []
    mine = next((one for one in refusals if one["platform_id"] == platform["id"]), None)
    if mine is not None:
        what = f"The last refused launch, {mine['at']:%Y-%m-%d %H:%M} UTC, {mine['code']}: {mine['detail']}"
        findings.append(Finding(ok=False, what=what, change=_CHANGES.get(mine["code"], "")))
    names = (platform["client_id"], urlsplit(platform["issuer"]).hostname or platform["issuer"])
    for one in refusals:
        if one["code"] == "unknown_platform" and any(name in one["detail"] for name in names):
            what = f"A login was refused that resembles this registration: {one['detail']}"
            change = "Compare --issuer (letter by letter, no slash more or less) and --client-id with the platform."
            return [*findings, Finding(ok=False, what=what, change=change)]
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
        missing = tokens.missing(platform_id, AGS_SCOPES)
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
    if missing:
        return Finding(
            ok=False,
            what=f"The platform's token leaves out {', '.join(missing)}.",
            change="Let the tool use the grade service and manage columns, in the platform's settings of the tool.",
        )
    return Finding(ok=True, what="The platform gives a token for grades.")
