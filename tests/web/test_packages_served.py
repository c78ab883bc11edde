"""What uploaded content is served with: no rights, no origin, nothing beside it."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from lti_tool.storage.database import Database
from tests.packages.making import PAGE, packed
from tests.support.clock import FakeClock
from tests.web.bringing import COURSE, address_of, fetch, key_of, pick, picked, picker, set_files, upload
from tests.web.classroom import Classroom


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


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
