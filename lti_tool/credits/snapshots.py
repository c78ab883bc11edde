"""Routine monitoring 常态化监测 (R-070): the indicators are kept week by week, so that monitors see how they grow."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lti_tool.clock import Clock
from lti_tool.credits.service import Credits
from lti_tool.domain.cycle import zone_of
from lti_tool.domain.values import Programme
from lti_tool.storage.database import Database
from lti_tool.storage.queries.indicators import save_snapshot

#: After its end a programme is assessed and entered; then its figures stand still.
_AFTER_THE_END = timedelta(weeks=13)
_EVERY = timedelta(minutes=10)


class Snapshots:
    """Keeps them; any number of these may do so at once, the first of a week holds."""

    def __init__(self, db: Database, credits_: Credits, clock: Clock) -> None:
        self._db = db
        self._credits = credits_
        self._clock = clock
        self._next: dict[str, datetime] = {}

    def take_if_due(self, programme_id: str) -> None:
        """Keep the figures of this week if it has none yet; to be called when nobody is stale.

        However often it is called, it looks at most every ten minutes.
        """
        now = self._clock()
        if programme_id in self._next and now < self._next[programme_id]:
            return
        ready = self._credits.programme(programme_id)
        zone = ZoneInfo(zone_of(ready.programme, ready.rules.settings))
        today = now.astimezone(zone).date()
        if _is_watched(ready.programme, today):
            with self._db.begin() as conn:
                save_snapshot(conn, programme_id, today - timedelta(days=today.weekday()))
        self._next[programme_id] = now + _EVERY


def _is_watched(programme: Programme, today: date) -> bool:
    return programme.start <= today <= programme.end + _AFTER_THE_END
