"""Deep linking from end to end over HTTP, with platforms that take it as the specification, Moodle and Canvas do."""

import html
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from lti_tool.cli.demo_setting import FIRST_LESSON, demo_programme
from lti_tool.config import Files, Lti, Server, Settings
from lti_tool.credits.service import Credits
from lti_tool.demo.people import COURSE_ID
from lti_tool.demo.platform import PlatformConfig, create_platform
from lti_tool.demo.records import Registration
from lti_tool.demo.state import State
from lti_tool.domain.identifiers import account_key
from lti_tool.lti import registration
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.database import Database
from lti_tool.storage.queries import people
from lti_tool.web.app import create_app
from tests.support.clock import FakeClock
from tests.support.ports import free_port
from tests.support.server import serve

TRAINER, TRAINEE = "5", "11"
EXPERIENCED = "http://adlnet.gov/expapi/verbs/experienced"


class _Form(HTMLParser):
    """The last form of a page: where it goes, and its hidden fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action, self.fields = found.get("action", ""), {}
        if tag == "input" and found.get("type") == "hidden":
            self.fields[found["name"]] = found.get("value", "")


@dataclass
class Browser:
    """Somebody who is logged in at the platform."""

    session: requests.Session
    platform: str

    def post_form(self, page: requests.Response, *, into: str = "iframe", **more: Any) -> requests.Response:
        """Send a page's form on; `into` is what the browser says that the answer is for."""
        form = _Form(page.text)
        return self.session.post(
            form.action or page.url, data={**form.fields, **more}, headers={"Sec-Fetch-Dest": into}
        )

    def launch(self, path: str) -> requests.Response:
        """Open an activity or the tool's dialogue, up to the tool's own page."""
        login = self.session.get(self.platform + path)
        return self.post_form(self.post_form(login, into="document"))  # as a browser with cookies


@dataclass
class World:
    state: State
    tool: Registration
    platform: str

    def browser(self, sub: str) -> Browser:
        session = requests.Session()
        session.trust_env = False
        session.post(f"{self.platform}/login", data={"sub": sub})
        return Browser(session, self.platform)

    @property
    def dialogue(self) -> str:
        return f"/course/{COURSE_ID}/add/{self.tool.client_id}"


@pytest.fixture(params=["generic", "moodle", "canvas"])
def world(request: pytest.FixtureRequest, db: Database, clock: FakeClock, tmp_path: Path) -> Iterator[World]:
    tool_url, platform_port = f"http://127.0.0.1:{free_port()}", free_port()
    platform_url = f"http://127.0.0.1:{platform_port}"
    campus = create_platform(PlatformConfig(platform_url, tool_url, request.param, clock=clock))
    state: State = campus.extensions["platform"]
    settings = replace(
        Settings(),
        server=Server(public_url=tool_url),
        lti=Lti(allow_private_hosts=True),
        files=Files(str(tmp_path / "files")),
    )
    with (
        serve(campus, platform_port),
        serve(create_app(settings, clock=clock, db=db), int(tool_url.rpartition(":")[2])),
    ):
        launch = f"{tool_url}/lti/launch"
        tool = state.register_tool(
            name="Xuefen",
            login_url=f"{tool_url}/lti/login",
            redirect_uris=[launch],
            jwks_url=f"{tool_url}/lti/jwks",
            target_link_uri=launch,
            deep_linking_url=launch,
        )
        registered = registration.NewPlatform(
            issuer=state.issuer,
            client_id=tool.client_id,
            auth_login_url=state.auth_login_url,
            auth_token_url=state.auth_token_url,
            key_set_url=state.key_set_url,
            product=request.param,
            deployment_ids=(tool.deployment_id,),
        )
        registration.add(db, registered, clock())
        with db.begin() as conn:
            apply_programme(conn, demo_programme(platform_url, state.issuer, clock()), clock())
        yield World(state, tool, platform_url)


def test_the_panel_and_a_lesson_become_activities_that_a_learner_opens(world: World) -> None:
    trainer = world.browser(TRAINER)
    picker = trainer.launch(world.dialogue)
    picked = trainer.post_form(
        picker, action="add", choice="credits", column="1", content=world.platform + FIRST_LESSON, title="第一课"
    )
    added = trainer.post_form(picked)

    assert (picker.status_code, picked.status_code, added.status_code) == (200, 200, 200), added.text
    panel, lesson = world.state.course_links(COURSE_ID)
    column = world.state.coupled_item(panel.id)
    assert column
    assert (column.maximum, column.tag, column.resource_id) == (50, "total", "xuefen:hz-2026")
    assert world.state.coupled_item(lesson.id) is None
    assert (lesson.title, lesson.custom["content"]) == ("第一课", world.platform + FIRST_LESSON)
    assert panel.published is (world.state.temperament.product != "canvas")

    panel.published = True
    learner = world.browser(TRAINEE)
    shown = learner.launch(f"/course/{COURSE_ID}/link/{panel.id}")
    studied = learner.launch(f"/course/{COURSE_ID}/link/{lesson.id}")
    assert shown.url.partition("?")[0].endswith("/credits")
    assert studied.url.partition("?")[0].endswith("/study")
    assert f'src="{world.platform}{FIRST_LESSON}"' in studied.text


def test_a_task_and_a_sign_in_become_activities_for_learners_and_trainers(world: World) -> None:
    trainer = world.browser(TRAINER)
    chosen = ["practice/p1", "class/cls-0007", "class/cls-0008/1"]
    trainer.post_form(trainer.post_form(trainer.launch(world.dialogue), action="add", choice=chosen))

    links = world.state.course_links(COURSE_ID)
    assert [link.custom for link in links] == [
        {"programme": "hz-2026", "practice": "p1"},
        {"programme": "hz-2026", "class": "cls-0007"},
        {"programme": "hz-2026", "class": "cls-0008", "session": "1"},
    ]
    assert [world.state.coupled_item(link.id) for link in links] == [None, None, None]

    learner = world.browser(TRAINEE)
    pages = {"learner": [], "trainer": []}  # type: dict[str, list[str]]
    for link in links:
        link.published = True
        path = f"/course/{COURSE_ID}/link/{link.id}"
        pages["learner"].append(learner.launch(path).url.partition("?")[0].partition("/at/")[2].partition("/")[2])
        pages["trainer"].append(trainer.launch(path).url.partition("?")[0].partition("/at/")[2].partition("/")[2])
    assert pages["learner"] == ["tasks/p1", "sign-in/cls-0007", "sign-in/cls-0008"]
    assert pages["trainer"] == ["tasks/p1/people", "attendance/cls-0007/4b", "attendance/cls-0008/1"]
    assert all(item.tag == "total" for item in world.state.course_items(COURSE_ID))


class Content:
    """Content that was opened with xAPI launch parameters, and knows nothing else."""

    def __init__(self, page: requests.Response, clock: FakeClock) -> None:
        address = html.unescape(re.findall(r'id="content-frame"[^>]* src="([^"]+)"', page.text)[0])
        self.given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self._clock = clock

    def send(self, verb: str = EXPERIENCED, **changes: Any) -> int:
        """What it says of its learner and activity, exactly as it was told to; the status of the answer."""
        statement = {
            "actor": json.loads(self.given["actor"]),
            "verb": {"id": verb},
            "object": {"id": self.given["activity_id"]},
            "result": {"duration": "PT1M"},
            "context": {"registration": self.given["registration"]},
            "timestamp": self._clock().isoformat(),
            **changes,
        }
        headers = {"Authorization": self.given["auth"], "X-Experience-API-Version": "1.0.3"}
        return requests.post(self.given["endpoint"] + "statements", json=statement, headers=headers).status_code


@pytest.fixture
def content(world: World, clock: FakeClock) -> Content:
    """A lesson that a trainer added as sending its own statements, opened by a learner."""
    trainer, learner = world.browser(TRAINER), world.browser(TRAINEE)
    chosen = {"content": world.platform + FIRST_LESSON, "title": "第一课", "track": "xapi"}
    trainer.post_form(trainer.post_form(trainer.launch(world.dialogue), action="add", **chosen))
    [lesson] = world.state.course_links(COURSE_ID)
    lesson.published = True
    return Content(learner.launch(f"/course/{COURSE_ID}/link/{lesson.id}"), clock)


def test_content_that_sends_its_own_statements_is_told_where_and_its_minutes_count(
    world: World, content: Content, db: Database, clock: FakeClock
) -> None:
    assert set(content.given) == {"endpoint", "auth", "actor", "registration", "activity_id"}
    assert content.given["activity_id"] == world.platform + FIRST_LESSON
    clock.advance(60)

    assert content.send() == 200

    key = account_key(world.state.issuer, json.loads(content.given["actor"])["account"]["name"])
    with db.read() as conn:
        person = people.find_people(conn, "hz-2026", [key])[key]
    explained = Credits(db, clock).explain("hz-2026", person)
    assert explained is not None
    assert explained.credit.online.seconds == 60


def test_its_key_speaks_for_its_learner_and_activity_and_not_for_long(content: Content, clock: FakeClock) -> None:
    somebody = {"account": {"homePage": json.loads(content.given["actor"])["account"]["homePage"], "name": "12"}}
    another = {"id": content.given["activity_id"].replace("1.html", "2.html")}

    assert content.send(actor=somebody) == 403
    assert content.send(object=another) == 403
    for verb in (
        "http://adlnet.gov/expapi/verbs/attended",
        *(f"http://activitystrea.ms/{v}" for v in ("approve", "deny")),
    ):
        assert content.send(verb) == 403
    void = {"object": {"objectType": "StatementRef", "id": str(uuid.uuid4())}}
    assert content.send("http://adlnet.gov/expapi/verbs/voided", **void) == 403
    assert content.send() == 200

    clock.advance(8 * 3600)
    assert content.send() == 401


def test_cancelling_adds_nothing(world: World) -> None:
    trainer = world.browser(TRAINER)

    left = trainer.post_form(trainer.post_form(trainer.launch(world.dialogue), action="cancel"))

    assert left.status_code == 200
    assert world.state.course_links(COURSE_ID) == []


def test_what_was_chosen_in_one_dialogue_is_refused_to_another_person(world: World) -> None:
    trainer, other = world.browser(TRAINER), world.browser("2")
    picked = trainer.post_form(trainer.launch(world.dialogue), action="add", choice="credits")

    assert other.post_form(picked).status_code == 400
    assert world.state.course_links(COURSE_ID) == []


def test_an_answer_counts_once(world: World) -> None:
    """Moodle alone keeps its way back open; there the same answer adds the same again."""
    trainer = world.browser(TRAINER)
    picked = trainer.post_form(trainer.launch(world.dialogue), action="add", choice="credits")

    first, second = trainer.post_form(picked), trainer.post_form(picked)

    assert first.status_code == 200
    assert (second.status_code == 400) is (world.state.temperament.product != "moodle")


def test_the_gradebook_opens_a_learner_in_the_tool(world: World) -> None:
    """A column that came by deep linking can be reviewed; Canvas knows no such message."""
    trainer = world.browser(TRAINER)
    trainer.post_form(trainer.post_form(trainer.launch(world.dialogue), action="add", choice="credits", column="1"))
    panel = world.state.course_links(COURSE_ID)[0]
    path = f"/course/{COURSE_ID}/link/{panel.id}/review/{TRAINEE}"

    if not world.state.temperament.reviews:
        assert trainer.session.get(world.platform + path).status_code == 404
        return
    assert path in trainer.session.get(f"{world.platform}/gradebook/{COURSE_ID}").text
    assert trainer.launch(path).url.endswith("/participants/a6f10c3e")
