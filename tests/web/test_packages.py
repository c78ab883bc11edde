"""Uploaded content: who may bring it, where it stands, what it counts for, and what it is served with."""

import html
import io
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from sqlalchemy import func, select

from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti_launches, packages
from lti_tool.storage.tables.packages import packages as packages_table
from lti_tool.web.pages.package_words import _SENTENCES
from lti_tool.web.services import attach
from tests.packages.making import PAGE, TINCAN, cmi5, h5p, packed, structure, unit
from tests.support.clock import FakeClock
from tests.support.statements import slice_
from tests.web.classroom import ACCOUNTS, PROGRAMME, ZHANG, Classroom
from tests.web.launching import EXAMPLE, Page, Visitor, another_programme
from tests.web.test_cmi5 import Unit

COURSE = "https://content.example.org/au/t7-data-literacy/*"
BASE = "https://ts2.example.org/xapi"
HTML = packed({"index.html": PAGE, "film.mp4": bytes(range(256)) * 40, "说明.txt": "说明", "doc.pdf": b"%PDF-1.4"})
ASKED = {
    "message_type": "LtiDeepLinkingRequest",
    "deep_linking": {
        "deep_link_return_url": "https://moodle.example.org/return",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
        "accept_multiple": True,
    },
}


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


def set_files(room: Classroom, **changes: Any) -> None:
    """Run the tool with other settings of its files."""
    settings = room.services.settings
    room.services = replace(room.services, settings=replace(settings, files=replace(settings.files, **changes)))
    attach(room.tool.app, room.services)


def upload(who: Visitor, content: bytes = HTML, name: str = "lesson.zip", **form: str) -> Page:
    return who.post("packages", {"package": (io.BytesIO(content), name), **form})


def key_of(page: Page) -> str:
    """The package that an upload led to."""
    assert page.status == 302, page.words
    return re.findall(r"/packages/([0-9a-f-]{36})", page.location)[0]


def address_of(who: Visitor, key: str, number: int = 0) -> str:
    page = who.get(f"packages/{key}")
    return html.unescape(re.findall(r'<a href="([^"]+)" target="_blank"', page.text)[number])


def fetch(room: Classroom, address: str, method: str = "GET", **headers: str) -> Any:
    """What a browser without any cookie gets."""
    return room.tool.app.test_client().open(address, method=method, headers=headers, buffered=True)


def rows(room: Classroom) -> int:
    with room.tool.db.read() as conn:
        return int(conn.execute(select(func.count()).select_from(packages_table)).scalar_one())


def folders(room: Classroom) -> list[str]:
    root = Path(room.services.settings.files.directory) / "packages"
    return [path.name for path in root.glob("*") if path.name != "incoming"] + [p.name for p in root.glob("incoming/*")]


# ── bringing ────────────────────────────────────────────────────────────────────────────────────────


def test_a_package_is_uploaded_listed_and_opened(room: Classroom) -> None:
    trainer = room.trainer()
    assert "Nothing has been uploaded yet." in trainer.get("packages").text

    key = key_of(upload(trainer, title="  数据  入门 "))

    listed = trainer.get("packages")
    assert "数据 入门" in listed.text
    assert "lesson.zip" in listed.text
    assert "HTML" in listed.words
    opened = fetch(room, address_of(trainer, key))
    assert (opened.status_code, opened.content_type) == (200, "text/html")
    assert "第一课" in opened.text


def test_administrators_bring_packages_too(room: Classroom) -> None:
    administrator = room.tool.visit(room.platform, room.course, "administrator", programme=PROGRAMME)
    assert upload(administrator).status == 302


def test_trainees_do_not(room: Classroom) -> None:
    trainee = room.participant(ZHANG)
    assert trainee.get("packages").status == 403
    assert upload(trainee).status == 403
    assert (rows(room), folders(room)) == (0, [])


def test_whoever_is_nobody_sends_nothing_to_the_disk(room: Classroom) -> None:
    """The file of a request is not read before it is known who is asking."""
    stream = io.BytesIO(b"x" * (1 << 20))
    answer = room.tool.app.test_client().post(
        "/at/nobody/packages",
        input_stream=stream,
        content_type="multipart/form-data; boundary=x",
        content_length=1 << 20,
    )
    assert (answer.status_code, stream.tell(), folders(room)) == (401, 0, [])


def test_programmes_do_not_see_each_others_packages(room: Classroom) -> None:
    key = key_of(upload(room.trainer(), title="Ours alone"))
    other = room.tool.load(another_programme("nb-2027", "Ningbo 2027"))
    stranger = room.tool.visit(room.platform, room.tool.course(room.platform, "c2"), "trainer", programme=other)

    assert "Ours alone" not in stranger.get("packages").text
    assert stranger.get(f"packages/{key}").status == 404
    assert stranger.post(f"packages/{key}/course", {"course": COURSE}).status == 404
    assert stranger.post(f"packages/{key}/remove", {"sure": "1"}).status == 404
    assert rows(room) == 1
    assert "no course" in room.trainer().get(f"packages/{key}").text.lower()


def test_a_refused_package_leaves_nothing_behind_and_says_why(room: Classroom) -> None:
    page = upload(room.trainer(), packed({"../evil.html": PAGE}))

    assert page.status == 422
    assert "“../evil.html” leads out of the package." in html.unescape(page.text)
    assert (rows(room), folders(room)) == (0, [])


def test_every_reason_has_a_sentence(room: Classroom) -> None:
    """Codes of the room that looks at packages, against the words of the pages."""
    source = "".join(path.read_text() for path in Path("lti_tool/packages").glob("*.py"))
    codes = set(re.findall(r'(?:refuse|Problem)\(\s*"(\w+)"', source)) | set(
        re.findall(r'^        "(\w+)": ', source, re.M)
    )
    assert codes >= {"bomb", "outside", "xml_type", "no_player", "damaged"}
    assert codes <= set(_SENTENCES)


def test_choosing_no_file_is_said(room: Classroom) -> None:
    page = room.trainer().post("packages", {"title": "x"})
    assert (page.status, "Choose a file first." in page.text) == (422, True)


def test_more_than_the_limit_is_refused(room: Classroom) -> None:
    set_files(room, max_package_bytes=100_000)
    page = upload(room.trainer(), bytes(200_000))
    assert (page.status, "The file is larger than" in page.text) == (413, True)
    assert (rows(room), folders(room)) == (0, [])


def test_more_than_other_forms_may_send_is_taken_here(room: Classroom) -> None:
    """The limit of the record store's requests is not that of packages."""
    room.tool.app.config["MAX_CONTENT_LENGTH"] = 10_000
    page = upload(room.trainer(), PAGE.encode() + b" " * 100_000, "large.html")
    assert page.status == 302


def test_the_character_nul_leads_nowhere(room: Classroom) -> None:
    assert upload(room.trainer(), title="a\0b").status == 404
    assert (rows(room), folders(room)) == (0, [])


def test_a_package_whose_row_cannot_be_written_leaves_no_folder(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the database is gone")

    trainer = room.trainer()
    monkeypatch.setattr(packages, "add_package", fail)
    assert upload(trainer).status == 500
    assert (rows(room), folders(room)) == (0, [])


def test_what_somebody_left_behind_is_swept_up_and_what_is_known_stays(room: Classroom) -> None:
    trainer = room.trainer()
    key = key_of(upload(trainer))
    root = Path(room.services.settings.files.directory) / "packages"
    (root / "incoming" / "died").mkdir(parents=True)
    (root / ("0" * 40)).mkdir()
    (root / ("1" * 40)).mkdir()
    long_ago = room.tool.clock().timestamp() - 100_000
    for path in root.glob("*"):
        _age(path, long_ago)
    _age(root / "incoming" / "died", long_ago)
    _age(root / ("1" * 40), room.tool.clock().timestamp())

    upload(trainer)

    left = folders(room)
    assert len(left) == 3
    assert "1" * 40 in left
    assert fetch(room, address_of(trainer, key)).status_code == 200


def _age(path: Path, moment: float) -> None:
    os.utime(path, (moment, moment))


def test_h5p_says_what_to_install(room: Classroom) -> None:
    page = upload(room.trainer(), h5p(), "words.h5p")
    assert (page.status, "npm install --ignore-scripts h5p-standalone" in page.text) == (422, True)


# ── serving ─────────────────────────────────────────────────────────────────────────────────────────


def served(room: Classroom, path: str = "", method: str = "GET", **headers: str) -> Any:
    trainer = room.trainer()
    address = address_of(trainer, key_of(upload(trainer)))
    return fetch(room, address.rpartition("/")[0] + "/" + path, method, **headers)


def test_content_has_no_origin_and_no_rights(room: Classroom) -> None:
    answer = served(room, "index.html")

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts allow-forms")
    assert "allow-same-origin" not in policy
    assert "allow-top-navigation" not in policy
    assert "frame-ancestors 'self' http://127.0.0.1:8080 https://moodle.example.org" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers


def test_the_first_page_may_have_any_name(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who, packed({"第 1 课.html": PAGE}), course=COURSE))
    custom = picked(pick(who, f"{key}/1"))

    answer = fetch(room, custom["content"])

    assert (answer.status_code, "frame-ancestors" in answer.headers["Content-Security-Policy"]) == (200, True)
    assert (
        fetch(room, custom["content"].rpartition("/")[0] + "/").headers["Location"] == "%E7%AC%AC%201%20%E8%AF%BE.html"
    )


@pytest.mark.parametrize("path", ["film.mp4", "%E8%AF%B4%E6%98%8E.txt"])
def test_every_file_is_sandboxed_whatever_it_is(room: Classroom, path: str) -> None:
    answer = served(room, path)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("sandbox ")
    assert "immutable" in answer.headers["Cache-Control"]


def test_pdf_is_shown_by_the_browser_which_does_so_in_no_sandbox(room: Classroom) -> None:
    answer = served(room, "doc.pdf")
    assert (answer.content_type, "Content-Security-Policy" in answer.headers) == ("application/pdf", False)


def test_a_film_is_sent_in_parts(room: Classroom) -> None:
    answer = served(room, "film.mp4", Range="bytes=256-511")
    assert (answer.status_code, answer.content_type) == (206, "video/mp4")
    assert answer.data == bytes(range(256))
    assert answer.headers["Content-Range"] == "bytes 256-511/10240"


@pytest.mark.parametrize("path", ["film.mp4", "index.html"])
def test_what_a_browser_has_is_not_sent_again(room: Classroom, path: str) -> None:
    first = served(room, path)
    again = fetch(room, first.request.path, **{"If-None-Match": first.headers["ETag"]})
    head = fetch(room, first.request.path, "HEAD")

    assert (again.status_code, again.data) == (304, b"")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == first.headers["ETag"]


def test_a_page_is_lent_a_storage_before_its_own_scripts(room: Classroom) -> None:
    text = served(room, "index.html").text
    found = re.search(r'<head><script src="([^"]+)"></script>', text)
    assert found
    assert fetch(room, urlsplit(found.group(1)).path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "../about.json",
        "..%2fabout.json",
        "%2e%2e/about.json",
        "a/../../about.json",
        "index.html/",
        "/index.html",
        "index.html%00.txt",
        "..\\about.json",
        "nothing.html",
        "",
    ],
)
def test_only_files_of_the_package_are_served(room: Classroom, path: str) -> None:
    answer = served(room, path)
    if path == "":
        assert (answer.status_code, answer.headers["Location"]) == (302, "index.html")
    else:
        assert answer.status_code in {404, 308}, answer.text


@pytest.mark.parametrize("address", ["incoming", "x", "..", "0" * 32, "player"])
def test_addresses_that_nobody_was_given_lead_nowhere(room: Classroom, address: str) -> None:
    upload(room.trainer())
    assert fetch(room, f"/content/{address}/index.html").status_code == 404


def test_kinds_that_are_not_served_stay_on_the_disk(room: Classroom) -> None:
    trainer = room.trainer()
    key = key_of(upload(trainer, packed({"index.html": PAGE, "run.exe": b"MZ"})))
    shown = trainer.get(f"packages/{key}")

    assert "were left out: run.exe." in shown.words
    assert fetch(room, address_of(trainer, key).replace("index.html", "run.exe")).status_code == 404


def test_content_may_have_a_host_of_its_own(room: Classroom) -> None:
    set_files(room, content_url="https://*.content.example.net")
    trainer = room.trainer()
    address = address_of(trainer, key_of(upload(trainer)))
    token = address.split("/")[4]
    assert address == f"https://{token}.content.example.net/content/{token}/index.html"

    apart, here = fetch(room, address), fetch(room, urlsplit(address).path)
    elsewhere = fetch(room, address.replace(f"{token}.", "other."))

    assert "allow-same-origin" in apart.headers["Content-Security-Policy"]
    assert "storage.js" not in apart.text
    for answer in (here, elsewhere):
        assert answer.status_code == 200
        assert "allow-same-origin" not in answer.headers["Content-Security-Policy"]


def test_on_the_contents_host_there_is_nothing_else(room: Classroom) -> None:
    set_files(room, content_url="https://content.example.net")
    trainer = room.trainer()
    client = room.tool.app.test_client()
    for path in (f"/at/{trainer.token}/packages", "/lti/jwks", "/healthz", "/xapi/about", "/api/openapi.json"):
        assert client.get(f"https://content.example.net{path}").status_code == 404, path


# ── counting ────────────────────────────────────────────────────────────────────────────────────────


def study(room: Classroom, **custom: str) -> Page:
    sub = ACCOUNTS[ZHANG]
    return room.tool.visit(
        room.platform, room.course, "trainee", sub=sub, programme=PROGRAMME, participant=ZHANG, custom=custom
    ).get("study")


def half_an_hour(activity: str) -> dict[str, Any]:
    day = "2026-10-13T19"
    return slice_(f"{day}:00:00+08:00", f"{day}:30:00+08:00", activity=activity)


def activity_of(room: Classroom, key: str) -> str:
    return f"{BASE}/packages/{key}/1"


def test_time_counts_for_the_course_that_the_package_is_part_of(room: Classroom) -> None:
    trainer = room.trainer()
    key = key_of(upload(trainer, course=COURSE))
    room.send(half_an_hour(activity_of(room, key)))

    credit = room.credits_of(ZHANG)
    assert credit.online.seconds == 1800
    assert dict(credit.online_by_course) == {COURSE: 1800}
    assert "教学数据收集与分析" in trainer.get("packages").text


def test_time_counts_as_soon_as_the_course_is_known(room: Classroom) -> None:
    trainer = room.trainer()
    key = key_of(upload(trainer))
    room.send(half_an_hour(activity_of(room, key)))
    assert room.credits_of(ZHANG).online.seconds == 0
    assert "not one of the programme" in html.unescape(trainer.get("packages").text)

    trainer.post(f"packages/{key}/course", {"course": COURSE})
    room.services.credits.refresh(PROGRAMME)
    assert room.credits_of(ZHANG).online.seconds == 1800

    trainer.post(f"packages/{key}/course", {"course": ""})
    assert room.credits_of(ZHANG).online.seconds == 0


def test_the_programme_file_may_list_the_package_itself(room: Classroom) -> None:
    trainer = room.trainer()
    key = key_of(upload(trainer))
    room.send(half_an_hour(activity_of(room, key)))
    iri = re.findall(r"<code>([^<]+/\*)</code>", trainer.get(f"packages/{key}").text)[0]

    course = replace(EXAMPLE.programme.courses[0], iri=iri)
    room.load(replace(EXAMPLE, programme=replace(EXAMPLE.programme, courses=(course,))))

    assert room.credits_of(ZHANG).online.seconds == 1800


def test_what_the_programme_lists_outranks_what_a_trainer_says(room: Classroom) -> None:
    held = replace(EXAMPLE.programme.courses[0], iri="https://author.example.org/*", review="hold")
    room.load(replace(EXAMPLE, programme=replace(EXAMPLE.programme, courses=(*EXAMPLE.programme.courses, held))))
    upload(room.trainer(), packed({"tincan.xml": TINCAN, "index_lms.html": PAGE}), course=COURSE)

    room.send(half_an_hour("https://author.example.org/tincan/1"))

    assert room.credits_of(ZHANG).online.seconds == 0


def test_a_course_that_the_programme_does_not_have_is_none(room: Classroom) -> None:
    trainer = room.trainer()
    key = key_of(upload(trainer, course="https://evil.example.org/*"))
    assert "not one of the programme" in html.unescape(trainer.get(f"packages/{key}").text)


def test_deleting_takes_the_files_and_not_the_minutes(room: Classroom) -> None:
    trainer = room.trainer()
    key = key_of(upload(trainer, course=COURSE))
    room.send(half_an_hour(activity_of(room, key)))
    address = address_of(trainer, key)

    unsure = trainer.post(f"packages/{key}/remove")
    assert (unsure.status, fetch(room, address).status_code) == (422, 200)
    assert trainer.post(f"packages/{key}/remove", {"sure": "1"}).status == 302

    assert fetch(room, address).status_code == 404
    gone = study(room, content=address, package=f"{key}/1")
    assert (gone.status, "The content of this activity was deleted." in gone.words) == (404, True)
    assert trainer.get(f"packages/{key}").status == 404
    assert folders(room) == []
    room.services.credits.refresh(PROGRAMME)
    assert room.credits_of(ZHANG).online.seconds == 1800


def test_what_is_in_use_is_said_before_it_is_deleted(room: Classroom) -> None:
    trainer = room.trainer()
    key = key_of(upload(trainer))
    link = {"context_id": room.course, "resource_link_id": "r", "title": "第一课的活动", "lineitem_url": None}
    with room.tool.db.begin() as conn:
        custom = {"content": address_of(trainer, key), "package": f"{key}/1"}
        lti_launches.save_resource_link(conn, {**link, "custom": custom})

    page = trainer.get(f"packages/{key}")
    assert "These activities show it." in page.text
    assert "第一课的活动 · Course course-1" in page.words
    assert re.search(r'data-label="In use">1<', trainer.get("packages").text.replace("> ", ">"))


# ── launching ───────────────────────────────────────────────────────────────────────────────────────


def picker(room: Classroom) -> Visitor:
    return room.tool.visit(room.platform, room.course, "trainer", sub="trainer", programme=PROGRAMME, **ASKED)


def pick(who: Visitor, value: str, **more: str) -> Page:
    form = {"content": "", "title": "", "activity": "", "track": "heartbeat", "seen": "", "action": "add", **more}
    return who.post("pick", {**form, "package": value})


def picked(page: Page) -> dict[str, str]:
    """The custom parameters of the only item that went back."""
    assert page.status == 200, page.words
    token = re.findall(r'name="JWT" value="([^"]+)"', page.text)[0]  # whose signature test_picker checks
    claims = jwt.decode(token, options={"verify_signature": False})
    [item] = claims["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
    custom: dict[str, str] = item["custom"]
    return custom


def test_a_package_is_picked_and_studied(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who, course=COURSE))
    offered = who.get("pick", package=key)
    assert re.search(rf'value="{key}/1" selected', offered.text)
    assert "Course of the programme: 教学数据收集与分析" in offered.words
    assert 'placeholder="第一课"' in offered.text

    custom = picked(pick(who, f"{key}/1"))
    page = study(room, **custom)

    assert custom["title"] == "第一课"
    assert custom["activity"] == activity_of(room, key)
    assert f'src="{custom["content"]}"' in page.text
    assert f'data-activity-id="{activity_of(room, key)}"' in page.text
    assert 'allow="fullscreen *; autoplay *; encrypted-media *"' in page.text
    assert "not one of the programme" not in html.unescape(page.text)


def test_time_that_will_not_count_is_said_before_a_package_is_added(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who))

    asked_back = pick(who, f"{key}/1")
    confirmed = pick(who, f"{key}/1", seen=f"{key}/1")

    assert asked_back.status == 422
    assert f'name="seen" value="{key}/1"' in asked_back.text
    assert picked(confirmed)["package"] == f"{key}/1"


def test_choosing_another_package_leaves_nothing_of_the_first(room: Classroom) -> None:
    who = picker(room)
    first = key_of(upload(who, course=COURSE))
    second = key_of(upload(who, packed({"index.html": PAGE.replace("第一课", "第二课")}), course=COURSE))
    checked = pick(who, f"{first}/1", action="check")
    shown = {name: re.findall(rf'name="{name}" value="([^"]*)"', checked.text)[0] for name in ("title", "activity")}

    custom = picked(pick(who, f"{second}/1", **shown))

    assert (custom["title"], custom["activity"]) == ("第二课", activity_of(room, second))


def test_a_page_that_sends_xapi_itself_gets_its_launch_parameters(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who, course=COURSE))

    custom = picked(pick(who, f"{key}/1", track="xapi"))
    page = study(room, **custom)

    assert custom["track"] == "xapi"
    assert "index.html?endpoint=" in page.text


def test_an_xapi_export_is_launched_with_its_own_activity(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who, packed({"tincan.xml": TINCAN, "index_lms.html": PAGE}), course=COURSE))

    custom = picked(pick(who, f"{key}/1"))
    page = study(room, **custom)

    assert (custom["track"], custom["activity"]) == ("xapi", "https://author.example.org/tincan/1")
    assert "activity_id=https%3A%2F%2Fauthor.example.org%2Ftincan%2F1" in html.unescape(page.text)
    room.send(half_an_hour("https://author.example.org/tincan/1"))
    assert room.credits_of(ZHANG).online.seconds == 1800


@pytest.mark.parametrize("value", ["nothing", "00000000-0000-0000-0000-000000000000/1", "../../etc/1"])
def test_a_package_that_is_not_there_is_not_added(room: Classroom, value: str) -> None:
    page = pick(picker(room), value)
    assert (page.status, "This package is not here any more." in page.text) == (422, True)


def test_the_packages_of_others_cannot_be_picked(room: Classroom) -> None:
    key = key_of(upload(room.trainer()))
    other = room.tool.load(another_programme("nb-2027", "Ningbo 2027"))
    course = room.tool.course(room.platform, "c2")
    stranger = room.tool.visit(room.platform, course, "trainer", programme=other, **ASKED)

    assert key not in stranger.get("pick").text
    assert pick(stranger, f"{key}/1").status == 422


def test_a_cmi5_unit_is_launched_with_what_its_author_asks_for(room: Classroom, clock: FakeClock) -> None:
    who = picker(room)
    asked = {"moveOn": "CompletedAndPassed", "masteryScore": "0.8"}
    key = key_of(upload(who, cmi5(unit(1), unit(2, **asked)), course=COURSE))
    assert "第2单元 · 教学数据" in who.get("pick").words

    custom = picked(pick(who, f"{key}/2"))
    opened = Unit(room, study(room, **custom)).begin()

    assert custom["track"] == "cmi5"
    assert opened.url.startswith(custom["content"] + "&endpoint=")
    assert opened.given["activityId"] == f"{BASE}/packages/{key}/2"
    grouping = opened.data["contextTemplate"]["contextActivities"]["grouping"]
    assert {"id": "https://author.example.org/au/2"} in grouping
    assert {name: said for name, said in opened.data.items() if name not in {"contextTemplate", "returnURL"}} == {
        "launchMode": "Normal",
        "launchMethod": "AnyWindow",
        "moveOn": "CompletedAndPassed",
        "masteryScore": 0.8,
        "launchParameters": "speed=2",
    }
    opened.say("initialized")
    clock.advance(1200)
    assert opened.say("terminated", duration="PT20M").status_code == 200
    assert room.credits_of(ZHANG).online.seconds == 1200


def test_units_of_a_course_are_told_apart(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who, cmi5(unit(1), unit(2)), course=COURSE))

    first = Unit(room, study(room, **picked(pick(who, f"{key}/1"))))
    second = Unit(room, study(room, **picked(pick(who, f"{key}/2"))))

    assert first.given["registration"] != second.given["registration"]
    assert first.begin().say("initialized").status_code == 200  # the launch of the other did not end it


def test_the_activitys_own_parameters_outrank_the_packages(room: Classroom) -> None:
    who = picker(room)
    key = key_of(upload(who, cmi5(unit(1, masteryScore="0.8")), course=COURSE))
    custom = picked(pick(who, f"{key}/1"))

    assert Unit(room, study(room, **custom, mastery_score="0.5")).begin().data["masteryScore"] == 0.5


def test_a_unit_that_wants_a_window_of_its_own_gets_one(room: Classroom) -> None:
    who = picker(room)
    wish = unit(1, launchMethod="OwnWindow").replace("</au>", "<entitlementKey>k-1</entitlementKey></au>")
    key = key_of(upload(who, cmi5(wish), course=COURSE))

    page = study(room, **picked(pick(who, f"{key}/1")))

    assert "<iframe" not in page.text
    assert re.search(r'target="_blank" rel="noopener">Open the content', page.text)
    data = (
        Unit(room, replace(page, text=page.text.replace('class="button" href=', 'id="content-frame" src=')))
        .begin()
        .data
    )
    assert (data["launchMethod"], data["entitlementKey"]) == ("OwnWindow", {"courseStructure": "k-1"})


def test_a_unit_elsewhere_is_launched_where_it_is(room: Classroom) -> None:
    who = picker(room)
    text = structure(unit(1, "https://content.example.org/1.html", moveOn="Passed"))
    key = key_of(upload(who, text.encode(), "cmi5.xml", course=COURSE))

    opened = Unit(room, study(room, **picked(pick(who, f"{key}/1")))).begin()

    assert opened.url.startswith("https://content.example.org/1.html?endpoint=")
    assert (opened.data["moveOn"], opened.data["launchParameters"]) == ("Passed", "speed=1")
    assert fetch(room, f"/content/{'0' * 32}/").status_code == 404


def test_a_package_follows_the_tool_to_another_address(room: Classroom) -> None:
    """Platforms keep the address that was chosen; the package is found all the same."""
    who = picker(room)
    key = key_of(upload(who, course=COURSE))
    custom = picked(pick(who, f"{key}/1"))
    set_files(room, content_url="https://content.example.net")

    assert 'src="https://content.example.net/content/' in study(room, **custom).text
    del custom["package"]
    assert 'src="https://content.example.net/content/' in study(room, **custom).text
