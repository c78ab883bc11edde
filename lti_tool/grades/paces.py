"""How a platform is spared: calls at once are bounded over all workers, and trouble of the whole platform is a pause.

The bound grows slowly while all goes well and is halved when the platform asks to slow down. After a failure nothing
is sent for a while (a circuit); then one call at a time tries whether the platform is back.
"""

import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from lti_tool.clock import Clock
from lti_tool.grades.reasons import REASONS, Patience
from lti_tool.grades.settings import MirrorSettings
from lti_tool.grades.values import Row
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_paces as queries

_FIRST_PARALLEL = 4.0
_LONGEST_ASKED = 3600.0  # a platform's own Retry-After is believed up to this
_SCARCE = 150.0  # units of `X-Rate-Limit-Remaining`: what three calls reserve
_FAULTS = 5  # that many failed cells in a row are the platform's failure
_DEFAULT = Patience(1, 60)


class Paces:
    """What was learned of each platform, shared by all workers through the database."""

    def __init__(self, db: Database, clock: Clock, settings: MirrorSettings, chance: random.Random) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._chance = chance
        self._lock = threading.Lock()
        self._pauses: dict[int, datetime] = {}
        self._unwell: set[int] = set()
        self._highest: set[int] = set()  # platforms that get as many calls at once as any may
        self._good: Counter[int] = Counter()
        self._faults: Counter[int] = Counter()

    def is_paused(self, platform_id: int) -> bool:
        """Whether this process knows of a pause; others' pauses show at the next claim."""
        with self._lock:
            until = self._pauses.get(platform_id)
        return until is not None and until > self._clock()

    def failed(
        self, platform_id: int, reason: str, detail: str, *, begun: datetime, retry_after: float | None = None
    ) -> None:
        """Pause a platform; the pause doubles with each failure in a row.

        Calls that were under way together fail together: what began before the pause was set is the same failure.
        """
        now = self._clock()
        with self._db.begin() as conn:
            before = queries.find_pace(conn, platform_id, lock=True) or _new_pace(platform_id)
            same = before["paused_until"] is not None and begun <= before["changed_at"] and before["paused_until"] > now
            row = dict(before) if same else {**before, **self._worse(before, reason, now)}
            if retry_after is not None:
                asked = now + timedelta(seconds=min(retry_after, _LONGEST_ASKED))
                row["paused_until"] = max(asked, row["paused_until"])
            queries.save_pace(conn, {**row, "reason": reason, "detail": detail[:1000], "changed_at": now})
        with self._lock:
            self._pauses[platform_id] = row["paused_until"]
            self._unwell.add(platform_id)
            self._highest.discard(platform_id)
            self._good[platform_id] = self._faults[platform_id] = 0

    def _worse(self, before: Row, reason: str, now: datetime) -> dict[str, Any]:
        throttled = reason == "throttled"
        failures, throttles = before["failures"] + 1, before["throttles"] + throttled
        patience = REASONS[reason].patience or _DEFAULT
        seconds = min(patience.first * 2.0 ** min(failures - 1, 20), patience.most)
        return {
            "failures": failures,
            "throttles": throttles,
            "parallel": max(1.0, before["parallel"] / 2) if throttled else before["parallel"],
            "paused_until": now + timedelta(seconds=seconds * self._chance.uniform(0.75, 1.25)),
        }

    def fault(self, platform_id: int, detail: str, *, begun: datetime) -> None:
        """A cell failed inside the platform; many in a row are no matter of single cells."""
        with self._lock:
            self._faults[platform_id] += 1
            many = self._faults[platform_id] >= _FAULTS
        if many:
            self.failed(platform_id, "platform_down", detail, begun=begun)

    def well(self, platform_id: int, headers: Mapping[str, str]) -> None:
        """The platform answered as it should: forget its failures, and dare a little more."""
        scarce = _is_scarce(headers)
        with self._lock:
            self._faults[platform_id] = 0
            self._good[platform_id] += 1
            recovered = platform_id in self._unwell
            enough = self._good[platform_id] >= 8 and platform_id not in self._highest
            if recovered or enough or scarce:
                self._good[platform_id] = 0
            self._unwell.discard(platform_id)
        if not (recovered or enough or scarce):
            return
        with self._db.begin() as conn:
            before = queries.find_pace(conn, platform_id, lock=True) or _new_pace(platform_id)
            parallel = before["parallel"] + (-1.0 if scarce else 1.0)
            bounded = min(max(1.0, parallel), float(self._settings.parallel))
            calm = {"failures": 0, "throttles": 0, "paused_until": None, "reason": None, "detail": None}
            if before["failures"] or bounded != before["parallel"]:
                queries.save_pace(conn, {**before, **calm, "parallel": bounded, "changed_at": self._clock()})
        with self._lock:
            (self._highest.add if bounded == self._settings.parallel else self._highest.discard)(platform_id)

    def take_lane(self, platform_id: int, owner: str) -> int | None:
        """The number of a lane to the platform, or None: paused, or as many calls as it bears are being made."""
        now = self._clock()
        with self._db.begin() as conn:
            pace = queries.find_pace(conn, platform_id)
            if pace is not None and pace["paused_until"] is not None and pace["paused_until"] > now:
                return None
            if pace is not None and pace["failures"]:
                allowed = 1
                with self._lock:
                    self._unwell.add(platform_id)
            else:
                allowed = min(int(pace["parallel"] if pace else _FIRST_PARALLEL), self._settings.parallel)
                if allowed < self._settings.parallel:
                    with self._lock:
                        self._highest.discard(platform_id)  # another worker was asked to slow down
            until = now + self._settings.lease
            return queries.take_lane(conn, platform_id, owner, now, until, allowed=max(1, allowed))

    def renew(self, owners: Sequence[str]) -> None:
        """Go on holding lanes."""
        with self._db.begin() as conn:
            queries.renew_lanes(conn, owners, self._clock() + self._settings.lease)

    def free_lane(self, platform_id: int, number: int, owner: str) -> None:
        """The lane is done."""
        with self._db.begin() as conn:
            queries.free_lane(conn, platform_id, number, owner)


def _new_pace(platform_id: int) -> dict[str, Any]:
    return {
        "platform_id": platform_id,
        "parallel": _FIRST_PARALLEL,
        "failures": 0,
        "throttles": 0,
        "paused_until": None,
        "reason": None,
        "detail": None,
        "changed_at": None,
    }


def _is_scarce(headers: Mapping[str, str]) -> bool:
    """Canvas tells how much of its bucket is left (platforms.md 6, Limits)."""
    try:
        return float(headers.get("x-rate-limit-remaining", "inf")) < _SCARCE
    except ValueError:
        return False
