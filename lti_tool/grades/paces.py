"""How a platform is spared: after a failure of the whole platform nothing is sent to it for a while (a circuit)."""

import random
from datetime import timedelta

from lti_tool.clock import Clock
from lti_tool.grades.reasons import REASONS
from lti_tool.storage.database import Database
from lti_tool.storage.queries.grades_claims import find_pace, save_pace

_DEFAULT_PARALLEL = 4.0
_SLOWEST = 300.0  # seconds between two looks at a platform that stays out of order


class Paces:
    """What was learned of each platform, shared by all workers through the database."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def failed(self, platform_id: int, reason: str, detail: str, chance: random.Random) -> None:
        """Pause a platform; the pause doubles with each failure in a row, up to five minutes."""
        now = self._clock()
        patience = REASONS[reason].patience
        with self._db.begin() as conn:
            before = find_pace(conn, platform_id)
            failures = (before["failures"] if before else 0) + 1
            seconds = min((patience.first if patience else _SLOWEST) * 2.0 ** min(failures - 1, 20), _SLOWEST)
            row = {
                "platform_id": platform_id,
                "parallel": before["parallel"] if before else _DEFAULT_PARALLEL,
                "failures": failures,
                "throttles": (before["throttles"] if before else 0) + (reason == "throttled"),
                "paused_until": now + timedelta(seconds=seconds * chance.uniform(0.75, 1.25)),
                "reason": reason,
                "detail": detail[:1000],
                "changed_at": now,
            }
            save_pace(conn, row)

    def well(self, platform_id: int) -> None:
        """The platform took a score: forget its failures, if there were any."""
        with self._db.read() as conn:
            before = find_pace(conn, platform_id)
        if before is None or not before["failures"]:
            return
        calm = {"failures": 0, "throttles": 0, "paused_until": None, "reason": None, "detail": None}
        with self._db.begin() as conn:
            save_pace(conn, {**before, **calm, "changed_at": self._clock()})
