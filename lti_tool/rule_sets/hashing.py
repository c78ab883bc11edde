"""A rule set's hash: the same content, settings in force included, has the same hash on every machine."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from lti_tool.domain.rules import RuleSet

_LENGTH = 16


def with_hash(rules: RuleSet) -> RuleSet:
    """`rules` carrying the hash of all else that it says; which preset led there makes no difference."""
    content = _plain(replace(rules, hash="", preset="", presets={}))
    written = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return replace(rules, hash=hashlib.sha256(written.encode()).hexdigest()[:_LENGTH])


def _plain(value: Any) -> Any:
    """A value as JSON knows it, in an order that does not depend on how it was written."""
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(_plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | type(None)) else str(value)
