"""A record store with a million statements, filled in a minute or two.

Some hundreds of statements that together name everybody and everything are posted; all others are copies of these,
with ids, moments, people and lessons of their own, put into the tables in bulk as the store would have put them. They
are spread over a hundred days. Every fifth is by one busy person; five of theirs, the oldest, are about an activity
that nobody else touches; and one in a thousand is a remark about an earlier statement, so that answers also hold
what refers to a match.
"""

import random
import re
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Table, event, select

from lti_tool.storage.database import Database
from tests.benchmarks.bench_statements import CONTENT, LESSONS, PEOPLE, TEACHERS, account, make_statement
from tests.support.lrs import Lrs
from xapi.moments import to_microseconds, utc_now, write_moment
from xapi.prepare import prepare_statement, stamp
from xapi.sequence import PLACES, stored_at
from xapi.tables import (
    activities,
    agents,
    statement_activities,
    statement_agents,
    statement_references,
    statements,
    verbs,
)
from xapi.values import Credential, Statement

BUSY, RARE = "busy", "rare"
REMARK = "http://adlnet.gov/expapi/verbs/commented"
SPAN = timedelta(days=100)
_BATCH = 5_000
_RARE = 5
_BUSY_ONE_IN, _REMARK_ONE_IN = 5, 1_000

_Values = dict[str, str]


def fill(database: Database, lrs: Lrs, credential: Credential, count: int) -> None:
    """Store about `count` statements."""
    forms = {remark: _Form(_template(remark=remark), lrs, credential) for remark in (False, True)}
    everything = [{"person": str(number % PEOPLE), "lesson": str(number % LESSONS)} for number in range(PEOPLE)]
    everything.append({"person": BUSY, "lesson": RARE})
    chance = random.Random(0)
    lrs.store.accept([forms[False].statement(_complete(chance, values)) for values in everything], credential)
    lrs.store.accept([forms[True].statement(_complete(chance, everything[0]))], credential)
    if database.is_sqlite:
        event.listen(database.engine, "connect", _hurry)
        database.engine.dispose()
    copier = _Copier(database, credential)
    for batch in _batches(chance, forms, count):
        copier.store(batch)
    if database.is_sqlite:
        event.remove(database.engine, "connect", _hurry)
        database.engine.dispose()


def _hurry(connection: sqlite3.Connection, _record: Any) -> None:
    """Nobody was promised that these survive a power cut."""
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -500000")


# What is stored.


class _Form:
    """The JSON of a statement as the store keeps it, with blanks to fill in."""

    def __init__(self, template: Statement, lrs: Lrs, credential: Credential) -> None:
        prepared = prepare_statement(template, credential, lrs.store.authority_of(credential), 1)
        stamp(prepared, utc_now())
        text = orjson.dumps({**prepared.statement, "stored": "§stored§"}).decode()
        self._pieces = re.split("§(.*?)§", text)
        self._blanks = self._pieces[1::2]

    def text(self, values: _Values) -> str:
        pieces = self._pieces
        pieces[1::2] = [values[name] for name in self._blanks]
        return "".join(pieces)

    def statement(self, values: _Values) -> Statement:
        return dict(orjson.loads(self.text({"stored": write_moment(utc_now()), **values})))


def _template(*, remark: bool) -> Statement:
    statement = make_statement(random.Random(0))
    course = {"id": "https://moodle.example.org/course/§course§"}
    statement["id"] = "§id§"
    statement["actor"] = {"objectType": "Agent", "name": "张老师 §person§", **account("p§person§")}
    statement["object"]["id"] = f"{CONTENT}/§lesson§"
    statement["context"].update(registration="§registration§", instructor=account("t§teacher§"))
    statement["context"]["contextActivities"]["grouping"] = [course]
    statement["context"]["extensions"] = {"https://ts2.example.org/xapi/extensions/session": "§session§"}
    if remark:
        statement["verb"] = {"id": REMARK}
        statement["object"] = {"objectType": "StatementRef", "id": "§target§"}
        del statement["context"]["platform"]
    return statement


def _complete(chance: random.Random, values: _Values) -> _Values:
    """What follows from who did what, and what is every statement's own."""
    person = 0 if values["person"] == BUSY else int(values["person"])
    lesson = 0 if values["lesson"] == RARE else int(values["lesson"])
    return {
        "id": _random_id(chance),
        "target": _random_id(chance),
        "teacher": str(person % TEACHERS),
        "course": str(lesson % 10),
        "registration": str(uuid.UUID(int=person + 1)),
        "session": str(chance.getrandbits(64)),
        **values,
    }


def _random_id(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def _batches(chance: random.Random, forms: dict[bool, _Form], count: int) -> Iterator[list[tuple[int, _Values, str]]]:
    """Places in the order, what is filled in, and the JSON."""
    step = SPAN // timedelta(microseconds=1) // count * PLACES
    first = to_microseconds(utc_now()) * PLACES - step * count
    batch: list[tuple[int, _Values, str]] = []
    for start in range(0, count, _BATCH):
        earlier = batch
        batch = []
        for number in range(start, min(start + _BATCH, count)):
            seq = first + step * number
            values = _complete(chance, _who_and_what(chance, number))
            values["stored"] = write_moment(stored_at(seq))
            target = chance.choice(earlier)[1] if earlier and number % _REMARK_ONE_IN == 1 else None
            remark = target is not None and target["lesson"] != ""
            if target is not None and remark:
                values.update(target=target["id"], lesson="")
            batch.append((seq, values, forms[remark].text(values)))
        yield batch


def _who_and_what(chance: random.Random, number: int) -> _Values:
    who = BUSY if number % _BUSY_ONE_IN == 0 else str(chance.randrange(PEOPLE))
    rare = who == BUSY and number // _BUSY_ONE_IN < _RARE
    return {"person": who, "lesson": RARE if rare else str(chance.randrange(LESSONS))}


# How it is stored.


class _Copier:
    """Puts copies into the tables, with the numbers of people, verbs and activities that are there."""

    def __init__(self, database: Database, credential: Credential) -> None:
        self._database = database
        self._credential = credential
        with database.read() as conn:
            self._agents, self._verbs, self._activities = (
                {row.key: row.id for row in conn.execute(select(table.c.key, table.c.id))}
                for table in (agents, verbs, activities)
            )

    def store(self, batch: list[tuple[int, _Values, str]]) -> None:
        remarks = [(self._id(values["target"]), seq) for seq, values, _ in batch if not values["lesson"]]
        with self._database.begin() as conn:
            _insert(conn, statements, [self._row(*one) for one in batch])
            _insert(
                conn, statement_agents, [(self._agent("t", values["teacher"]), seq, False) for seq, values, _ in batch]
            )
            _insert(
                conn, statement_activities, [pair for seq, values, _ in batch for pair in self._beside(seq, values)]
            )
            _insert(conn, statement_references, remarks)

    def _row(self, seq: int, values: _Values, text: str) -> tuple[Any, ...]:
        """In the order of the table's columns."""
        lesson = values["lesson"]
        return (
            seq,
            self._id(values["id"]),
            self._credential.id,
            self._credential.tenant,
            self._agent("p", values["person"]),
            self._verbs[_VERB if lesson else REMARK],
            self._activities[f"{CONTENT}/{lesson}"] if lesson else None,
            self._id(values["registration"]),
            _TIMESTAMP,
            1,
            False,
            text,
        )

    def _agent(self, kind: str, name: str) -> int:
        return self._agents[f"account|https://moodle.example.org|{kind}{name}"]

    def _beside(self, seq: int, values: _Values) -> Iterator[tuple[int, int]]:
        for iri in (CONTENT, f"https://moodle.example.org/course/{values['course']}", _CATEGORY):
            yield self._activities[iri], seq

    def _id(self, text: str) -> Any:
        return bytes.fromhex(text.replace("-", "")) if self._database.is_sqlite else text


_VERB = "http://adlnet.gov/expapi/verbs/experienced"
_CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
_TIMESTAMP = 1_791_804_012_000_000


def _insert(conn: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    """Rows of all columns in the quickest way the driver has."""
    if not rows:
        return
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.c))})", rows)
        return
    driver: Any = conn.connection.cursor()
    with driver as cursor, cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
