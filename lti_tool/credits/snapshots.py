"""Routine monitoring 常态化监测 (R-070): the indicators are kept week by week, so that monitors see how they grow."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from lti_tool.clock import Clock
from lti_tool.credits.service import Credits
from lti_tool.domain.cycle import zone_of
from lti_tool.domain.values import Programme
from lti_tool.storage.database import Database
from lti_tool.storage.queries.indicators import save_snapshot

#: After its end a programme is assessed and entered; then its figures stand still.
_AFTER_THE_END = timedelta(weeks=13)


class Snapshots:
    """Keeps them; any number of these may do so at once, the first of a week holds."""

    def __init__(self, db: Database, credits_: Credits, clock: Clock) -> None:
        self._db = db
        self._credits = credits_
        self._clock = clock
        self._done: dict[str, date] = {}

    def take_if_due(self, programme_id: str) -> None:
        """Keep the figures of this week if it has none yet; to be called when nobody is stale."""
        ready = self._credits.programme(programme_id)
        zone = ZoneInfo(zone_of(ready.programme, ready.rules.settings))
        today = self._clock().astimezone(zone).date()
        week = today - timedelta(days=today.weekday())
        if self._done.get(programme_id) == week or not _is_watched(ready.programme, today):
            return
        with self._db.begin() as conn:
            save_snapshot(conn, programme_id, week)
        self._done[programme_id] = week


def _is_watched(programme: Programme, today: date) -> bool:
    return programme.start <= today <= programme.end + _AFTER_THE_END
