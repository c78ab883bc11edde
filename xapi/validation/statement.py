"""A whole statement (xAPI 1.0.3 Data 2.2 to 2.4; xAPI 2.0 4.2)."""

import re
from typing import Any

from xapi.validation.actor import check_actor, check_authority
from xapi.validation.attachment import check_attachments
from xapi.validation.context import check_context
from xapi.validation.iri import check_uuid
from xapi.validation.object import check_plain_object
from xapi.validation.problems import Path, Problems
from xapi.validation.result import check_result
from xapi.validation.timestamp import check_timestamp
from xapi.validation.verb import VOIDED, check_verb

_SHARED_KEYS = frozenset({"actor", "verb", "object", "result", "context", "timestamp", "attachments"})
_STATEMENT_KEYS = _SHARED_KEYS | {"id", "stored", "authority", "version"}
_SUBSTATEMENT_KEYS = _SHARED_KEYS | {"objectType"}
_VERSIONS = {1: re.compile(r"1\.0(?:\.\d+)?"), 2: re.compile(r"[12]\.0(?:\.\d+)?")}


def check_statement(value: Any, path: Path, problems: Problems, *, major: int) -> None:
    """Add everything that is wrong with a statement to `problems`.

    `major` is the xAPI version that the request speaks: 1 (for 1.0.x) or 2 (for 2.0.x).
    """
    if type(value) is not dict:
        problems.add(path, "object", "must be a statement")
        return
    if not value.keys() <= _STATEMENT_KEYS:
        problems.unknown(path, value, _STATEMENT_KEYS)
    for name, check in _STATEMENT_CHECKS:
        if name in value:
            check(value[name], (path, name), problems)
    if "version" in value:
        _check_version(value["version"], (path, "version"), problems, major)
    _check_shared(value, path, problems, major, within_substatement=False)
    _check_voiding(value, path, problems)


def _check_shared(
    value: dict[str, Any], path: Path, problems: Problems, major: int, *, within_substatement: bool
) -> None:
    """What a statement and a SubStatement have in common."""
    for name, check in _REQUIRED_CHECKS:
        if name in value:
            check(value[name], (path, name), problems)
        else:
            problems.add((path, name), "required", "a statement must have it")
    _check_object(value, path, problems, major, within_substatement=within_substatement)
    for name, check in _OPTIONAL_CHECKS:
        if name in value:
            check(value[name], (path, name), problems)
    if "context" in value:
        about_activity = _is_activity(value.get("object"))
        check_context(value["context"], (path, "context"), problems, about_activity=about_activity, major=major)


def _check_object(
    value: dict[str, Any], path: Path, problems: Problems, major: int, *, within_substatement: bool
) -> None:
    if "object" not in value:
        problems.add((path, "object"), "required", "a statement must have it")
        return
    target = value["object"]
    nested = type(target) is dict and target.get("objectType") == "SubStatement"
    if not nested:
        check_plain_object(target, (path, "object"), problems)
    elif within_substatement:
        problems.add((path, "object"), "nested_substatement", "a SubStatement cannot contain a SubStatement")
    else:
        _check_substatement(target, (path, "object"), problems, major)


def _check_substatement(value: dict[str, Any], path: Path, problems: Problems, major: int) -> None:
    """Data 2.4.4.3: a statement within, without id, stored, version or authority of its own."""
    if not value.keys() <= _SUBSTATEMENT_KEYS:
        problems.unknown(path, value, _SUBSTATEMENT_KEYS)
    _check_shared(value, path, problems, major, within_substatement=True)


def _check_voiding(value: dict[str, Any], path: Path, problems: Problems) -> None:
    """Data 2.3.2: a voiding statement points at the statement it voids."""
    verb, target = value.get("verb"), value.get("object")
    if type(verb) is not dict or verb.get("id") != VOIDED or type(target) is not dict:
        return
    if target.get("objectType") != "StatementRef":
        problems.add((path, "object"), "voiding", "the object of a voiding statement must be a StatementRef")


def _check_version(value: Any, path: Path, problems: Problems, major: int) -> None:
    if type(value) is not str or _VERSIONS[major].fullmatch(value) is None:
        problems.add(path, "version", "must be 1.0.x, or 2.0.x where the request speaks 2.0")


def _is_activity(value: Any) -> bool:
    return type(value) is dict and value.get("objectType", "Activity") == "Activity"


_STATEMENT_CHECKS = (
    ("id", check_uuid),
    ("stored", check_timestamp),
    ("authority", check_authority),
)
_REQUIRED_CHECKS = (("actor", check_actor), ("verb", check_verb))
_OPTIONAL_CHECKS = (
    ("result", check_result),
    ("timestamp", check_timestamp),
    ("attachments", check_attachments),
)
