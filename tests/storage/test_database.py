"""The door to the database: a unit of work that rolls back unless it ends well, and writers that queue."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import Text, literal, select, text

from lti_tool.storage.database import Database, open_database
from lti_tool.storage.queries.programmes import link_course, list_programmes, save_programme
from lti_tool.storage.tables.programmes import programmes
from lti_tool.storage.types import DecimalText, UtcDateTime, from_microseconds, to_microseconds

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def row(programme_id: str) -> dict[str, object]:
    return {
        "id": programme_id,
        "title": "提升工程",
        "rule_set": "zj",
        "start": NOW.date(),
        "end": NOW.date() + timedelta(days=300),
        "zone": "Asia/Shanghai",
        "settings": {"online_award": "threshold"},
        "loaded_at": NOW,
    }


def test_an_exception_leaves_nothing_behind(db: Database) -> None:
    with pytest.raises(RuntimeError, match="half-way"), db.begin() as conn:  # noqa: PT012 - a unit of work that fails
        save_programme(conn, row("one"), {})
        raise RuntimeError("half-way")

    with db.read() as conn:
        assert list_programmes(conn) == []


def test_what_was_committed_is_there(db: Database) -> None:
    with db.begin() as conn:
        save_programme(conn, row("one"), {})

    with db.read() as conn:
        (found,) = list_programmes(conn)
    assert found["settings"] == {"online_award": "threshold"}
    assert found["loaded_at"] == NOW


def test_writers_queue_instead_of_failing(db: Database) -> None:
    with db.begin() as conn:
        save_programme(conn, row("one"), {})
    failures: list[Exception] = []

    def write(number: int) -> None:
        try:
            for course in range(10):
                with db.begin() as conn:
                    conn.execute(select(programmes)).all()
                    link_course(conn, "one", f"https://lms-{number}.example.org", str(course))
        except Exception as error:  # noqa: BLE001 - the point of the test is that there is none
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 24, 1, 2, 3, 456789, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 11, 24, 8, tzinfo=timezone(timedelta(hours=8))),
    ],
)
def test_moments_survive_to_the_microsecond(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment


def test_a_time_without_zone_cannot_be_stored(db: Database) -> None:
    with pytest.raises(ValueError, match="without zone"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 24), db.engine.dialect)  # noqa: DTZ001


def test_credits_are_exact(db: Database) -> None:
    with db.read() as conn:
        assert conn.scalar(select(literal("24.9", Text()).cast(DecimalText()))) == Decimal("24.9")


def test_a_connection_that_the_server_ended_is_replaced_unnoticed(db: Database) -> None:
    if db.is_sqlite:
        return  # no server, nothing to end
    with db.read() as conn:
        ended = conn.scalar(text("SELECT pg_backend_pid()"))
    other = open_database(db.engine.url)
    with other.begin() as conn:
        conn.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": ended})
    other.close()
    for door in (db.read, db.begin):
        with door() as conn:
            assert conn.scalar(text("SELECT pg_backend_pid()")) != ended


def test_postgresql_neither_compiles_nor_shares_out_what_takes_milliseconds(db: Database) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite does neither")
    for connect in (db.read, db.begin):
        with connect() as conn:
            told = [conn.scalar(text(f"SHOW {name}")) for name in ("jit", "max_parallel_workers_per_gather")]
        assert told == ["off", "0"]
