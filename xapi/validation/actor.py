"""Agents and Groups (xAPI 1.0.3 Data 2.4.2 and 2.4.9)."""

import re
from typing import Any

from xapi.validation.iri import check_iri, is_iri
from xapi.validation.problems import Path, Problems

#: The inverse functional identifiers: an Agent has exactly one.
IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")

_AGENT_KEYS = frozenset({"objectType", "name", *IDENTIFIERS})
_GROUP_KEYS = _AGENT_KEYS | {"member"}
_ACCOUNT_KEYS = frozenset({"homePage", "name"})
_MBOX = re.compile(
    r"mailto:[^\s\x00-\x1f\x7f@<>,;:\"()\[\]\\]+"
    r"@[^\s\x00-\x1f\x7f@<>,;:\"()\[\]\\.]+(?:\.[^\s\x00-\x1f\x7f@<>,;:\"()\[\]\\.]+)*",
    re.IGNORECASE,
)
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")


def check_actor(value: Any, path: Path, problems: Problems) -> None:
    """An Agent or a Group."""
    if type(value) is not dict:
        problems.add(path, "object", "must be an Agent or a Group")
    elif value.get("objectType", "Agent") == "Agent":
        check_agent(value, path, problems)
    else:
        check_group(value, path, problems)


def check_agent(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "object", "must be an Agent")
        return
    if value.get("objectType", "Agent") != "Agent":
        problems.add((path, "objectType"), "object_type", 'must be "Agent"')
    _check_identified(value, path, problems, _AGENT_KEYS, required=True)


def check_group(value: Any, path: Path, problems: Problems) -> None:
    """An identified Group, or an anonymous one, which must list its members; members are Agents."""
    if type(value) is not dict:
        problems.add(path, "object", "must be a Group")
        return
    if value.get("objectType") != "Group":
        problems.add((path, "objectType"), "object_type", 'must be "Group" (or "Agent" where an Agent may stand)')
    _check_identified(value, path, problems, _GROUP_KEYS, required=False)
    if "member" in value:
        _check_members(value["member"], (path, "member"), problems)
    elif not any(name in value for name in IDENTIFIERS):
        problems.add((path, "member"), "required", "a Group without identifier must list its members")


def check_authority(value: Any, path: Path, problems: Problems) -> None:
    """An Agent, or the anonymous Group of two that stands for a three-legged OAuth pair (Data 2.4.9)."""
    check_actor(value, path, problems)
    if type(value) is not dict or value.get("objectType") != "Group":
        return
    members = value.get("member")
    anonymous = not any(name in value for name in IDENTIFIERS)
    if not anonymous or type(members) is not list or len(members) != 2:
        problems.add(path, "authority", "a Group as authority must be anonymous and have exactly two members")


def _check_members(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not list:
        problems.add(path, "array", "must be a list of Agents")
        return
    for index, member in enumerate(value):
        check_agent(member, (path, index), problems)


def _check_identified(
    value: dict[str, Any], path: Path, problems: Problems, allowed: frozenset[str], *, required: bool
) -> None:
    if not value.keys() <= allowed:
        problems.unknown(path, value, allowed)
    if "name" in value and type(value["name"]) is not str:
        problems.add((path, "name"), "string", "must be a text")
    found = [name for name in IDENTIFIERS if name in value]
    if len(found) > 1 or (required and not found):
        problems.add(path, "one_identifier", "must have exactly one of mbox, mbox_sha1sum, openid, account")
    for name in found:
        _IDENTIFIER_CHECKS[name](value[name], (path, name), problems)


def _check_mbox(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not str or _MBOX.fullmatch(value) is None:
        problems.add(path, "mbox", "must be a mailto address, such as mailto:zhang@example.org")


def _check_sha1(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not str or _SHA1.fullmatch(value) is None:
        problems.add(path, "mbox_sha1sum", "must be 40 hexadecimal digits: the SHA-1 of a mailto address")


def _check_account(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "object", "must be an account with homePage and name")
        return
    if not value.keys() <= _ACCOUNT_KEYS:
        problems.unknown(path, value, _ACCOUNT_KEYS)
    home = value.get("homePage")
    if type(home) is not str or not is_iri(home):
        problems.add((path, "homePage"), "iri", "must be the address of the system that holds the account")
    if type(value.get("name")) is not str:
        problems.add((path, "name"), "string", "must be a text")


_IDENTIFIER_CHECKS = {
    "mbox": _check_mbox,
    "mbox_sha1sum": _check_sha1,
    "openid": check_iri,
    "account": _check_account,
}
