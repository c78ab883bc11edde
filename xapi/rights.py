"""What a credential may do (xAPI 1.0.3 Communication 4.0, and the bindings of our own credentials)."""

from collections.abc import Iterator
from typing import Any

from xapi.errors import Forbidden
from xapi.identity import agent_key
from xapi.values import Credential, Statement


def demand(credential: Credential, *scopes: str) -> None:
    """Raise `Forbidden` unless the credential has one of the scopes."""
    if not credential.allows(*scopes):
        raise Forbidden(f"this credential needs the scope {' or '.join(scopes)}")


def reads_only_own(credential: Credential) -> bool:
    """Whether it may read only the statements that it stored itself; raises `Forbidden` if not even these."""
    demand(credential, "statements/read", "statements/read/mine", "all/read")
    return not credential.allows("statements/read", "all/read") or credential.agent is not None


def check_speaker(credential: Credential, statement: Statement, place: str) -> None:
    """A credential bound to an Agent or an Activity speaks only for and about it."""
    if credential.agent is not None and agent_key(statement["actor"]) != agent_key(credential.agent):
        raise _refusal(place, "actor", "this credential may speak only for its own learner")
    activity = credential.activity
    if activity is not None and not any(_is_within(iri, activity) for iri in _activities_of(statement)):
        raise _refusal(place, "object", f"this credential may speak only about {activity}")


def check_document(credential: Credential, agent: dict[str, Any] | None, activity: str | None) -> None:
    """The same for a document: its agent and its activity must be the credential's, where it is bound."""
    if credential.agent is not None and (agent is None or agent_key(agent) != agent_key(credential.agent)):
        raise Forbidden("this credential may use only the documents of its own learner")
    bound = credential.activity
    if bound is not None and activity is not None and not _is_within(activity, bound):
        raise Forbidden(f"this credential may use only the documents of {bound}")


def _activities_of(statement: Statement) -> Iterator[str]:
    """The object, and the parent and grouping activities: what a statement of a content is about."""
    target = statement["object"]
    if target.get("objectType", "Activity") == "Activity":
        yield target["id"]
    activities = statement.get("context", {}).get("contextActivities", {})
    for kind in ("parent", "grouping"):
        found = activities.get(kind, [])
        for activity in found if isinstance(found, list) else [found]:
            yield activity["id"]


def _is_within(iri: str, bound: str) -> bool:
    return iri == bound or iri.startswith(tuple(bound.rstrip("/") + mark for mark in "/#?"))


def _refusal(place: str, name: str, message: str) -> Forbidden:
    path = f"{place}.{name}" if place else name
    return Forbidden(message, details=[{"path": path, "rule": "credential", "message": message}])
