"""The heartbeat client in a real browser: what counts, what does not, and that nothing counted is lost."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.e2e.recorder import ACTIVITY, ACTOR, BASE, Recorder, create_recorder_app
from tests.support.postgres import wait_until

pytestmark = pytest.mark.browser

START = datetime.fromisoformat("2026-11-24T02:00:00+00:00")
HTTP_START = format_datetime(START.astimezone(UTC), usegmt=True)


class Learner:
    """Somebody at a page, in a browser whose time the test moves."""

    def __init__(self, page: Page, base: str, recorder: Recorder) -> None:
        self.page = page
        self.base = base
        self.recorder = recorder
        self.server_says(None)

    def server_says(self, date: str | None) -> None:
        """What the server's clock shows; None: it does not tell."""
        headers = {"Date": date} if date else {}
        self.page.route("**/xapi/about", lambda route: route.fulfill(json={}, headers=headers))

    def open(self, path: str = "/page", *, at: datetime = START, **attributes: object) -> "Learner":
        query = urlencode({name.replace("_", "-"): value for name, value in attributes.items()})
        self.page.clock.install(time=at)
        with self.page.expect_request_finished(lambda request: request.url.endswith("/xapi/about")):
            self.page.goto(f"{self.base}{path}" + (f"?{query}" if query else ""))
        wait_until(lambda: self.told.get("state") is not None)
        return self

    @property
    def told(self) -> dict[str, Any]:
        text = self.page.locator("#told").text_content()
        return json.loads(text) if text else {}

    def study(self, seconds: int, *, touching_every: int = 60) -> None:
        """Stay on the page, moving a hand now and then, while time passes."""
        while seconds > 0:
            step = min(seconds, touching_every)
            self.page.mouse.move(step % 7, step % 11)
            self.page.clock.run_for(step * 1000)
            seconds -= step

    def stare(self, seconds: int) -> None:
        """Time passes without any sign."""
        self.page.clock.run_for(seconds * 1000)

    def hide(self) -> None:
        self._visibility("hidden")

    def show(self) -> None:
        self._visibility("visible")

    def leave(self) -> None:
        self.page.goto("about:blank")

    def counted(self) -> float:
        """Seconds of all slices that arrived."""
        return sum(_length(interval) for interval in self.recorder.intervals)

    def wait_for_slices(self, number: int) -> None:
        """Wait for the record store; asking the page meanwhile lets Playwright serve what the page asks."""
        wait_until(lambda: self.page.title() is not None and len(self.recorder.statements) >= number)

    def _visibility(self, state: str) -> None:
        self.page.evaluate(
            """(state) => {
              Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            state,
        )


def _length(interval: dict[str, str]) -> float:
    return (datetime.fromisoformat(interval["end"]) - datetime.fromisoformat(interval["start"])).total_seconds()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def learner(page: Page, recorder: Recorder, live_server: Callable[[Any], str]) -> Learner:
    return Learner(page, live_server(create_recorder_app(recorder)), recorder)


def test_five_minutes_are_one_slice_with_its_interval(learner: Learner) -> None:
    learner.open().study(301)

    learner.wait_for_slices(1)
    [statement] = learner.recorder.statements.values()
    assert statement["verb"]["id"] == "http://adlnet.gov/expapi/verbs/experienced"
    assert statement["actor"] == ACTOR
    assert statement["object"]["id"] == ACTIVITY
    [interval] = learner.recorder.intervals
    assert statement["timestamp"] == interval["end"]
    assert _length(interval) == pytest.approx(300, abs=1)
    assert f"{BASE}/extensions/focus-points" not in statement["context"]["extensions"]


def test_focus_points_of_the_page_are_said_as_a_hint(learner: Learner) -> None:
    learner.open(focus_points="T7,T2").study(301)

    learner.wait_for_slices(1)
    [statement] = learner.recorder.statements.values()
    assert statement["context"]["extensions"][f"{BASE}/extensions/focus-points"] == ["T7", "T2"]
    assert statement["context"]["extensions"][f"{BASE}/extensions/session"]


def test_leaving_the_page_sends_what_was_counted_so_far(learner: Learner) -> None:
    learner.open().study(62)

    learner.leave()

    learner.wait_for_slices(1)
    assert learner.counted() == pytest.approx(62, abs=2)


def test_time_in_a_hidden_page_does_not_count(learner: Learner) -> None:
    learner.open().study(60)

    learner.hide()
    learner.stare(7200)
    learner.show()
    learner.study(60)
    learner.leave()

    learner.wait_for_slices(2)
    assert learner.counted() == pytest.approx(120, abs=3)


def test_without_a_sign_for_five_minutes_counting_stops(learner: Learner) -> None:
    learner.open().study(60)

    learner.stare(3600)
    assert learner.told["state"] == "idle"
    learner.leave()

    learner.wait_for_slices(1)
    assert learner.counted() == pytest.approx(60 + 240, abs=65)  # the last sign was up to a minute old


def test_typing_after_a_pause_goes_on_counting(learner: Learner) -> None:
    learner.open().stare(900)

    learner.page.locator("#field").press("a")
    learner.study(30)

    assert learner.told["state"] == "counting"
    assert learner.told["countedSeconds"] == pytest.approx(330, abs=3)


def test_sleep_counts_nothing(learner: Learner) -> None:
    learner.open().study(30)

    learner.page.clock.fast_forward("02:00:00")  # timers fire once, as after waking up
    learner.study(30)
    learner.leave()

    learner.wait_for_slices(2)
    assert learner.counted() == pytest.approx(60, abs=4)


def test_a_reload_loses_nothing_and_counts_nothing_twice(learner: Learner) -> None:
    learner.open().study(100)

    learner.page.reload()
    wait_until(lambda: learner.told.get("state") == "counting")
    learner.study(50)
    learner.leave()

    learner.wait_for_slices(2)
    first, second = learner.recorder.intervals
    assert first["end"] <= second["start"]
    assert learner.counted() == pytest.approx(150, abs=4)
    assert learner.recorder.conflicts == []


def test_without_network_slices_wait_and_arrive_later(learner: Learner, context: BrowserContext) -> None:
    learner.open().study(30)

    context.set_offline(True)
    learner.study(660)
    assert learner.recorder.statements == {}
    context.set_offline(False)

    learner.wait_for_slices(2)
    assert learner.counted() == pytest.approx(600, abs=3)


def test_slices_survive_a_page_closed_without_network(learner: Learner, context: BrowserContext) -> None:
    learner.open().study(30)
    context.set_offline(True)
    learner.study(90)
    learner.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert learner.recorder.statements == {}
    context.set_offline(False)

    learner.page.reload()

    learner.wait_for_slices(1)
    assert learner.counted() == pytest.approx(120, abs=4)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_in_trouble_is_asked_again(learner: Learner, status: int) -> None:
    learner.open().study(10)
    learner.recorder.status = status
    learner.study(310)
    wait_until(lambda: learner.told.get("sending") == "waiting")

    learner.recorder.status = None
    wait_until(lambda: learner.study(60) or bool(learner.recorder.statements))

    assert learner.recorder.conflicts == []


def test_an_expired_credential_keeps_the_slices_for_the_next_launch(learner: Learner) -> None:
    learner.open().study(10)
    learner.recorder.status = 401
    learner.study(300)
    wait_until(lambda: learner.told.get("sending") == "expired")

    learner.leave()
    wait_until(lambda: learner.recorder.beacons >= 1)
    learner.recorder.status = None
    learner.page.goto(f"{learner.base}/page?auth=Basic+bmV3Om5ldw==")

    learner.wait_for_slices(1)
    assert learner.counted() == pytest.approx(300, abs=15)
    assert "Basic bmV3Om5ldw==" in learner.recorder.authorizations


def test_one_refused_slice_does_not_hold_up_the_others(learner: Learner) -> None:
    learner.open().study(10)
    learner.recorder.status = 503
    learner.study(660)
    waiting = learner.page.evaluate("Object.values(localStorage).map((text) => JSON.parse(text).slice.id)")
    learner.recorder.refused_ids = {waiting[0]}

    learner.recorder.status = None
    wait_until(lambda: learner.study(60) or bool(learner.recorder.statements))

    assert waiting[0] not in learner.recorder.statements
    stored = learner.page.evaluate("Object.values(localStorage).map((text) => JSON.parse(text).slice.id)")
    assert waiting[0] in stored


@pytest.mark.parametrize("wrong_by", [timedelta(hours=3), timedelta(days=-400)])
def test_a_wrong_device_clock_is_corrected_by_the_servers(learner: Learner, wrong_by: timedelta) -> None:
    learner.server_says(HTTP_START)

    learner.open(at=START + wrong_by).study(301)

    learner.wait_for_slices(1)
    [interval] = learner.recorder.intervals
    assert abs(datetime.fromisoformat(interval["start"]) - START) < timedelta(seconds=10)


def test_a_slice_whose_acknowledgement_was_lost_is_repeated_word_for_word(learner: Learner) -> None:
    learner.open().study(10)
    learner.page.route("**/xapi/statements", _store_but_break_the_answer)
    learner.study(300)
    learner.wait_for_slices(1)
    wait_until(lambda: learner.told["sending"] == "waiting")

    learner.page.unroute("**/xapi/statements")
    wait_until(lambda: learner.study(60) or learner.told["pending"] <= 1)  # the open slice

    assert learner.recorder.conflicts == []
    assert learner.recorder.posts > len(learner.recorder.statements)


def _store_but_break_the_answer(route: Route) -> None:
    route.fetch()
    route.abort()


def test_only_one_of_two_tabs_counts(learner: Learner, context: BrowserContext) -> None:
    learner.open()
    second = Learner(context.new_page(), learner.base, learner.recorder)
    second.open(at=START)

    second.page.mouse.move(5, 5)
    wait_until(lambda: learner.study(0) or _look(learner) == "elsewhere")

    assert _look(second) == "counting"


def _look(learner: Learner) -> str:
    learner.page.clock.run_for(1000)
    return str(learner.told["state"])


def test_parameters_of_an_xapi_launch_need_no_attributes(learner: Learner) -> None:
    registration = str(uuid.uuid4())
    launch = {
        "endpoint": f"{learner.base}/xapi",
        "auth": "Basic a2V5OnNlY3JldA==",
        "actor": json.dumps(
            {
                "name": ["张老师"],
                "account": [{"accountServiceHomePage": "https://m.example", "accountName": "7"}],
            }
        ),
        "registration": registration,
        "activity_id": "https://content.example.org/launched",
    }
    learner.open("/launched?" + urlencode(launch)).study(20)

    learner.leave()

    learner.wait_for_slices(1)
    [statement] = learner.recorder.statements.values()
    assert statement["context"]["registration"] == registration
    assert statement["object"]["id"] == "https://content.example.org/launched"
    assert statement["actor"]["account"] == {"homePage": "https://m.example", "name": "7"}


def test_missing_parameters_are_named(learner: Learner) -> None:
    learner.page.goto(f"{learner.base}/page?endpoint=&activity-id=")

    wait_until(lambda: learner.told.get("state") == "unavailable")

    assert "endpoint is missing" in learner.told["message"]
    assert "activity_id is missing" in learner.told["message"]


def test_an_answered_presence_check_is_reported_with_its_time(learner: Learner) -> None:
    learner.open(presence_check_every_min=2).study(121)

    learner.page.get_by_role("button", name="我在学习").click()
    learner.study(30)
    learner.leave()

    learner.wait_for_slices(2)
    checks = [_presence(statement) for statement in learner.recorder.statements.values()]
    [answered] = [check for check in checks if check]
    assert (answered["shown"], answered["answered"]) == (1, 1)
    assert answered["lastAnswered"].startswith("2026-11-24T02:02:0")


def test_a_missed_presence_check_costs_only_what_followed_it(learner: Learner) -> None:
    learner.open(presence_check_every_min=2).study(121)

    learner.stare(200)
    assert learner.told["state"] == "unanswered"
    learner.study(60)
    learner.leave()

    learner.wait_for_slices(3)
    by_presence = {json.dumps(_presence(item)): item for item in learner.recorder.statements.values()}
    missed = by_presence['{"shown": 1, "answered": 0}']
    assert _length(missed["result"]["extensions"][f"{BASE}/extensions/interval"]) == pytest.approx(90, abs=3)
    assert _presence_free_seconds(learner.recorder) == pytest.approx(120 + 60, abs=4)


def _presence(statement: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = statement["result"]["extensions"].get(f"{BASE}/extensions/presence-checks")
    return found


def _presence_free_seconds(recorder: Recorder) -> float:
    free = [item for item in recorder.statements.values() if not _presence(item)]
    return sum(_length(item["result"]["extensions"][f"{BASE}/extensions/interval"]) for item in free)
