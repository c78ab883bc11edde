"""What the record store hears in a cmi5 session and what follows from it, in the same unit of work.

A unit that lets the learner move on makes its course satisfied; one that has terminated may not speak much longer.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from lti_tool.evidence import cmi5
from lti_tool.evidence.intake import Intake
from lti_tool.evidence.own_credential import own_credential
from lti_tool.storage.queries.cmi5 import find_said
from xapi import Credential, Store, StoredStatement, credentials

#: Where a session's credential keeps its unit, and the session.
UNIT = "cmi5"
_AFTER_THE_END = timedelta(minutes=1)
_DECISIVE = frozenset({cmi5.COMPLETED, cmi5.PASSED})


class UnitIntake(Intake):
    """The intake of evidence, with an ear for cmi5 sessions; it needs the store that it listens to."""

    def write_into(self, store: Store) -> None:
        self._store = store

    def __call__(self, conn: Connection, batch: Sequence[StoredStatement]) -> None:
        super().__call__(conn, batch)
        for stored in batch:
            kept = stored.credential.attributes.get(UNIT)
            if kept is not None and cmi5.is_defined(stored.statement):
                self._follow(conn, stored, kept)

    def _follow(self, conn: Connection, stored: StoredStatement, kept: dict[str, Any]) -> None:
        verb = stored.statement["verb"]["id"]
        unit = cmi5.Unit.of_attributes(kept)
        if verb in _DECISIVE:
            satisfy(self._store, conn, stored.credential.tenant or "", unit, kept["session"])
        elif verb == cmi5.TERMINATED:
            credentials.end_named(conn, session_name(kept["session"]), self._store.clock() + _AFTER_THE_END)


def satisfy(store: Store, conn: Connection, programme_id: str, unit: cmi5.Unit, session: str) -> None:
    """Say that the course is satisfied, where it is and nobody has said so."""
    own = own_credential(conn, programme_id)
    said = find_said(conn, programme_id, unit.registration, cmi5.MILESTONES)
    if cmi5.is_due(unit, said, own.key):
        say(store, conn, own, cmi5.satisfied(unit, session, store.clock()))


def say(store: Store, conn: Connection, own: Credential, statement: dict[str, Any]) -> None:
    """Store a statement of ours within a unit of work."""
    store.store_statements(conn, [statement], own)


def session_name(session: str) -> str:
    """The name of all credentials of a session."""
    return f"cmi5 {session}"
