"""The profile as a document (xAPI Profiles 1.0, Part Two): JSON-LD in the vocabulary base of an installation."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

CONTEXT = "https://w3id.org/xapi/profiles/context"
CONFORMS_TO = "https://w3id.org/xapi/profiles#1.0"
_ACTIVITY_CONTEXT = "https://w3id.org/xapi/profiles/activity-context"
_FILE = Path(__file__).with_name("profile.toml")
_EVERY_TEMPLATE = "templates/*"
_COMBINATIONS = {
    "alternates": "alternates",
    "optional": "optional",
    "one_or_more": "oneOrMore",
    "sequence": "sequence",
    "zero_or_more": "zeroOrMore",
}


@lru_cache(16)
def profile_document(base: str) -> dict[str, Any]:
    """The whole profile; it is shared, so not to be changed."""
    source = _fill(_read(), base)
    about = source["profile"]
    scheme = version_iri(base)
    templates = [_template(one, base, scheme) for one in source["templates"]]
    everything = [template["id"] for template in templates]
    return {
        "@context": CONTEXT,
        "id": base,
        "type": "Profile",
        "conformsTo": CONFORMS_TO,
        "prefLabel": _words(about, ""),
        "definition": _words(about, "about_"),
        "versions": [{"id": scheme, "generatedAtTime": about["generated"]}],
        "author": {"type": "Organization", "name": about["author"]},
        "concepts": [
            *(_activity_type(one, base, scheme) for one in source["activity_types"]),
            *(_extension(one, base, scheme) for one in source["extensions"]),
            *(_activity(one, base, scheme) for one in source["activities"]),
        ],
        "templates": templates,
        "patterns": [_pattern(one, base, scheme, everything) for one in source["patterns"]],
    }


def version_iri(base: str) -> str:
    """The IRI of the profile's present version."""
    return f"{base}/{_read()['profile']['version']}"


@lru_cache(1)
def _read() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _fill(value: Any, base: str) -> Any:
    """The same with the base in place of `{B}`."""
    if isinstance(value, str):
        return value.replace("{B}", base)
    if isinstance(value, list):
        return [_fill(item, base) for item in value]
    return {name: _fill(item, base) for name, item in value.items()} if isinstance(value, dict) else value


def _words(one: Mapping[str, Any], prefix: str) -> dict[str, str]:
    return {"zh-CN": one[f"{prefix}zh"], "en": one[f"{prefix}en"]}


def _named(one: Mapping[str, Any], iri: str, kind: str, scheme: str) -> dict[str, Any]:
    return {
        "id": iri,
        "type": kind,
        "inScheme": scheme,
        "prefLabel": _words(one, ""),
        "definition": _words(one, "about_"),
    }


def _activity_type(one: Mapping[str, Any], base: str, scheme: str) -> dict[str, Any]:
    return _named(one, f"{base}/activity-types/{one['name']}", "ActivityType", scheme)


def _extension(one: Mapping[str, Any], base: str, scheme: str) -> dict[str, Any]:
    concept = _named(one, f"{base}/extensions/{one['name']}", one["kind"], scheme)
    if "verbs" in one:
        concept["recommendedVerbs"] = one["verbs"]
    return {**concept, "inlineSchema": one["schema"]}


def _activity(one: Mapping[str, Any], base: str, scheme: str) -> dict[str, Any]:
    definition = {
        "@context": _ACTIVITY_CONTEXT,
        "type": f"{base}/activity-types/component",
        "name": _words(one, ""),
    }
    return {
        "id": f"{base}/components/{one['name']}",
        "type": "Activity",
        "inScheme": scheme,
        "activityDefinition": definition,
    }


def _template(one: Mapping[str, Any], base: str, scheme: str) -> dict[str, Any]:
    template = _named(one, f"{base}/templates/{one['name']}", "StatementTemplate", scheme)
    template["verb"] = one["verb"]
    if "object_type" in one:
        template["objectActivityType"] = one["object_type"]
    return {**template, "rules": one["rules"]}


def _pattern(one: Mapping[str, Any], base: str, scheme: str, templates: Sequence[str]) -> dict[str, Any]:
    iri = f"{base}/patterns/{one['name']}"
    pattern: dict[str, Any] = {"id": iri, "type": "Pattern", "inScheme": scheme}
    if "zh" in one:
        pattern = _named(one, iri, "Pattern", scheme)
    if one.get("primary"):
        pattern["primary"] = True
    for key, name in _COMBINATIONS.items():
        if key in one:
            pattern[name] = _members(one[key], base, templates)
    return pattern


def _members(named: str | Sequence[str], base: str, templates: Sequence[str]) -> str | list[str]:
    if isinstance(named, str):
        return f"{base}/{named}"
    return [iri for name in named for iri in (templates if name == _EVERY_TEMPLATE else [f"{base}/{name}"])]
