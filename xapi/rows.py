"""From a prepared statement to all that must be written for it; pure, before any transaction opens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from xapi.identity import agent_key
from xapi.prepare import Prepared
from xapi.validation.verb import VOIDED
from xapi.values import Statement


@dataclass(slots=True)
class Derived:
    """A statement and what is found in it; agents, verbs and activities still by their keys."""

    prepared: Prepared
    verb: str
    actor: str | None = None
    activity: str | None = None
    registration: str | None = None
    reference: str | None = None
    """The id of the statement that this one is about."""
    voids: bool = False
    agents: dict[str, bool] = field(default_factory=dict)
    """Agents beside the actor → whether the plain `agent` filter finds them."""
    activities: list[str] = field(default_factory=list)
    """Activities beside the object, each once."""
    names: list[tuple[str, str]] = field(default_factory=list)
    """(agent, name) as said here."""
    definitions: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """(activity, definition) as said here."""
    display: dict[str, str] | None = None

    @property
    def may_define(self) -> bool:
        """Whether its sender may change what is known of verbs and activities (scope "define")."""
        return self.prepared.credential.allows("define")


def derive(prepared: Prepared) -> Derived:
    """Everything that filters and shared rows need to know of a statement."""
    statement = prepared.statement
    verb = statement["verb"]
    derived = Derived(prepared, verb["id"], display=verb.get("display"))
    actor = statement["actor"]
    derived.actor = agent_key(actor)
    _add_agent(derived, actor, direct=True)
    _add_object(derived, statement["object"])
    context = statement.get("context")
    if context:
        registration = context.get("registration")
        derived.registration = registration.lower() if registration else None
        _add_context(derived, context)
    if derived.actor is not None:
        derived.agents.pop(derived.actor, None)
    return derived


def _add_object(derived: Derived, target: dict[str, Any]) -> None:
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        derived.activity = target["id"]
        _add_definition(derived, target)
    elif kind == "StatementRef":
        derived.reference = target["id"].lower()
        derived.voids = derived.verb == VOIDED
    elif kind == "SubStatement":
        _add_substatement(derived, target)
    else:
        _add_agent(derived, target, direct=True)


def _add_substatement(derived: Derived, statement: Statement) -> None:
    """Found with related_agents and related_activities only."""
    _add_agent(derived, statement["actor"], direct=False)
    target = statement["object"]
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        _add_activity(derived, target)
    elif kind != "StatementRef":
        _add_agent(derived, target, direct=False)
    if "context" in statement:
        _add_context(derived, statement["context"])


def _add_context(derived: Derived, context: dict[str, Any]) -> None:
    for actor in _context_agents(context):
        _add_agent(derived, actor, direct=False)
    for found in context.get("contextActivities", {}).values():
        for activity in found:
            _add_activity(derived, activity)


def _context_agents(context: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("instructor", "team"):
        if name in context:
            yield context[name]
    for item in context.get("contextAgents", ()):
        yield item["agent"]
    for item in context.get("contextGroups", ()):
        yield item["group"]


def _add_agent(derived: Derived, actor: dict[str, Any], *, direct: bool) -> None:
    key = agent_key(actor)
    if key is not None:
        derived.agents[key] = direct or derived.agents.get(key, False)
        name = actor.get("name")
        if name and "\x00" not in name:
            derived.names.append((key, name))
    for member in actor.get("member", ()):
        _add_agent(derived, member, direct=direct)


def _add_activity(derived: Derived, activity: dict[str, Any]) -> None:
    iri = activity["id"]
    if iri != derived.activity and iri not in derived.activities:
        derived.activities.append(iri)
    _add_definition(derived, activity)


def _add_definition(derived: Derived, activity: dict[str, Any]) -> None:
    definition = activity.get("definition")
    if definition:
        derived.definitions.append((activity["id"], definition))
