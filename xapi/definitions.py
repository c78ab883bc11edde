"""How what many statements say of one activity or verb becomes one definition (Data 2.4.4.1, 2.4.3)."""

from typing import Any

_MERGED_MAPS = ("name", "description", "extensions")


def merge_definition(known: dict[str, Any] | None, said: dict[str, Any]) -> dict[str, Any]:
    """The later word wins property by property; names, descriptions and extensions win key by key."""
    merged = {**(known or {}), **said}
    for name in _MERGED_MAPS:
        if known and name in known and name in said:
            merged[name] = {**known[name], **said[name]}
    return merged


def merge_display(known: dict[str, str] | None, said: dict[str, str]) -> dict[str, str]:
    """The later word wins language by language."""
    return {**(known or {}), **said}
