"""Taking a statement back: the voiding statement, its target, and what still refers to it."""

import uuid
from typing import Any

import pytest

from tests.support.lrs import Lrs, Speaker
from tests.support.statements import ADL, CHEN, LESSON, ZHANG, statement


def learned(**parts: Any) -> dict[str, Any]:
    return statement(ADL + "experienced", LESSON, **parts)


def referring(verb: str, target: str, **parts: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "actor": CHEN,
        "verb": {"id": ADL + verb},
        "object": {"objectType": "StatementRef", "id": target},
        **parts,
    }


def void(target: str) -> dict[str, Any]:
    return referring("voided", target)


@pytest.fixture
def target(speaker: Speaker) -> str:
    return speaker.send(learned())[0]


def test_a_voided_statement_is_found_as_such_only(speaker: Speaker, target: str) -> None:
    before = speaker.one(target)
    taking = void(target)
    speaker.send(taking)
    assert speaker.get(statementId=target).status_code == 404
    assert speaker.get(voidedStatementId=target).json == before
    assert speaker.find() == [taking["id"]]
    assert speaker.one(taking["id"])["object"]["id"] == target


def test_a_statement_in_force_is_not_found_as_voided(speaker: Speaker, target: str) -> None:
    assert speaker.get(voidedStatementId=target).status_code == 404


def test_a_void_may_come_before_its_target(lrs: Lrs, speaker: Speaker) -> None:
    late = learned()
    taking = void(late["id"])
    speaker.send(taking)
    lrs.told.clear()
    speaker.send(late)
    assert lrs.told[0].voided
    assert speaker.get(statementId=late["id"]).status_code == 404
    assert speaker.get(voidedStatementId=late["id"]).status_code == 200
    assert speaker.find() == [taking["id"]]


@pytest.mark.parametrize("order", [0, 1], ids=["target first", "void first"])
def test_a_void_and_its_target_may_come_in_one_batch(speaker: Speaker, order: int) -> None:
    late = learned()
    taking = void(late["id"])
    speaker.send(*[[late, taking], [taking, late]][order])
    assert speaker.get(voidedStatementId=late["id"]).status_code == 200
    assert speaker.find() == [taking["id"]]


def test_a_void_cannot_be_voided(lrs: Lrs, speaker: Speaker, target: str) -> None:
    taking = void(target)
    speaker.send(taking)
    lrs.told.clear()
    again = void(taking["id"])
    speaker.send(again)
    assert lrs.told[0].voids is None
    assert speaker.get(statementId=taking["id"]).status_code == 200
    assert speaker.get(statementId=target).status_code == 404
    assert set(speaker.find()) == {taking["id"], again["id"]}


def test_a_second_void_changes_nothing(speaker: Speaker, target: str) -> None:
    speaker.send(void(target))
    speaker.send(void(target))
    assert speaker.get(voidedStatementId=target).status_code == 200


def test_a_void_reaches_no_other_tenant(lrs: Lrs, speaker: Speaker, target: str) -> None:
    lrs.speaker("all").send(void(target))
    assert speaker.find() == [target]
    late = learned()
    lrs.speaker("all").send(void(late["id"]))
    speaker.send(late)
    assert set(speaker.find()) == {target, late["id"]}


def test_the_hook_hears_what_was_voided(lrs: Lrs, speaker: Speaker, target: str) -> None:
    lrs.told.clear()
    speaker.send(void(target))
    assert [one.voids for one in lrs.told] == [target]


# A filter also finds what refers to a match, over any chain, even where the match itself is voided.


def test_statements_about_a_match_are_found_with_it(speaker: Speaker, target: str) -> None:
    first = referring("commented", target)
    second = referring("liked", first["id"])
    speaker.send(second)
    speaker.send(first)
    assert set(speaker.find(agent=ZHANG)) == {target, first["id"], second["id"]}
    assert speaker.find(agent=ZHANG, verb=ADL + "commented") == []
    assert set(speaker.find(verb=ADL + "commented")) == {first["id"], second["id"]}


def test_a_void_is_found_by_what_its_target_matches(speaker: Speaker, target: str) -> None:
    taking = void(target)
    speaker.send(taking)
    assert speaker.find(activity=LESSON) == [taking["id"]]
    assert speaker.find(agent=ZHANG) == [taking["id"]]


def test_a_ring_of_references_ends(speaker: Speaker) -> None:
    ids = [str(uuid.uuid4()) for _ in range(3)]
    for index, own in enumerate(ids):
        speaker.send(referring("liked", ids[index - 1], id=own))
    assert set(speaker.find(verb=ADL + "liked")) == set(ids)


def test_bounds_apply_to_what_refers_not_to_what_it_refers_to(speaker: Speaker, target: str) -> None:
    stored = speaker.one(target)["stored"]
    first = referring("commented", target)
    speaker.send(first)
    assert speaker.find(agent=ZHANG, since=stored) == [first["id"]]
    assert speaker.find(agent=ZHANG, until=stored) == [target]
    assert speaker.find(agent=ZHANG, limit="1") == [first["id"], target]
