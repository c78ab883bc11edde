"""Evidence as database rows and back: columns for what is searched, compact facts for the rest."""

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from lti_tool.domain.values import Component, Evidence, Kind, Presence, Verb
from lti_tool.evidence.recognise import Recognised
from lti_tool.storage.types import Row, from_microseconds, to_microseconds

_COLUMNS = {"statement", "kind", "activity", "timestamp", "stored", "account", "voided", "by_person"}
_FACTS = tuple(entry.name for entry in fields(Evidence) if entry.name not in _COLUMNS)
_DEFAULTS: dict[str, Any] = {"trusted_as": frozenset(), "hints": {}} | {
    entry.name: entry.default for entry in fields(Evidence) if entry.name in _FACTS and entry.name not in {"hints"}
}


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
        "facts": {
            name: _encode(name, value)
            for name in _FACTS
            if (value := getattr(evidence, name)) != _DEFAULTS.get(name) and value != {}
        },
    }


def to_evidence(row: Row, by_person: str | None) -> Evidence:
    """The evidence of a row; `by_person` is the programme's person behind `actor_key`, if there is one."""
    facts = {name: _DECODERS[name](value) if name in _DECODERS else value for name, value in row["facts"].items()}
    facts.setdefault("trusted_as", frozenset())
    return Evidence(
        statement=row["statement"],
        kind=Kind(row["kind"]),
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


def _presence(value: list[Any]) -> Presence:
    shown, answered, last = value
    return Presence(shown, answered, None if last is None else from_microseconds(last))


_DECODERS: dict[str, Any] = {
    "verb": Verb,
    "trusted_as": lambda value: frozenset(map(Component, value)),
    "interval": lambda value: (from_microseconds(value[0]), from_microseconds(value[1])),
    "presence": _presence,
    "video_segments": lambda value: tuple(tuple(pair) for pair in value),
    "focus_points": tuple,
    "credits": Decimal,
}
