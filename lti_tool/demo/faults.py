"""Troubles the platform can be told to have, on its service endpoints only (token, grades, memberships)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

ErrorKind = int | Literal["close"]


@dataclass(slots=True)
class RandomErrors:
    """Fail a share of the calls: `kinds` holds statuses, and "close" for a connection closed without an answer."""

    rate: float
    kinds: Sequence[ErrorKind] = (500, 502, 503, "close")
    seed: int = 1
    _chance: random.Random | None = field(default=None, repr=False)

    def draw(self) -> ErrorKind | None:
        """What befalls the next call: always the same sequence for the same seed."""
        self._chance = self._chance or random.Random(self.seed)  # noqa: S311 - trouble, not secrets
        if self._chance.random() >= self.rate:
            return None
        return self._chance.choice(list(self.kinds))


@dataclass(slots=True)
class Faults:
    """All off as made; set the fields at any time.

    `status`: answered to every call, nothing is done; `status_calls` limits for how many calls.
    `retry_after`: sent with such an answer. `stall_seconds`: waited before acting.
    `drop_after_acting`: the call is carried out, then answered 500 ("500") or the connection closed ("close").
    `deliver_twice`: every call is carried out twice, the second answer is the one sent.
    `clock_offset_seconds`: the platform's clock is ahead (or behind) by this much.
    """

    status: int | None = None
    status_calls: int | None = None
    retry_after: int | None = None
    random_errors: RandomErrors | None = None
    stall_seconds: float = 0.0
    drop_after_acting: bool | Literal["500", "close"] = False
    deliver_twice: bool = False
    clock_offset_seconds: float = 0.0

    def refusal(self) -> ErrorKind | None:
        """What to answer instead of acting, if anything; counts `status_calls` down."""
        if self.status is not None and self.status_calls != 0:
            if self.status_calls is not None:
                self.status_calls -= 1
            return self.status
        return self.random_errors.draw() if self.random_errors else None

    def clear(self) -> None:
        """All well again."""
        fresh = Faults()
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))
