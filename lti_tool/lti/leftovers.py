"""What launches leave behind and nobody asks for any more: logins, sessions and learners' key pairs that are over."""

from datetime import datetime, timedelta

from lti_tool.clock import Clock
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti_launches
from xapi import credentials

EVERY = timedelta(minutes=10)
_KEY_PAIRS_KEPT = timedelta(days=1)  # beyond their end: content that still uses one is told that it has expired


class Leftovers:
    """Takes them away from time to time; any number of these may do so at once."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._next: datetime | None = None

    def remove_if_due(self) -> None:
        """Remove what is over, at most every ten minutes."""
        now = self._clock()
        if self._next is not None and now < self._next:
            return
        self._next = now + EVERY
        with self._db.begin() as conn:
            lti_launches.remove_expired(conn, now)
        with self._db.begin() as conn:
            credentials.remove_expired(conn, now - _KEY_PAIRS_KEPT)
