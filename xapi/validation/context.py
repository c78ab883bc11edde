"""Context (xAPI 1.0.3 Data 2.4.6; contextAgents and contextGroups came with 2.0)."""

from typing import Any

from xapi.validation.activity import check_activity
from xapi.validation.actor import check_actor, check_agent, check_group
from xapi.validation.extensions import check_extensions
from xapi.validation.iri import check_iri, check_uuid
from xapi.validation.language import check_language
from xapi.validation.object import check_reference
from xapi.validation.problems import Path, Problems

#: The four ways an activity can stand in a context (Data 2.4.6.2).
CONTEXT_ACTIVITY_KINDS = ("parent", "grouping", "category", "other")

_KIND_KEYS = frozenset(CONTEXT_ACTIVITY_KINDS)
_KEYS_1 = frozenset(
    {
        "registration",
        "instructor",
        "team",
        "contextActivities",
        "revision",
        "platform",
        "language",
        "statement",
        "extensions",
    }
)
_KEYS_2 = _KEYS_1 | {"contextAgents", "contextGroups"}


def check_context(value: Any, path: Path, problems: Problems, *, about_activity: bool, major: int) -> None:
    """`about_activity`: whether the object is an Activity; only then revision and platform may stand.

    `major`: the xAPI version that the request speaks, 1 or 2.
    """
    if type(value) is not dict:
        problems.add(path, "object", "must be a Context")
        return
    allowed = _KEYS_1 if major == 1 else _KEYS_2
    if not value.keys() <= allowed:
        problems.unknown(path, value, allowed)
    for name, content in value.items():
        check = _CONTEXT_CHECKS.get(name)
        if check is not None and name in allowed:
            check(content, (path, name), problems)
    if not about_activity:
        _check_no_activity_properties(value, path, problems)


def _check_no_activity_properties(value: dict[str, Any], path: Path, problems: Problems) -> None:
    for name in ("revision", "platform"):
        if name in value:
            problems.add((path, name), "activity_only", "may only stand where the object is an Activity")


def _check_context_activities(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "object", "must be an object with parent, grouping, category or other")
        return
    if not value.keys() <= _KIND_KEYS:
        problems.unknown(path, value, _KIND_KEYS)
    for kind, activities in value.items():
        if type(activities) is list:
            for index, activity in enumerate(activities):
                check_activity(activity, ((path, kind), index), problems)
        else:  # a single Activity is accepted and returned as a list of one
            check_activity(activities, (path, kind), problems)


def _check_text(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not str:
        problems.add(path, "string", "must be a text")


def _check_context_agents(value: Any, path: Path, problems: Problems) -> None:
    _check_relations(value, path, problems, "contextAgent", "agent")


def _check_context_groups(value: Any, path: Path, problems: Problems) -> None:
    _check_relations(value, path, problems, "contextGroup", "group")


def _check_relations(value: Any, path: Path, problems: Problems, kind: str, name: str) -> None:
    """xAPI 2.0 4.2.2.5: agents or groups with the ways in which they are relevant."""
    if type(value) is not list:
        problems.add(path, "array", f"must be a list of {kind} objects")
        return
    for index, item in enumerate(value):
        _check_relation(item, (path, index), problems, kind, name)


def _check_relation(value: Any, path: Path, problems: Problems, kind: str, name: str) -> None:
    if type(value) is not dict:
        problems.add(path, "object", f"must be a {kind} object")
        return
    allowed = frozenset({"objectType", name, "relevantTypes"})
    if not value.keys() <= allowed:
        problems.unknown(path, value, allowed)
    if value.get("objectType") != kind:
        problems.add((path, "objectType"), "object_type", f'must be "{kind}"')
    check = check_agent if name == "agent" else check_group
    check(value.get(name), (path, name), problems)
    if "relevantTypes" in value:
        _check_relevant_types(value["relevantTypes"], (path, "relevantTypes"), problems)


def _check_relevant_types(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not list or not value:
        problems.add(path, "array", "must be a list of at least one IRI")
        return
    for index, item in enumerate(value):
        check_iri(item, (path, index), problems)


_CONTEXT_CHECKS = {
    "registration": check_uuid,
    "instructor": check_actor,
    "team": check_group,
    "contextActivities": _check_context_activities,
    "contextAgents": _check_context_agents,
    "contextGroups": _check_context_groups,
    "revision": _check_text,
    "platform": _check_text,
    "language": check_language,
    "statement": check_reference,
    "extensions": check_extensions,
}
