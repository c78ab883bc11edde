"""Servers that start together on a fresh database: what is made once is made once, whoever comes first."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.engine import URL

from lti_tool.evidence.own_credential import own_credential
from lti_tool.lti import keys
from lti_tool.storage.database import Database, open_database
from lti_tool.storage.migrate import pending_migrations, upgrade
from xapi import credentials

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
SERVERS = 6


def together(url: URL, act: Callable[[Database], Any]) -> list[Any]:
    """What each of some servers gets, each with a database connection of its own, all at once."""
    start = threading.Barrier(SERVERS)

    def serve() -> Any:
        db = open_database(url)
        try:
            start.wait(30)
            return act(db)
        finally:
            db.close()

    with ThreadPoolExecutor(SERVERS) as pool:
        running = [pool.submit(serve) for _ in range(SERVERS)]
        return [one.result(120) for one in running]


def test_they_publish_and_sign_with_one_key(database_url: URL) -> None:
    """A platform that fetched the key set of one server must be able to check what another one signs."""

    def sign(db: Database) -> tuple[str, list[str]]:
        with db.begin() as conn:
            kid, _ = keys.signing_key(conn, NOW)
        return kid, [key["kid"] for key in keys.published(db, NOW)["keys"]]

    used = together(database_url, sign)

    assert all(published == [kid] for kid, published in used), used
    assert len({kid for kid, _ in used}) == 1


def test_keys_that_are_rotated_at_once_leave_one_that_goes_on(db: Database, database_url: URL) -> None:
    def rotate(one: Database) -> str:
        with one.begin() as conn:
            return keys.rotate(conn, NOW)

    with db.begin() as conn:
        first, _ = keys.signing_key(conn, NOW - timedelta(days=1))
    made = together(database_url, rotate)

    with db.begin() as conn:
        assert keys.signing_key(conn, NOW)[0] == first
        last, _ = keys.signing_key(conn, NOW + keys.PUBLISHED_BEFORE_USE * 2)
        in_use = conn.exec_driver_sql("SELECT kid FROM lti_keys WHERE retired_at IS NULL").scalars().all()
    assert in_use == [last]
    assert last in made


def test_they_make_one_key_pair_for_what_the_tool_itself_says(db: Database, database_url: URL) -> None:
    def make(one: Database) -> str:
        with one.begin() as conn:
            return own_credential(conn, "hz-2026").key

    made = together(database_url, make)

    assert len(set(made)) == 1
    with db.read() as conn:
        assert [one.key for one in credentials.list_credentials(conn)] == made[:1]


def test_they_migrate_an_empty_database_once(empty_database_url: URL) -> None:
    together(empty_database_url, upgrade)

    db = open_database(empty_database_url)
    assert pending_migrations(db) == []
    db.close()
