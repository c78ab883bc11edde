"""The three formats in which statements are returned (Communication 2.1.3): exact, ids and canonical."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select

from xapi.identity import identifying_part
from xapi.languages import choose_language
from xapi.tables import activities, verbs
from xapi.values import Statement

_Change = Callable[[dict[str, Any]], dict[str, Any]]


def to_ids(text: bytes) -> Statement:
    """A statement with agents, groups, activities and verb reduced to what identifies them."""
    return _map_parts(orjson.loads(text), agent=identifying_part, activity=_activity_id, verb=_verb_id)


def to_canonical(conn: Connection, texts: Sequence[bytes], preferences: Sequence[str]) -> list[Statement]:
    """Statements with the store's own definitions of activities and verbs, in the reader's language."""
    parsed = [orjson.loads(text) for text in texts]
    known_activities = _load(conn, activities, _collect(parsed, "activity"))
    known_verbs = _load(conn, verbs, _collect(parsed, "verb"))

    def activity(value: dict[str, Any]) -> dict[str, Any]:
        definition = known_activities.get(value["id"]) or value.get("definition")
        return {**value, "definition": in_language(definition, preferences)} if definition else value

    def verb(value: dict[str, Any]) -> dict[str, Any]:
        display = known_verbs.get(value["id"]) or value.get("display")
        return {**value, "display": choose_language(display, preferences)} if display else value

    return [_map_parts(statement, agent=_same, activity=activity, verb=verb) for statement in parsed]


def in_language(definition: dict[str, Any], preferences: Sequence[str]) -> dict[str, Any]:
    """An activity definition whose name and description have one language."""
    chosen = dict(definition)
    for name in ("name", "description"):
        if name in definition:
            chosen[name] = choose_language(definition[name], preferences)
    return chosen


def _map_parts(statement: Statement, *, agent: _Change, activity: _Change, verb: _Change) -> Statement:
    changed = {**statement, "actor": agent(statement["actor"]), "verb": verb(statement["verb"])}
    changed["object"] = _map_object(statement["object"], agent=agent, activity=activity, verb=verb)
    if "authority" in statement:
        changed["authority"] = agent(statement["authority"])
    if "context" in statement:
        changed["context"] = _map_context(statement["context"], agent=agent, activity=activity)
    return changed


def _map_object(target: dict[str, Any], *, agent: _Change, activity: _Change, verb: _Change) -> dict[str, Any]:
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        return activity(target)
    if kind == "SubStatement":
        return _map_parts(target, agent=agent, activity=activity, verb=verb)
    return target if kind == "StatementRef" else agent(target)


def _map_context(context: dict[str, Any], *, agent: _Change, activity: _Change) -> dict[str, Any]:
    changed = dict(context)
    for name in ("instructor", "team"):
        if name in context:
            changed[name] = agent(context[name])
    for name, part in (("contextAgents", "agent"), ("contextGroups", "group")):
        if name in context:
            changed[name] = [{**item, part: agent(item[part])} for item in context[name]]
    if "contextActivities" in context:
        kinds = context["contextActivities"].items()
        changed["contextActivities"] = {kind: [activity(item) for item in found] for kind, found in kinds}
    return changed


def _collect(parsed: Sequence[Statement], part: str) -> set[str]:
    """The ids of all activities, or of all verbs, of statements."""
    found: set[str] = set()

    def note(value: dict[str, Any]) -> dict[str, Any]:
        found.add(value["id"])
        return value

    for statement in parsed:
        _map_parts(
            statement,
            agent=_same,
            activity=note if part == "activity" else _same,
            verb=note if part == "verb" else _same,
        )
    return found


def _load(conn: Connection, table: Table, keys: set[str]) -> dict[str, Any]:
    query = select(table.c.key, table.c.definition).where(table.c.key.in_(sorted(keys)))
    return {row.key: row.definition for row in conn.execute(query)}


def _same(value: dict[str, Any]) -> dict[str, Any]:
    return value


def _activity_id(activity: dict[str, Any]) -> dict[str, Any]:
    return {"id": activity["id"]}


def _verb_id(verb: dict[str, Any]) -> dict[str, Any]:
    return {"id": verb["id"]}
