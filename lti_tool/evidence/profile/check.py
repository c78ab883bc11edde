"""Whether a statement that claims the profile follows its templates (xAPI Profiles, Part Three 2.1)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lti_tool.evidence.activities import Vocabulary
from lti_tool.evidence.profile.document import profile_document, version_iri
from lti_tool.evidence.profile.paths import find_values

UNMATCHED = "unmatched"
MISSING = "missing"
UNWANTED = "unwanted"
WRONG = "wrong"
_CONTEXT_TYPES = {
    "contextGroupingActivityType": "grouping",
    "contextParentActivityType": "parent",
    "contextOtherActivityType": "other",
    "contextCategoryActivityType": "category",
}


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a statement does not follow the profile.

    `kind`: `unmatched` (no template is about such a statement), `missing`, `unwanted`, or `wrong` (one of `allowed`
    is asked for). `label` names the template in each language; `place` is where in the statement.
    """

    kind: str
    place: str
    label: Mapping[str, str]
    allowed: Sequence[Any] = ()


def claimed_base(statement: Mapping[str, Any], vocabulary: Vocabulary) -> str | None:
    """The vocabulary base of the profile that a statement claims by its category; None if it claims none."""
    categories = find_values(_normalised(statement), "$.context.contextActivities.category[*].id")
    for base in vocabulary.bases:
        if base in categories or version_iri(base) in categories:
            return base
    return None


def check_statement(statement: Mapping[str, Any], vocabulary: Vocabulary) -> list[Breach]:
    """What of the profile a statement does not follow; nothing for one that does not claim it."""
    base = claimed_base(statement, vocabulary)
    if base is None:
        return []
    whole = _normalised(statement)
    matching = [template for template in profile_document(base)["templates"] if _matches(whole, template)]
    if not matching:
        return [Breach(UNMATCHED, "$.verb.id", {})]
    found = [breach for template in matching for breach in _breaches(whole, template)]
    return list({(breach.kind, breach.place): breach for breach in found}.values())


def _normalised(statement: Mapping[str, Any]) -> dict[str, Any]:
    """The statement with every kind of context activity as a list, as the specification wants it for checking."""
    context = statement.get("context")
    activities = context.get("contextActivities") if isinstance(context, dict) else None
    if not isinstance(context, dict) or not isinstance(activities, dict):
        return dict(statement)
    listed = {kind: found if isinstance(found, list) else [found] for kind, found in activities.items()}
    return {**statement, "context": {**context, "contextActivities": listed}}


def _matches(statement: Mapping[str, Any], template: Mapping[str, Any]) -> bool:
    """Whether it has all determining properties of the template."""
    if "verb" in template and find_values(statement, "$.verb.id") != [template["verb"]]:
        return False
    wanted = template.get("objectActivityType")
    if wanted is not None and find_values(statement, "$.object.definition.type") != [wanted]:
        return False
    return all(
        set(template[name]) <= set(find_values(statement, f"$.context.contextActivities.{kind}[*].definition.type"))
        for name, kind in _CONTEXT_TYPES.items()
        if name in template
    )


def _breaches(statement: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[Breach]:
    for rule in template.get("rules", ()):
        kind = _broken(statement, rule)
        if kind is not None:
            allowed = rule.get("any") or rule.get("all") or ()
            yield Breach(kind, _place(rule), template["prefLabel"], allowed if kind == WRONG else ())


def _broken(statement: Mapping[str, Any], rule: Mapping[str, Any]) -> str | None:
    """How a rule is broken, or None."""
    values, has_unmatchable = _evaluate(statement, rule)
    presence = rule.get("presence")
    if presence == "included" and (has_unmatchable or not values):
        return MISSING
    if presence == "excluded":
        return UNWANTED if values else None
    if presence == "recommended" and not values:
        return None
    if "any" in rule and not any(_is_among(value, rule["any"]) for value in values):
        return WRONG if values else MISSING
    if "all" in rule and (has_unmatchable or not all(_is_among(value, rule["all"]) for value in values)):
        return WRONG
    return UNWANTED if any(_is_among(value, rule.get("none", ())) for value in values) else None


def _evaluate(statement: Mapping[str, Any], rule: Mapping[str, Any]) -> tuple[list[Any], bool]:
    """The matchable values of a rule, and whether the selector found nothing somewhere."""
    places = find_values(statement, rule["location"])
    selector = rule.get("selector")
    if selector is None:
        return places, False
    selected = [find_values(place, selector) for place in places]
    return [value for found in selected for value in found], not all(selected)


def _is_among(value: Any, allowed: Sequence[Any]) -> bool:
    """JSON's equality: true is not 1."""
    return any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in allowed)


def _place(rule: Mapping[str, Any]) -> str:
    selector = rule.get("selector", "$").removeprefix("$")
    return f"{rule['location']}{selector}"
