"""Versions 1.0.x and 2.0.x side by side, and the syntax for clients of 1.0.3 that cannot set headers."""

import json
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.lrs import VERSION, Speaker
from tests.support.statements import ADL, CHEN, LESSON, ZHANG, statement


def learned(**parts: Any) -> dict[str, Any]:
    return statement(ADL + "experienced", LESSON, **parts)


SPOKEN = {"1.0": "1.0.3", "1.0.0": "1.0.3", "1.0.3": "1.0.3", "1.0.17": "1.0.3", "2.0": "2.0.0", "2.0.0": "2.0.0"}
UNSPOKEN = ["0.9", "0.95", "1", "1.1.0", "1.0.x", "2.1.0", "3.0.0", "", "latest"]


@pytest.mark.parametrize(("asked", "answered"), SPOKEN.items())
def test_every_answer_names_the_version_it_speaks(speaker: Speaker, asked: str, answered: str) -> None:
    sender = speaker.speaking(asked)
    for response in (sender.post(learned()), sender.get(), sender.get(statementId="7"), sender.get("agents")):
        assert response.headers[VERSION] == answered


@pytest.mark.parametrize("version", UNSPOKEN)
def test_other_versions_are_refused(speaker: Speaker, version: str) -> None:
    response = speaker.speaking(version).get()
    assert response.status_code == 400
    assert response.json["error"]["code"] == "unsupported_version"


@pytest.mark.parametrize("path", ["statements", "activities", "agents", "activities/state", "agents/profile"])
def test_without_a_version_nothing_is_done(speaker: Speaker, path: str) -> None:
    assert speaker.speaking(None).get(path).status_code == 400
    assert speaker.speaking(None).post(learned(), path).status_code in (400, 405)


def test_a_statement_gets_the_version_that_was_spoken(speaker: Speaker) -> None:
    old, new = learned(), learned()
    speaker.send(old)
    speaker.speaking("2.0.0").send(new)
    assert speaker.one(old["id"])["version"] == "1.0.0"
    assert speaker.one(new["id"])["version"] == "2.0.0"


def test_statements_may_name_a_version_that_is_spoken(speaker: Speaker) -> None:
    assert speaker.post(learned(version="2.0.0")).status_code == 400
    assert speaker.speaking("2.0.0").post(learned(version="1.0.3")).status_code == 200
    assert speaker.speaking("2.0.0").post(learned(version="2.0.0")).status_code == 200


def test_xapi_2_puts_timestamps_into_utc(speaker: Speaker) -> None:
    moment = "2026-10-12T19:40:12.5+08:00"
    old, new = learned(timestamp=moment), learned(timestamp=moment)
    speaker.send(old)
    speaker.speaking("2.0.0").send(new)
    assert speaker.one(old["id"])["timestamp"] == moment
    assert speaker.one(new["id"])["timestamp"] == "2026-10-12T11:40:12.500000Z"


def test_both_versions_read_each_other(speaker: Speaker) -> None:
    [old] = speaker.send(learned())
    [new] = speaker.speaking("2.0.0").send(learned())
    for version in ("1.0.3", "2.0.0"):
        assert speaker.speaking(version).find(ascending=True) == [old, new]


# Alternate request syntax: everything stands in a form.


def form(speaker: Speaker, method: str, path: str = "statements", **fields: Any) -> Any:
    """A POST that is another method, from a client that can set no header but the content type."""
    given = {"Authorization": speaker.authorization, VERSION: "1.0.3", **fields}
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    return speaker._client.post(
        f"/xapi/{path}?method={method}",
        data=urlencode({name: value for name, value in texts.items() if value}),
        content_type="application/x-www-form-urlencoded",
    )


def test_a_form_can_be_any_method(speaker: Speaker) -> None:
    first, second = learned(), learned(id=str(uuid.uuid4()))
    assert form(speaker, "POST", content=first).json == [first["id"]]
    assert form(speaker, "PUT", content=second, statementId=second["id"]).status_code == 204
    assert form(speaker, "GET", statementId=first["id"]).json["id"] == first["id"]
    found = form(speaker, "GET", agent=ZHANG, limit="1").json
    assert [one["id"] for one in found["statements"]] == [second["id"]]
    place = {"activityId": LESSON, "agent": CHEN, "stateId": "bookmark"}
    state = "activities/state"
    assert form(speaker, "PUT", state, **place, content="三", **{"Content-Type": "text/plain"}).status_code == 204
    answer = form(speaker, "GET", state, **place)
    assert (answer.get_data(as_text=True), answer.headers["Content-Type"]) == ("三", "text/plain")
    tag = answer.headers["ETag"]
    assert form(speaker, "DELETE", state, **place, **{"If-Match": '"0"'}).status_code == 412
    assert form(speaker, "DELETE", state, **place, **{"If-Match": tag}).status_code == 204


def test_a_form_is_refused(speaker: Speaker) -> None:
    cases = {
        "no body to put": form(speaker, "PUT", statementId=str(uuid.uuid4())),
        "an unknown parameter": form(speaker, "GET", page="2"),
        "no version": form(speaker, "GET", **{VERSION: ""}),
        "a version that has no such syntax": form(speaker, "GET", **{VERSION: "2.0.0"}),
        "parameters outside the form": form(speaker, "GET&limit=1"),
        "a body that is no form": speaker.post({}, "statements?method=GET"),
        "too many fields": form(speaker, "GET", **{f"field{n}": "x" for n in range(200)}),
    }
    assert {name: response.status_code for name, response in cases.items()} == dict.fromkeys(cases, 400)
    assert form(speaker, "GET", Authorization="").status_code == 401
    assert form(speaker, "PATCH").status_code == 405


def test_a_form_cannot_smuggle_headers(speaker: Speaker) -> None:
    answer = form(speaker, "GET", **{"Accept-Language": "zh\r\nX-Evil: 1"})
    assert answer.status_code == 200
    assert "X-Evil" not in answer.headers
