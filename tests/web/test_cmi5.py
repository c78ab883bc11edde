"""Study content by the rules of cmi5: the launch URL, the token, the launch data, and what Xuefen itself says."""

import html
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lti_tool.storage.database import Database
from lti_tool.web.services import attach
from tests.clients.test_clients import run_client
from tests.support.clock import FakeClock
from tests.web.classroom import ACCOUNTS, PROGRAMME, ZHANG, Classroom
from tests.web.launching import Page, Visitor
from xapi import credentials

CONTENT = "https://content.example.org/au/t7-data-literacy/1.html"
CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/"
EXTENSION = "https://w3id.org/xapi/cmi5/context/extensions/"
SESSION = EXTENSION + "sessionid"
ADL = "http://adlnet.gov/expapi/verbs/"


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


class Unit:
    """An assignable unit that somebody has opened: it knows its launch URL and nothing else."""

    def __init__(self, room: Classroom, page: Page) -> None:
        assert page.status == 200, page.words
        self._client = room.tool.app.test_client()
        self._clock = room.tool.clock
        self.url = html.unescape(re.findall(r'id="content-frame"[^>]* src="([^"]+)"', page.text)[0])
        self.given = {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}
        self.actor = json.loads(self.given["actor"])
        self.token = ""

    def fetch(self) -> Any:
        answer = self._client.post(urlsplit(self.given["fetch"]).path)
        assert (answer.status_code, answer.mimetype) == (200, "application/json")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return answer.json

    def begin(self) -> "Unit":
        self.token = self.fetch()["auth-token"]
        self.data = self.launch_data().json
        return self

    def launch_data(self) -> Any:
        place = {name: self.given[name] for name in ("activityId", "registration")}
        query = {**place, "agent": self.given["actor"], "stateId": "LMS.LaunchData"}
        return self._client.get("/xapi/activities/state", query_string=query, headers=self._headers)

    def say(self, verb: str, *, category: str = "cmi5", **result: Any) -> Any:
        """What the unit says, in the context that it was given."""
        context = json.loads(json.dumps(self.data["contextTemplate"]))
        marks = [category, *(["moveon"] if verb in {"completed", "passed", "failed"} else [])]
        context["contextActivities"]["category"] = [{"id": CATEGORY + one} for one in marks]
        context["registration"] = self.given["registration"]
        statement = {
            "id": str(uuid.uuid4()),
            "actor": self.actor,
            "verb": {"id": ADL + verb, "display": {"en-US": verb}},
            "object": {"objectType": "Activity", "id": self.given["activityId"]},
            "context": context,
            "timestamp": self._clock().isoformat(),
            **({"result": result} if result else {}),
        }
        return self._client.post("/xapi/statements", json=statement, headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Basic {self.token}", "X-Experience-API-Version": "1.0.3"}


def learner(room: Classroom, **custom: str) -> Visitor:
    given = {"content": CONTENT, "track": "cmi5", **custom}
    sub = ACCOUNTS[ZHANG]
    return room.tool.visit(
        room.platform, room.course, "trainee", sub=sub, programme=PROGRAMME, participant=ZHANG, custom=given
    )


def launch(room: Classroom, **custom: str) -> Unit:
    return Unit(room, learner(room, **custom).get("study"))


def said(room: Classroom) -> list[dict[str, Any]]:
    """Everything in the record store, as an administrator's client reads it."""
    with room.tool.db.begin() as conn:
        key, secret = credentials.create(conn, "reader", ("all/read",), tenant=PROGRAMME)
    answer = room.tool.app.test_client().get(
        "/xapi/statements?ascending=true", auth=(key, secret), headers={"X-Experience-API-Version": "1.0.3"}
    )
    found: Any = answer.json
    return list(found["statements"])


def verbs(room: Classroom) -> list[str]:
    return [one["verb"]["id"].rpartition("/")[2] for one in said(room)]


def test_the_launch_url_carries_the_five_parameters(room: Classroom) -> None:
    unit = launch(room, activity="https://content.example.org/au/t7-data-literacy/1")

    assert unit.url.startswith(CONTENT + "?")
    assert set(unit.given) == {"endpoint", "fetch", "actor", "registration", "activityId"}
    assert unit.given["endpoint"].endswith("/xapi/")
    assert unit.given["activityId"] == "https://content.example.org/au/t7-data-literacy/1"
    assert set(unit.actor) == {"objectType", "account"}
    assert uuid.UUID(unit.given["registration"])


def test_the_token_is_handed_out_once(room: Classroom) -> None:
    unit = launch(room)

    assert set(unit.fetch()) == {"auth-token"}
    assert unit.fetch()["error-code"] == "1"


def test_an_address_that_nobody_gave_is_refused(room: Classroom) -> None:
    unit = launch(room)
    for wrong in ("/cmi5/fetch/a/b", "/cmi5/fetch/%00/b", unit.given["fetch"] + "x"):
        unit.given["fetch"] = wrong
        assert unit.fetch()["error-code"] in {"1", "2"}


def test_the_token_is_asked_for_by_post_from_any_origin(room: Classroom) -> None:
    client, path = room.tool.app.test_client(), urlsplit(launch(room).given["fetch"]).path

    assert client.get(path).status_code == 405
    asked = client.options(path)
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")


def test_the_key_of_the_address_opens_nothing_else(room: Classroom) -> None:
    key, secret = urlsplit(launch(room).given["fetch"]).path.split("/")[-2:]

    headers = {"X-Experience-API-Version": "1.0.3"}
    answer = room.tool.app.test_client().get("/xapi/statements", auth=(key, secret), headers=headers)

    assert answer.status_code == 403


def test_the_launch_data_say_what_is_asked_of_the_learner(room: Classroom) -> None:
    asked = {"move_on": "CompletedAndPassed", "mastery_score": "0.75", "launch_parameters": "chapter=3"}
    unit = launch(room, publisher_id="https://author.example.org/au/1", **asked).begin()

    template = unit.data.pop("contextTemplate")
    assert uuid.UUID(template["extensions"][SESSION])
    assert {"id": "https://author.example.org/au/1"} in template["contextActivities"]["grouping"]
    assert unit.data.pop("returnURL").endswith("/cmi5/finished")
    assert unit.data == {
        "launchMode": "Normal",
        "launchMethod": "AnyWindow",
        "moveOn": "CompletedAndPassed",
        "masteryScore": 0.75,
        "launchParameters": "chapter=3",
    }


def test_the_page_to_leave_to_knows_nothing_of_the_launch(room: Classroom) -> None:
    answer = room.tool.app.test_client().get("/cmi5/finished?lang=en")
    assert (answer.status_code, "You have left the content." in answer.text) == (200, True)


def test_launched_is_said_before_the_unit_opens(room: Classroom) -> None:
    unit = launch(room, mastery_score="0.8")

    (launched,) = said(room)
    assert launched["verb"]["id"] == ADL + "launched"
    assert launched["actor"] == unit.actor
    assert launched["object"]["id"] == unit.given["activityId"]
    context = launched["context"]
    assert context["registration"] == unit.given["registration"]
    assert [one["id"] for one in context["contextActivities"]["category"]] == [CATEGORY + "cmi5"]
    assert context["extensions"] == {
        SESSION: unit.begin().data["contextTemplate"]["extensions"][SESSION],
        EXTENSION + "launchmode": "Normal",
        EXTENSION + "launchurl": CONTENT,
        EXTENSION + "moveon": "CompletedOrPassed",
        EXTENSION + "masteryscore": 0.8,
    }


def test_a_whole_session_gives_its_minutes(room: Classroom, clock: FakeClock) -> None:
    unit = launch(room).begin()
    unit.say("initialized")
    clock.advance(2400)
    assert unit.say("terminated", duration="PT40M").status_code == 200

    assert verbs(room) == ["launched", "initialized", "terminated"]
    assert room.credits_of(ZHANG).online.seconds == 2400


def test_after_its_end_a_session_may_not_speak(room: Classroom, clock: FakeClock) -> None:
    unit = launch(room).begin()
    unit.say("initialized")
    unit.say("terminated", duration="PT1M")

    clock.advance(30)
    assert unit.say("experienced").status_code == 200  # what was still on its way
    clock.advance(120)
    assert unit.say("experienced").status_code == 401


def test_a_session_that_never_ended_is_given_up_at_the_next_launch(room: Classroom, clock: FakeClock) -> None:
    first = launch(room).begin()
    first.say("initialized")
    clock.advance(420)
    first.say("progressed")
    clock.advance(10_800)
    second = launch(room).begin()

    assert room.credits_of(ZHANG).online.seconds == 420
    given_up = next(one for one in said(room) if one["verb"]["id"].endswith("/abandoned"))
    assert given_up["result"] == {"duration": "PT420.00S"}
    extensions = given_up["context"]["extensions"]
    assert extensions[SESSION] == first.data["contextTemplate"]["extensions"][SESSION]
    assert first.say("experienced").status_code == 401
    assert second.say("initialized").status_code == 200
    assert second.given["registration"] == first.given["registration"]


def remarks(room: Classroom) -> dict[str, str]:
    """Why each kind of statement did not count, as the learner is told: {verb: reason}."""
    kinds = {one["id"]: one["verb"]["id"].rpartition("/")[2] for one in said(room)}
    return {kinds[one.statement]: str(one.reason) for one in room.credits_of(ZHANG).explanation if not one.counted}


def test_a_session_that_was_opened_and_left_at_once_is_no_mistake(room: Classroom) -> None:
    """An abandonment of no time is what cmi5 asks for: the learner is not told of a duration that cannot be used."""
    launch(room)
    launch(room)

    given_up = next(one for one in said(room) if one["verb"]["id"].endswith("/abandoned"))
    assert given_up["result"] == {"duration": "PT0.00S"}
    assert remarks(room)["abandoned"] == "no_time"
    assert room.credits_of(ZHANG).online.seconds == 0


def test_a_course_that_is_satisfied_is_told_as_progress(room: Classroom) -> None:
    """What Xuefen says of the course is no study of an unknown course, and nothing that a trainer must look after."""
    unit = launch(room).begin()
    unit.say("completed", completion=True)

    assert "satisfied" in verbs(room)
    assert remarks(room)["satisfied"] == "no_time"
    trainer = room.trainer()
    unmatched = trainer.get("unmatched")
    assert unmatched.status == 200
    assert "/cmi5/courses/" not in unmatched.text


def test_a_session_is_given_up_once(room: Classroom) -> None:
    for _ in range(3):
        launch(room)
    assert verbs(room) == ["launched", "abandoned", "launched", "abandoned", "launched"]


def test_an_address_of_a_session_that_was_given_up_hands_out_nothing(room: Classroom) -> None:
    first = launch(room)
    launch(room)
    assert first.fetch()["error-code"] == "1"


@pytest.mark.parametrize(
    ("move_on", "steps"),
    [
        ("Completed", [("passed", False), ("completed", True)]),
        ("Passed", [("completed", False), ("passed", True)]),
        ("CompletedAndPassed", [("completed", False), ("passed", True)]),
        ("CompletedOrPassed", [("completed", True)]),
        ("completedorpassed", [("failed", False), ("passed", True)]),
    ],
)
def test_the_course_is_satisfied_when_the_learner_may_move_on(
    room: Classroom, move_on: str, steps: list[tuple[str, bool]]
) -> None:
    unit = launch(room, move_on=move_on).begin()
    unit.say("initialized")
    for verb, satisfied in steps:
        unit.say(verb, duration="PT5M")
        assert ("satisfied" in verbs(room)) is satisfied

    told = next(one for one in said(room) if one["verb"]["id"].endswith("/satisfied"))
    assert told["object"]["definition"]["type"] == "https://w3id.org/xapi/cmi5/activitytype/course"
    assert told["context"]["extensions"][SESSION] == unit.data["contextTemplate"]["extensions"][SESSION]


def test_nothing_is_asked_of_a_unit_without_a_criterion(room: Classroom) -> None:
    launch(room, move_on="NotApplicable")
    assert verbs(room) == ["launched", "satisfied"]


def test_satisfied_is_said_once_in_a_registration(room: Classroom) -> None:
    for _ in range(2):
        unit = launch(room).begin()
        unit.say("initialized")
        unit.say("completed", duration="PT5M")
        unit.say("terminated", duration="PT5M")
    assert verbs(room).count("satisfied") == 1


def test_what_is_not_cmi5s_own_decides_nothing(room: Classroom) -> None:
    unit = launch(room).begin()
    unit.say("completed", category="other", duration="PT5M")
    assert "satisfied" not in verbs(room)


def test_a_learner_speaks_for_nobody_else(room: Classroom) -> None:
    unit = launch(room).begin()
    unit.actor = {"account": {"homePage": "https://moodle.example.org", "name": "another"}}
    assert unit.say("initialized").status_code == 403


@pytest.mark.parametrize("wrong", [{"move_on": "Later"}, {"mastery_score": "80"}, {"mastery_score": "NaN"}])
def test_settings_that_mean_nothing_are_named(room: Classroom, wrong: dict[str, str]) -> None:
    page = learner(room, **wrong).get("study")
    assert (page.status, "Ask your trainer" in page.words) == (404, True)


@pytest.mark.npm
def test_a_unit_that_others_wrote(
    db: Database, clock: FakeClock, tmp_path: Path, live_server: Callable[..., str]
) -> None:
    """The library @xapi/cmi5, unchanged, launched as a browser launches it."""
    room = Classroom.on(db, clock, tmp_path / "files")
    address = live_server(room.tool.app)
    server = replace(room.services.settings.server, public_url=address)
    services = replace(room.services, settings=replace(room.services.settings, server=server))
    attach(room.tool.app, services)

    unit = launch(room, move_on="CompletedAndPassed", mastery_score="0.8")
    given = [unit.given[name] for name in ("endpoint", "fetch", "actor", "registration", "activityId")]
    assert run_client("cmi5.js", *given)["mode"] == "Normal"

    assert [name for name in verbs(room) if name != "answered"] == [
        "launched",
        "initialized",
        "progressed",
        "completed",
        "passed",
        "satisfied",
        "terminated",
    ]
