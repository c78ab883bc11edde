"""Queries that must stay as quick as one person's history, however much there is of others."""

from typing import Any

import pytest
from sqlalchemy import Connection, event

from lti_tool.storage.database import Database
from lti_tool.storage.queries.evidence import list_evidence
from lti_tool.storage.queries.statement_browser import list_evidence_of

NAMES = [f"n{number}" for number in range(50)]


def plan_of(db: Database, ask: Any) -> str:
    """How SQLite goes about the last query of `ask(conn)`."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    with db.read() as conn:
        ask(conn)
        statement, parameters = asked[-1]
        rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "\n".join(row[3] for row in rows)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda conn: list_evidence(conn, "hz-2026", NAMES), "subject_key"),
        (lambda conn: list_evidence_of(conn, "hz-2026", NAMES), "statement"),
    ],
)
def test_evidence_is_found_by_whose_it_is_and_not_by_who_sent_it(db: Database, ask: Any, index: str) -> None:
    """Among some fifty keys SQLite once preferred the index of tenants: that is a walk through everybody's evidence."""
    if not db.is_sqlite:
        pytest.skip("PostgreSQL chooses by the figures that it keeps of its tables")

    plan = plan_of(db, ask)

    assert f"({index}=?)" in plan
    assert "tenant" not in plan
