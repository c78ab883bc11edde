"""Databases that are busy, or lose a race: done again where that may help, told as 503 where it does not."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from lti_tool.storage.database import Database
from tests.support.lrs import Lrs
from tests.support.statements import ADL, LESSON, statement


def busy() -> DBAPIError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorname = "SQLITE_BUSY"
    return OperationalError("BEGIN IMMEDIATE", {}, error)


def lost_race() -> DBAPIError:
    return IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed"))


class Unlucky:
    """A way to begin that fails some times before it succeeds."""

    def __init__(self, database: Database, failures: list[DBAPIError]) -> None:
        self._database, self._failures = database, failures

    @contextmanager
    def __call__(self) -> Iterator[Connection]:
        with self._database.begin() as conn:
            yield conn
            if self._failures:
                raise self._failures.pop()


@pytest.fixture
def unlucky(sqlite_lrs: Lrs, tmp_path: Path) -> tuple[Lrs, list[DBAPIError]]:
    """A store, and the failures that await its next units of work."""
    failures: list[DBAPIError] = []
    host = Lrs(sqlite_lrs.database, tmp_path)
    host.store.begin = Unlucky(sqlite_lrs.database, failures)  # type: ignore[assignment]
    return host, failures


def learned(**parts: Any) -> dict[str, Any]:
    return statement(ADL + "experienced", LESSON, **parts)


def test_a_lost_race_is_run_again(unlucky: tuple[Lrs, list[DBAPIError]]) -> None:
    host, failures = unlucky
    speaker = host.speaker("all")
    failures += [lost_race() for _ in range(3)]
    [sent] = speaker.send(learned())
    assert speaker.find() == [sent]
    assert failures == []


@pytest.mark.parametrize("failure", [busy, lost_race], ids=["busy", "races without end"])
def test_what_cannot_be_done_now_is_told_so_and_not_half_done(
    unlucky: tuple[Lrs, list[DBAPIError]], failure: Any
) -> None:
    host, failures = unlucky
    speaker = host.speaker("all")
    failures += [failure() for _ in range(6)]
    response = speaker.post(learned())
    failures.clear()
    assert (response.status_code, response.json["error"]["code"]) == (503, "unavailable")
    assert speaker.find() == []


def test_other_failures_are_not_tried_again(
    unlucky: tuple[Lrs, list[DBAPIError]], caplog: pytest.LogCaptureFixture
) -> None:
    host, failures = unlucky
    failures += [ProgrammingError("SELECT", {}, sqlite3.ProgrammingError("no such column")) for _ in range(2)]
    assert host.speaker("all").post(learned()).status_code == 500
    assert len(failures) == 1
    assert "no such column" in caplog.text


def test_a_read_that_finds_the_database_busy_is_told_so(sqlite_lrs: Lrs, tmp_path: Path) -> None:
    host = Lrs(sqlite_lrs.database, tmp_path)
    speaker = host.speaker("all")

    @contextmanager
    def read() -> Iterator[Connection]:
        raise busy()
        yield

    host.store.read = read
    assert speaker.get("activities", activityId=LESSON).status_code == 503


def test_a_database_that_is_away_is_told_as_503_and_logged(
    unlucky: tuple[Lrs, list[DBAPIError]], caplog: pytest.LogCaptureFixture
) -> None:
    """Whether somebody stores alone or with others: the sender may send again, the operator sees why."""
    host, failures = unlucky
    speaker = host.speaker("all")
    lost = Exception("connection refused")
    lost.sqlstate = None  # type: ignore[attr-defined]  # as psycopg says it
    failures.append(OperationalError("BEGIN", {}, lost))
    assert speaker.post(learned()).status_code == 503
    assert "connection refused" in caplog.text
