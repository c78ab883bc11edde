"""Regulations as data: the shipped rule sets, one's own, and the settings that a programme changes.

Load one with `load_rule_set`, lay a programme's `[programme.rules]` over it with `apply_settings`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lti_tool.domain.rules import RuleSet
from lti_tool.rule_sets.entries import Table, one_of
from lti_tool.rule_sets.errors import RuleSetError
from lti_tool.rule_sets.hashing import with_hash
from lti_tool.rule_sets.reader import read_rule_set
from lti_tool.rule_sets.settings import check_together, override, read_values

__all__ = ["RuleSetError", "apply_settings", "list_rule_sets", "load_rule_set", "parse_rule_set", "read_source"]

_SHIPPED = Path(__file__).parent


def list_rule_sets() -> tuple[str, ...]:
    """The ids of the rule sets that come with Xuefen."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.toml")))


def load_rule_set(id_or_path: str) -> RuleSet:
    """A shipped rule set by its id, or the one of a TOML file by its path.

    Raises RuleSetError with every mistake of the file, or with the ids there are.
    """
    return parse_rule_set(read_source(id_or_path), id_or_path)


def read_source(id_or_path: str) -> str:
    """The TOML text of a rule set, so that it can be kept with what was recorded under it; raises as above."""
    path = _SHIPPED / f"{id_or_path}.toml" if id_or_path in list_rule_sets() else Path(id_or_path)
    if path.suffix != ".toml":
        known = ", ".join(list_rule_sets())
        raise RuleSetError([("", f"must be one of {known}, or a path ending in .toml; not {id_or_path!r}")])
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RuleSetError([("", f"{id_or_path} cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        raise RuleSetError([("", f"{id_or_path} is not TOML: {error}")]) from None


def parse_rule_set(source: str, name: str = "it") -> RuleSet:
    """The rule set of a TOML text; raises RuleSetError with every mistake. `name` is for the sentence."""
    try:
        raw = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise RuleSetError([("", f"{name} is not TOML: {error}")]) from None
    return read_rule_set(raw)


def apply_settings(rule_set: RuleSet, settings: Mapping[str, object]) -> RuleSet:
    """`rule_set` with a programme's settings: first those of its `preset`, then each one that it names.

    Raises RuleSetError with every mistake and the allowed values; then nothing is applied.
    """
    errors: list[tuple[str, str]] = []
    preset = rule_set.preset
    if "preset" in settings:
        preset = Table(settings, "", errors).take("preset", one_of(rule_set.presets), preset)
    table = Table({key: value for key, value in settings.items() if key != "preset"}, "", errors)
    values = read_values(table, rule_set.bounds)
    if errors:
        raise RuleSetError(errors)
    combined = override(rule_set.settings, {**rule_set.presets[preset], **values})
    check_together(table, combined)
    if errors:
        raise RuleSetError(errors)
    return with_hash(replace(rule_set, settings=combined, preset=preset))
