"""Agents, Activities and About."""

import uuid
from typing import Any

import pytest

from tests.support.lrs import Lrs, Speaker
from tests.support.statements import ADL, statement


def somebody(**parts: Any) -> dict[str, Any]:
    return {"account": {"homePage": "https://moodle.example.org", "name": str(uuid.uuid4())}, **parts}


def test_a_person_has_every_name_that_was_said(speaker: Speaker) -> None:
    agent = somebody()
    for name in ("张三", "Zhang San", "张三"):
        speaker.send(statement(ADL + "attended", "https://example.org/x", actor={**agent, "name": name}))
    speaker.send(
        {
            **statement(ADL + "attended", "https://example.org/x"),
            "object": {"objectType": "Group", "member": [{**agent, "name": "小张"}]},
        }
    )
    person = speaker.get("agents", agent=agent).json
    assert person == {
        "objectType": "Person",
        "account": [agent["account"]],
        "name": sorted(["张三", "Zhang San", "小张"]),
    }


def test_an_unknown_agent_is_a_person_without_a_name(speaker: Speaker) -> None:
    assert speaker.get("agents", agent={"mbox": "mailto:nobody@example.org"}).json == {
        "objectType": "Person",
        "mbox": ["mailto:nobody@example.org"],
    }


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"agent": "zhang"},
        {"agent": {}},
        {"agent": {"mbox": "zhang"}},
        {"agent": {"objectType": "Group", "mbox": "mailto:group@example.org"}},
        {"agent": {"mbox": "mailto:a@example.org"}, "name": "x"},
    ],
    ids=str,
)
def test_agents_needs_one_agent(speaker: Speaker, params: dict[str, Any]) -> None:
    assert speaker.get("agents", **params).status_code == 400


def test_an_activity_is_told_with_all_that_was_said(speaker: Speaker) -> None:
    iri = f"https://example.org/activities/{uuid.uuid4()}"
    for definition in ({"name": {"en": "Lesson"}}, {"name": {"zh-CN": "第三课"}, "type": "https://example.org/lesson"}):
        speaker.send(statement(ADL + "experienced", iri, object={"definition": definition}))
    assert speaker.get("activities", activityId=iri).json == {
        "objectType": "Activity",
        "id": iri,
        "definition": {"name": {"en": "Lesson", "zh-CN": "第三课"}, "type": "https://example.org/lesson"},
    }


def test_an_unknown_activity_is_its_id(speaker: Speaker) -> None:
    iri = f"https://example.org/activities/{uuid.uuid4()}"
    assert speaker.get("activities", activityId=iri).json == {"objectType": "Activity", "id": iri}


@pytest.mark.parametrize(
    "params", [{}, {"activityId": "lesson"}, {"activityId": "https://example.org/a", "agent": "{}"}], ids=str
)
def test_activities_needs_one_activity(speaker: Speaker, params: dict[str, Any]) -> None:
    assert speaker.get("activities", **params).status_code == 400


def test_without_define_a_definition_is_only_made(lrs: Lrs) -> None:
    """Who has not the scope says what something is where nobody said it before, and changes nothing after."""
    iri = f"https://example.org/activities/{uuid.uuid4()}"
    content = lrs.speaker("statements/write", "statements/read")
    author = lrs.speaker("statements/write", "define")
    for speaker, name in ((content, "first"), (content, "second"), (author, "third"), (content, "fourth")):
        speaker.send(statement(ADL + "experienced", iri, object={"definition": {"name": {"en": name}}}))
        told = content.get("activities", activityId=iri).json["definition"]["name"]["en"]
        assert told == {"first": "first", "second": "first"}.get(name, "third")


def test_what_was_said_in_vain_can_be_said_by_one_who_may(lrs: Lrs) -> None:
    """What somebody without the scope said is not remembered as said."""
    iri = f"https://example.org/activities/{uuid.uuid4()}"
    content = lrs.speaker("statements/write", "statements/read")
    author = lrs.speaker("statements/write", "define")
    for speaker, name in ((content, "first"), (content, "second"), (author, "second")):
        speaker.send(statement(ADL + "experienced", iri, object={"definition": {"name": {"en": name}}}))
    assert content.get("activities", activityId=iri).json["definition"]["name"] == {"en": "second"}


@pytest.mark.parametrize("headers", [{}, {"X-Experience-API-Version": "2.0.0"}, {"X-Experience-API-Version": "1.0.3"}])
def test_about_is_open_to_everybody(lrs: Lrs, headers: dict[str, str]) -> None:
    answer = lrs.app.test_client().get("/xapi/about", headers=headers)
    assert answer.status_code == 200
    assert {"1.0.3", "2.0.0"} <= set(answer.json["version"])
    assert answer.headers["X-Experience-API-Version"] == headers.get("X-Experience-API-Version", "1.0.3")


@pytest.mark.parametrize("path", ["about", "activities", "agents"])
def test_these_can_only_be_read(speaker: Speaker, path: str) -> None:
    for method in ("PUT", "POST", "DELETE"):
        assert speaker.call(method, path, {}).status_code == 405
    assert speaker.call("HEAD", path, activityId="https://example.org/a").status_code in (200, 400)
