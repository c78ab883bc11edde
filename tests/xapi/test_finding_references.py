"""Statements that refer to a match are found in three ways, by what there is less of; all of them agree."""

import random
import uuid
from typing import Any

import pytest

from tests.support.lrs import Lrs
from tests.support.statements import ADL, CHEN, LESSON, ZHANG, statement
from xapi import queries
from xapi.memory import Memory
from xapi.validation.verb import VOIDED

OTHER = "https://content.example.org/au/other"
WATCHED, DONE, SAID = ADL + "experienced", ADL + "completed", ADL + "commented"
REGISTRATIONS = [str(uuid.UUID(int=number)) for number in (1, 2)]


def make(chance: random.Random) -> list[dict[str, Any]]:
    """Statements, remarks about any of them, remarks included, and a few that are taken back."""
    sent: list[dict[str, Any]] = []
    for _ in range(16):
        parts = {"actor": chance.choice([ZHANG, CHEN]), "context": {"registration": chance.choice(REGISTRATIONS)}}
        sent.append(statement(chance.choice([WATCHED, DONE]), chance.choice([LESSON, OTHER]), **parts))
    for verb in [SAID] * 16 + [VOIDED] * 3:
        target = {"objectType": "StatementRef", "id": chance.choice(sent)["id"]}
        sent.append({**statement(verb, LESSON, actor=chance.choice([ZHANG, CHEN])), "object": target})
    return sent


def naive(sent: list[dict[str, Any]], asked: dict[str, Any]) -> list[str]:
    """The ids that must be found, by a reading of the specification."""
    known = {one["id"]: one for one in sent}
    voided = {
        one["object"]["id"]
        for one in sent
        if one["verb"]["id"] == VOIDED and known[one["object"]["id"]]["verb"]["id"] != VOIDED
    }

    def fits(one: dict[str, Any]) -> bool:
        registration = one.get("context", {}).get("registration")
        said = {"agent": one["actor"], "verb": one["verb"]["id"], "activity": one["object"]["id"]}
        own = all({**said, "registration": registration}[name] == value for name, value in asked.items())
        return own or ("objectType" in one["object"] and fits(known[one["object"]["id"]]))

    return [one["id"] for one in sent if one["id"] not in voided and fits(one)]


@pytest.mark.parametrize(
    ("few", "enough"),
    [(500, 10_000), (0, 10_000), (0, 0), (3, 6)],
    ids=["references", "matches", "all references", "mixed"],
)
@pytest.mark.parametrize("seed", range(2))
def test_what_refers_is_found_whichever_way_is_taken(
    lrs: Lrs, monkeypatch: pytest.MonkeyPatch, few: int, enough: int, seed: int
) -> None:
    monkeypatch.setattr(queries, "_FEW", few)
    monkeypatch.setattr(queries, "_ENOUGH", enough)
    monkeypatch.setattr(lrs.store, "memory", Memory())
    chance = random.Random(seed)
    sent = make(chance)
    speaker = lrs.speaker("all")
    speaker.send(*sent)
    for agent in (None, ZHANG):
        for verb in (None, DONE, SAID):
            for activity in (None, LESSON):
                for registration in (None, REGISTRATIONS[0]):
                    asked = {"agent": agent, "verb": verb, "activity": activity, "registration": registration}
                    filters = {name: value for name, value in asked.items() if value is not None}
                    expected = naive(sent, filters)
                    assert speaker.find(**filters, ascending=True) == expected
                    assert speaker.find(**filters, limit="12") == expected[::-1]
