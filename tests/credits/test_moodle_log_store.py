"""What Moodle's plugin logstore_xapi (5.0.1, in Moodle 4.5.6) sends, in the shapes that were seen, and what it does."""

import json
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lti_tool.programmes.store import apply_programme
from tests.credits.conftest import EXAMPLE, Tool
from tests.support.clock import FakeClock
from tests.support.statements import MOODLE

PROGRAMME, ZHANG = "hz-2026", "a6f10c3e"
SEEN: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "moodle_log_store.json").read_text(encoding="utf-8")
)
INFO = "http://lrs.learninglocker.net/define/extensions/info"
#: The setting "Identify users by email"; without it an account with Moodle's user number.
ACTORS = [
    {"name": "老师 张", "mbox": "mailto:zhang@example.org"},
    {"name": "老师 张", "account": {"homePage": MOODLE, "name": "a6f10c3e-2b7d-4c55"}},
]


def sent(name: str, actor: dict[str, Any] = ACTORS[0], minute: int = 0) -> dict[str, Any]:
    """One statement with everything that the plugin puts around it."""
    shape = SEEN[name]
    kind = {"type": shape["type"], "name": {"en": "测验"}}
    course = {
        "objectType": "Activity",
        "id": f"{MOODLE}/course/view.php?id=2",
        "definition": {"type": "https://w3id.org/xapi/cmi5/activitytype/course", "name": {"en": "提升工程2.0"}},
    }
    return {
        "id": str(uuid.uuid4()),
        "actor": actor,
        "verb": {"id": shape["verb"], "display": {"en": name}},
        "object": {"objectType": "Activity", "id": shape["object"], "definition": kind},
        "timestamp": f"2026-10-13T20:{minute:02}:00+08:00",
        "context": {
            "platform": "Moodle",
            "language": "en",
            "registration": str(uuid.uuid5(uuid.NAMESPACE_URL, "a registration, made by name")),
            "extensions": {INFO: {"http://moodle.org": "4.5.6 (Build: 20250811)", "event_name": r"\core\event"}},
            "contextActivities": {"parent": [course]},
        },
        **({"result": shape["result"]} if "result" in shape else {}),
    }


def outcomes(tool: Tool) -> dict[str, tuple[str, int]]:
    """{statement: (reason, seconds)} of 张老师."""
    tool.credits.refresh(PROGRAMME)
    explained = tool.credits.explain(PROGRAMME, ZHANG)
    assert explained is not None
    return {one.statement: (one.reason, one.seconds or 0) for one in explained.credit.explanation}


def list_course(tool: Tool, clock: FakeClock, iri: str) -> None:
    course = replace(EXAMPLE.programme.courses[0], iri=iri)
    wider = replace(EXAMPLE.programme, courses=(*EXAMPLE.programme.courses, course))
    with tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, programme=wider), clock())


@pytest.mark.parametrize("actor", ACTORS, ids=["email", "account"])
def test_one_batch_of_everything_is_accepted_and_found_with_its_person(tool: Tool, actor: dict[str, Any]) -> None:
    batch = [sent(name, actor, minute) for minute, name in enumerate(SEEN)]
    tool.send(*batch, source=tool.credential("online"))

    assert outcomes(tool).keys() == {one["id"] for one in batch}


@pytest.mark.parametrize("name", ["viewed page", "uncompleted page", "completed page"])
def test_views_and_completions_of_a_page_carry_no_minutes(tool: Tool, name: str) -> None:
    said = sent(name)
    tool.send(said)

    assert outcomes(tool)[said["id"]] == ("no_time", 0)


@pytest.mark.parametrize("name", ["viewed course", "logged in", "submitted assignment", "answered question"])
def test_what_is_no_course_of_the_programme_is_kept_with_its_reason(tool: Tool, name: str) -> None:
    said = sent(name)
    tool.send(said)

    assert outcomes(tool)[said["id"]] == ("unknown_course", 0)


def test_an_attempt_at_a_quiz_counts_its_time_once_quizzes_are_listed(tool: Tool, clock: FakeClock) -> None:
    started, completed = sent("started attempt"), sent("completed attempt", minute=1)
    tool.send(started, completed)
    assert outcomes(tool)[completed["id"]] == ("unknown_course", 0)

    list_course(tool, clock, f"{MOODLE}/mod/quiz/*")

    assert outcomes(tool)[completed["id"]] == ("single", 22)
    assert outcomes(tool)[started["id"]] == ("no_time", 0)
