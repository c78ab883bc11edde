"""A face-to-face session of the example programme: its desk, its codes, and what is on record of it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from lti_tool.domain.values import Kind
from lti_tool.storage.queries.statements import find_statements
from tests.support.clock import FakeClock
from tests.web.classroom import PROGRAMME, ZHANG, Classroom
from tests.web.launching import Page, Visitor

CLASS, OTHER_CLASS = "cls-0007", "cls-0008"  # of the primary school, of the secondary school
STARTS = datetime(2026, 11, 7, 0, 30, tzinfo=UTC)  # session 1: 8:30 to 11:30 in Hangzhou
ENDS = STARTS + timedelta(hours=3)
EXTENSIONS = "https://ts2.example.org/xapi/extensions/"


class Desk:
    """Session 1 of the primary school's class, its trainer beside it; the clock stands at its beginning."""

    def __init__(self, room: Classroom, clock: FakeClock) -> None:
        self.room = room
        self.clock = clock
        clock.now = STARTS
        self.trainer = room.trainer()

    def at(self, moment: datetime) -> None:
        self.clock.now = moment

    def page(self, session: str = "1", **query: Any) -> Page:
        return self.trainer.get(f"attendance/{CLASS}/{session}", **query)

    def code(self, session: str = "1") -> str:
        """The code on the screen."""
        found = re.search(r'class="visually-hidden">(\d{6})<', self.page(session).text)
        assert found, "the desk shows a code"
        return found.group(1)

    def sign(self, who: Visitor, code: str | None = None, *, session: str = "1", **form: str) -> Page:
        typed = self.code(session) if code is None else code
        return who.post(f"sign-in/{CLASS}/{session}", {"code": typed, "action": "in", **form})

    def mark(self, participant: str, presence: str, reason: str = "手机没电", session: str = "1") -> Page:
        return self.trainer.post(
            f"attendance/{CLASS}/{session}/{participant}", {"presence": presence, "reason": reason}
        )

    def undo(self, participant: str) -> Page:
        return self.trainer.post(f"attendance/{CLASS}/1/{participant}/undo")

    def statements(self, participant: str = ZHANG) -> list[dict[str, Any]]:
        """What stands of somebody's attendance, voided or not, in time order."""
        explained = self.room.services.credits.explain(PROGRAMME, participant)
        pieces = sorted(
            (p for p in explained.evidence if p.kind is Kind.ATTENDED), key=lambda p: (p.stored, p.timestamp)
        )
        with self.room.tool.db.read() as conn:
            found = find_statements(conn, PROGRAMME, [piece.statement for piece in pieces])
        return [found[piece.statement] for piece in pieces]

    def outcomes(self, participant: str = ZHANG) -> list[tuple[str, bool]]:
        """What became of each statement of somebody's attendance."""
        explained = self.room.services.credits.explain(PROGRAMME, participant)
        mine = {piece.statement for piece in explained.evidence if piece.kind is Kind.ATTENDED}
        return [(one.reason, one.counted) for one in explained.credit.explanation if one.statement in mine]


def sign_in_of(statement: dict[str, Any]) -> dict[str, Any]:
    """The `sign-in` extension of a statement."""
    found: dict[str, Any] = statement["result"]["extensions"][EXTENSIONS + "sign-in"]
    return found
