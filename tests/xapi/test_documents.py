"""State, agent profile and activity profile: put, merge, list, and never overwrite what one has not seen."""

import hashlib
import uuid
from typing import Any, NamedTuple

import pytest

from tests.support.lrs import Lrs, Speaker
from tests.support.statements import CHEN, LESSON, ZHANG

REGISTRATION = str(uuid.UUID(int=99))


class Kind(NamedTuple):
    """One of the three document resources."""

    path: str
    scope: dict[str, Any]
    name: str
    """The parameter that names a document."""


STATE = Kind("activities/state", {"activityId": LESSON, "agent": ZHANG}, "stateId")
ACTIVITY = Kind("activities/profile", {"activityId": LESSON}, "profileId")
AGENT = Kind("agents/profile", {"agent": ZHANG}, "profileId")
KINDS = {"state": STATE, "activity profile": ACTIVITY, "agent profile": AGENT}


class Document:
    """A document as its user handles it."""

    def __init__(self, speaker: Speaker, kind: Kind, name: str = "bookmark", **scope: Any) -> None:
        self._speaker, self._path = speaker, kind.path
        self._params = {**kind.scope, **scope, kind.name: name}

    def get(self, **options: Any) -> Any:
        return self._speaker.get(self._path, **self._params, **options)

    def head(self) -> Any:
        return self._speaker.call("HEAD", self._path, **self._params)

    def put(self, body: Any, **options: Any) -> Any:
        return self._speaker.put(body, self._path, **self._params, **options)

    def create(self, body: Any, **options: Any) -> Any:
        """PUT what must not be there yet."""
        return self.put(body, headers={"If-None-Match": "*"}, **options)

    def post(self, body: Any, **options: Any) -> Any:
        return self._speaker.post(body, self._path, **self._params, **options)

    def delete(self, **options: Any) -> Any:
        return self._speaker.call("DELETE", self._path, **self._params, **options)


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def document(speaker: Speaker, kind: Kind) -> Document:
    return Document(speaker, kind)


def test_what_is_put_is_got_with_its_type_and_tag(document: Document) -> None:
    content = b"\x00\xff anything"
    assert document.get().status_code == 404
    assert document.create(content, content_type="image/x-doodle; a=b").status_code == 204
    answer = document.get()
    assert (answer.data, answer.headers["Content-Type"]) == (content, "image/x-doodle; a=b")
    assert answer.headers["ETag"] == f'"{hashlib.sha1(content).hexdigest()}"'
    assert answer.last_modified is not None


def test_head_answers_as_get_without_a_body(document: Document) -> None:
    document.post({"page": 3})
    got, headed = document.get(), document.head()
    assert headed.data == b""
    assert {name: headed.headers[name] for name in ("ETag", "Last-Modified", "Content-Type")} == {
        name: got.headers[name] for name in ("ETag", "Last-Modified", "Content-Type")
    }


def test_post_merges_the_top_level(document: Document) -> None:
    assert document.post({"page": 3, "seen": {"a": 1}}).status_code == 204
    assert document.post({"seen": {"b": 2}, "last": None}).status_code == 204
    assert document.get().json == {"page": 3, "seen": {"b": 2}, "last": None}


MERGE_REFUSED = {
    "the stored one is a text": ((b"text", "text/plain"), (b"{}", "application/json")),
    "the sent one is a text": ((b"{}", "application/json"), (b"text", "text/plain")),
    "the stored one is a list": ((b"[1]", "application/json"), (b"{}", "application/json")),
    "the sent one is a list": ((b"{}", "application/json"), (b"[1]", "application/json")),
    "the sent one is no JSON": ((b"{}", "application/json"), (b"{", "application/json")),
}


@pytest.mark.parametrize(("known", "sent"), MERGE_REFUSED.values(), ids=MERGE_REFUSED)
def test_only_json_objects_can_be_merged(document: Document, known: Any, sent: Any) -> None:
    assert document.create(known[0], content_type=known[1]).status_code == 204
    assert document.post(sent[0], content_type=sent[1]).status_code == 400
    assert document.get().data == known[0]


def test_broken_json_is_not_kept_as_json(document: Document) -> None:
    assert document.create(b"{", content_type="application/json").status_code == 400
    assert document.post(b"[1", content_type="application/json").status_code == 400
    assert document.get().status_code == 404


def test_deleting_leaves_nothing(document: Document) -> None:
    document.post({"page": 3})
    assert document.delete().status_code == 204
    assert document.get().status_code == 404
    assert document.delete().status_code == 204


# Concurrency: If-Match and If-None-Match decide before anything changes.

PRECONDITIONS = [
    # (the document is there, header, value, status of a write)
    (True, "If-Match", "{tag}", 204),
    (True, "If-Match", '"0000", {tag}', 204),
    (True, "If-Match", "*", 204),
    (True, "If-Match", '"0000"', 412),
    (True, "If-Match", "W/{tag}", 412),
    (True, "If-None-Match", "*", 412),
    (True, "If-None-Match", "{tag}", 412),
    (True, "If-None-Match", '"0000"', 204),
    (False, "If-Match", "*", 412),
    (False, "If-Match", '"0000"', 412),
    (False, "If-None-Match", "*", 204),
    (False, "If-None-Match", '"0000"', 204),
]


@pytest.mark.parametrize("method", ["put", "post", "delete"])
@pytest.mark.parametrize(("there", "header", "value", "status"), PRECONDITIONS)
def test_preconditions_decide_over_a_write(
    document: Document, method: str, there: bool, header: str, value: str, status: int
) -> None:
    before = b'{"page":3}'
    if there:
        document.create(before, content_type="application/json")
    tag = f'"{hashlib.sha1(before).hexdigest()}"'
    body = () if method == "delete" else ({"page": 4},)
    response = getattr(document, method)(*body, headers={header: value.format(tag=tag)})
    assert response.status_code == status
    if status == 412:
        kept = document.get()
        assert (kept.status_code, kept.data) == (200, before) if there else kept.status_code == 404
    elif method != "delete":
        assert document.get().json["page"] == 4


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_what_exists_is_not_overwritten_unseen(speaker: Speaker, kind: Kind, version: str) -> None:
    """In 1.0.3 the rule leaves out the State resource."""
    document = Document(speaker.speaking(version), kind)
    assert document.create({"page": 3}).status_code == 204
    free = version == "1.0.3" and kind is STATE
    assert document.put({"page": 4}).status_code == (204 if free else 409)
    assert document.get().json == {"page": 4 if free else 3}
    assert document.post({"page": 5}).status_code == 204


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_a_new_profile_must_say_so_in_the_first_version(speaker: Speaker, kind: Kind, version: str) -> None:
    document = Document(speaker.speaking(version), kind)
    refused = version == "1.0.3" and kind is not STATE
    assert document.put({"page": 3}).status_code == (400 if refused else 204)
    assert document.get().status_code == (404 if refused else 200)


def test_get_with_the_tag_that_is_known_sends_nothing(document: Document) -> None:
    document.post({"page": 3})
    tag = document.get().headers["ETag"]
    answer = document.get(headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")


# Where documents stand.


def test_documents_are_listed_by_name(speaker: Speaker, kind: Kind) -> None:
    assert speaker.get(kind.path, **kind.scope).json == []
    for name in ("b", "a", "课"):
        Document(speaker, kind, name).create({"of": name})
    answer = speaker.get(kind.path, **kind.scope)
    assert answer.json == ["a", "b", "课"]
    assert answer.last_modified is not None


def test_documents_are_listed_since_a_moment(speaker: Speaker, kind: Kind) -> None:
    Document(speaker, kind, "old").create({})
    assert speaker.get(kind.path, **kind.scope, since="2000-01-01T00:00:00Z").json == ["old"]
    assert speaker.get(kind.path, **kind.scope, since="2999-01-01T00:00:00+08:00").json == []


def test_documents_of_different_places_do_not_meet(lrs: Lrs, speaker: Speaker) -> None:
    places = [
        Document(speaker, STATE),
        Document(speaker, STATE, agent=CHEN),
        Document(speaker, STATE, activityId=LESSON + "/4"),
        Document(speaker, STATE, registration=REGISTRATION),
        Document(speaker, STATE, "Bookmark"),
        Document(speaker, ACTIVITY),
        Document(speaker, AGENT),
        Document(lrs.speaker("all"), STATE),
    ]
    for number, place in enumerate(places):
        assert place.create({"number": number}).status_code == 204
    assert [place.get().json["number"] for place in places] == list(range(len(places)))


def test_an_agent_is_the_same_however_it_is_called(speaker: Speaker) -> None:
    Document(speaker, STATE).create({"page": 3})
    named = {"objectType": "Agent", "name": "张老师", **ZHANG}
    assert Document(speaker, STATE, agent=named).get().json == {"page": 3}


def test_all_states_of_a_place_are_deleted_at_once(speaker: Speaker) -> None:
    for registration in ({}, {"registration": REGISTRATION}):
        for name in ("a", "b"):
            Document(speaker, STATE, name, **registration).put({})
    Document(speaker, STATE, "a", agent=CHEN).put({})
    scope = STATE.scope
    assert speaker.call("DELETE", STATE.path, **scope, registration=REGISTRATION).status_code == 204
    assert speaker.get(STATE.path, **scope, registration=REGISTRATION).json == []
    assert speaker.get(STATE.path, **scope).json == ["a", "b"]
    assert speaker.call("DELETE", STATE.path, **scope).status_code == 204
    assert speaker.get(STATE.path, **scope).json == []
    assert speaker.get(STATE.path, **{**scope, "agent": CHEN}).json == ["a"]


def test_profiles_are_deleted_one_by_one_only(speaker: Speaker) -> None:
    for kind in (ACTIVITY, AGENT):
        Document(speaker, kind).create({})
        assert speaker.call("DELETE", kind.path, **kind.scope).status_code == 400
        assert Document(speaker, kind).get().status_code == 200


WRONG = {
    "no activity": (STATE, {"activityId": None}),
    "no agent": (STATE, {"agent": None}),
    "an activity that is no IRI": (STATE, {"activityId": "lesson"}),
    "an agent that is none": (STATE, {"agent": "zhang"}),
    "an agent without identifier": (STATE, {"agent": {"name": "张"}}),
    "a registration that is none": (STATE, {"registration": "7"}),
    "a parameter of another resource": (STATE, {"profileId": "x"}),
    "case counts": (STATE, {"StateId": "x"}),
    "no activity for a profile": (ACTIVITY, {"activityId": None}),
    "an agent for an activity's profile": (ACTIVITY, {"agent": ZHANG}),
    "no agent for a profile": (AGENT, {"agent": None}),
    "a registration for a profile": (AGENT, {"registration": REGISTRATION}),
}


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize(("kind", "changes"), WRONG.values(), ids=WRONG)
def test_wrong_parameters_are_refused(speaker: Speaker, kind: Kind, changes: dict[str, Any], method: str) -> None:
    params = {name: value for name, value in {**kind.scope, kind.name: "x", **changes}.items() if value is not None}
    body = {} if method in ("PUT", "POST") else None
    assert speaker.call(method, kind.path, body, **params).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_document_needs_a_name(speaker: Speaker, kind: Kind, method: str) -> None:
    assert speaker.call(method, kind.path, {}, **kind.scope).status_code == 400


def test_since_belongs_to_lists_only(speaker: Speaker, kind: Kind) -> None:
    moment = "2026-01-01T00:00:00Z"
    assert speaker.get(kind.path, **kind.scope, **{kind.name: "x"}, since=moment).status_code == 400
    assert speaker.get(kind.path, **kind.scope, since="x").status_code == 400
