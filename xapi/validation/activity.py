"""Activities, their definitions and interactions (xAPI 1.0.3 Data 2.4.4.1)."""

from typing import Any

from xapi.validation.extensions import check_extensions
from xapi.validation.iri import check_iri
from xapi.validation.language import check_language_map
from xapi.validation.problems import Path, Problems

INTERACTION_TYPES = frozenset(
    {
        "true-false",
        "choice",
        "fill-in",
        "long-fill-in",
        "matching",
        "performance",
        "sequencing",
        "likert",
        "numeric",
        "other",
    }
)

_ACTIVITY_KEYS = frozenset({"objectType", "id", "definition"})
_COMPONENT_LISTS = ("choices", "scale", "source", "target", "steps")
_INTERACTION_KEYS = frozenset({"correctResponsesPattern", *_COMPONENT_LISTS})
_PLAIN_KEYS = frozenset({"name", "description", "type", "moreInfo", "extensions"})
_DEFINITION_KEYS = _PLAIN_KEYS | _INTERACTION_KEYS | {"interactionType"}
_COMPONENT_KEYS = frozenset({"id", "description"})


def check_activity(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "object", "must be an Activity with an id")
        return
    if not value.keys() <= _ACTIVITY_KEYS:
        problems.unknown(path, value, _ACTIVITY_KEYS)
    if value.get("objectType", "Activity") != "Activity":
        problems.add((path, "objectType"), "object_type", 'must be "Activity"')
    check_iri(value.get("id"), (path, "id"), problems)
    if "definition" in value:
        _check_definition(value["definition"], (path, "definition"), problems)


def _check_definition(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "object", "must be an activity definition")
        return
    if not value.keys() <= _DEFINITION_KEYS:
        problems.unknown(path, value, _DEFINITION_KEYS)
    for name, check in _DEFINITION_CHECKS:
        if name in value:
            check(value[name], (path, name), problems)
    if not value.keys() <= _PLAIN_KEYS:
        _check_interaction(value, path, problems)


def _check_interaction(value: dict[str, Any], path: Path, problems: Problems) -> None:
    kind = value.get("interactionType")
    if type(kind) is not str or kind not in INTERACTION_TYPES:
        allowed = ", ".join(sorted(INTERACTION_TYPES))
        problems.add((path, "interactionType"), "interaction_type", f"must be one of {allowed}")
    pattern = value.get("correctResponsesPattern", [])
    if type(pattern) is not list or any(type(item) is not str for item in pattern):
        problems.add((path, "correctResponsesPattern"), "array", "must be a list of texts")
    for name in _COMPONENT_LISTS:
        if name in value:
            _check_components(value[name], (path, name), problems)


def _check_components(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not list:
        problems.add(path, "array", "must be a list of interaction components")
        return
    for index, component in enumerate(value):
        _check_component(component, (path, index), problems)
    ids = [item.get("id") for item in value if type(item) is dict and type(item.get("id")) is str]
    if len(set(ids)) != len(ids):
        problems.add(path, "unique_ids", "each component must have an id of its own")


def _check_component(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "object", "must be an interaction component with an id")
        return
    if not value.keys() <= _COMPONENT_KEYS:
        problems.unknown(path, value, _COMPONENT_KEYS)
    if type(value.get("id")) is not str:
        problems.add((path, "id"), "string", "must be a text")
    if "description" in value:
        check_language_map(value["description"], (path, "description"), problems)


_DEFINITION_CHECKS = (
    ("name", check_language_map),
    ("description", check_language_map),
    ("type", check_iri),
    ("moreInfo", check_iri),
    ("extensions", check_extensions),
)
