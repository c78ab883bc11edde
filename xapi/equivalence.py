"""Whether two statements say the same (xAPI 1.0.3 Data 2.3.1 and Communication 2.1.1).

What the store itself sets, or may change without changing the meaning, is not compared: authority, stored,
version, a timestamp that the store gave, verb displays, activity definitions, the order of group members
and of context activities, and what lies beyond hundredths of a second in a duration.
"""

from typing import Any

import orjson

from xapi.identity import identifying_part
from xapi.validation.context import CONTEXT_ACTIVITY_KINDS
from xapi.validation.duration import truncate_duration
from xapi.validation.timestamp import read_timestamp
from xapi.values import Statement

_SET_BY_STORE = ("authority", "stored", "version")


def are_equivalent(stored: Statement, sent: Statement) -> bool:
    """Whether `sent` is the statement that is already `stored`."""
    left, right = _essence(stored), _essence(sent)
    if "timestamp" not in right:
        left.pop("timestamp", None)
    return _canonical(left) == _canonical(right)


def _essence(statement: Statement) -> dict[str, Any]:
    kept = {name: value for name, value in statement.items() if name not in _SET_BY_STORE}
    if "id" in kept:
        kept["id"] = kept["id"].lower()
    if "timestamp" in kept:
        moment = read_timestamp(kept["timestamp"])
        kept["timestamp"] = None if moment is None else moment.isoformat()
    kept["actor"] = _actor(kept["actor"])
    kept["verb"] = kept["verb"]["id"]
    kept["object"] = _object(kept["object"])
    if "result" in kept and "duration" in kept["result"]:
        kept["result"] = {**kept["result"], "duration": truncate_duration(kept["result"]["duration"])}
    if "context" in kept:
        kept["context"] = _context(kept["context"])
    return kept


def _actor(actor: dict[str, Any]) -> dict[str, Any]:
    kept = {"objectType": "Agent", **identifying_part(actor)}
    if "member" in actor:
        kept["member"] = sorted((_actor(member) for member in actor["member"]), key=_canonical)
    return kept


def _object(target: dict[str, Any]) -> dict[str, Any]:
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        return {"id": target["id"]}
    if kind == "SubStatement":
        return _essence(target)
    if kind == "StatementRef":
        return {"objectType": kind, "id": target["id"].lower()}
    return _actor(target)


def _context(context: dict[str, Any]) -> dict[str, Any]:
    kept = dict(context)
    for name in ("instructor", "team"):
        if name in kept:
            kept[name] = _actor(kept[name])
    activities = kept.get("contextActivities")
    if activities is not None:
        kept["contextActivities"] = {
            kind: sorted(item["id"] for item in _as_list(activities[kind]))
            for kind in CONTEXT_ACTIVITY_KINDS
            if activities.get(kind)
        }
    return kept


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
