"""Clients that others wrote, unchanged, against the record store: each sends, reads back, pages and uses state."""

import base64
import json
import shutil
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tincan
from flask import jsonify
from tincan.documents import StateDocument

from lti_tool.storage.database import Database
from tests.support.lrs import Lrs, Speaker

HERE = Path(__file__).parent
ACTIVITY = "https://content.example.org/au/3"
AGENT = {"account": {"homePage": "https://moodle.example.org", "name": "a6f10c3e"}}
ADL = "http://adlnet.gov/expapi/verbs/"


class Served:
    """A record store on loopback and somebody who may do everything there."""

    def __init__(self, lrs: Lrs, live_server: Callable[[Any], str]) -> None:
        self.lrs = lrs
        self.tenant = str(uuid.uuid4())
        self.speaker: Speaker = lrs.speaker("all", tenant=self.tenant)
        self.root = live_server(lrs.app)
        self.endpoint = self.root + "/xapi/"


@pytest.fixture
def served(db: Database, tmp_path: Path, live_server: Callable[[Any], str]) -> Served:
    return Served(Lrs(db, tmp_path), live_server)


def run_client(name: str, *words: str) -> Any:
    """What a client of this folder prints; it must be installed (`npm ci`)."""
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules").is_dir():
        pytest.fail("the JavaScript clients are not installed: npm ci --prefix tests/clients")
    done = subprocess.run(
        [node, HERE / name, *words], capture_output=True, text=True, timeout=60, check=False, cwd=HERE
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.npm
def test_xapi_js(served: Served) -> None:
    speaker = served.speaker
    seen = run_client("xapi.js", served.endpoint, speaker.key, speaker.secret)
    assert seen["read"]["actor"]["name"] == "张老师"
    assert seen["paged"] == [*seen["batch"][::-1], seen["first"]]
    assert seen["voided"] == seen["first"]
    assert speaker.one(seen["voiding"])["object"]["id"] == seen["first"]
    assert "签到照片".encode() in speaker.get(statementId=seen["photo"], attachments=True).data
    assert (seen["state"], seen["states"]) == ({"page": 1, "answered": True}, ["bookmark"])
    assert (seen["late"], seen["gone"]) == (412, 404)
    assert (seen["preferences"], seen["hints"]) == ({"language": "zh-CN"}, {"hint": 1})
    assert {"1.0.3", "2.0.0"} <= set(seen["about"])
    assert (seen["person"], seen["activity"]) == (["张老师"], {"zh-CN": "第三课"})


@pytest.mark.npm
def test_tincan_js(served: Served) -> None:
    speaker = served.speaker
    seen = run_client("tincan.js", served.endpoint, speaker.key, speaker.secret)
    assert seen["read"]["id"] == seen["first"]
    assert seen["read"]["duration"] == "PT38M20S"
    assert seen["paged"] == [*seen["batch"][::-1], seen["first"]]
    assert (seen["state"], seen["later"]) == ({"page": 1}, {"page": 2})
    assert (seen["names"], seen["none"]) == (["bookmark"], [])
    assert (seen["hints"], seen["preferences"]) == ("第一", "安静")


@pytest.mark.npm
def test_a_cmi5_session(served: Served) -> None:
    """The host hands out a credential that speaks for one learner about one activity; the content does the rest."""
    registration = str(uuid.uuid4())
    learner = served.lrs.speaker(
        "statements/write", "state", "profile", agent=AGENT, activity=ACTIVITY, tenant=served.tenant
    )
    token = base64.b64encode(f"{learner.key}:{learner.secret}".encode()).decode()
    served.lrs.app.add_url_rule("/fetch", view_func=lambda: jsonify({"auth-token": token}), methods=["POST"])
    template = {"extensions": {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": "s-1"}}
    launch = {"contextTemplate": template, "launchMode": "Normal", "moveOn": "CompletedAndPassed", "masteryScore": 0.8}
    place = {"activityId": ACTIVITY, "agent": AGENT, "registration": registration}
    served.speaker.put(launch, "activities/state", stateId="LMS.LaunchData", **place)
    seen = run_client("cmi5.js", served.endpoint, served.root + "/fetch", json.dumps(AGENT), registration, ACTIVITY)
    assert seen["mode"] == "Normal"
    sent = served.speaker.read(registration=registration, ascending=True)
    assert [one["verb"]["id"] for one in sent] == [
        ADL + "initialized",
        ADL + "progressed",
        ADL + "answered",
        ADL + "answered",
        ADL + "completed",
        ADL + "passed",
        ADL + "terminated",
    ]
    assert {one["authority"]["account"]["name"] for one in sent} == {learner.key}


def test_tincan_python(served: Served) -> None:
    speaker = served.speaker
    remote = tincan.RemoteLRS(endpoint=served.endpoint, version="1.0.1", username=speaker.key, password=speaker.secret)

    def learned() -> tincan.Statement:
        return tincan.Statement(
            id=str(uuid.uuid4()),
            actor=tincan.Agent(account=tincan.AgentAccount(home_page="https://moodle.example.org", name="a6f10c3e")),
            verb=tincan.Verb(id=ADL + "experienced", display=tincan.LanguageMap({"zh-CN": "学习"})),
            object=tincan.Activity(id=ACTIVITY),
            result=tincan.Result(duration="PT38M20S", success=True),
        )

    first = learned()
    assert remote.save_statement(first).success
    assert remote.save_statements([learned() for _ in range(4)]).success
    assert remote.retrieve_statement(first.id).content.id == first.id

    page = remote.query_statements({"agent": first.actor, "limit": 2}).content
    found = [str(one.id) for one in page.statements]
    while page.more:
        page = remote.more_statements(page).content
        found += [str(one.id) for one in page.statements]
    assert found == speaker.find()
    assert len(found) == 5

    state = StateDocument(
        id="bookmark",
        activity=first.object,
        agent=first.actor,
        content=bytearray(b'{"page":3}'),
        content_type="application/json",
    )
    assert remote.save_state(state).success
    kept = remote.retrieve_state(first.object, first.actor, "bookmark").content
    assert bytes(kept.content) == b'{"page":3}'
    assert remote.retrieve_state_ids(first.object, first.actor).content == ["bookmark"]
    assert remote.delete_state(kept).success
    assert remote.retrieve_state_ids(first.object, first.actor).content == []
