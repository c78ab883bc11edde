"""What the store adds to a statement before it keeps it (xAPI 1.0.3 Data 2.4.1, 2.4.7 to 2.4.10)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from xapi.moments import write_moment
from xapi.validation.context import CONTEXT_ACTIVITY_KINDS
from xapi.validation.timestamp import read_timestamp
from xapi.values import Credential, Statement

#: The version a statement gets if it names none, by the major version that the request speaks.
DEFAULT_VERSIONS = {1: "1.0.0", 2: "2.0.0"}


@dataclass(slots=True)
class Prepared:
    """A valid statement with all it needs except `stored`, which only its place in the order gives it."""

    statement: Statement
    id: str
    """Lower-case."""
    given_id: bool
    """The sender chose the id; one of our own cannot be there already."""
    sent_timestamp: datetime | None
    """None: its timestamp will be the moment at which it is stored."""
    credential: Credential
    """Who sent it."""
    major: int
    """The version of xAPI that it was sent in."""


def prepare_statement(statement: Statement, credential: Credential, authority: dict[str, Any], major: int) -> Prepared:
    """Complete a statement that has passed validation; the argument itself is changed.

    Single context activities become lists (Data 2.4.6.2), `stored` is dropped, the authority is always
    ours, and for xAPI 2.0 the timestamp is put into UTC.
    """
    given = statement.get("id")
    statement_id = given or str(uuid4())
    moment = read_timestamp(statement["timestamp"]) if "timestamp" in statement else None
    if major == 2 and moment is not None and not statement["timestamp"].endswith("Z"):
        statement["timestamp"] = write_moment(moment)
    statement.pop("stored", None)
    statement["id"] = statement_id
    statement["authority"] = authority
    statement.setdefault("version", DEFAULT_VERSIONS[major])
    _list_context_activities(statement)
    if statement["object"].get("objectType") == "SubStatement":
        _list_context_activities(statement["object"])
    return Prepared(statement, statement_id.lower(), given is not None, moment, credential, major)


def stamp(prepared: Prepared, stored: datetime) -> datetime:
    """Write `stored`, and the timestamp where the sender gave none, into the statement; its timestamp."""
    written = write_moment(stored)
    prepared.statement["stored"] = written
    if prepared.sent_timestamp is None:
        prepared.statement["timestamp"] = written
    return prepared.sent_timestamp or stored


def _list_context_activities(statement: Statement) -> None:
    activities = statement.get("context", {}).get("contextActivities")
    if activities:
        for kind in CONTEXT_ACTIVITY_KINDS:
            if type(activities.get(kind)) is dict:
                activities[kind] = [activities[kind]]
