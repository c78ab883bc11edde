"""Platforms' public keys: kept, fetched again once for an unknown key id, never hammered (Security Framework 6.3)."""

import threading
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from lti_tool.clock import Clock
from lti_tool.lti.errors import LtiError
from lti_tool.lti.http import PlatformHttp, PlatformUnreachable
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti

_KEEP = timedelta(hours=12)
_KEEP_IF_UNREACHABLE = timedelta(hours=48)
_AT_MOST_EVERY = timedelta(seconds=30)

Jwk = dict[str, Any]


class KeySets:
    """The key sets of all platforms, kept in the database for every server process."""

    def __init__(self, db: Database, http: PlatformHttp, clock: Clock) -> None:
        self._db = db
        self._http = http
        self._clock = clock
        self._fetching: dict[str, threading.Lock] = {}
        self._last: dict[str, RowMapping] = {}  # what this process saw last, so that most launches ask nobody

    def get(self, url: str, kid: str) -> list[Jwk]:
        """The keys of a key set, fresh enough to hold `kid` if the platform has it; raises LtiError.

        A platform is asked at most every half minute, whatever it answers: hostile launches do not become requests.
        """
        kept = self._last.get(url) or self._find(url)
        if kept is not None and self._will_do(kept, kid):
            return list(kept["keys"])
        # Of many launches at once, one asks and the others wait for it.
        with self._fetching.setdefault(url, threading.Lock()):
            kept = self._find(url)
            if kept is None or not (self._will_do(kept, kid) or self._just_asked(kept)):
                kept = self._fetch(url)
        if kept["problem"] and not self._will_do(kept, kid, keep=_KEEP_IF_UNREACHABLE):
            raise LtiError("keys_unreachable", kept["problem"])
        return list(kept["keys"])

    def _will_do(self, kept: RowMapping, kid: str, keep: timedelta = _KEEP) -> bool:
        fetched: datetime | None = kept["fetched_at"]
        fresh = fetched is not None and self._clock() - fetched < keep
        return fresh and any(key.get("kid") == kid for key in kept["keys"])

    def _just_asked(self, kept: RowMapping) -> bool:
        asked: datetime = kept["asked_at"]
        return self._clock() - asked < _AT_MOST_EVERY

    def _find(self, url: str) -> RowMapping | None:
        with self._db.read() as conn:
            found = lti.find_key_set(conn, url)
        if found is not None:
            self._last[url] = found
        return found

    def _fetch(self, url: str) -> RowMapping:
        """Ask the platform, and keep what came of it."""
        try:
            keys, problem = fetch_key_set(self._http, url), ""
        except LtiError as error:
            keys, problem = [], error.detail
        with self._db.begin() as conn:
            if problem:
                lti.note_key_set_problem(conn, url, problem, self._clock())
            else:
                lti.save_key_set(conn, url, keys, self._clock())
            self._last[url] = lti.get_key_set(conn, url)
        return self._last[url]


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
