"""What a trainer sees of the course: everybody, what they did and what is missing."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from lti_tool.domain.values import Participant
from lti_tool.grades.settings import MirrorSettings
from lti_tool.storage.database import Database
from lti_tool.storage.tables.grades import grade_cells
from lti_tool.web.api.cursors import encode_cursor
from tests.credits.learners import approved
from tests.support.clock import FakeClock
from tests.support.statements import slice_
from tests.web.classroom import (
    ACCOUNTS,
    CHEN,
    PRIMARY,
    PRINCIPAL,
    PROGRAMME,
    SECONDARY,
    ZHANG,
    Classroom,
    next_page,
    row_of,
)
from tests.web.gradebooks import Gradebook
from tests.web.launching import EXAMPLE, Page

DAY = "2026-10-13"


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


def names(page: Page) -> list[str]:
    """The participants of the table, from top to bottom."""
    return re.findall(r'<th scope="row"> <a href="[^"]*/participants/[^"]*">([^<]*)</a>', page.text)


def crowd(number: int, *, name: str = "Teacher") -> tuple[Participant, ...]:
    return tuple(Participant(f"x{n:04}", f"{name} {n:04}", "grp-sci-02") for n in range(number))


def test_the_course_lists_everybody_with_what_they_did_and_what_is_missing(room: Classroom) -> None:
    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00"))

    page = room.trainer().get("course")

    assert len(names(page)) == len(EXAMPLE.participants)
    zhang = row_of(page, "张老师")
    assert "Teacher · 示例小学 · 数学教研组" in zhang
    assert "In progress" in zhang
    assert "0 of 50" in zhang
    assert "25 / 900 minutes" in zhang
    assert "875 minutes of study, 8 credits of face-to-face training, 25 credits of practice" in zhang


def test_points_that_are_missing_where_the_credits_suffice_are_said_in_words(room: Classroom) -> None:
    """A-21: 25 credits of practice, on fewer focus points than the programme asks of each person."""
    room.load(replace(EXAMPLE, programme=replace(EXAMPLE.programme, settings={"teacher_min_focus": 23})))
    room.send(*approved("p1", 5), *approved("p2", 10), *approved("p3", 10))

    shown = row_of(room.trainer().get("course"), "张老师")

    assert "practice on further focus points" in shown
    assert "0 credits of practice" not in shown


def test_a_figure_reflects_a_statement_acknowledged_a_moment_before(room: Classroom) -> None:
    trainer = room.trainer()
    assert "0 / 900 minutes" in row_of(trainer.get("course"), "张老师")

    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:30:00+08:00"))

    assert "30 / 900 minutes" in row_of(trainer.get("course"), "张老师")


@pytest.mark.parametrize("path", ["course", "indicators"])
def test_a_page_of_everybody_waits_for_a_hundred_and_says_how_many_are_left(room: Classroom, path: str) -> None:
    everybody = EXAMPLE.participants + crowd(170)
    room.load(replace(EXAMPLE, participants=everybody))
    trainer = room.trainer()

    left = len(everybody) - 100
    assert f"The credits of {left} participants are being computed again" in trainer.get(path, lang="en").text
    assert "being computed again" not in trainer.get(path, lang="en").text


def test_status_filters_say_how_many_stand_there(room: Classroom) -> None:
    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00"))
    trainer = room.trainer()

    page = trainer.get("course", filter="in_progress")

    assert names(page) == ["张老师"]
    assert 'In progress <span class="number">1</span>' in page.text
    assert 'Not started <span class="number">9</span>' in page.text
    assert "张老师" not in names(trainer.get("course", filter="not_started"))
    assert "Nobody matches" in trainer.get("course", filter="qualified").text


def test_filters_by_school_group_and_name_add_up(room: Classroom) -> None:
    trainer = room.trainer()

    assert len(names(trainer.get("course", school=SECONDARY))) == 5
    assert sorted(names(trainer.get("course", group="grp-math-01"))) == sorted(["张老师", "陈老师"])
    assert names(trainer.get("course", school=PRIMARY, q="陈")) == ["陈老师"]
    assert names(trainer.get("course", school=SECONDARY, q="陈")) == []
    assert names(trainer.get("course", q=ZHANG)) == ["张老师"]


@pytest.mark.parametrize("typed", ["%", "_", "'; DROP TABLE participants; --"])
def test_a_search_takes_every_character_as_it_is(room: Classroom, typed: str) -> None:
    assert names(room.trainer().get("course", q=typed)) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"filter": "nonsense"},
        {"order": "nonsense"},
        {"school": "none"},
        {"group": "none"},
        {"after": "nonsense"},
        {"after": "WzFd"},
        {"after": encode_cursor(["name", "\0", ""])},
        {"order": "minutes", "after": encode_cursor(["minutes", 2**64 - 1, ""])},
        {"order": "behind", "after": encode_cursor(["name", "x", "x"])},
    ],
)
def test_an_address_that_makes_no_sense_shows_everybody(room: Classroom, asked: dict[str, str]) -> None:
    page = room.trainer().get("course", **asked)

    assert (page.status, len(names(page))) == (200, len(EXAMPLE.participants))


@pytest.mark.parametrize("order", ["name", "behind", "ahead", "minutes"])
def test_pages_follow_each_other_without_gap_or_repetition(room: Classroom, order: str) -> None:
    room.load(replace(EXAMPLE, participants=EXAMPLE.participants + crowd(110)))
    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00"))
    trainer = room.trainer()

    page = trainer.get("course", order=order)
    seen = names(page)
    while page := next_page(trainer, page):
        seen += names(page)

    assert len(seen) == len(set(seen)) == len(EXAMPLE.participants) + 110


def test_the_furthest_behind_come_first_when_asked(room: Classroom) -> None:
    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00"))

    assert names(room.trainer().get("course", order="minutes"))[-1] == "张老师"


def test_whoever_left_the_roster_is_kept_apart_with_their_credits(room: Classroom) -> None:
    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00"))
    room.load(replace(EXAMPLE, participants=tuple(one for one in EXAMPLE.participants if one.id != ZHANG)))
    trainer = room.trainer()

    assert "张老师" not in names(trainer.get("course"))
    gone = trainer.get("course", filter="left")
    assert names(gone) == ["张老师"]
    assert "left the roster" in row_of(gone, "张老师")
    assert "25 / 900 minutes" in row_of(gone, "张老师")


def test_the_gradebook_column_tells_what_is_in_the_way(room: Classroom) -> None:
    member = room.tool.member(room.course, ACCOUNTS[ZHANG], ZHANG)
    room.send(slice_(f"{DAY}T08:00:00+08:00", f"{DAY}T08:25:00+08:00"))
    trainer = room.trainer()
    trainer.get("course")
    with room.tool.db.begin() as conn:
        blocked = update(grade_cells).where(grade_cells.c.member_id == member)
        assert conn.execute(blocked.values(state="blocked", reason="user_unknown")).rowcount == 1

    assert "not in the gradebook" in row_of(trainer.get("course"), "张老师")


def test_each_of_several_gradebooks_is_told_by_its_course(room: Classroom) -> None:
    since, seen = room.tool.clock(), []
    for course in (room.course, room.tool.course(room.platform, "course-2")):
        book = Gradebook(room.tool.db, room.platform, course, PROGRAMME, since, url=f"https://lms.example/{course}")
        member = room.tool.member(course, ACCOUNTS[ZHANG], ZHANG)
        book.cell(member, "settled", confirmed_value=Decimal(33), in_gradebook_since=since)
        seen.append(room.participant(ZHANG).get("credits").words)

    one, both = seen
    assert "Course course-1" not in one, "with one gradebook there is nothing to tell apart"
    assert "Course course-1 On the way to the gradebook." in both
    assert "Course course-2 In the gradebook since" in both


def test_a_grade_entered_by_hand_is_shown_as_what_it_is(room: Classroom) -> None:
    member = room.tool.member(room.course, ACCOUNTS[ZHANG], ZHANG)
    room.send(slice_(f"{DAY}T08:00:00+08:00", f"{DAY}T08:25:00+08:00"))
    trainer = room.trainer()
    trainer.get("course")
    with room.tool.db.begin() as conn:
        changed = update(grade_cells).where(grade_cells.c.member_id == member)
        conn.execute(changed.values(state="overridden", reason="overridden", lms_value=Decimal(45), confirmed_value=2))

    assert "45 entered in the gradebook by hand" in row_of(trainer.get("course"), "张老师")
    assert "The gradebook shows 45, entered there by hand." in room.participant(ZHANG).get("credits").words


@pytest.mark.parametrize("path", ["course", f"participants/{ZHANG}", "credits"])
def test_whoever_looks_has_the_gradebook_read_soon(room: Classroom, clock: FakeClock, path: str) -> None:
    column = Gradebook(room.tool.db, room.platform, room.course, PROGRAMME, clock())
    visitor = room.participant(ZHANG) if path == "credits" else room.trainer()
    clock.advance(60)
    visitor.get(path)
    assert column.read_column()["read_back_at"] is None  # it was made a moment ago

    clock.advance(600)
    assert visitor.get(path).status == 200
    assert column.read_column()["read_back_at"] <= clock() - MirrorSettings().read_back_every


def test_the_page_speaks_chinese_unless_asked_otherwise(room: Classroom) -> None:
    assert '<html lang="zh-CN">' in room.trainer().get("course", lang="zh-CN").text


def test_a_trainee_cannot_open_the_course(room: Classroom) -> None:
    for address in ("course", "unmatched", f"participants/{CHEN}", f"participants/{ZHANG}"):
        page = room.participant(ZHANG).get(address)
        assert page.status == 403
        assert "陈老师" not in page.text


def test_the_principal_of_a_school_is_no_trainer_of_the_course(room: Classroom) -> None:
    assert room.participant(PRINCIPAL).get("course").status == 403


def test_a_course_without_a_programme_is_asked_for_one(room: Classroom) -> None:
    visitor = room.tool.visit(room.platform, room.course, "trainer")

    page = visitor.get("course")

    assert (page.status, page.location.split("?")[0]) == (302, f"/at/{visitor.token}/start")
