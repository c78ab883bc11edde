"""Uploaded content: who may bring it, what is refused, and what nobody knows of."""

import html
import io
import os
import re
from pathlib import Path
from typing import Any

import pytest

from lti_tool.storage.database import Database
from lti_tool.storage.queries import packages
from lti_tool.web.pages.package_words import _SENTENCES
from tests.packages.making import PAGE, h5p, packed
from tests.support.clock import FakeClock
from tests.web.bringing import COURSE, address_of, fetch, folders, key_of, rows, set_files, upload
from tests.web.classroom import PROGRAMME, ZHANG, Classroom
from tests.web.launching import another_programme


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


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
