"""Evidence as database rows and back: columns for what is searched, compact facts as JSON text for the rest."""

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from lti_tool.domain.values import Component, Evidence, Kind, Presence, Verb
from lti_tool.evidence.recognise import Recognised
from lti_tool.storage.types import Row, from_microseconds, to_microseconds

_COLUMNS = {"statement", "kind", "activity", "timestamp", "stored", "account", "voided", "by_person"}
_FACTS = tuple(entry.name for entry in fields(Evidence) if entry.name not in _COLUMNS)
_DEFAULTS: dict[str, Any] = {"trusted_as": frozenset(), "hints": {}} | {
    entry.name: entry.default for entry in fields(Evidence) if entry.name in _FACTS and entry.name not in {"hints"}
}


_NOTHING: frozenset[Component] = frozenset()
_KINDS = {kind.value: kind for kind in Kind}  # looking up is several times faster than Kind(…)


def to_row(recognised: Recognised, tenant: str | None) -> dict[str, Any]:
    """The row of the table `evidence` for one piece of evidence."""
    evidence = recognised.evidence
    return {
        "statement": evidence.statement,
        "tenant": tenant,
        "subject_key": evidence.account,
        "actor_key": recognised.actor_key,
        "kind": evidence.kind.value,
        "activity": evidence.activity,
        "timestamp": evidence.timestamp,
        "stored": evidence.stored,
        "voided": evidence.voided,
        "facts": orjson.dumps(_facts_of(evidence)).decode(),
    }


def _facts_of(evidence: Evidence) -> dict[str, Any]:
    return {
        name: _encode(name, value)
        for name in _FACTS
        if (value := getattr(evidence, name)) != _DEFAULTS.get(name) and value != {}
    }


def to_evidence(row: Row, by_person: str | None) -> Evidence:
    """The evidence of a row; `by_person` is the programme's person behind `actor_key`, if there is one."""
    facts = orjson.loads(row["facts"])
    for name, value in facts.items():
        if name in _DECODERS:
            facts[name] = _DECODERS[name](value)
    facts.setdefault("trusted_as", _NOTHING)
    return Evidence(
        statement=row["statement"],
        kind=_KINDS[row["kind"]],
        activity=row["activity"],
        timestamp=row["timestamp"],
        stored=row["stored"],
        account=row["subject_key"],
        voided=row["voided"],
        by_person=by_person,
        **facts,
    )


def _encode(name: str, value: Any) -> Any:
    if name == "trusted_as":
        return sorted(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Presence):
        return [value.shown, value.answered, _microseconds(value.last_answered_at)]
    if name == "interval":
        return [to_microseconds(value[0]), to_microseconds(value[1])]
    return dict(value) if name == "hints" else value


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else to_microseconds(moment)


@lru_cache(256)
def _components(names: tuple[str, ...]) -> frozenset[Component]:
    """Few sources, so few different sets: each is one object, however many rows hold it."""
    return frozenset(map(Component, names))


def _presence(value: list[Any]) -> Presence:
    shown, answered, last = value
    return Presence(shown, answered, None if last is None else from_microseconds(last))


_DECODERS: dict[str, Any] = {
    "verb": {verb.value: verb for verb in Verb}.__getitem__,
    "trusted_as": lambda value: _components(tuple(value)),
    "interval": lambda value: (from_microseconds(value[0]), from_microseconds(value[1])),
    "presence": _presence,
    "video_segments": lambda value: tuple(tuple(pair) for pair in value),
    "focus_points": tuple,
    "credits": Decimal,
}
