"""The programme's profile over HTTP, what a trainer is told of it, and the administrator's statement browser."""

from typing import Any

import pytest

from lti_tool.evidence.profile.document import profile_document
from tests.support.statements import BASE, slice_, twelve
from tests.web.classroom import ZHANG, Classroom
from tests.web.launching import Installation


@pytest.fixture
def classroom(tool: Installation) -> Classroom:
    return Classroom(tool)


def without_credits() -> dict[str, Any]:
    """An approval that says for nothing how many credits."""
    raw = twelve(10)
    del raw["result"]["extensions"]
    return raw


def test_the_profile_is_open_to_everybody_and_may_be_kept(tool: Installation) -> None:
    client = tool.app.test_client()

    answer = client.get("/xapi/profile")

    assert (answer.status_code, answer.mimetype) == (200, "application/ld+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.get_json(force=True) == profile_document(BASE)
    assert client.get("/xapi/profile", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.head("/xapi/profile").status_code == 200
    assert client.post("/xapi/profile").status_code == 405


def test_a_trainer_reads_how_a_statement_does_not_follow_the_profile(classroom: Classroom) -> None:
    raw = without_credits()
    classroom.send(raw)

    told = classroom.trainer().get(f"participants/{ZHANG}/statements/{raw['id']}")
    own = classroom.participant(ZHANG).get(f"statements/{raw['id']}")

    assert "Does not follow the profile: “Practice approved” needs a value at" in told.text
    assert f"{BASE}/extensions/credits" in told.words
    assert own.status == 200
    assert "Does not follow the profile" not in own.text


def test_one_that_follows_it_says_nothing_of_it(classroom: Classroom) -> None:
    classroom.send(twelve(10))

    page = classroom.trainer().get(f"participants/{ZHANG}/statements/{twelve(10)['id']}")

    assert page.status == 200
    assert "profile:" not in page.text


def test_it_stands_with_what_counts_for_nobody(classroom: Classroom) -> None:
    stranger, unfit = twelve(11), twelve(7)
    stranger["actor"] = {"mbox": "mailto:nobody@example.org"}
    del stranger["context"]["extensions"]
    unfit["object"] = {"id": f"{BASE}/practice/3301000123/grp-math-01/a6f10c3e/p99/plan"}
    classroom.send(stranger, unfit)

    page = classroom.trainer().get("unmatched")

    assert "“Assessment passed” needs a value at" in page.text
    assert "whose object has no type" in page.text


def test_a_statement_that_does_not_follow_it_is_stored_and_counts_all_the_same(classroom: Classroom) -> None:
    raw = slice_("2026-10-13T19:20:00Z", "2026-10-13T19:25:00Z")
    raw["context"] = {"contextActivities": {"category": [{"id": BASE}]}}
    classroom.send(raw)

    page = classroom.trainer().get(f"participants/{ZHANG}/statements/{raw['id']}")

    assert "“Slice of study time” wants" in page.text
    assert 'class="note good"' in page.text
