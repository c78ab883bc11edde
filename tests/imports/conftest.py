"""The office of the institution that runs the example programme: it hands in sheets and looks at credits."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lti_tool.domain.values import Credit
from lti_tool.evidence.activities import Vocabulary
from lti_tool.imports.assessments import Assessments
from lti_tool.imports.attendance import Attendance
from lti_tool.imports.columns import layouts
from lti_tool.imports.outcomes import Importer
from lti_tool.imports.roster import Roster
from lti_tool.imports.run import ImportResult, run_import
from lti_tool.imports.statements import Reception
from lti_tool.imports.tables import Table, read_table
from lti_tool.storage.database import Database
from lti_tool.storage.queries import people
from tests.credits.conftest import Tool, make_tool
from tests.imports.sheets import Rows, read_errors, write_csv
from tests.support.clock import FakeClock
from tests.support.statements import BASE

PROGRAMME = "hz-2026"
ZHANG, CHEN, WANG = "a6f10c3e", "c41b77e0", "b19d52aa"


class Office:
    """Imports sheets into the example programme."""

    def __init__(self, tool: Tool, folder: Path) -> None:
        self.tool = tool
        self.folder = folder
        self.errors = folder / "errors.csv"

    def hand_in(self, kind: str, given: Rows | Path, *, per_unit: int = 0, **more: Any) -> ImportResult:
        """Import a sheet: a file, or its rows; what became of it."""
        path = given if isinstance(given, Path) else write_csv(self.folder / f"{kind}.csv", given)
        table = read_table(path, layouts()[kind])
        importer = self._importer(kind, table, **more)
        if per_unit:
            importer.at_once = per_unit  # type: ignore[misc]
        return run_import(importer, table, errors_to=self.errors)

    def _importer(self, kind: str, table: Table, **more: Any) -> Importer:
        programme = self.tool.credits.programme(PROGRAMME)
        if kind == "roster":
            return Roster(programme.programme, self.tool.db, len(table.lines))
        reception = Reception(programme, self.tool.store, Vocabulary((BASE,)))
        return Attendance(reception, **more) if kind == "attendance" else Assessments(reception)

    def reasons(self) -> list[str]:
        """Why rows were set aside, in their order."""
        return [row["原因"] for row in read_errors(self.errors)] if self.errors.exists() else []

    def credit(self, participant: str) -> Credit:
        explained = self.tool.credits.explain(PROGRAMME, participant)
        assert explained is not None
        return explained.credit

    def offline(self, participant: str) -> Decimal:
        return self.credit(participant).offline.credits

    def count(self) -> int:
        """How many statements there are."""
        with self.tool.db.read() as conn:
            return self.tool.store.count(conn)

    def person(self, participant: str) -> dict[str, Any] | None:
        with self.tool.db.read() as conn:
            row = people.get_person(conn, PROGRAMME, participant)
        return None if row is None else dict(row)

    def ids(self) -> Sequence[str]:
        """Everybody on the roster."""
        with self.tool.db.read() as conn:
            return [row["id"] for row in people.list_participants(conn, PROGRAMME) if row["left_at"] is None]


@pytest.fixture
def office(db: Database, clock: FakeClock, tmp_path: Path) -> Office:
    return Office(make_tool(db, clock, tmp_path), tmp_path)
