"""The programme's xAPI Profile (xAPI Profiles 1.0): a document that holds together, and a check that follows it."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from lti_tool.evidence.activities import Vocabulary
from lti_tool.evidence.profile.check import MISSING, UNMATCHED, UNWANTED, WRONG, check_statement, claimed_base
from lti_tool.evidence.profile.document import profile_document, version_iri
from lti_tool.evidence.profile.paths import BadPathError, find_values
from lti_tool.evidence.verbs import VERBS, VOIDED
from tests.support.statements import ADL, BASE, STREAMS, statement, twelve

OLDER = "https://older.example.org/xapi"
VOCABULARY = Vocabulary((BASE, OLDER))
ADL_TYPES = "http://adlnet.gov/expapi/activities/"
COMBINATIONS = ("alternates", "optional", "oneOrMore", "sequence", "zeroOrMore")
KINDS_OF_CONCEPT = {"ActivityType", "ContextExtension", "ResultExtension", "Activity"}


@pytest.fixture(params=[BASE, OLDER])
def profile(request: pytest.FixtureRequest) -> dict[str, Any]:
    return profile_document(request.param)


def everything(profile: dict[str, Any]) -> list[dict[str, Any]]:
    return [*profile["concepts"], *profile["templates"], *profile["patterns"]]


def defined(profile: dict[str, Any], *kinds: str) -> set[str]:
    return {one["id"] for one in everything(profile) if one["type"] in kinds}


def values_of(found: Any) -> Iterator[Any]:
    yield found
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from values_of(inner)


def members(pattern: dict[str, Any]) -> list[str]:
    (name,) = [name for name in COMBINATIONS if name in pattern]
    found = pattern[name]
    return list(found) if isinstance(found, list) else [found]


def test_the_profile_says_who_it_is(profile: dict[str, Any]) -> None:
    version = profile["versions"][0]

    assert profile["@context"] == "https://w3id.org/xapi/profiles/context"
    assert (profile["type"], profile["conformsTo"]) == ("Profile", "https://w3id.org/xapi/profiles#1.0")
    assert version["id"] != profile["id"]
    assert datetime.fromisoformat(version["generatedAtTime"]).tzinfo is not None
    assert profile["author"]["type"] == "Organization"
    assert profile["author"]["name"]


def test_no_value_is_empty(profile: dict[str, Any]) -> None:
    assert [found for found in values_of(profile) if found in (None, "", {}, [])] == []
    assert "{B}" not in json.dumps(profile)


def test_ids_are_absolute_unique_and_in_the_base(profile: dict[str, Any]) -> None:
    ids = [one["id"] for one in everything(profile)] + [profile["id"], profile["versions"][0]["id"]]

    assert [id_ for id_, number in Counter(ids).items() if number > 1] == []
    assert all(urlsplit(id_).scheme == "https" and id_.startswith(profile["id"]) for id_ in ids)


def test_everything_names_the_version_and_speaks_chinese_and_english(profile: dict[str, Any]) -> None:
    scheme = profile["versions"][0]["id"]
    for one in everything(profile):
        assert one["inScheme"] == scheme
        words = [one["activityDefinition"]["name"]] if one["type"] == "Activity" else []
        if one["type"] not in {"Activity", "Pattern"} or one.get("primary"):
            words += [one["prefLabel"], one["definition"]]
        assert all({"zh-CN", "en"} <= set(text) for text in words), one["id"]
        assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text["zh-CN"]) for text in words), one["id"]


def test_concepts_are_of_known_kinds_and_extensions_have_one_schema(profile: dict[str, Any]) -> None:
    for concept in profile["concepts"]:
        assert concept["type"] in KINDS_OF_CONCEPT
        if concept["type"].endswith("Extension"):
            assert "schema" not in concept
            assert isinstance(json.loads(concept["inlineSchema"]), dict)
            assert "recommendedActivityTypes" not in concept


def test_whatever_of_the_base_is_referred_to_is_defined(profile: dict[str, Any]) -> None:
    base = profile["id"]
    known = {one["id"] for one in everything(profile)} | {base, version_iri(base)}
    texts = {found for found in values_of(profile) if isinstance(found, str) and found.startswith(base)}
    inside = {
        part
        for found in values_of(profile)
        if isinstance(found, str) and not found.startswith(base)
        for part in found.split("'")
        if part.startswith(base)
    }

    assert (texts | inside) - known == set()


def test_verbs_and_types_of_others_are_those_that_the_tool_understands(profile: dict[str, Any]) -> None:
    registered, earned = ADL + "registered", "http://id.tincanapi.com/verb/earned"
    foreign = VERBS.keys() | {VOIDED, registered, earned}
    extensions = [concept for concept in profile["concepts"] if "recommendedVerbs" in concept]

    assert {template["verb"] for template in profile["templates"]} <= foreign
    assert {verb for concept in extensions for verb in concept["recommendedVerbs"]} <= foreign
    types = {template.get("objectActivityType") for template in profile["templates"]} - {None}
    assert types - defined(profile, "ActivityType") == {ADL_TYPES + "assessment"}


def test_rules_have_a_path_and_a_requirement(profile: dict[str, Any]) -> None:
    for template in profile["templates"]:
        assert not {"objectStatementRefTemplate", "objectActivityType"} <= template.keys()
        for rule in template["rules"]:
            assert rule.keys() & {"presence", "any", "all", "none"}
            assert rule.get("presence") in {None, "included", "excluded", "recommended"}
            assert all(isinstance(rule.get(name, []), list) for name in ("any", "all", "none"))
            for name in ("location", "selector"):
                find_values({}, rule.get(name, "$"))


def test_patterns_are_whole_and_never_hold_themselves(profile: dict[str, Any]) -> None:
    patterns = {one["id"]: one for one in profile["patterns"]}
    known = defined(profile, "Pattern", "StatementTemplate")
    for pattern in patterns.values():
        assert len([name for name in COMBINATIONS if name in pattern]) == 1
        assert set(members(pattern)) <= known
        assert all(len(pattern[name]) >= 2 for name in ("alternates", "sequence") if name in pattern)
        for inner in pattern.get("alternates", ()):
            assert not {"optional", "zeroOrMore"} & patterns.get(inner, {}).keys()
        assert pattern["id"] not in reached(pattern, patterns)


def reached(pattern: dict[str, Any], patterns: dict[str, dict[str, Any]]) -> set[str]:
    found: set[str] = set()
    waiting = members(pattern)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += members(patterns[one]) if one in patterns else []
    return found


def test_every_template_belongs_to_a_primary_pattern(profile: dict[str, Any]) -> None:
    patterns = {one["id"]: one for one in profile["patterns"]}
    primary = [one for one in patterns.values() if one.get("primary")]

    assert defined(profile, "StatementTemplate") <= {id_ for one in primary for id_ in reached(one, patterns)}


@pytest.mark.parametrize("number", range(1, 13))
def test_the_programmes_own_statements_follow_it(number: int) -> None:
    assert check_statement(twelve(number), VOCABULARY) == []


def test_a_statement_claims_the_profile_by_its_category() -> None:
    def claiming(category: Any) -> dict[str, Any]:
        return statement(ADL + "passed", "https://a.example", context={"contextActivities": {"category": category}})

    assert claimed_base(claiming([{"id": BASE}]), VOCABULARY) == BASE
    assert claimed_base(claiming({"id": OLDER}), VOCABULARY) == OLDER  # a single one, as older clients send it
    assert claimed_base(claiming([{"id": version_iri(OLDER)}]), VOCABULARY) == OLDER
    assert claimed_base(claiming([{"id": "https://w3id.org/xapi/video"}]), VOCABULARY) is None
    assert claimed_base(statement(ADL + "passed", "https://a.example"), VOCABULARY) is None


def test_what_does_not_claim_it_is_not_checked() -> None:
    assert check_statement(statement("https://verbs.example/danced", "https://a.example"), VOCABULARY) == []


def breaches(raw: dict[str, Any]) -> list[tuple[str, str]]:
    return [(breach.kind, breach.place) for breach in check_statement(raw, VOCABULARY)]


def test_an_approval_without_credits() -> None:
    raw = twelve(10)
    del raw["result"]["extensions"]

    assert breaches(raw) == [(MISSING, f"$.result.extensions['{BASE}/extensions/credits']")]


def test_a_denial_with_credits() -> None:
    raw = twelve(10)
    raw["verb"]["id"] = STREAMS + "deny"

    assert breaches(raw) == [(UNWANTED, f"$.result.extensions['{BASE}/extensions/credits']")]


def test_a_denied_success_in_an_approval() -> None:
    raw = twelve(10)
    raw["result"]["success"] = False

    assert breaches(raw) == [(UNWANTED, "$.result.success")]


def test_the_component_of_another_part() -> None:
    raw = twelve(5)
    raw["context"]["contextActivities"]["category"][1]["id"] = f"{BASE}/components/online"

    (breach,) = check_statement(raw, VOCABULARY)
    assert (breach.kind, breach.place) == (WRONG, "$.context.contextActivities.category[*].id")
    assert list(breach.allowed) == [f"{BASE}/components/offline"]
    assert breach.label["en"] == "Sign-in"


def test_an_unknown_kind_of_assessment() -> None:
    raw = twelve(11)
    raw["context"]["extensions"][f"{BASE}/extensions/assessment-kind"] = "midterm"

    assert breaches(raw) == [(WRONG, f"$.context.extensions['{BASE}/extensions/assessment-kind']")]


def test_time_without_any_hint_of_when_or_how_long() -> None:
    raw = twelve(3)
    del raw["result"], raw["context"]["extensions"]

    ((kind, place),) = breaches(raw)
    assert kind == MISSING
    assert f"$.result.extensions['{BASE}/extensions/interval']" in place


def test_a_statement_that_no_template_is_about() -> None:
    raw = twelve(7)
    raw["object"]["definition"]["type"] = ADL_TYPES + "file"

    assert breaches(raw) == [(UNMATCHED, "$.verb.id")]


def test_true_is_not_one() -> None:
    raw = twelve(11)
    raw["result"]["success"] = 1

    assert breaches(raw) == [(WRONG, "$.result.success")]


def test_an_older_base_is_checked_in_its_own_words() -> None:
    raw = json.loads(json.dumps(twelve(10)).replace(BASE, OLDER))
    assert breaches(raw) == []

    del raw["result"]["extensions"]
    assert breaches(raw) == [(MISSING, f"$.result.extensions['{OLDER}/extensions/credits']")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", [{"a": [{"b": 1}, {"b": 2}, {}], "x.y": {"z": [3, 4, 5]}}]),
        ("$.a[*].b", [1, 2]),
        ("a[1].b", [2]),
        ("$.a[0,1].b", [1, 2]),
        ("$['x.y'].z[0,2]", [3, 5]),
        ("$..b", [1, 2]),
        ("$.a[0]['b','c']", [1]),
        ("$.a[*].b | $['x.y']['z'][1]", [1, 2, 4]),
        ("$.a[7]", []),
        ("$.nothing.here", []),
        ("$.a.b", []),
    ],
)
def test_paths(path: str, expected: list[Any]) -> None:
    assert find_values({"a": [{"b": 1}, {"b": 2}, {}], "x.y": {"z": [3, 4, 5]}}, path) == expected


@pytest.mark.parametrize("path", ["", "$.a[?(@.b)]", "$.a[-1]", "$.a[(1)]", "$['a", "$.a[1:2]", "$."])
def test_filters_scripts_and_nonsense_are_no_paths(path: str) -> None:
    with pytest.raises(BadPathError):
        find_values({}, path)
