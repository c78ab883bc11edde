"""The one order of the store: numbers that grow with time and carry the moment of storing."""

import secrets
from datetime import datetime
from threading import Lock

from xapi.moments import Clock, from_microseconds, to_microseconds

#: Places within one microsecond.
PLACES = 1024


class Sequence:
    """Hands out sequence numbers: microseconds since the epoch × 1024 + a place within the microsecond.

    Within one process numbers never repeat or fall behind. Two processes meet only if they store in the same
    microsecond at the same random place; the database's unique key then refuses one, which is tried again.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._last = 0

    def take(self, count: int) -> list[int]:
        """The next `count` numbers, rising."""
        start = to_microseconds(self._clock()) * PLACES + secrets.randbelow(PLACES // 2)
        with self._lock:
            first = max(start, self._last + 1)
            self._last = first + count - 1
        return list(range(first, first + count))


def stored_at(seq: int) -> datetime:
    """The moment at which the statement with this number was stored."""
    return from_microseconds(seq // PLACES)


def first_after(moment: datetime) -> int:
    """The smallest number stored later than a moment."""
    return (to_microseconds(moment) + 1) * PLACES
