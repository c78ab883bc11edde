"""What a reader looks for, as conditions that each have an index of their own, which ends in the order of the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import product
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, bindparam, select

from xapi.credentials import ids_of_key
from xapi.filters import Filters
from xapi.memory import Memory
from xapi.quick import first
from xapi.tables import activities, agents, statement_activities, statement_agents, statements, verbs
from xapi.values import Credential


class By(Enum):
    """A column that must equal a parameter. Where it is a link's column, statements have the link."""

    REGISTRATION = statements.c.registration, "registration"
    ACTOR = statements.c.actor_id, "agent"
    DIRECT = statement_agents.c.agent_id, "agent", "direct"
    NAMED = statement_agents.c.agent_id, "agent", "named"
    SENDER = statements.c.credential_id, "sender"
    ACTIVITY = statements.c.activity_id, "activity"
    BESIDE = statement_activities.c.activity_id, "activity"
    VERB = statements.c.verb_id, "verb"
    OWN = statements.c.credential_id, "reader"
    TENANT = statements.c.tenant, "tenant"

    def __init__(self, column: Column[Any], parameter: str, *_difference: str) -> None:
        self.column = column
        self.parameter = parameter

    @property
    def table(self) -> Table:
        return self.column.table


#: The ways in which one thing that is asked for can be part of a statement.
Ways = tuple[By, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom statements are read: only its tenant's, and with `only_own` only what it stored itself."""

    credential: Credential
    only_own: bool

    @property
    def sees(self) -> Ways:
        """Its own statements or its tenant's; nothing: all there are."""
        if self.only_own:
            return (By.OWN,)
        return () if self.credential.tenant is None else (By.TENANT,)

    @property
    def values(self) -> dict[str, Any]:
        if self.only_own:
            return {"reader": self.credential.id}
        return {} if self.credential.tenant is None else {"tenant": self.credential.tenant}


@dataclass(frozen=True, slots=True)
class Sought:
    """Everything that must hold, each in one of its ways, and the parameters."""

    filters: tuple[Ways, ...]
    sees: Ways
    values: Mapping[str, Any]

    @property
    def branches(self) -> list[tuple[By, ...]]:
        """Conditions that together find everything, no statement twice."""
        return list(product(*self.filters, *((way,) for way in self.sees)))


def seek(conn: Connection, memory: Memory, reader: Reader, filters: Filters) -> Sought | None:
    """What to look for; None: there can be nothing."""
    ways: list[Ways] = []
    values = reader.values
    if filters.registration is not None:
        ways.append((By.REGISTRATION,))
        values["registration"] = filters.registration
    for asked, found in (
        (filters.agent, _seek_agent(conn, memory, filters)),
        (filters.activity, _seek_activity(conn, memory, filters)),
        (filters.verb, _seek_verb(conn, memory, filters)),
    ):
        if asked is None:
            continue
        if not found[0]:
            return None
        ways.append(found[0])
        values.update(found[1])
    return Sought(tuple(ways), reader.sees, values)


_Found = tuple[Ways, dict[str, Any]]
_NOTHING: _Found = ((), {})


def _seek_agent(conn: Connection, memory: Memory, filters: Filters) -> _Found:
    if filters.agent is None:
        return _NOTHING
    ways: Ways = ()
    values: dict[str, Any] = {}
    number = _number(conn, memory, agents, filters.agent)
    if number is not None:
        ways = (By.ACTOR, By.NAMED if filters.related_agents else By.DIRECT)
        values["agent"] = number
    if filters.related_agents and filters.agent.startswith("account|"):
        for sender in ids_of_key(conn, filters.agent.rpartition("|")[2]):
            ways += (By.SENDER,)
            values["sender"] = sender
    return ways, values


def _seek_activity(conn: Connection, memory: Memory, filters: Filters) -> _Found:
    number = None if filters.activity is None else _number(conn, memory, activities, filters.activity)
    if number is None:
        return _NOTHING
    return (By.ACTIVITY, By.BESIDE) if filters.related_activities else (By.ACTIVITY,), {"activity": number}


def _seek_verb(conn: Connection, memory: Memory, filters: Filters) -> _Found:
    number = None if filters.verb is None else _number(conn, memory, verbs, filters.verb)
    return _NOTHING if number is None else ((By.VERB,), {"verb": number})


def _number(conn: Connection, memory: Memory, table: Table, key: str) -> int | None:
    known = memory.numbers.get((table.name, key))
    if known is None:
        row = first(conn, _number_of(table), {"key": key})
        if row is None:
            return None
        known = row.id
        memory.numbers.put((table.name, key), known)
    return known


@cache
def _number_of(table: Table) -> Select[Any]:
    return select(table.c.id).where(table.c.key == bindparam("key", type_=table.c.key.type))
