"""What time with uploaded content counts for, and what becomes of it when the content is deleted."""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti_launches
from tests.packages.making import PAGE, TINCAN, packed
from tests.support.clock import FakeClock
from tests.web.bringing import COURSE, activity_of, address_of, fetch, folders, half_an_hour, key_of, study, upload
from tests.web.classroom import PROGRAMME, ZHANG, Classroom
from tests.web.launching import EXAMPLE


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


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
