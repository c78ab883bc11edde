"""What goes to the driver without a detour goes in and comes out as by SQLAlchemy."""

import uuid

import pytest
from sqlalchemy import Select, bindparam, literal, select, text, union
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from tests.support.lrs import Lrs, Speaker
from tests.support.statements import ADL, LESSON, statement
from xapi.quick import execute, execute_many, fetch, first
from xapi.tables import credentials, statements, verbs


def by_id(*names: str) -> Select[tuple[object, ...]]:
    columns = [statements.c[name] for name in names]
    return select(*columns).where(statements.c.id == bindparam("id", type_=statements.c.id.type))


@pytest.fixture
def stored(speaker: Speaker) -> str:
    return speaker.send(statement(ADL + "experienced", LESSON, context={"registration": str(uuid.uuid4())}))[0]


def test_values_are_those_that_sqlalchemy_gives(lrs: Lrs, stored: str) -> None:
    query = by_id("id", "registration", "voided", "timestamp", "statement")
    with lrs.database.read() as conn:
        [row] = fetch(conn, query, {"id": stored})
        assert tuple(row) == tuple(conn.execute(query, {"id": stored}).one())
        json = select(credentials.c.scopes, credentials.c.attributes, credentials.c.agent)
        assert sorted(str(tuple(row)) for row in fetch(conn, json, {})) == sorted(map(str, conn.execute(json)))


def test_the_first_row_has_the_names_of_its_columns(lrs: Lrs, stored: str) -> None:
    with lrs.database.read() as conn:
        row = first(conn, by_id("id", "major"), {"id": stored, "beside": "the point"})
        assert (row.id, row.major) == (stored, 1)
        assert first(conn, by_id("id"), {"id": str(uuid.uuid4())}) is None


def test_a_parameter_may_stand_twice_and_values_may_belong_to_the_select(lrs: Lrs, stored: str) -> None:
    twice = union(by_id("id", "major"), by_id("id", "major").where(literal(value=True)))
    with lrs.database.read() as conn:
        assert [tuple(row) for row in fetch(conn, twice, {"id": stored})] == [(stored, 1)]


def test_a_page_is_read_from_one_snapshot(lrs: Lrs, speaker: Speaker, stored: str) -> None:
    if not lrs.database.is_sqlite:
        pytest.skip("PostgreSQL reads what is committed at each command")
    everything = select(statements.c.seq)
    with lrs.database.read() as conn:
        before = len(fetch(conn, everything, {}))
        speaker.send(statement(ADL + "experienced", LESSON))
        assert len(fetch(conn, everything, {})) == before


@pytest.mark.parametrize("many", [False, True])
def test_errors_are_sqlalchemys(lrs: Lrs, stored: str, *, many: bool) -> None:
    taken = "INSERT INTO xapi_verbs (key) SELECT key FROM xapi_verbs"
    with lrs.database.begin() as conn:
        assert conn.scalar(select(verbs.c.id).limit(1))
        nested = conn.begin_nested()
        with pytest.raises(IntegrityError):
            execute_many(conn, taken, [()]) if many else execute(conn, taken)
        nested.rollback()
        with pytest.raises(DBAPIError):
            execute(conn, "SELECT nothing FROM nowhere")


def test_a_command_without_rows_returns_none(lrs: Lrs, stored: str) -> None:
    with lrs.database.begin() as conn:
        assert execute(conn, f"UPDATE xapi_statements SET major = 1 WHERE seq = {-1}") == []
        assert conn.scalar(text("SELECT 1")) == 1


def ask_after_the_end(lrs: Lrs) -> None:
    with lrs.database.begin() as conn:
        number = conn.scalar(text("SELECT pg_backend_pid()"))
        with lrs.database.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
        execute(conn, "SELECT 1")


def test_a_connection_that_the_server_ended_is_known_to_be_lost(lrs: Lrs) -> None:
    """The error is the server's own, and the next connection is another."""
    if lrs.database.is_sqlite:
        pytest.skip("SQLite has no server")
    with pytest.raises(OperationalError) as told:
        ask_after_the_end(lrs)
    assert told.value.connection_invalidated
    assert told.value.orig.sqlstate == "57P01"
    with lrs.database.read() as conn:
        assert fetch(conn, select(literal(1).label("one")), {})
