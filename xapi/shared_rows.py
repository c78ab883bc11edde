"""Agents, verbs and activities: rows that many statements share.

They are looked up, and made where they are missing, in one fixed order (agents, verbs, activities; each by
key), so that batches that share them never wait for each other in a circle. A row that was seen in the
database is remembered: shared rows are never deleted or renumbered, and a row made by the running
transaction is not remembered, since the transaction may still fail.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from xapi.definitions import merge_definition, merge_display
from xapi.rows import Derived
from xapi.tables import activities, agent_names, agents, verbs

#: Remembered rows per kind; beyond it the memory starts again from nothing.
_MOST_REMEMBERED = 100_000
_CHUNK = 500


class SharedRows:
    """The memory of one store."""

    def __init__(self) -> None:
        self._ids: dict[str, dict[str, int]] = {"xapi_agents": {}, "xapi_verbs": {}, "xapi_activities": {}}
        self._said: dict[str, set[Any]] = {"names": set(), "displays": set(), "definitions": set()}

    def number(self, conn: Connection, batch: Sequence[Derived]) -> "Numbers":
        """The row numbers of everything in a batch; missing rows are made, definitions merged.

        For a sender without the scope "define" an activity or verb that has a definition keeps it.
        """
        who = {key for one in batch for key in one.agents} | {one.actor for one in batch if one.actor is not None}
        numbers = Numbers(
            self._number(conn, agents, who),
            self._number(conn, verbs, {one.verb for one in batch}),
            self._number(conn, activities, _activities_of(batch)),
        )
        self._add_names(conn, batch, numbers)
        displays = [(one.verb, one.display, one.may_define) for one in batch if one.display]
        self._define(conn, verbs, "displays", displays, merge_display)
        found = [(key, value, one.may_define) for one in batch for key, value in one.definitions]
        self._define(conn, activities, "definitions", found, merge_definition)
        return numbers

    def _number(self, conn: Connection, table: Table, keys: set[str]) -> dict[str, int]:
        known = self._ids[table.name]
        missing = sorted([key for key in keys if key not in known])  # `keys - known.keys()` walks through all known
        if not missing:
            return known
        seen = _find(conn, table, missing)
        if len(known) + len(seen) > _MOST_REMEMBERED:
            self._ids[table.name] = known = {key: known[key] for key in keys & known.keys()}
        known.update(seen)
        new = [key for key in missing if key not in seen]
        return {**{key: known[key] for key in keys & known.keys()}, **_make(conn, table, new)} if new else known

    def _add_names(self, conn: Connection, batch: Sequence[Derived], numbers: "Numbers") -> None:
        said = {item for one in batch for item in one.names} - self._said["names"]
        if not said:
            return
        wanted = {(numbers.agents[key], name): (key, name) for key, name in said}
        there = _find_names(conn, sorted({number for number, _ in wanted}))
        _remember(self._said["names"], (item for row, item in wanted.items() if row in there))
        new = sorted(wanted.keys() - there)
        if new:
            rows = [{"agent_id": number, "name": name} for number, name in new]
            conn.execute(_insert(conn, agent_names).on_conflict_do_nothing(), rows)

    def _define(
        self,
        conn: Connection,
        table: Table,
        memory: str,
        said: Sequence[tuple[str, dict[str, Any], bool]],
        merge: Callable[[Any, Any], Any],
    ) -> None:
        """Merge what was said, as (key, value, may define), into the rows.

        What they hold already is remembered and costs nothing again.
        """
        new = {(key, orjson.dumps(value), may_define): value for key, value, may_define in said}
        fresh = [(item, value) for item, value in new.items() if item not in self._said[memory]]
        if not fresh:
            return
        known = _load_definitions(conn, table, sorted({key for (key, _, _), _ in fresh}))
        changed: dict[str, Any] = {}
        for item, value in fresh:
            key, _, may_define = item
            current = changed.get(key, known[key])
            merged = merge(current, value) if may_define or current is None else current
            if merged != current:
                changed[key] = merged
            elif key not in changed:  # what this transaction wrote is not there yet
                _remember(self._said[memory], [item])
        for key in sorted(changed):
            conn.execute(update(table).where(table.c.key == key).values(definition=changed[key]))


class Numbers:
    """Row numbers by key."""

    __slots__ = ("activities", "agents", "verbs")

    def __init__(self, agents: dict[str, int], verbs: dict[str, int], activities: dict[str, int]) -> None:
        self.agents = agents
        self.verbs = verbs
        self.activities = activities


def _activities_of(batch: Sequence[Derived]) -> set[str]:
    found = {one.activity for one in batch if one.activity is not None}
    for one in batch:
        found.update(one.activities)
    return found


def _find(conn: Connection, table: Table, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(keys), _CHUNK):
        query = select(table.c.key, table.c.id).where(table.c.key.in_(keys[start : start + _CHUNK]))
        found.update({row.key: row.id for row in conn.execute(query)})
    return found


def _make(conn: Connection, table: Table, keys: Sequence[str]) -> dict[str, int]:
    """Insert rows in the order of their keys; whoever was faster is waited for and read."""
    conn.execute(_insert(conn, table).on_conflict_do_nothing(), [{"key": key} for key in keys])
    return _find(conn, table, keys)


def _find_names(conn: Connection, numbers: Sequence[int]) -> set[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    for start in range(0, len(numbers), _CHUNK):
        some = agent_names.c.agent_id.in_(numbers[start : start + _CHUNK])
        found.update((row.agent_id, row.name) for row in conn.execute(select(agent_names).where(some)))
    return found


def _load_definitions(conn: Connection, table: Table, keys: Sequence[str]) -> dict[str, Any]:
    """Definitions by key, locked in the order of the keys until the transaction ends."""
    found: dict[str, Any] = {}
    for start in range(0, len(keys), _CHUNK):
        some = table.c.key.in_(keys[start : start + _CHUNK])
        query = select(table.c.key, table.c.definition).where(some).order_by(table.c.key)
        if conn.dialect.name == "postgresql":
            query = query.with_for_update()
        found.update({row.key: row.definition for row in conn.execute(query)})
    return found


def _remember(memory: set[Any], items: Iterable[Any]) -> None:
    if len(memory) > _MOST_REMEMBERED:
        memory.clear()
    memory.update(items)


def _insert(conn: Connection, table: Table) -> Any:
    return (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(table)
