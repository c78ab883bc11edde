"""What a statement is about (xAPI 1.0.3 Data 2.4.4): all kinds of object but the SubStatement."""

from typing import Any

from xapi.validation.activity import check_activity
from xapi.validation.actor import check_agent, check_group
from xapi.validation.iri import check_uuid
from xapi.validation.problems import Path, Problems

_REFERENCE_KEYS = frozenset({"objectType", "id"})


def check_plain_object(value: Any, path: Path, problems: Problems) -> None:
    """Any object but a SubStatement; without objectType it is an Activity."""
    if type(value) is not dict:
        problems.add(path, "object", "must be an Activity, Agent, Group, StatementRef or SubStatement")
        return
    kind = value.get("objectType", "Activity")
    check = _CHECKS.get(kind) if type(kind) is str else None
    if check is None:
        problems.add((path, "objectType"), "object_type", "must be Activity, Agent, Group or StatementRef here")
        return
    check(value, path, problems)


def check_reference(value: Any, path: Path, problems: Problems) -> None:
    """A StatementRef (Data 2.4.4.3)."""
    if type(value) is not dict:
        problems.add(path, "object", "must be a StatementRef")
        return
    if not value.keys() <= _REFERENCE_KEYS:
        problems.unknown(path, value, _REFERENCE_KEYS)
    if value.get("objectType") != "StatementRef":
        problems.add((path, "objectType"), "object_type", 'must be "StatementRef"')
    check_uuid(value.get("id"), (path, "id"), problems)


_CHECKS = {
    "Activity": check_activity,
    "Agent": check_agent,
    "Group": check_group,
    "StatementRef": check_reference,
}
