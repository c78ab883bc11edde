"""Marking whom a batch concerns: as much work as it has people."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, event

from lti_tool.clock import utc_now
from lti_tool.domain.identifiers import account_key
from lti_tool.programmes.file import read_programme_file
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.database import Database
from lti_tool.storage.queries import people

PEOPLE = 400


def enrol(db: Database) -> tuple[str, list[str]]:
    """A programme with four hundred participants; its id, and a key of each."""
    file = read_programme_file(Path("examples/programme.toml"))
    persons = tuple(replace(file.participants[0], id=f"p{number}") for number in range(PEOPLE))
    keys = {account_key("https://moodle.example.org", one.id): one.id for one in persons}
    with db.begin() as conn:
        apply_programme(conn, replace(file, participants=persons, identifiers=tuple(keys.items())), utc_now())
    return file.programme.id, list(keys)


def touched(db: Database, programme_id: str) -> int:
    with db.read() as conn:
        return sum(row["touched"] for row in people.list_participants(conn, programme_id, limit=PEOPLE))


@pytest.mark.parametrize("bound", [True, False])
@pytest.mark.parametrize("number", [1, 5, 100, PEOPLE])
def test_everybody_is_marked_once(db: Database, number: int, *, bound: bool) -> None:
    programme_id, keys = enrol(db)
    before = touched(db, programme_id)

    with db.begin() as conn:
        people.touch_keys(
            conn, [*keys[:number], "account|https://elsewhere.example.org|p1"], programme_id if bound else None
        )

    assert touched(db, programme_id) == before + number


@pytest.mark.parametrize("number", [5, 100])
def test_a_batch_takes_no_more_than_its_own_people(db: Database, number: int) -> None:
    """Each participant of the programme compared with each key would take seconds, while other batches wait."""
    if db.is_sqlite:
        pytest.skip("SQLite does not tell how many rows it looked at")
    programme_id, keys = enrol(db)
    db.analyse()  # as `programme load` does
    asked: list[tuple[str, Any]] = []

    def note(_conn: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    with db.begin() as conn:
        event.listen(db.engine, "before_cursor_execute", note)
        people.touch_keys(conn, keys[:number], programme_id)
        event.remove(db.engine, "before_cursor_execute", note)
        looked_at = sum(rows_of(conn, *one) for one in asked)

    assert asked
    assert looked_at < 10 * PEOPLE


def rows_of(conn: Connection, statement: str, parameters: Any) -> float:
    """How many rows PostgreSQL looks at for a command, over all its steps."""
    [[[answer]]] = conn.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).all()
    plan = orjson.loads(answer) if isinstance(answer, str) else answer
    return _rows(plan["Plan"])


def _rows(node: dict[str, Any]) -> float:
    dropped = sum(value for name, value in node.items() if name.startswith("Rows Removed"))
    return (node["Actual Rows"] + dropped) * node["Actual Loops"] + sum(map(_rows, node.get("Plans", ())))
