"""What a process remembers of the database, so that reading asks it once instead of every time.

Nothing here decides what is answered: row numbers never change, sizes only choose between plans, and a horizon that
was true stays true.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")

_MOST_REMEMBERED = 100_000
_SIZES_SECONDS = 300.0
#: Asked for anew after this time; every answer names the horizon, and none need be newer.
_HORIZON_LASTS = timedelta(milliseconds=250)


class Remembered(Generic[_K, _V]):
    """Values by key, for some seconds or, without, for good; when they are too many, all are forgotten."""

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._items: dict[_K, tuple[_V, float]] = {}

    def get(self, key: _K) -> _V | None:
        item = self._items.get(key)
        if item is None or (self._seconds is not None and item[1] + self._seconds < time.monotonic()):
            return None
        return item[0]

    def put(self, key: _K, value: _V) -> None:
        if len(self._items) >= _MOST_REMEMBERED:
            self._items = {}
        self._items[key] = (value, time.monotonic())


class Memory:
    """The memory of one store."""

    def __init__(self) -> None:
        self.numbers: Remembered[tuple[str, str], int] = Remembered()
        """Row numbers of agents, verbs and activities, by table and key."""
        self.sizes: Remembered[tuple[Any, Any], int] = Remembered(_SIZES_SECONDS)
        """How many statements a value of a column has."""
        self._horizon: tuple[datetime, datetime] | None = None

    def horizon(self, now: datetime, find: Callable[[], datetime]) -> datetime:
        """The moment up to which every statement is visible; found anew if it was found long ago."""
        known = self._horizon
        if known is not None and timedelta(0) <= now - known[0] < _HORIZON_LASTS:
            return known[1]
        found = find()
        self._horizon = (now, found)
        return found
