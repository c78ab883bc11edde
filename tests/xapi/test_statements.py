"""Storing and reading single statements and batches: POST, PUT, GET, HEAD, what the store adds, conflicts."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lti_tool.storage.database import Database
from tests.support.clock import FakeClock
from tests.support.lrs import Lrs, Speaker, details_of
from tests.support.statements import ADL, CHEN, LESSON, ZHANG, statement

EXPERIENCED = ADL + "experienced"
GONE = str(uuid.UUID(int=0))


def learned(**parts: Any) -> dict[str, Any]:
    return statement(EXPERIENCED, LESSON, **parts)


def test_a_posted_statement_is_read_back_with_what_the_store_adds(speaker: Speaker) -> None:
    sent = learned(timestamp="2026-10-12T19:40:12+08:00", result={"response": "好"})
    response = speaker.post(sent)
    assert (response.status_code, response.json) == (200, [sent["id"]])
    kept = speaker.one(sent["id"])
    added = {name: kept.pop(name) for name in ("authority", "stored", "version")}
    assert kept == sent
    assert added["authority"]["account"]["name"] == speaker.key
    assert added["version"] == "1.0.0"
    assert datetime.fromisoformat(added["stored"]).utcoffset() == timedelta(0)


def test_an_id_and_a_timestamp_are_given_where_there_is_none(speaker: Speaker) -> None:
    [given] = speaker.post({k: v for k, v in learned().items() if k != "id"}).json
    kept = speaker.one(given)
    assert str(uuid.UUID(given)) == given
    assert kept["timestamp"] == kept["stored"]


def test_what_only_the_store_may_say_is_replaced(speaker: Speaker) -> None:
    [sent] = speaker.send(learned(stored="2000-01-01T00:00:00Z", authority={"mbox": "mailto:me@example.org"}))
    kept = speaker.one(sent)
    assert not kept["stored"].startswith("2000")
    assert "mbox" not in kept["authority"]


def test_a_single_context_activity_becomes_a_list(speaker: Speaker) -> None:
    [sent] = speaker.send(learned(context={"contextActivities": {"parent": {"id": LESSON}}}))
    assert speaker.one(sent)["context"]["contextActivities"] == {"parent": [{"id": LESSON}]}


def test_a_batch_answers_its_ids_in_order(speaker: Speaker) -> None:
    batch = [learned() for _ in range(25)]
    assert speaker.post(batch).json == [one["id"] for one in batch]
    assert speaker.find(ascending=True) == [one["id"] for one in batch]


def test_an_empty_batch_stores_nothing(speaker: Speaker) -> None:
    assert speaker.post([]).json == []
    assert speaker.find() == []


def test_put_takes_the_id_of_the_query(speaker: Speaker) -> None:
    bare = {name: value for name, value in learned().items() if name != "id"}
    wanted = str(uuid.uuid4())
    response = speaker.put(bare, statementId=wanted)
    assert (response.status_code, response.data) == (204, b"")
    assert speaker.one(wanted)["id"] == wanted


PUT_REFUSED = {
    "no id in the query": ({}, learned()),
    "an id that is none": ({"statementId": "7"}, learned()),
    "another id in the statement": ({"statementId": str(uuid.uuid4())}, learned()),
    "a list": ({"statementId": str(uuid.uuid4())}, [learned()]),
    "a parameter more": ({"statementId": str(uuid.uuid4()), "agent": "{}"}, learned()),
}


@pytest.mark.parametrize(("params", "body"), PUT_REFUSED.values(), ids=PUT_REFUSED)
def test_put_is_refused(speaker: Speaker, params: dict[str, str], body: Any) -> None:
    assert speaker.put(body, **params).status_code == 400
    assert speaker.find() == []


def test_ids_are_compared_without_their_case(speaker: Speaker) -> None:
    sent = learned(id=str(uuid.uuid4()).upper())
    speaker.send(sent)
    assert speaker.one(sent["id"].lower())["id"] == sent["id"]
    assert speaker.post({**sent, "id": sent["id"].lower()}).status_code == 200
    assert len(speaker.find()) == 1


# Batches: all of it or nothing.

BATCH_REFUSED = {
    "one is invalid": (lambda first: [learned(), {**learned(), "verb": {"id": "x"}}, first], 400),
    "two have one id": (lambda first: [first, learned(), {**first, "id": first["id"].upper()}], 400),
    "one is in conflict": (lambda first: [learned(), {**first, "id": "taken"}], 409),
}


@pytest.mark.parametrize(("make", "status"), BATCH_REFUSED.values(), ids=BATCH_REFUSED)
def test_nothing_of_a_refused_batch_is_stored(speaker: Speaker, make: Any, status: int) -> None:
    [taken] = speaker.send(learned(actor=CHEN))
    batch = [{**one, "id": taken} if one["id"] == "taken" else one for one in make(learned())]
    assert speaker.post(batch).status_code == status
    assert speaker.find() == [taken]


def test_the_hook_hears_of_new_statements_only(lrs: Lrs, speaker: Speaker) -> None:
    first, second = learned(), learned()
    speaker.send(first)
    lrs.told.clear()
    speaker.send(first, second)
    assert [(one.id, one.credential.key) for one in lrs.told] == [(second["id"], speaker.key)]


# The same statement again is accepted; a different one under the same id is a conflict.

SAME = {
    "as it is": lambda one: one,
    "another spelling of the moment": lambda one: {**one, "timestamp": "2026-10-12T11:40:12.000Z"},
    "another authority": lambda one: {**one, "authority": ZHANG},
    "a display": lambda one: {**one, "verb": {**one["verb"], "display": {"en": "experienced"}}},
    "a definition": lambda one: {**one, "object": {**one["object"], "definition": {"name": {"en": "L"}}}},
    "members in another order": lambda one: {**one, "actor": {**one["actor"], "member": one["actor"]["member"][::-1]}},
    "a single activity as a list": lambda one: {
        **one,
        "context": {"contextActivities": {"parent": [{"id": LESSON}]}},
    },
    "hundredths of a second and no more": lambda one: {**one, "result": {"duration": "PT38M20.004S"}},
}
DIFFERENT = {
    "another actor": lambda one: {**one, "actor": ZHANG},
    "another verb": lambda one: {**one, "verb": {"id": ADL + "completed"}},
    "another object": lambda one: {**one, "object": {"id": LESSON + "/4"}},
    "another result": lambda one: {**one, "result": {"duration": "PT38M21S"}},
    "no result": lambda one: {name: value for name, value in one.items() if name != "result"},
    "another context": lambda one: {**one, "context": {"contextActivities": {"parent": [{"id": LESSON + "/4"}]}}},
    "another moment": lambda one: {**one, "timestamp": "2026-10-12T19:40:13+08:00"},
    "a member less": lambda one: {**one, "actor": {**one["actor"], "member": one["actor"]["member"][:1]}},
}


def original() -> dict[str, Any]:
    return learned(
        actor={"objectType": "Group", "member": [ZHANG, CHEN]},
        timestamp="2026-10-12T19:40:12+08:00",
        result={"duration": "PT38M20S"},
        context={"contextActivities": {"parent": {"id": LESSON}}},
    )


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_an_equal_statement_is_taken_and_changes_nothing(speaker: Speaker, change: Any) -> None:
    sent = original()
    speaker.send(sent)
    before = speaker.one(sent["id"])
    again = change(sent)
    assert speaker.post(again).status_code == 200
    assert speaker.put(again, statementId=sent["id"]).status_code == 204
    assert speaker.one(sent["id"]) == before


@pytest.mark.parametrize("change", DIFFERENT.values(), ids=DIFFERENT)
def test_a_different_statement_with_the_same_id_is_a_conflict(speaker: Speaker, change: Any) -> None:
    sent = original()
    speaker.send(sent)
    before = speaker.one(sent["id"])
    response = speaker.post([learned(), change(sent)])
    assert response.status_code == 409
    assert details_of(response) == [("[1].id", "statement_conflict")]
    assert speaker.put(change(sent), statementId=sent["id"]).status_code == 409
    assert speaker.read() == [before]


def test_a_statement_of_another_tenant_cannot_be_probed(lrs: Lrs, speaker: Speaker) -> None:
    sent = learned()
    lrs.speaker("all").send(sent)
    assert speaker.post(sent).status_code == 409
    assert speaker.get(statementId=sent["id"]).status_code == 404


OBJECTS = {
    "an agent": {"objectType": "Agent", **CHEN},
    "a statement": {"objectType": "StatementRef", "id": GONE},
    "a statement within": {
        "objectType": "SubStatement",
        "actor": CHEN,
        "verb": {"id": EXPERIENCED},
        "object": {"id": LESSON},
    },
}


@pytest.mark.parametrize("target", OBJECTS.values(), ids=OBJECTS)
def test_objects_of_every_kind_are_compared(speaker: Speaker, target: dict[str, Any]) -> None:
    sent = {**learned(), "object": target}
    speaker.send(sent)
    assert speaker.post(sent).status_code == 200
    for other in (o for o in OBJECTS.values() if o is not target):
        assert speaker.post({**sent, "object": other}).status_code == 409


# Reading.


@pytest.mark.parametrize("params", [{"statementId": GONE}, {"voidedStatementId": GONE}])
def test_what_is_not_there_is_not_found(speaker: Speaker, params: dict[str, str]) -> None:
    assert speaker.get(**params).status_code == 404


@pytest.mark.parametrize(
    "params",
    [
        {"statementId": GONE, "voidedStatementId": GONE},
        {"statementId": GONE, "limit": "1"},
        {"statementId": GONE, "agent": ZHANG},
        {"statementId": GONE, "since": "2026-01-01T00:00:00Z"},
        {"voidedStatementId": GONE, "ascending": "true"},
        {"statementid": GONE},
        {"statementId": "7"},
        {"agent": "zhang"},
        {"agent": {"name": "zhang"}},
        {"agent": {"objectType": "Group", "member": [ZHANG]}},
        {"verb": "experienced"},
        {"activity": "lesson"},
        {"registration": "7"},
        {"since": "yesterday"},
        {"until": "2026-13-01"},
        {"limit": "-1"},
        {"limit": "many"},
        {"ascending": "yes"},
        {"related_agents": "1"},
        {"attachments": "2"},
        {"format": "short"},
        {"cursor": "x"},
        {"Verb": EXPERIENCED},
        {"page": "2"},
    ],
    ids=str,
)
def test_a_question_that_makes_no_sense_is_refused(speaker: Speaker, params: dict[str, Any]) -> None:
    response = speaker.get(**params)
    assert response.status_code == 400
    assert response.json["error"]["code"] == "invalid_parameter"


def test_a_parameter_may_stand_only_once(speaker: Speaker) -> None:
    assert speaker.get("statements?limit=1&limit=2").status_code == 400


def test_head_answers_as_get_without_a_body(speaker: Speaker) -> None:
    [sent] = speaker.send(learned())
    for params in ({"statementId": sent}, {}):
        got, headed = speaker.get(**params), speaker.call("HEAD", "statements", **params)
        assert (headed.status_code, headed.data) == (200, b"")
        same = ("Content-Type", "Content-Length", "Last-Modified", "X-Experience-API-Version")
        assert [headed.headers[name] for name in same] == [got.headers[name] for name in same]
    assert speaker.call("HEAD", "statements", statementId=GONE).status_code == 404


def test_last_modified_is_when_the_statement_was_stored(speaker: Speaker) -> None:
    [sent] = speaker.send(learned())
    answer = speaker.get(statementId=sent)
    stored = datetime.fromisoformat(answer.json["stored"])
    assert answer.last_modified == stored.replace(microsecond=0)


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_consistent_through_is_told_by_every_answer(speaker: Speaker, version: str) -> None:
    sender = speaker.speaking(version)
    sent = learned()
    for response in (
        sender.post(sent),
        sender.put(learned(id=(other := str(uuid.uuid4()))), statementId=other),
        sender.get(statementId=sent["id"]),
        sender.get(),
        sender.get(statementId=GONE),
        sender.get(statementId="7"),
        sender.post({}),
        sender.call("DELETE", "statements"),
        sender.call("GET", "statements", headers={"Authorization": "Basic x"}),
    ):
        assert datetime.fromisoformat(response.headers["X-Experience-API-Consistent-Through"]).tzinfo is not None


def test_methods_that_the_resource_does_not_have(speaker: Speaker) -> None:
    response = speaker.call("DELETE", "statements")
    assert response.status_code == 405
    assert {"GET", "POST", "PUT"} <= set(response.headers["Allow"].split(", "))


def test_other_media_types_are_refused(speaker: Speaker) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        assert speaker.post(b"{}", content_type=kind).status_code == 400


def test_browsers_anywhere_may_send(speaker: Speaker) -> None:
    preflight = speaker.call("OPTIONS", "statements")
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Experience-API-Version" in preflight.headers["Access-Control-Allow-Headers"]
    assert speaker.get().headers["Access-Control-Allow-Origin"] == "*"


def test_reads_are_complete_up_to_now_where_nobody_writes(db: Database, tmp_path: Path, clock: FakeClock) -> None:
    reader = Lrs(db, tmp_path, clock=clock).speaker("all")
    reader.send(learned())
    for _ in range(2):
        clock.advance(5)
        told = datetime.fromisoformat(reader.get().headers["X-Experience-API-Consistent-Through"])
        assert told == clock.now


def test_reads_are_not_told_complete_while_somebody_writes(db: Database, tmp_path: Path, clock: FakeClock) -> None:
    lrs = Lrs(db, tmp_path, clock=clock)
    reader = lrs.speaker("all")
    [seen] = reader.send(learned())
    stored = datetime.fromisoformat(reader.one(seen)["stored"])
    clock.advance(5)

    def look(_conn: Any, _batch: Any) -> None:
        clock.advance(5)
        told.append(reader.get().headers["X-Experience-API-Consistent-Through"])

    told: list[str] = []
    writer = Lrs(db, tmp_path, clock=clock, on_stored=look)
    Speaker(writer.app, reader.key, reader.secret).send(learned())
    assert stored <= datetime.fromisoformat(told[0]) <= stored + timedelta(seconds=5)
    assert len(reader.find()) == 2
