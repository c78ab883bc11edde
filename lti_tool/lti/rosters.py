"""Keeping the tool's list of a course's people equal to the platform's: now, by a button, or when it is due.

One reading of a course at a time, whoever asks; how it went is on record with the course. People who left keep who
they are in the programme and their credits, and are themselves again when they come back.
"""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, RowMapping
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.clock import Clock
from lti_tool.lti.http import PlatformHttp
from lti_tool.lti.matching import Account, match_people
from lti_tool.lti.memberships import Listed, Memberships, RosterError
from lti_tool.lti.platforms import find_quirks
from lti_tool.lti.roles import audience_role, is_gradable
from lti_tool.lti.roster_problems import PROBLEMS
from lti_tool.lti.tokens import AccessTokens
from lti_tool.storage.database import Database
from lti_tool.storage.queries import rosters as queries

EVERY = timedelta(hours=6)
_FIRST_RETRY = timedelta(minutes=15)  # doubled with each failure, up to EVERY
_LONGEST_WAIT = timedelta(days=1)  # whatever a platform asks for
_PAUSE = timedelta(seconds=10)  # between two readings that people ask for
_GRACE = timedelta(minutes=3)  # beyond the time for reading: the last call, and writing down
_PATIENCE = 300.0  # seconds that the worker gives to one roster
_IDLE = 5.0  # seconds between two looks for one that is due
_log = structlog.get_logger(__name__)

#: How a reading ended, where it did not end with a key of PROBLEMS.
READ, BUSY, CONTINUES = "read", "busy", "continues"


class Rosters:
    """Reads rosters and writes down what they say."""

    def __init__(self, db: Database, http: PlatformHttp, tokens: AccessTokens, clock: Clock) -> None:
        self._db = db
        self._memberships = Memberships(http, tokens)
        self._clock = clock

    def read_soon(self, context_row: int, *, seconds: float) -> str:
        """Read a course's roster while somebody waits: READ, BUSY, CONTINUES (the worker goes on), or a problem.

        What was read a moment ago is not asked for again.
        """
        with self._db.read() as conn:
            known = queries.find_roster(conn, context_row)
        if known is not None and known["busy_until"] is None and known["asked_at"] > self._clock() - _PAUSE:
            return str(known["problem"] or READ)
        return self.sync(context_row, seconds=seconds, somebody_waits=True)

    def sync(
        self,
        context_row: int,
        *,
        seconds: float = _PATIENCE,
        somebody_waits: bool = False,
        stop: threading.Event | None = None,
    ) -> str:
        """Read a course's roster and take over what it says; how it ended."""
        begun = self._clock()
        until = begun + timedelta(seconds=seconds) + _GRACE
        with self._db.begin() as conn:
            course = queries.find_course(conn, context_row)
            if course is None or not queries.claim(conn, context_row, course["programme_id"], begun, until):
                return BUSY
        try:
            listed = self._memberships.read(course, seconds=seconds, stop=stop)
        except RosterError as error:
            return self._fail(course, until, error, goes_on=error.code == "slow" and (somebody_waits or _is_set(stop)))
        now = self._clock()
        done = {"read_at": now, "next_at": now + EVERY, "failures": 0, "problem": None, "detail": None}
        with self._db.begin() as conn:
            if not queries.finish(conn, context_row, until, done):
                return BUSY  # it took so long that somebody else reads it now
            counts = take_over(conn, course, listed, begun=begun, now=now)
            queries.save_counts(conn, context_row, counts)
        _log.info("roster", course=context_row, **counts)
        return READ

    def sync_due(self, stop: threading.Event | None = None) -> bool:
        """Read the roster that waits longest, if any is due."""
        with self._db.read() as conn:
            context_row = queries.find_due(conn, self._clock())
        if context_row is None:
            return False
        self.sync(context_row, stop=stop)
        return True

    def run(self, stop: threading.Event) -> None:
        """Read whatever becomes due, until told to stop. An unreachable database is waited for."""
        while not stop.is_set():
            try:
                did_something = self.sync_due(stop)
            except SQLAlchemyError as error:
                did_something = False
                _log.warning("the database cannot be used for rosters now", error=type(error).__name__)
            if not did_something:
                stop.wait(_IDLE)

    def _fail(self, course: RowMapping, until: datetime, error: RosterError, *, goes_on: bool) -> str:
        """Write down what was in the way, and when to try again; at once where only the time was short."""
        now = self._clock()
        with self._db.begin() as conn:
            if goes_on:
                queries.finish(conn, course["id"], until, {"next_at": now})
                return CONTINUES
            known = queries.find_roster(conn, course["id"])
            failures = (known["failures"] if known else 0) + 1
            said = {"problem": error.code, "detail": error.detail[:2_000], "failures": failures}
            queries.finish(conn, course["id"], until, {**said, "next_at": now + _wait(error, failures)})
        _log.warning("roster", course=course["id"], problem=error.code, detail=error.detail[:300])
        return error.code


def take_over(
    conn: Connection, course: Mapping[Any, Any], listed: Sequence[Listed], *, begun: datetime, now: datetime
) -> dict[str, int]:
    """Write down who is in a course and who has left it; what came of it, in numbers of learners.

    Who launched after reading had `begun` is there, whatever the list says.
    """
    accounts = [Account(one.sub, one.email, one.number) for one in listed]
    matches = match_people(conn, course["programme_id"], course["issuer"], accounts) if course["programme_id"] else {}
    # Participants first and members after, as launches lock them.
    known = {row["sub"]: row for row in queries.lock_members(conn, course["id"])}
    keeps_teachers = find_quirks(course["product"]).roster_demotes_assistants
    rows = [
        _merge(course["id"], one, known.get(one.sub), matches.get(one.sub), keeps_teachers=keeps_teachers)
        for one in listed
    ]
    queries.save_members(conn, [row for row in rows if _differs(row, known.get(row["sub"]))])
    present = {one.sub for one in listed}
    gone = [row for sub, row in known.items() if sub not in present and _was_there(row, begun)]
    queries.mark_left(conn, [row["id"] for row in gone], now)
    learners = [row for row in rows if row["is_trainee"]]
    return {
        "people": len(rows),
        "learners": len(learners),
        "new": sum(row["sub"] not in known for row in learners),
        "returned": sum(row["sub"] in known and known[row["sub"]]["left_at"] is not None for row in learners),
        "matched": sum(row["participant_id"] is not None for row in learners),
        "unmatched": sum(row["participant_id"] is None for row in learners),
        "left": sum(row["is_trainee"] for row in gone),
    }


def _merge(
    context_row: int, one: Listed, old: RowMapping | None, match: tuple[str, str] | None, *, keeps_teachers: bool
) -> dict[str, Any]:
    """A person's row after a reading: what a launch told and the roster leaves out is kept."""
    person, how = match or (None, None)
    roles = list(one.roles)
    merged = {
        "context_id": context_row,
        "sub": one.sub,
        "name": one.name,
        "email": one.email,
        "number": one.number,
        "roles": roles,
        "is_trainee": is_gradable(roles),
        "participant_id": person,
        "linked_by": how,
        "seen_at": None,
        "left_at": None,
    }
    if old is None:
        return merged
    if not one.name or _same_letters(one.name, old["name"]):
        merged["name"] = old["name"]
    merged["email"] = one.email or old["email"]
    merged["number"] = one.number or old["number"]
    if old["linked_by"] == "hand":
        merged |= {"participant_id": old["participant_id"], "linked_by": "hand"}
    elif old["linked_by"] is not None and old["participant_id"] == person:
        merged["linked_by"] = old["linked_by"]  # the account of whoever was found by address is known by now
    if keeps_teachers and merged["is_trainee"] and audience_role(old["roles"]) != "trainee":
        merged |= {"roles": old["roles"], "is_trainee": old["is_trainee"]}
    return merged


def _differs(row: Mapping[str, Any], old: RowMapping | None) -> bool:
    return old is None or any(row[name] != old[name] for name in row if name != "seen_at")


def _was_there(row: RowMapping, begun: datetime) -> bool:
    return row["left_at"] is None and (row["seen_at"] is None or row["seen_at"] < begun)


def _same_letters(name: str, other: str) -> bool:
    """The same name in another order of its parts."""
    return sorted(name.replace(" ", "")) == sorted(other.replace(" ", ""))


def _wait(error: RosterError, failures: int) -> timedelta:
    """How long a platform is left in peace after so many failures in a row."""
    known = PROBLEMS[error.code]
    own = EVERY if known.lasting else min(_FIRST_RETRY * 2 ** min(failures - 1, 10), EVERY)
    return max(own, min(timedelta(seconds=error.retry_after or 0), _LONGEST_WAIT))


def _is_set(stop: threading.Event | None) -> bool:
    return stop is not None and stop.is_set()
