"""The three formats: as it was sent, what identifies, and the store's own words in the reader's language."""

import uuid
from typing import Any

import pytest

from tests.support.lrs import Speaker
from tests.support.statements import ADL, CHEN, ZHANG, statement

NAMED = {"objectType": "Agent", "name": "张老师", **ZHANG}
DISPLAY = {"en-US": "attended", "zh-CN": "参加", "de": "teilgenommen"}


def activity(**definition: Any) -> dict[str, Any]:
    return {"id": f"https://example.org/activities/{uuid.uuid4()}", "definition": definition}


def wordy() -> dict[str, Any]:
    """A statement that says more than it must, everywhere."""
    definition = {"name": {"en-US": "Lesson 3", "zh-CN": "第三课"}, "type": "https://example.org/types/lesson"}
    sub = {
        "objectType": "SubStatement",
        "actor": NAMED,
        "verb": {"id": ADL + "attended", "display": DISPLAY},
        "object": {"objectType": "Activity", **activity(**definition)},
    }
    return {
        **statement(ADL + "attended", "https://example.org/x", actor=NAMED),
        "verb": {"id": ADL + "attended", "display": DISPLAY},
        "object": sub,
        "context": {
            "instructor": NAMED,
            "team": {"objectType": "Group", "name": "组", "member": [NAMED, CHEN]},
            "contextActivities": {"parent": [activity(**definition)]},
        },
    }


def test_exact_is_what_was_sent(speaker: Speaker) -> None:
    sent = wordy()
    speaker.send(sent)
    for shape in ({}, {"format": "exact"}):
        assert {**speaker.one(sent["id"], **shape), **sent} == speaker.one(sent["id"])


def test_ids_keeps_what_identifies(speaker: Speaker) -> None:
    sent = wordy()
    speaker.send(sent)
    kept = speaker.one(sent["id"], format="ids")
    assert kept["actor"] == {"objectType": "Agent", **ZHANG}
    assert kept["verb"] == {"id": ADL + "attended"}
    assert kept["object"]["object"] == {"id": sent["object"]["object"]["id"]}
    assert kept["object"]["actor"] == kept["context"]["instructor"] == kept["actor"]
    assert kept["context"]["team"] == {"objectType": "Group", "member": [kept["actor"], CHEN]}
    assert kept["context"]["contextActivities"]["parent"] == [
        {"id": sent["context"]["contextActivities"]["parent"][0]["id"]}
    ]
    assert "name" not in kept["authority"]


def test_an_identified_group_loses_its_members_in_ids(speaker: Speaker) -> None:
    group = {"objectType": "Group", **ZHANG, "name": "组", "member": [CHEN]}
    [sent] = speaker.send(statement(ADL + "attended", "https://example.org/x", actor=group))
    assert speaker.one(sent, format="ids")["actor"] == {"objectType": "Group", **ZHANG}


LANGUAGES = {
    "zh-CN": "参加",
    "zh": "参加",
    "zh-Hant-TW, de;q=0.5": "teilgenommen",
    "en": "attended",
    "EN-us": "attended",
    "de-CH, en;q=0.9": "teilgenommen",
    "fr, de;q=0.3, en;q=0.7": "attended",
    "fr;q=1, de;q=0, en;q=0.1": "attended",
    "zh;q=rubbish, de": "teilgenommen",
    "": "attended",
    "fr": "attended",
    "*": "attended",
}


@pytest.mark.parametrize(("accepted", "word"), LANGUAGES.items())
def test_canonical_chooses_one_language(speaker: Speaker, accepted: str, word: str) -> None:
    verb = {"id": f"https://example.org/verbs/{uuid.uuid4()}", "display": DISPLAY}
    [sent] = speaker.send({**statement("x:y", "https://example.org/x"), "verb": verb})
    shown = speaker.one(sent, format="canonical", headers={"Accept-Language": accepted})
    assert list(shown["verb"]["display"].values()) == [word]


def test_canonical_tells_the_definition_of_the_store(speaker: Speaker) -> None:
    first = activity(name={"en": "Lesson"}, description={"en": "About data"}, extensions={"x:a": 1})
    later = {**first, "definition": {"name": {"en": "Lesson 3", "zh": "第三课"}, "extensions": {"x:b": 2}}}
    [old] = speaker.send({**statement(ADL + "experienced", first["id"]), "object": first})
    speaker.send({**statement(ADL + "experienced", first["id"]), "object": later})
    shown = speaker.one(old, format="canonical", headers={"Accept-Language": "zh"})
    assert shown["object"]["definition"] == {
        "name": {"zh": "第三课"},
        "description": {"en": "About data"},
        "extensions": {"x:a": 1, "x:b": 2},
    }
    assert speaker.one(old)["object"] == first


def test_an_unknown_format_is_refused(speaker: Speaker) -> None:
    assert speaker.get(format="brief").status_code == 400
