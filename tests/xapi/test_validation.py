"""What a statement must be: each broken rule is named with its place, each allowed oddity is taken."""

import copy
import uuid
from typing import Any

import pytest

from tests.support.lrs import Lrs, Speaker, details_of

MAIL = {"mbox": "mailto:zhang@example.org"}
ACCOUNT = {"account": {"homePage": "https://moodle.example.org", "name": "7"}}
GROUP = {"objectType": "Group", "member": [MAIL]}
IRI = "https://example.org/a"
UUID = "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"
REFERENCE = {"objectType": "StatementRef", "id": UUID}
ATTACHMENT = {
    "usageType": "https://example.org/usage/photo",
    "display": {"zh-CN": "签到照片"},
    "contentType": "image/jpeg",
    "length": 3,
    "sha2": "a" * 64,
    "fileUrl": "https://example.org/photo.jpg",
}
SUB = {
    "objectType": "SubStatement",
    "actor": MAIL,
    "verb": {"id": IRI},
    "object": {"id": IRI},
}


def whole(**parts: Any) -> dict[str, Any]:
    """A statement that is valid but for the parts given; `...` leaves a part out."""
    base = {"actor": MAIL, "verb": {"id": IRI}, "object": {"id": IRI}, **parts}
    return {name: copy.deepcopy(value) for name, value in base.items() if value is not ...}


def about(definition: Any) -> dict[str, Any]:
    return whole(object={"id": IRI, "definition": definition})


def within(context: Any, **parts: Any) -> dict[str, Any]:
    return whole(context=context, **parts)


REFUSED = [
    # the statement itself
    (whole(actor=...), "actor", "required"),
    (whole(verb=...), "verb", "required"),
    (whole(object=...), "object", "required"),
    (whole(actor=None), "actor", "object"),
    (whole(id=None), "id", "uuid"),
    (whole(id="6690e6c9"), "id", "uuid"),
    (whole(id=UUID.replace("-", "")), "id", "uuid"),
    (whole(id=f"{{{UUID}}}"), "id", "uuid"),
    (whole(version="0.9.5"), "version", "version"),
    (whole(version="1.1.0"), "version", "version"),
    (whole(version=1.0), "version", "version"),
    (whole(Actor=MAIL), "Actor", "unknown_property"),
    (whole(mood="good"), "mood", "unknown_property"),
    (whole(result=None), "result", "object"),
    (whole(context=[]), "context", "object"),
    (whole(attachments={}), "attachments", "array"),
    # actors
    (whole(actor={}), "actor", "one_identifier"),
    (whole(actor={"name": "张老师"}), "actor", "one_identifier"),
    (whole(actor={**MAIL, **ACCOUNT}), "actor", "one_identifier"),
    (whole(actor={**MAIL, "name": 7}), "actor.name", "string"),
    (whole(actor={**MAIL, "objectType": "agent"}), "actor.objectType", "object_type"),
    (whole(actor={**MAIL, "objectType": None}), "actor.objectType", "object_type"),
    (whole(actor={"mbox": "zhang@example.org"}), "actor.mbox", "mbox"),
    (whole(actor={"mbox": "mailto:zhang"}), "actor.mbox", "mbox"),
    (whole(actor={"mbox": "mailto:a@b@c"}), "actor.mbox", "mbox"),
    (whole(actor={"mbox": "mailto:a\x00b@example.org"}), "actor.mbox", "mbox"),
    (whole(actor={"mbox": 7}), "actor.mbox", "mbox"),
    (whole(actor={"mbox_sha1sum": "a" * 39}), "actor.mbox_sha1sum", "mbox_sha1sum"),
    (whole(actor={"mbox_sha1sum": "g" * 40}), "actor.mbox_sha1sum", "mbox_sha1sum"),
    (whole(actor={"openid": "zhang"}), "actor.openid", "iri"),
    (whole(actor={"account": "zhang"}), "actor.account", "object"),
    (whole(actor={"account": {"name": "7"}}), "actor.account.homePage", "iri"),
    (whole(actor={"account": {"homePage": "moodle", "name": "7"}}), "actor.account.homePage", "iri"),
    (whole(actor={"account": {"homePage": IRI}}), "actor.account.name", "string"),
    (whole(actor={"account": {"homePage": IRI, "name": 7}}), "actor.account.name", "string"),
    (whole(actor={"account": {"homePage": IRI, "name": "7", "id": 1}}), "actor.account.id", "unknown_property"),
    (whole(actor={"objectType": "Group"}), "actor.member", "required"),
    (whole(actor={**GROUP, "member": MAIL}), "actor.member", "array"),
    (whole(actor={**GROUP, "member": [MAIL, {}]}), "actor.member[1]", "one_identifier"),
    (whole(actor={**GROUP, "member": [GROUP]}), "actor.member[0].objectType", "object_type"),
    (whole(actor={**MAIL, "member": [MAIL]}), "actor.member", "unknown_property"),
    # verbs
    (whole(verb={}), "verb.id", "iri"),
    (whole(verb=IRI), "verb", "object"),
    (whole(verb={"id": "attended"}), "verb.id", "iri"),
    (whole(verb={"id": "https://"}), "verb.id", "iri"),
    (whole(verb={"id": "https://example.org/a b"}), "verb.id", "iri"),
    (whole(verb={"id": "https://example.org/%zz"}), "verb.id", "iri"),
    (whole(verb={"id": IRI, "name": "x"}), "verb.name", "unknown_property"),
    (whole(verb={"id": IRI, "display": "参加"}), "verb.display", "language_map"),
    (whole(verb={"id": IRI, "display": {"chinese!": "参加"}}), 'verb.display["chinese!"]', "language_tag"),
    (whole(verb={"id": IRI, "display": {"zh-CN": 1}}), 'verb.display["zh-CN"]', "string"),
    (whole(verb={"id": IRI, "display": {"zh-CN": None}}), 'verb.display["zh-CN"]', "string"),
    # objects
    (whole(object={}), "object.id", "iri"),
    (whole(object={"id": "lesson-3"}), "object.id", "iri"),
    (whole(object={"id": IRI, "objectType": "activity"}), "object.objectType", "object_type"),
    (whole(object={"id": IRI, "objectType": ["Activity"]}), "object.objectType", "object_type"),
    (whole(object={"id": IRI, "type": IRI}), "object.type", "unknown_property"),
    (whole(object={"objectType": "Agent"}), "object", "one_identifier"),
    (whole(object={"objectType": "Group"}), "object.member", "required"),
    (whole(object={"objectType": "StatementRef"}), "object.id", "uuid"),
    (whole(object={**REFERENCE, "id": "abc"}), "object.id", "uuid"),
    (about(None), "object.definition", "object"),
    (about({"name": "第三课"}), "object.definition.name", "language_map"),
    (about({"description": {"": "x"}}), 'object.definition.description[""]', "language_tag"),
    (about({"type": "lesson"}), "object.definition.type", "iri"),
    (about({"moreInfo": "here"}), "object.definition.moreInfo", "iri"),
    (about({"extensions": {"page": 1}}), "object.definition.extensions.page", "iri"),
    (about({"extensions": []}), "object.definition.extensions", "object"),
    (about({"title": "x"}), "object.definition.title", "unknown_property"),
    (about({"interactionType": "quiz"}), "object.definition.interactionType", "interaction_type"),
    (about({"interactionType": {}}), "object.definition.interactionType", "interaction_type"),
    (about({"choices": []}), "object.definition.interactionType", "interaction_type"),
    (
        about({"interactionType": "choice", "correctResponsesPattern": "a"}),
        "object.definition.correctResponsesPattern",
        "array",
    ),
    (about({"interactionType": "choice", "choices": [{}]}), "object.definition.choices[0].id", "string"),
    (about({"interactionType": "choice", "choices": [7]}), "object.definition.choices[0]", "object"),
    (
        about({"interactionType": "choice", "choices": [{"id": "a"}, {"id": "a"}]}),
        "object.definition.choices",
        "unique_ids",
    ),
    (
        about({"interactionType": "likert", "scale": [{"id": "a", "description": "x"}]}),
        "object.definition.scale[0].description",
        "language_map",
    ),
    # SubStatements
    (whole(object={**SUB, "id": UUID}), "object.id", "unknown_property"),
    (whole(object={**SUB, "stored": "2026-01-01T00:00:00Z"}), "object.stored", "unknown_property"),
    (whole(object={**SUB, "version": "1.0.0"}), "object.version", "unknown_property"),
    (whole(object={**SUB, "authority": MAIL}), "object.authority", "unknown_property"),
    (whole(object={**SUB, "object": SUB}), "object.object", "nested_substatement"),
    (whole(object={**SUB, "actor": {}}), "object.actor", "one_identifier"),
    (whole(object={name: SUB[name] for name in SUB if name != "verb"}), "object.verb", "required"),
    # results
    (whole(result={"done": True}), "result.done", "unknown_property"),
    (whole(result={"success": "true"}), "result.success", "boolean"),
    (whole(result={"completion": 1}), "result.completion", "boolean"),
    (whole(result={"response": 7}), "result.response", "string"),
    (whole(result={"duration": "38 minutes"}), "result.duration", "duration"),
    (whole(result={"duration": "PT"}), "result.duration", "duration"),
    (whole(result={"duration": "P1Y2W"}), "result.duration", "duration"),
    (whole(result={"duration": "PT1.5H2M"}), "result.duration", "duration"),
    (whole(result={"score": 7}), "result.score", "object"),
    (whole(result={"score": {"raw": "7"}}), "result.score.raw", "number"),
    (whole(result={"score": {"raw": True}}), "result.score.raw", "number"),
    (whole(result={"score": {"scaled": 1.01}}), "result.score.scaled", "range"),
    (whole(result={"score": {"scaled": -1.01}}), "result.score.scaled", "range"),
    (whole(result={"score": {"raw": 11, "max": 10}}), "result.score.raw", "range"),
    (whole(result={"score": {"raw": -1, "min": 0}}), "result.score.raw", "range"),
    (whole(result={"score": {"min": 5, "max": 5}}), "result.score.min", "range"),
    (whole(result={"score": {"grade": 5}}), "result.score.grade", "unknown_property"),
    (whole(result={"extensions": {"credits": 1}}), "result.extensions.credits", "iri"),
    # contexts
    (within({"registration": "7"}), "context.registration", "uuid"),
    (within({"instructor": {}}), "context.instructor", "one_identifier"),
    (within({"team": MAIL}), "context.team.objectType", "object_type"),
    (within({"revision": 3}), "context.revision", "string"),
    (within({"platform": None}), "context.platform", "string"),
    (within({"language": "Chinese language"}), "context.language", "language_tag"),
    (within({"statement": {"id": UUID}}), "context.statement.objectType", "object_type"),
    (within({"extensions": {"Ö": 1}}), "context.extensions.Ö", "iri"),
    (within({"weather": "fine"}), "context.weather", "unknown_property"),
    (within({"contextActivities": []}), "context.contextActivities", "object"),
    (within({"contextActivities": {"course": []}}), "context.contextActivities.course", "unknown_property"),
    (within({"contextActivities": {"parent": "a"}}), "context.contextActivities.parent", "object"),
    (within({"contextActivities": {"other": [{"id": 1}]}}), "context.contextActivities.other[0].id", "iri"),
    (within({"platform": "Moodle"}, object={**MAIL, "objectType": "Agent"}), "context.platform", "activity_only"),
    (within({"revision": "2"}, object=REFERENCE), "context.revision", "activity_only"),
    (within({"contextAgents": []}), "context.contextAgents", "unknown_property"),
    # moments
    (whole(timestamp="yesterday"), "timestamp", "timestamp"),
    (whole(timestamp="2026-02-30T10:00:00Z"), "timestamp", "timestamp"),
    (whole(timestamp="2026-02-03T25:00:00Z"), "timestamp", "timestamp"),
    (whole(timestamp="2026-02-03T10:00:00-00:00"), "timestamp", "timestamp"),
    (whole(timestamp=1769990400), "timestamp", "timestamp"),
    (whole(stored="2026"), "stored", "timestamp"),
    # authority
    (whole(authority=[]), "authority", "object"),
    (whole(authority={**GROUP, "member": [MAIL, MAIL, MAIL]}), "authority", "authority"),
    (whole(authority={"objectType": "Group", **MAIL}), "authority", "authority"),
    # attachments
    (whole(attachments=[7]), "attachments[0]", "object"),
    (whole(attachments=[{**ATTACHMENT, "usageType": "photo"}]), "attachments[0].usageType", "iri"),
    (whole(attachments=[{**ATTACHMENT, "display": "photo"}]), "attachments[0].display", "language_map"),
    (whole(attachments=[{**ATTACHMENT, "contentType": "jpeg"}]), "attachments[0].contentType", "media_type"),
    (whole(attachments=[{**ATTACHMENT, "length": "3"}]), "attachments[0].length", "integer"),
    (whole(attachments=[{**ATTACHMENT, "length": -1}]), "attachments[0].length", "integer"),
    (whole(attachments=[{**ATTACHMENT, "sha2": "abc"}]), "attachments[0].sha2", "sha2"),
    (whole(attachments=[{**ATTACHMENT, "fileUrl": "photo.jpg"}]), "attachments[0].fileUrl", "iri"),
    (whole(attachments=[{**ATTACHMENT, "name": "x"}]), "attachments[0].name", "unknown_property"),
    *[
        (whole(attachments=[{k: v for k, v in ATTACHMENT.items() if k != name}]), f"attachments[0].{name}", "required")
        for name in ("usageType", "display", "contentType", "length", "sha2")
    ],
    # voiding
    (whole(verb={"id": "http://adlnet.gov/expapi/verbs/voided"}), "object", "voiding"),
]

TAKEN = {
    "the least": whole(),
    "an id in capitals": whole(id=str(uuid.uuid4()).upper()),
    "any patch of 1.0": whole(version="1.0.9"),
    "version 1.0 alone": whole(version="1.0"),
    "an actor by hash": whole(actor={"mbox_sha1sum": "0" * 40}),
    "an actor by OpenID": whole(actor={"openid": "https://id.example.org/zhang"}),
    "an actor by account": whole(actor={**ACCOUNT, "name": "张老师", "objectType": "Agent"}),
    "an account with an empty name": whole(actor={"account": {"homePage": IRI, "name": ""}}),
    "an anonymous group": whole(actor=GROUP),
    "an empty anonymous group": whole(actor={"objectType": "Group", "member": []}),
    "an identified group": whole(actor={"objectType": "Group", **ACCOUNT}),
    "an agent as the object": whole(object={"objectType": "Agent", **MAIL}),
    "a group as the object": whole(object=GROUP),
    "a statement as the object": whole(object=REFERENCE),
    "a SubStatement": whole(object={**SUB, "result": {"success": True}, "context": {"platform": "Moodle"}}),
    "an IRI with Chinese": whole(object={"id": "https://example.org/课程/3?第=三#页"}),
    "a URN": whole(object={"id": "urn:uuid:" + UUID}),
    "a tag IRI": whole(object={"id": "tag:example.org,2026:a"}),
    "an empty display": whole(verb={"id": IRI, "display": {}}),
    "language tags of all kinds": whole(
        verb={"id": IRI, "display": dict.fromkeys(["zh-Hans-CN", "x-own", "i-klingon", "und", "de-CH-1996"], "x")}
    ),
    "an empty definition": about({}),
    "a definition with all of it": about(
        {
            "name": {"zh-CN": "问题"},
            "description": {"zh-CN": "？"},
            "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
            "moreInfo": IRI,
            "interactionType": "matching",
            "correctResponsesPattern": ["a[.]1"],
            "source": [{"id": "a", "description": {"zh-CN": "甲"}}],
            "target": [{"id": "1"}],
            "extensions": {IRI: {"page": None}},
        }
    ),
    "an interaction without components": about({"interactionType": "fill-in"}),
    "an empty result": whole(result={}),
    "a full score": whole(result={"score": {"scaled": 0.875, "raw": 35, "min": 0, "max": 40}}),
    "a score of nothing": whole(result={"score": {}}),
    "durations by week": whole(result={"duration": "P3W"}),
    "durations of all parts": whole(result={"duration": "P1Y2M3DT4H5M6.789S"}),
    "a null in an extension": whole(result={"extensions": {IRI: None}}),
    "an empty context": within({}),
    "a context of all parts": within(
        {
            "registration": UUID,
            "instructor": GROUP,
            "team": GROUP,
            "contextActivities": {"parent": {"id": IRI}, "grouping": [], "category": [{"id": IRI}, {"id": IRI}]},
            "revision": "",
            "platform": "Moodle 5",
            "language": "zh-CN",
            "statement": REFERENCE,
            "extensions": {},
        }
    ),
    "a timestamp with a zone": whole(timestamp="2026-10-12T19:40:12+08:00"),
    "a timestamp with a short zone": whole(timestamp="2026-10-12T19:40:12.123456789+08"),
    "a timestamp without a zone": whole(timestamp="2026-10-12T11:40:12"),
    "a leap second": whole(timestamp="2016-12-31T23:59:60Z"),
    "a timestamp ahead of us": whole(timestamp="2099-01-01T00:00:00Z"),
    "an authority, which is replaced": whole(authority=MAIL),
    "an authority of two": whole(authority={**GROUP, "member": [MAIL, ACCOUNT]}),
    "an attachment elsewhere": whole(attachments=[ATTACHMENT]),
    "no attachments": whole(attachments=[]),
}

REFUSED_IN_2 = [
    (within({"contextAgents": {}}), "context.contextAgents", "array"),
    (
        within({"contextAgents": [{"objectType": "contextAgent"}]}),
        "context.contextAgents[0].agent",
        "object",
    ),
    (within({"contextAgents": [{"agent": MAIL}]}), "context.contextAgents[0].objectType", "object_type"),
    (
        within({"contextGroups": [{"objectType": "contextGroup", "group": MAIL}]}),
        "context.contextGroups[0].group.objectType",
        "object_type",
    ),
    (
        within({"contextAgents": [{"objectType": "contextAgent", "agent": MAIL, "relevantTypes": []}]}),
        "context.contextAgents[0].relevantTypes",
        "array",
    ),
    (
        within({"contextAgents": [{"objectType": "contextAgent", "agent": MAIL, "relevantTypes": ["boss"]}]}),
        "context.contextAgents[0].relevantTypes[0]",
        "iri",
    ),
]


@pytest.fixture(scope="module")
def sender(sqlite_lrs: Lrs) -> Speaker:
    return sqlite_lrs.speaker("all")


@pytest.mark.parametrize(
    ("statement", "path", "rule"), REFUSED, ids=[f"{n}-{path}-{rule}" for n, (_, path, rule) in enumerate(REFUSED)]
)
def test_a_broken_rule_is_named_with_its_place(sender: Speaker, statement: Any, path: str, rule: str) -> None:
    response = sender.post(statement)
    assert response.status_code == 400
    assert response.json["error"]["code"] == "invalid_statement"
    assert (path, rule) in details_of(response)


@pytest.mark.parametrize("statement", TAKEN.values(), ids=TAKEN)
def test_what_the_specification_allows_is_taken(sender: Speaker, statement: Any) -> None:
    assert sender.post(statement).status_code == 200, sender.post(statement).json


@pytest.mark.parametrize(("statement", "path", "rule"), REFUSED_IN_2)
def test_rules_that_came_with_xapi_2(sender: Speaker, statement: Any, path: str, rule: str) -> None:
    response = sender.speaking("2.0.0").post(statement)
    assert response.status_code == 400
    assert (path, rule) in details_of(response)


def test_xapi_2_takes_agents_and_groups_in_their_relations(sender: Speaker) -> None:
    statement = within(
        {
            "contextAgents": [{"objectType": "contextAgent", "agent": MAIL, "relevantTypes": [IRI]}],
            "contextGroups": [{"objectType": "contextGroup", "group": GROUP}],
        }
    )
    assert sender.speaking("2.0.0").post(statement).status_code == 200


def test_every_problem_of_a_batch_is_named_with_its_index(sender: Speaker) -> None:
    response = sender.post([whole(), whole(actor={}), whole(verb={"id": 7}), 8])
    assert response.status_code == 400
    assert details_of(response) == [("[1].actor", "one_identifier"), ("[2].verb.id", "iri"), ("[3]", "object")]


def test_a_thousand_problems_are_told_by_the_first_hundred(sender: Speaker) -> None:
    assert len(details_of(sender.post([7] * 1000))) == 100


NOT_JSON = {
    "nothing": b"",
    "half": b'{"actor": ',
    "a trailing comma": b"[1,]",
    "not a number": b'{"result": NaN}',
    "bytes that are no text": b'{"actor": "\xff"}',
    "half a surrogate pair": b'{"actor": "\\ud800"}',
    "a property twice": b'{"actor": {}, "actor": {}}',
    "a property twice, once escaped": b'{"actor": {}, "\\u0061ctor": {}}',
    "a property twice far inside": b'[{"object": {"definition": {"name": {"de": "a", "de": "b"}}}}]',
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_is_refused_as_such(sender: Speaker, body: bytes) -> None:
    response = sender.post(body)
    assert response.status_code == 400
    assert response.json["error"]["code"] == "invalid_json"


@pytest.mark.parametrize("body", [b"7", b'"x"', b"null", b"true"])
def test_json_that_is_no_statement_is_refused(sender: Speaker, body: bytes) -> None:
    assert sender.post(body).json["error"]["code"] == "invalid_statement"
