"""People and statements without a match, and the trainer who links them."""

import re
from pathlib import Path

import pytest
from sqlalchemy import insert

from lti_tool.storage.database import Database
from lti_tool.storage.tables.grades import grade_cells
from lti_tool.storage.tables.lti import lti_members
from tests.support.clock import FakeClock
from tests.support.statements import ADL, MOODLE, slice_, statement
from tests.web.classroom import (
    ACCOUNTS,
    CHEN,
    PROGRAMME,
    WANG,
    ZHANG,
    Classroom,
    next_page,
    row_of,
)
from tests.web.launching import another_programme

DAY = "2026-10-13"
NEWCOMER = {"account": {"homePage": MOODLE, "name": "new-account"}}


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


def test_a_newcomer_is_linked_with_one_click_and_what_they_did_counts(room: Classroom) -> None:
    member = room.tool.member(room.course, "new-account", name="陈老师")
    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00", actor=NEWCOMER))
    trainer = room.trainer()
    before = trainer.get("unmatched")
    assert f'<option value="{CHEN}" selected>' in before.text, "the only participant of that name is suggested"
    assert "No participant of the programme has this account or address." in before.text

    done = trainer.post(f"unmatched/{member}/link", {"participant": CHEN})

    assert done.status == 302
    after = trainer.get("unmatched", done="linked")
    assert "Every learner of this course is a participant." in after.text
    assert "Every record belongs to a participant." in after.text
    assert "陈老师 is 陈老师" in after.text
    assert "25 / 900 minutes" in row_of(trainer.get("course"), "陈老师")


@pytest.mark.parametrize("name", ["陈 老师", "老师 陈"])
def test_a_participant_is_suggested_however_the_platform_writes_the_name(room: Classroom, name: str) -> None:
    room.tool.member(room.course, "new-account", name=name)

    assert f'<option value="{CHEN}" selected>' in room.trainer().get("unmatched").text


def test_a_link_is_undone_and_the_minutes_go_back(room: Classroom) -> None:
    member = room.tool.member(room.course, "new-account", name="陈老师")
    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00", actor=NEWCOMER))
    trainer = room.trainer()
    trainer.post(f"unmatched/{member}/link", {"participant": CHEN})

    assert trainer.post(f"unmatched/{member}/unlink").status == 302

    page = trainer.get("unmatched")
    assert "Linked by hand" not in page.text
    assert "new-account" in page.text
    assert "0 / 900 minutes" in row_of(trainer.get("course"), "陈老师")


def test_a_link_brings_the_learner_into_the_gradebook_at_once(room: Classroom) -> None:
    member = room.tool.member(room.course, "new-account", name="陈老师")
    trainer = room.trainer()
    trainer.get("course")

    trainer.post(f"unmatched/{member}/link", {"participant": CHEN})

    with room.tool.db.read() as conn:
        cells = conn.execute(grade_cells.select().where(grade_cells.c.member_id == member)).mappings().all()
    assert [cell["participant_id"] for cell in cells] == [CHEN]


def test_an_address_of_the_roster_suggests_its_participant(room: Classroom) -> None:
    room.tool.member(room.course, "new-account", name="W.", email="WANG@example.org")

    assert f'<option value="{WANG}" selected>' in room.trainer().get("unmatched").text


def test_a_link_with_nobody_of_the_programme_is_refused(room: Classroom) -> None:
    member = room.tool.member(room.course, "new-account")
    trainer = room.trainer()

    assert trainer.post(f"unmatched/{member}/link", {"participant": "nobody"}).status == 404
    assert trainer.post(f"unmatched/{member}/link").status == 404
    assert "new-account" in trainer.get("unmatched").text


def test_an_account_that_belongs_to_somebody_else_is_never_taken_away(room: Classroom) -> None:
    member = room.tool.member(room.course, ACCOUNTS[ZHANG])

    page = room.trainer().post(f"unmatched/{member}/link", {"participant": CHEN})

    assert page.status == 409
    assert "This account belongs to somebody else of the programme." in page.text


def test_a_second_link_over_a_first_and_an_undo_of_no_link_are_told_so(room: Classroom) -> None:
    member = room.tool.member(room.course, "new-account")
    trainer = room.trainer()
    assert trainer.post(f"unmatched/{member}/unlink").status == 409
    trainer.post(f"unmatched/{member}/link", {"participant": CHEN})

    assert trainer.post(f"unmatched/{member}/link", {"participant": ZHANG}).status == 409


def test_people_of_another_course_are_neither_shown_nor_linked(room: Classroom) -> None:
    elsewhere = room.tool.course(room.platform, "course-2", shows=PROGRAMME)
    member = room.tool.member(elsewhere, "somebody-elsewhere", name="外班学员")
    trainer = room.trainer()

    assert "外班学员" not in trainer.get("unmatched").text
    assert trainer.post(f"unmatched/{member}/link", {"participant": CHEN}).status == 404
    assert trainer.post(f"unmatched/{member}/unlink").status == 404


def test_a_trainee_links_nobody(room: Classroom) -> None:
    member = room.tool.member(room.course, "new-account")
    trainee = room.participant(ZHANG)

    assert trainee.post(f"unmatched/{member}/link", {"participant": ZHANG}).status == 403
    assert trainee.post(f"unmatched/{member}/unlink").status == 403


def test_statements_about_strangers_come_in_pages_newest_first(room: Classroom) -> None:
    room.send(*(_stranger(number) for number in range(45)))
    trainer = room.trainer()

    page = trainer.get("unmatched")
    seen = re.findall(r"stranger-(\d+)", page.text)
    assert seen[0] == "44"
    while page := next_page(trainer, page):
        seen += re.findall(r"stranger-(\d+)", page.text)

    assert sorted(map(int, seen)) == list(range(45))


def test_statements_of_another_programme_are_not_shown(room: Classroom) -> None:
    room.load(another_programme("other", "Another programme"))
    room.send(_stranger(1), tenant="other")

    assert "stranger-1" not in room.trainer().get("unmatched").text


def test_content_that_is_no_course_of_the_programme_is_named(room: Classroom) -> None:
    said = slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00", activity="https://content.example.org/unknown/1")
    room.send(said)

    page = room.trainer().get("unmatched")

    assert "https://content.example.org/unknown/1" in page.text
    assert "This content is not one of the programme&#39;s courses." in page.text
    assert f"participants/{ZHANG}/statements/{said['id']}" in page.text


def test_the_lists_of_members_come_in_pages(room: Classroom) -> None:
    with room.tool.db.begin() as conn:
        people = [
            {
                "context_id": room.course,
                "sub": f"sub-{number:03}",
                "roles": [],
                "is_trainee": True,
                "seen_at": room.tool.clock(),
            }
            for number in range(45)
        ]
        conn.execute(insert(lti_members), people)
    trainer = room.trainer()

    page = trainer.get("unmatched")
    seen = set(re.findall(r"sub-\d{3}", page.text))
    assert len(seen) == 20
    while page := next_page(trainer, page):
        seen |= set(re.findall(r"sub-\d{3}", page.text))

    assert len(seen) == 45


def _account(participant: str) -> dict[str, object]:
    return {"account": {"homePage": MOODLE, "name": ACCOUNTS[participant]}}


def _stranger(number: int) -> dict[str, object]:
    actor = {"account": {"homePage": MOODLE, "name": f"stranger-{number}"}}
    return statement(ADL + "experienced", "https://content.example.org/x", actor=actor, timestamp=f"{DAY}T19:00:00Z")
