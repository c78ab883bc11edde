"""What becomes of a cell that was not taken: why, and when it is worth another attempt."""

import random
from datetime import datetime, timedelta
from typing import Any

from lti_tool.clock import Clock
from lti_tool.grades.columns import Columns
from lti_tool.grades.paces import Paces
from lti_tool.grades.reasons import REASONS, Level
from lti_tool.grades.values import CellState, Row
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_claims as queries

_LONGEST_OWN = 60.0  # seconds that a single cell waits after the whole platform failed on it


class Refusals:
    """Writes refusals down, with the column or the whole platform where the reason is theirs."""

    def __init__(self, db: Database, paces: Paces, columns: Columns, clock: Clock, chance: random.Random) -> None:
        self._db = db
        self._paces = paces
        self._columns = columns
        self._clock = clock
        self._chance = chance

    def record(
        self,
        row: Row,
        owner: str,
        reason: str,
        detail: str,
        begun: datetime,
        *,
        in_doubt: bool | None = None,
        wait: float | None = None,
    ) -> str:
        """Write down why a cell is not sent and when it is worth another attempt; the reason."""
        now, level = self._clock(), REASONS[reason].level
        values: dict[str, Any] = {"lease_owner": None, "detail": detail[:1000], "reason": reason}
        values |= {"attempts": row["attempts"] + 1}
        if in_doubt is not None:
            values["in_doubt"] = in_doubt
        if level is Level.CELL:
            values |= self._of_cell(row, reason, now)
        elif level is Level.COLUMN:
            values |= {"state": CellState.RETRYING.value, "next_attempt_at": now}
        else:  # the others first: it may be this very cell that the platform stumbles over
            again = now + timedelta(seconds=min(2.0 ** min(row["attempts"], 30), _LONGEST_OWN))
            values |= {"state": CellState.RETRYING.value, "next_attempt_at": again, "retry_at": again}
        # The larger thing first: no other lane must find the cell due while its column or platform seems well.
        if level is Level.PLATFORM:
            self._paces.failed(row["platform_id"], reason, detail, begun=begun, retry_after=wait)
        elif level is Level.COLUMN:
            self._columns.close(row["line_item_id"], reason, detail, url=row["url"])
        elif reason == "server_fault":
            self._paces.fault(row["platform_id"], detail, begun=begun)
        with self._db.begin() as conn:
            queries.record_cell(conn, row["id"], values, owner=owner)
        return reason

    def _of_cell(self, row: Row, reason: str, now: datetime) -> dict[str, Any]:
        patience = REASONS[reason].patience
        counted = {"refusals": row["refusals"] + 1}
        if patience is None:
            return {**counted, "state": CellState.BLOCKED.value, "next_attempt_at": None, "retry_at": None}
        seconds = min(patience.first * 2.0 ** min(row["refusals"], 30), patience.most)
        retry = now + timedelta(seconds=seconds * self._chance.uniform(0.75, 1.25))
        return {**counted, "state": CellState.RETRYING.value, "next_attempt_at": retry, "retry_at": retry}
