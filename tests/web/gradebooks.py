"""Gradebook cells as the worker leaves them behind."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, insert, select

from lti_tool.storage.database import Database
from lti_tool.storage.tables.grades import grade_cells, grade_exchanges, grade_line_items, grade_paces


class Gradebook:
    """One column of a course, open unless said otherwise."""

    def __init__(self, db: Database, platform: int, context: int, programme: str, now: datetime, **said: Any) -> None:
        self.db, self.platform, self.programme, self.now = db, platform, programme, now
        row = {
            "platform_id": platform,
            "context_id": context,
            "programme_id": programme,
            "tag": "total",
            "label": "学分",
            "maximum": Decimal(50),
            "url": "https://lms.example/lineitems/1",
            "state": "open",
            "created_at": now,
            **said,
        }
        self.id = self._insert(grade_line_items, row)

    def cell(self, member: int, state: str, reason: str | None = None, **said: Any) -> int:
        """A cell in some state; 33 credits should stand in it."""
        row = {
            "line_item_id": self.id,
            "member_id": member,
            "platform_id": self.platform,
            "programme_id": self.programme,
            "participant_id": "a6f10c3e",
            "desired_value": Decimal(33),
            "desired_maximum": Decimal(50),
            "desired_comment": "33",
            "desired_progress": "InProgress",
            "desired_since": self.now,
            "state": state,
            "reason": reason,
            **said,
        }
        return self._insert(grade_cells, row)

    def exchange(self, cell: int | None = None, **said: Any) -> int:
        """A call about a score that the LMS refused."""
        row = {
            "at": self.now,
            "platform_id": self.platform,
            "line_item_id": self.id,
            "cell_id": cell,
            "programme_id": self.programme,
            "kind": "score",
            "method": "POST",
            "url": "https://lms.example/lineitems/1/scores",
            "request": '{"scoreGiven": 33}',
            "status": 422,
            "answer": "User not found or not a student",
            "milliseconds": 87,
            "outcome": "refused",
            **said,
        }
        return self._insert(grade_exchanges, row)

    def pause(self, until: datetime, reason: str, detail: str) -> None:
        row = {"platform_id": self.platform, "parallel": 1.0, "failures": 3, "paused_until": until}
        with self.db.begin() as conn:
            conn.execute(insert(grade_paces).values(**row, reason=reason, detail=detail, changed_at=self.now))

    def read(self, cell: int) -> RowMapping:
        with self.db.read() as conn:
            return conn.execute(select(grade_cells).where(grade_cells.c.id == cell)).mappings().one()

    def read_column(self) -> RowMapping:
        with self.db.read() as conn:
            return conn.execute(select(grade_line_items).where(grade_line_items.c.id == self.id)).mappings().one()

    def _insert(self, table: Any, row: dict[str, Any]) -> int:
        with self.db.begin() as conn:
            return int(conn.execute(insert(table).values(**row).returning(table.c.id)).scalar_one())
