"""Access tokens for platform services (Security Framework 4): kept per platform and scope until they expire."""

import secrets
import threading
from datetime import datetime, timedelta
from urllib.parse import urlencode

from lti_tool.clock import Clock
from lti_tool.lti import keys
from lti_tool.lti.http import Answer, PlatformHttp, PlatformUnreachable
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_BACKDATED = timedelta(seconds=5)  # Moodle refuses an assertion issued a second in its future
_LIFETIME = timedelta(seconds=60)
_EARLY = timedelta(seconds=60)  # renewed a little before it ends


class TokenRefused(Exception):  # noqa: N818 - it says itself
    """The platform gives no token; the message says what it answered."""


class AccessTokens:
    """Tokens by platform and scope."""

    def __init__(self, db: Database, http: PlatformHttp, clock: Clock) -> None:
        self._db = db
        self._http = http
        self._clock = clock
        self._kept: dict[tuple[int, str], tuple[str, datetime]] = {}
        self._lock = threading.Lock()

    def get(self, platform_id: int, scopes: list[str] | tuple[str, ...]) -> str:
        """A token for these scopes; raises TokenRefused, or PlatformUnreachable when no answer came."""
        key = (platform_id, " ".join(sorted(scopes)))
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept[1] > self._clock():
            return kept[0]
        token, lifetime = self._fetch(platform_id, key[1])
        with self._lock:
            self._kept[key] = (token, self._clock() + timedelta(seconds=lifetime) - _EARLY)
        return token

    def forget(self, platform_id: int) -> None:
        """Drop a platform's tokens, after one was refused."""
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if key[0] != platform_id}

    def _fetch(self, platform_id: int, scope: str) -> tuple[str, float]:
        now = self._clock()
        with self._db.begin() as conn:
            platform = lti.get_platform(conn, platform_id)
            if platform is None:
                raise TokenRefused("the platform is no longer registered")
            claims = {
                "iss": platform["client_id"],
                "sub": platform["client_id"],
                "aud": platform["auth_token_url"],
                "iat": int((now - _BACKDATED).timestamp()),
                "exp": int((now + _LIFETIME).timestamp()),
                "jti": secrets.token_hex(16),
            }
            assertion = keys.sign(conn, claims, now)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion,
            "scope": scope,
        }
        answer = self._http.post(
            platform["auth_token_url"],
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            data=urlencode(form),
        )
        return _read(answer)


def _read(answer: Answer) -> tuple[str, float]:
    """Token and lifetime in seconds of a token endpoint's answer."""
    if answer.status >= 500:
        raise PlatformUnreachable(f"the token endpoint answered {answer.status}: {answer.excerpt(120)}")
    try:
        said = answer.json()
    except ValueError:
        raise TokenRefused(f"the token endpoint answered {answer.status}, not JSON: {answer.excerpt(120)}") from None
    token = said.get("access_token") if answer.ok and isinstance(said, dict) else None
    if not isinstance(token, str):
        raise TokenRefused(f"the token endpoint answered {answer.status}: {answer.excerpt()}")
    lifetime = said.get("expires_in", 3600)
    return token, float(lifetime) if isinstance(lifetime, int | float) else 3600.0
