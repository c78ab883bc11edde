"""Uploaded content in a real browser: it is brought, chosen, studied and counted, and kept from everything else."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

from lti_tool.lti.deep_linking import Item
from lti_tool.storage.database import open_database
from lti_tool.web.pages import picker
from lti_tool.web.services import attach
from tests.packages.making import PAGE, cmi5, h5p, packed, unit
from tests.support import databases
from tests.support.clock import FakeClock
from tests.support.postgres import wait_until
from tests.support.server import serve
from tests.web.bringing import ASKED
from tests.web.classroom import ACCOUNTS, PROGRAMME, ZHANG, Classroom
from tests.web.launching import Visitor

pytestmark = pytest.mark.browser

COURSE = "教学数据收集与分析"
PLAYER = Path("tests/clients/node_modules/h5p-standalone/dist")
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


class Site:
    """The whole tool on loopback, and whoever launches from its one course."""

    def __init__(self, room: Classroom, address: str, page: Page) -> None:
        self.room = room
        self.address = address
        self.page = page

    def open(self, who: Visitor, path: str) -> None:
        """Open a page of a launch, as the browser that launched."""
        [(name, value)] = who.cookies().items()
        self.page.context.add_cookies([{"name": name, "value": value, "url": self.address}])
        self.page.goto(f"{self.address}/at/{who.token}/{path}")

    def trainer(self) -> Visitor:
        room = self.room
        return room.tool.visit(room.platform, room.course, "trainer", sub="t", programme=PROGRAMME, **ASKED)

    def upload(self, content: bytes, name: str = "lesson.zip") -> str:
        """Bring a package as a trainer does, for a course that counts; its key."""
        self.open(self.trainer(), "packages?lang=en")
        self.page.get_by_label("File").set_input_files({"name": name, "mimeType": "", "buffer": content})
        self.page.get_by_label("The time counts for").select_option(label=COURSE)
        self.page.get_by_role("button", name="Upload").click()
        expect(self.page.get_by_text("The package is here.")).to_be_visible()
        return urlsplit(self.page.url).path.rpartition("/")[2]

    def study(self, custom: dict[str, str], path: str = "study?lang=en") -> Frame:
        """Open a picked activity as 张老师; the frame with the content."""
        room = self.room
        learner = room.tool.visit(
            room.platform, room.course, "trainee", sub=ACCOUNTS[ZHANG], programme=PROGRAMME, participant=ZHANG,
            custom=custom,
        )  # fmt: skip
        self.open(learner, path)
        frame = self.page.locator("#content-frame").element_handle().content_frame()
        assert frame
        frame.wait_for_load_state()
        return frame

    def pick(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        """Add what was just looked at to the course; the custom parameters that the platform is sent."""
        sent: list[Item] = []
        made = picker.to_items
        monkeypatch.setattr(picker, "to_items", lambda *given: sent.extend(made(*given)) or sent)
        self.page.route("https://moodle.example.org/**", lambda route: route.fulfill(body="added"))
        self.page.get_by_role("link", name="Choose it for the course").click()
        self.page.get_by_role("button", name="Add to the course").click()
        expect(self.page.get_by_text("added")).to_be_visible()
        return dict(sent[-1].custom)

    def custom(self, key: str, number: int = 1) -> dict[str, str]:
        """What the picker writes into an activity that shows a unit."""
        return {"programme": PROGRAMME, "content": f"{self.address}/content/{'0' * 32}/", "package": f"{key}/{number}"}


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path, clock: FakeClock, page: Page) -> Iterator[Site]:
    db = open_database(databases.clone_sqlite(sqlite_template, tmp_path))
    room = Classroom.on(db, clock, tmp_path / "files")
    page.clock.install(time=clock())
    with serve(room.tool.app) as address:
        settings = room.services.settings
        files = replace(settings.files, h5p_player=str(PLAYER))
        settings = replace(settings, server=replace(settings.server, public_url=address), files=files)
        room.services = replace(room.services, settings=settings)
        attach(room.tool.app, room.services)
        yield Site(room, address, page)
        page.goto("about:blank")
    db.close()


def pass_time(site: Site, seconds: int) -> None:
    """Somebody is at work on the page while time passes, here and on the server."""
    while seconds > 0:
        step = min(seconds, 30)
        site.page.mouse.move(100 + seconds % 7, 200)
        site.page.clock.run_for(step * 1000)
        site.room.tool.clock.advance(step)  # type: ignore[attr-defined]
        seconds -= step


def online_seconds(site: Site) -> int:
    return int(site.room.credits_of(ZHANG).online.seconds)


def test_what_a_trainer_uploads_is_chosen_studied_and_counted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.upload(packed({"index.html": PAGE}))
    custom = site.pick(monkeypatch)

    frame = site.study(custom)
    expect(frame.get_by_role("heading", name="第一课")).to_be_visible()
    expect(site.page.get_by_text("Counting")).to_be_visible()
    pass_time(site, 90)
    site.page.goto("about:blank")

    wait_until(lambda: site.page.title() is not None and online_seconds(site) > 0)
    assert online_seconds(site) == pytest.approx(90, abs=3)


HOSTILE = """<!doctype html><html><head><title>harmless</title></head><body><script>
const found = {};
function attempt(name, act) {
  try { const got = act(); found[name] = got === undefined || got === null || got === "" ? "nothing" : String(got); }
  catch (error) { found[name] = error.name; }
}
attempt("cookie", () => document.cookie);
attempt("parent page", () => parent.document.documentElement.innerHTML);
attempt("parent address", () => parent.location.href);
attempt("parent storage", () => parent.localStorage.length + 1);
attempt("referrer", () => document.referrer && new URL(document.referrer).pathname.slice(1));
attempt("database", () => { indexedDB.open("x"); return "opened"; });
attempt("worker", () => { navigator.serviceWorker.register("worker.js"); return "registered"; });
attempt("origin", () => self.origin);
async function ask(name, address, credentials) {
  try { const got = await fetch(address, { credentials }); found[name] = (await got.text()).slice(0, 40); }
  catch (error) { found[name] = error.name; }
}
const asked = [ask("tool page", "/cmi5/finished", "include"), ask("own file", "own.json")];
window.results = Promise.all(asked).then(() => found);
localStorage.setItem("mine", "kept");
found["lent storage"] = localStorage.getItem("mine");
</script></body></html>"""


def test_content_reaches_nothing_of_the_tool_and_nobody_else(site: Site) -> None:
    key = site.upload(packed({"index.html": HOSTILE, "own.json": '{"own": 1}', "worker.js": ""}))

    frame = site.study(site.custom(key))
    found: dict[str, Any] = frame.evaluate("window.results")

    assert found["origin"] == "null"
    assert found["lent storage"] == "kept"
    assert found["own file"] == '{"own": 1}'
    assert found["cookie"] == "nothing"
    refused = ("parent page", "parent address", "parent storage", "database")
    assert {name: found[name] for name in refused} == dict.fromkeys(refused, "SecurityError")
    assert found["tool page"] == "TypeError"  # the answer is not for it
    assert found["referrer"] == "nothing"
    assert found["worker"] != "registered"


def test_the_same_page_with_rights_would_reach_it_all(site: Site) -> None:
    """The control: what keeps the content away is how it is served, not what it tries."""
    site.page.route("**/content/**", lambda route: route.fulfill(body=HOSTILE, content_type="text/html"))
    key = site.upload(packed({"index.html": PAGE}))

    found: dict[str, Any] = site.study(site.custom(key)).evaluate("window.results")

    assert "study-bar" in found["parent page"]
    assert "/at/" in found["parent address"]
    assert "<!DOCTYPE html>" in found["tool page"]


def test_content_cannot_take_the_learner_away(site: Site) -> None:
    page = PAGE.replace("</body>", "<script>top.location = 'https://evil.example.org/'</script></body>")
    key = site.upload(packed({"index.html": page}))

    site.study(site.custom(key))
    site.page.wait_for_timeout(300)

    assert site.page.url.startswith(site.address + "/at/")


def test_nobody_else_may_frame_the_content(site: Site, page: Page) -> None:
    key = site.upload(packed({"index.html": PAGE}))
    frame = site.study(site.custom(key))
    address = frame.url
    page.route("https://evil.example.org/", lambda route: route.fulfill(
        body=f"<iframe src='{address}'></iframe>", content_type="text/html"))  # fmt: skip

    page.goto("https://evil.example.org/")
    page.wait_for_timeout(500)

    assert page.frames[-1].url == "chrome-error://chromewebdata/"


INNER = packed({
    "index.html": "<!doctype html><title>outer</title><iframe src='inner.html'></iframe><iframe src='d.pdf'></iframe>",
    "inner.html": "<!doctype html><title>inner</title><p>inside</p><script type='module' src='app.js'></script>",
    "app.js": "const got = await fetch('data.json'); document.body.append((await got.json()).word);",
    "data.json": '{"word": "loaded"}',
})  # fmt: skip


def test_content_uses_its_own_frames_modules_and_data(site: Site) -> None:
    key = site.upload(INNER)
    frame = site.study(site.custom(key))

    inner = frame.frame_locator("iframe[src='inner.html']")
    expect(inner.get_by_text("inside")).to_be_visible()
    expect(inner.get_by_text("loaded")).to_be_visible()


UNIT = """<!doctype html><html><head><title>unit</title></head><body><script type="module">
const given = new URLSearchParams(location.search);
const answer = await fetch(given.get("fetch"), { method: "POST" });
const headers = {
  Authorization: "Basic " + (await answer.json())["auth-token"],
  "X-Experience-API-Version": "1.0.3",
  "Content-Type": "application/json",
};
const place = new URLSearchParams({
  stateId: "LMS.LaunchData", activityId: given.get("activityId"), agent: given.get("actor"),
  registration: given.get("registration"),
});
const data = await (await fetch(given.get("endpoint") + "activities/state?" + place, { headers })).json();
window.launchData = data;
window.say = async (verb, extra = {}) => {
  const category = [{ id: "https://w3id.org/xapi/cmi5/context/categories/cmi5" }];
  if (verb === "completed") category.push({ id: "https://w3id.org/xapi/cmi5/context/categories/moveon" });
  const context = structuredClone(data.contextTemplate);
  context.registration = given.get("registration");
  context.contextActivities = { ...context.contextActivities, category };
  const statement = {
    id: crypto.randomUUID(), actor: JSON.parse(given.get("actor")), timestamp: new Date().toISOString(), context,
    verb: { id: "http://adlnet.gov/expapi/verbs/" + verb }, object: { id: given.get("activityId") }, ...extra,
  };
  const body = JSON.stringify(statement);
  return (await fetch(given.get("endpoint") + "statements", { method: "POST", headers, body })).status;
};
document.body.append("begun " + await window.say("initialized"));
</script></body></html>"""


def test_a_cmi5_unit_speaks_to_the_record_store_from_nowhere(site: Site) -> None:
    """Its origin is null; the token, the launch data and the statements are all that it needs."""
    structure = cmi5(unit(1, "index.html", moveOn="Completed", masteryScore="0.7"))
    with_page = _with_file(structure, "index.html", UNIT)
    key = site.upload(with_page, "course.zip")

    frame = site.study(site.custom(key))
    expect(frame.get_by_text("begun 200")).to_be_visible()
    pass_time(site, 300)
    result = {"result": {"duration": "PT5M"}}
    assert (
        frame.evaluate("extra => window.say('completed', {result: {...extra.result, completion: true}})", result) == 200
    )
    assert frame.evaluate("extra => window.say('terminated', extra)", result) == 200

    assert frame.evaluate("[self.origin, window.launchData.masteryScore, window.launchData.moveOn]") == [
        "null",
        0.7,
        "Completed",
    ]
    assert online_seconds(site) == pytest.approx(300, abs=3)


def _with_file(archive: bytes, name: str, content: str) -> bytes:
    made = io.BytesIO(archive)
    with zipfile.ZipFile(made, "a") as changed:
        changed.writestr(name, content)
    return made.getvalue()


@pytest.mark.npm
def test_h5p_is_shown_by_the_player_that_the_installation_has(site: Site) -> None:
    assert PLAYER.is_dir(), "the player is not installed: npm ci --ignore-scripts --prefix tests/clients"
    key = site.upload(h5p(), "words.h5p")

    frame = site.study(site.custom(key))

    expect(frame.get_by_text("H5P 说：你好")).to_be_visible()
    assert frame.evaluate("self.origin") == "null"
    expect(site.page.get_by_text("Counting")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_fit_and_have_no_barriers(site: Site, language: str) -> None:
    key = site.upload(packed({"index.html": PAGE, "run.exe": b"MZ"}))
    who = site.trainer()
    for path in ("packages", f"packages/{key}", "pick"):
        for width in (360, 1280):
            site.page.set_viewport_size({"width": width, "height": 900})
            site.open(who, f"{path}?lang={language}")
            overflow = site.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{path} is {overflow} px too wide at {width} px"
        barriers = Axe().run(site.page, options=_RULES)
        assert barriers.violations_count == 0, f"{path}: {barriers.generate_report()}"
