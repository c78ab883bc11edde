"""Access tokens for platform services (Security Framework 4): kept per platform and scope until they expire."""

import math
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from lti_tool.clock import Clock
from lti_tool.lti import keys
from lti_tool.lti.http import Answer, PlatformHttp, PlatformUnreachable, asked_wait
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_BACKDATED = timedelta(seconds=5)  # Moodle refuses an assertion issued a second in its future
_LIFETIME = timedelta(seconds=60)
_EARLY = 60.0  # seconds: renewed a little before it ends
_LONGEST = 86_400.0  # seconds: whatever the platform says


class TokenRefused(Exception):  # noqa: N818 - it says itself
    """The platform gives no token; the message says what it answered."""


class TokenEndpointBusy(PlatformUnreachable):
    """The platform is out of order, or asks to slow down; `retry_after`: the seconds it asked for."""

    def __init__(self, status: int, detail: str, retry_after: float | None) -> None:
        super().__init__(f"the token endpoint answered {status}: {detail}")
        self.status = status
        self.retry_after = retry_after


class ScopeRefused(TokenRefused):
    """The platform gives tokens, but none with this scope."""


class AccessTokens:
    """Tokens by platform and scope."""

    def __init__(self, db: Database, http: PlatformHttp, clock: Clock) -> None:
        self._db = db
        self._http = http
        self._clock = clock
        self._kept: dict[tuple[int, str], _Token] = {}
        self._ahead: dict[int, timedelta] = {}  # platforms whose clock is known to differ
        self._lock = threading.Lock()
        self._fetching: dict[tuple[int, str], threading.Lock] = {}

    def get(self, platform_id: int, scopes: list[str] | tuple[str, ...]) -> str:
        """A token for these scopes; raises TokenRefused, or PlatformUnreachable when no answer came."""
        return self._get(platform_id, scopes).text

    def missing(self, platform_id: int, scopes: list[str] | tuple[str, ...]) -> list[str]:
        """Which of these scopes the platform leaves out of a token without a word, as Moodle does."""
        granted = self._get(platform_id, scopes).granted
        return [] if granted is None else sorted(set(scopes) - granted)

    def _get(self, platform_id: int, scopes: list[str] | tuple[str, ...]) -> "_Token":
        key = (platform_id, " ".join(sorted(scopes)))
        kept = self._find(key)
        if kept is not None:
            return kept
        # Of many callers at once, one asks and the others wait for it.
        with self._fetching.setdefault(key, threading.Lock()):
            kept = self._find(key)
            if kept is not None:
                return kept
            token = self._fetch(platform_id, key[1])
            with self._lock:
                self._kept[key] = token
            return token

    def _find(self, key: tuple[int, str]) -> "_Token | None":
        with self._lock:
            kept = self._kept.get(key)
        return kept if kept is not None and kept.until > self._clock() else None

    def forget(self, platform_id: int) -> None:
        """Drop a platform's tokens, after one was refused."""
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if key[0] != platform_id}

    def _fetch(self, platform_id: int, scope: str) -> "_Token":
        """Ask for a token; once more by the platform's own clock where that differs from ours.

        A platform that is behind refuses an assertion of its future, one that is ahead an expired one.
        """
        answer = self._ask(platform_id, scope, self._clock() + self._ahead.get(platform_id, timedelta(0)))
        if answer.status in {400, 401}:
            ahead = _clock_difference(answer, self._clock())
            if ahead is not None and abs(ahead - self._ahead.get(platform_id, timedelta(0))) > _BACKDATED / 2:
                again = self._ask(platform_id, scope, self._clock() + ahead)
                if again.ok:
                    self._ahead[platform_id] = ahead
                    answer = again
        return _read(answer, self._clock())

    def _ask(self, platform_id: int, scope: str, now: datetime) -> Answer:
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
            assertion = keys.sign(conn, claims, self._clock())
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion,
            "scope": scope,
        }
        return self._http.post(
            platform["auth_token_url"],
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            data=urlencode(form),
        )


@dataclass(frozen=True, slots=True)
class _Token:
    """A token, until when it is used, and the scopes that the platform says it has."""

    text: str
    until: datetime
    granted: frozenset[str] | None


def _clock_difference(answer: Answer, now: datetime) -> timedelta | None:
    """How far the platform's clock is ahead of ours, by its answer; None if it does not tell."""
    try:
        there = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return there - now if there.tzinfo is not None else None


def _is_throttled(answer: Answer) -> bool:
    """Canvas says 403 to whoever is too fast (platforms.md 6, Limits)."""
    return answer.status == 403 and b"rate limit" in answer.body[:1000].lower()


def _read(answer: Answer, now: datetime) -> _Token:
    """What a token endpoint answered."""
    if answer.status >= 500 or answer.status == 429 or _is_throttled(answer):
        status = answer.status if answer.status >= 500 else 429
        raise TokenEndpointBusy(status, answer.excerpt(120), asked_wait(answer.headers, now))
    try:
        said = answer.json()
    except ValueError:
        raise TokenRefused(f"the token endpoint answered {answer.status}, not JSON: {answer.excerpt(120)}") from None
    token = said.get("access_token") if answer.ok and isinstance(said, dict) else None
    if not isinstance(token, str):
        if isinstance(said, dict) and said.get("error") == "invalid_scope":
            raise ScopeRefused(f"the token endpoint answered {answer.status}: {answer.excerpt()}")
        raise TokenRefused(f"the token endpoint answered {answer.status}: {answer.excerpt()}")
    lifetime = _lifetime(said.get("expires_in"))
    until = now + timedelta(seconds=max(lifetime - _EARLY, lifetime / 2))
    scope = said.get("scope")
    return _Token(token, until, frozenset(scope.split()) if isinstance(scope, str) else None)


def _lifetime(said: Any) -> float:
    """Seconds that a token lives; an hour where the platform says nothing sensible."""
    try:
        seconds = float(said)
    except (TypeError, ValueError, OverflowError):
        return 3600.0
    return min(seconds, _LONGEST) if math.isfinite(seconds) and seconds > 0 else 3600.0
