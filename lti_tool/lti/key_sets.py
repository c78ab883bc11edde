"""Platforms' public keys: kept, fetched again once for an unknown key id, never hammered (Security Framework 6.3)."""

from datetime import timedelta
from typing import Any

from lti_tool.clock import Clock
from lti_tool.lti.errors import LtiError
from lti_tool.lti.http import PlatformHttp, PlatformUnreachable
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti

_KEEP = timedelta(hours=12)
_AT_MOST_EVERY = timedelta(seconds=30)

Jwk = dict[str, Any]


class KeySets:
    """The key sets of all platforms, kept in the database for every server process."""

    def __init__(self, db: Database, http: PlatformHttp, clock: Clock) -> None:
        self._db = db
        self._http = http
        self._clock = clock

    def get(self, url: str, kid: str) -> list[Jwk]:
        """The keys of a key set, fresh enough to hold `kid` if the platform has it; raises LtiError."""
        now = self._clock()
        with self._db.read() as conn:
            kept = lti.find_key_set(conn, url)
        if kept is not None:
            age = now - kept["fetched_at"]
            knows = any(key.get("kid") == kid for key in kept["keys"])
            if age < _AT_MOST_EVERY or (knows and age < _KEEP):
                return list(kept["keys"])
        return self._fetch(url)

    def _fetch(self, url: str) -> list[Jwk]:
        keys = fetch_key_set(self._http, url)
        with self._db.begin() as conn:
            lti.save_key_set(conn, url, keys, self._clock())
        return keys


def fetch_key_set(http: PlatformHttp, url: str) -> list[Jwk]:
    """The keys at an address; raises LtiError("keys_unreachable") with what was wrong."""
    try:
        answer = http.get(url, headers={"Accept": "application/json"})
    except PlatformUnreachable as error:
        raise LtiError("keys_unreachable", str(error)) from error
    try:
        keys = answer.json()["keys"] if answer.ok else None
    except (ValueError, KeyError, TypeError):
        keys = None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise LtiError("keys_unreachable", f"{url} answered {answer.status}, not a key set: {answer.excerpt(120)}")
    return keys
