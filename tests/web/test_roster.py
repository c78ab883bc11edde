"""The button that reads a course's people from the LMS, and what the trainer is told of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from lti_tool.config import Files, Grades, Lti, Settings
from lti_tool.demo.people import COURSE_ID, PEOPLE, Person
from lti_tool.storage.database import Database
from lti_tool.storage.tables.lti import lti_contexts, lti_members
from lti_tool.web.app import create_app
from tests.grades.campus import CHEN, PROGRAMME, Campus, World
from tests.support.clock import FakeClock
from tests.web.launching import Installation, Page, Visitor

STRANGER = Person("99", "新学员", "new@example.org", "新", "学员", {COURSE_ID: "learner"})


class Room:
    """A trainer of a course of the demo platform."""

    def __init__(self, world: World, folder: Path, **grades: Any) -> None:
        self.campus: Campus = world.campus("moodle", people=(*PEOPLE, STRANGER))
        tool = Installation(world.db, world.clock, folder)
        own = replace(Settings(), files=Files(str(folder)), lti=Lti(allow_private_hosts=True), grades=Grades(**grades))
        tool.app = create_app(own, clock=world.clock, db=world.db)
        self.tool = tool
        self.course = self.campus.context_row
        url = self.campus.state.temperament.members_url(COURSE_ID, self.campus.tool)
        with world.db.begin() as conn:
            conn.execute(update(lti_contexts).values(memberships_url=url))

    def visitor(self, role: str = "trainer") -> Visitor:
        return self.tool.visit(self.campus.platform_id, self.course, role, sub="trainer", programme=PROGRAMME)


def press(visitor: Visitor) -> Page:
    """Press the button and follow where it leads."""
    answer = visitor.post("roster")
    assert answer.status == 302
    assert answer.location.endswith("#roster")
    done = answer.location.partition("done=")[2].partition("#")[0].partition("&")[0]
    return visitor.get("unmatched", **({"done": done} if done else {}))


@pytest.fixture
def world(db: Database, clock: FakeClock, live_server: Callable[..., str]) -> World:
    return World(db, clock, live_server)


@pytest.fixture
def room(world: World, tmp_path: Path) -> Room:
    return Room(world, tmp_path / "files")


def test_a_press_reads_the_roster_and_says_what_it_found(room: Room) -> None:
    trainer = room.visitor()
    assert "The list of the LMS has not been read yet" in trainer.get("unmatched").words

    page = press(trainer)

    assert (
        "11 learners are in the course. 10 are participants. 1 is nobody of the programme yet. "
        "10 were new. 0 had left." in page.words
    )
    assert "新学员" in page.words
    assert "has not opened it yet" in page.words


def test_who_has_left_is_shown_with_the_day(room: Room, clock: FakeClock) -> None:
    trainer = room.visitor()
    press(trainer)
    del room.campus.state.people[CHEN.sub]
    clock.advance(3600)

    page = press(trainer)

    assert "1 had left." in page.words
    assert "Learners who have left the course; their credits stay" in page.words
    assert CHEN.name in page.words.partition("have left the course")[2]


def test_a_refusal_is_told_with_what_to_do(room: Room) -> None:
    room.campus.state.faults.status = 503

    page = press(room.visitor())

    assert "The LMS is out of order or cannot be reached." in page.words
    assert "Xuefen tries again" in page.words
    assert "503" in page.words
    assert "The list of the LMS has not been read yet" in page.words


def test_a_roster_that_takes_long_is_left_to_the_worker(world: World, tmp_path: Path) -> None:
    room = Room(world, tmp_path / "files", timeout_seconds=1.0)
    room.campus.state.faults.stall_seconds = 0.7
    ordinary = room.campus.state.temperament.member_paging
    room.campus.state.temperament.member_paging = lambda: (ordinary()[0], 2)  # type: ignore[method-assign]

    page = press(room.visitor())

    assert "Its roster is read in the background: look again in a minute." in page.words
    room.campus.state.faults.clear()
    assert room.tool.app.extensions["xuefen"].rosters.sync_due()
    assert "11 learners are in the course." in room.visitor().get("unmatched").words


def test_a_link_made_on_the_page_stays_when_the_roster_is_read_again(room: Room, world: World) -> None:
    trainer = room.visitor()
    press(trainer)
    with world.db.begin() as conn:
        member = conn.execute(lti_members.select().where(lti_members.c.sub == STRANGER.sub)).mappings().one()
    trainer.post(f"unmatched/{member['id']}/link", {"participant": str(CHEN.participant_id)})
    world.clock.advance(60)  # type: ignore[attr-defined]

    page = press(trainer)

    assert "新学员 is 陈老师" in page.words
    assert "0 are nobody of the programme yet." in page.words


def test_learners_cannot_have_the_roster_read(room: Room) -> None:
    assert room.visitor("trainee").post("roster").status == 403
    assert not [call for call in room.campus.state.requests if "memberships" in call.path]
