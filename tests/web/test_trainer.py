"""What a trainer sees: everybody of the course, each one's credits, and what has no match yet."""

import re
import uuid
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from lti_tool.domain.values import Participant
from lti_tool.grades.settings import MirrorSettings
from lti_tool.storage.database import Database
from lti_tool.storage.tables.grades import grade_cells
from lti_tool.storage.tables.lti import lti_members
from lti_tool.web.api.cursors import encode_cursor
from tests.credits.learners import approved
from tests.support.clock import FakeClock
from tests.support.statements import ADL, MOODLE, slice_, statement
from tests.web.classroom import (
    ACCOUNTS,
    CHEN,
    PRIMARY,
    PRINCIPAL,
    PROGRAMME,
    SECONDARY,
    WANG,
    ZHANG,
    Classroom,
    next_page,
)
from tests.web.gradebooks import Gradebook
from tests.web.launching import EXAMPLE, Page, another_programme

DAY = "2026-10-13"
NEWCOMER = {"account": {"homePage": MOODLE, "name": "new-account"}}


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


def names(page: Page) -> list[str]:
    """The participants of the table, from top to bottom."""
    return re.findall(r'<th scope="row"> <a href="[^"]*/participants/[^"]*">([^<]*)</a>', page.text)


def row(page: Page, name: str) -> str:
    """One row of the table as text."""
    found = next(part for part in page.text.split("<tr>") if f">{name}</a>" in part)
    return " ".join(re.sub(r"<[^>]*>", " ", found.split("</tr>")[0]).split())


def crowd(number: int, *, name: str = "Teacher") -> tuple[Participant, ...]:
    return tuple(Participant(f"x{n:04}", f"{name} {n:04}", "grp-sci-02") for n in range(number))


# ── the course ──────────────────────────────────────────────────────────────────────────────────────


def test_the_course_lists_everybody_with_what_they_did_and_what_is_missing(room: Classroom) -> None:
    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00"))

    page = room.trainer().get("course")

    assert len(names(page)) == len(EXAMPLE.participants)
    zhang = row(page, "张老师")
    assert "Teacher · 示例小学 · 数学教研组" in zhang
    assert "In progress" in zhang
    assert "0 of 50" in zhang
    assert "25 / 900 minutes" in zhang
    assert "875 minutes of study, 8 credits of face-to-face training, 25 credits of practice" in zhang


def test_points_that_are_missing_where_the_credits_suffice_are_said_in_words(room: Classroom) -> None:
    """A-21: 25 credits of practice, on fewer focus points than the programme asks of each person."""
    room.load(replace(EXAMPLE, programme=replace(EXAMPLE.programme, settings={"teacher_min_focus": 23})))
    room.send(*approved("p1", 5), *approved("p2", 10), *approved("p3", 10))

    shown = row(room.trainer().get("course"), "张老师")

    assert "practice on further focus points" in shown
    assert "0 credits of practice" not in shown


def test_a_figure_reflects_a_statement_acknowledged_a_moment_before(room: Classroom) -> None:
    trainer = room.trainer()
    assert "0 / 900 minutes" in row(trainer.get("course"), "张老师")

    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:30:00+08:00"))

    assert "30 / 900 minutes" in row(trainer.get("course"), "张老师")


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
    assert "left the roster" in row(gone, "张老师")
    assert "25 / 900 minutes" in row(gone, "张老师")


def test_the_gradebook_column_tells_what_is_in_the_way(room: Classroom) -> None:
    member = room.tool.member(room.course, ACCOUNTS[ZHANG], ZHANG)
    room.send(slice_(f"{DAY}T08:00:00+08:00", f"{DAY}T08:25:00+08:00"))
    trainer = room.trainer()
    trainer.get("course")
    with room.tool.db.begin() as conn:
        blocked = update(grade_cells).where(grade_cells.c.member_id == member)
        assert conn.execute(blocked.values(state="blocked", reason="user_unknown")).rowcount == 1

    assert "not in the gradebook" in row(trainer.get("course"), "张老师")


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

    assert "45 entered in the gradebook by hand" in row(trainer.get("course"), "张老师")
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


# ── one participant ─────────────────────────────────────────────────────────────────────────────────


def test_a_trainer_reads_the_same_figures_as_the_participant(room: Classroom) -> None:
    said = slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00")
    room.send(said)
    trainer = room.trainer()

    seen = trainer.get(f"participants/{ZHANG}")
    own = room.participant(ZHANG).get("credits")

    assert "25 / 900 minutes" in seen.text
    assert "25 / 900 minutes" in own.text
    assert "<h1>张老师</h1>" in seen.text
    assert "Hand in:" in own.text
    assert "Hand in:" not in seen.text
    day = trainer.get(f"participants/{ZHANG}/days/{DAY}")
    assert "25 minutes counted on this day" in day.text
    assert "+25 min" in trainer.get(f"participants/{ZHANG}/statements/{said['id']}").text


def test_links_of_a_participants_pages_stay_with_that_participant(room: Classroom) -> None:
    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00"))
    trainer = room.trainer()

    page = trainer.get(f"participants/{ZHANG}/days/{DAY}")

    links = re.findall(r'href="/at/[^/]+/(participants/[^"?]+)', page.text)
    assert f"participants/{ZHANG}" in links
    assert [trainer.get(link).status for link in links] == [200] * len(links)


def test_an_unknown_participant_day_or_statement_is_not_found(room: Classroom) -> None:
    other = slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00", actor=_account(CHEN))
    room.send(other)
    trainer = room.trainer()

    for address in (
        "participants/nobody",
        f"participants/{ZHANG}/days/yesterday",
        f"participants/{ZHANG}/statements/{uuid.uuid4()}",
        f"participants/{ZHANG}/statements/{other['id']}",
    ):
        assert trainer.get(address).status == 404


def test_characters_that_no_name_holds_lead_nowhere(room: Classroom) -> None:
    trainer = room.trainer()

    assert trainer.get("participants/a%00b").status == 404
    assert trainer.get("course", q="\0").status == 404
    assert trainer.get("unmatched", unfit="\0").status == 404
    assert trainer.post("unmatched/1/link", {"participant": "\0"}).status == 404


def test_participants_of_another_programme_are_not_found(room: Classroom) -> None:
    stranger = Participant("stranger", "外人", "grp-math-01")
    other = another_programme("other", "Another programme")
    room.load(replace(other, participants=(*other.participants, stranger)))
    trainer = room.trainer()

    assert trainer.get("participants/stranger").status == 404
    assert "外人" not in trainer.get("course").text


# ── people and statements without a match ───────────────────────────────────────────────────────────


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
    assert "25 / 900 minutes" in row(trainer.get("course"), "陈老师")


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
    assert "0 / 900 minutes" in row(trainer.get("course"), "陈老师")


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


# ── somebody who joined later ───────────────────────────────────────────────────────────────────────


def test_sessions_from_before_somebody_joined_are_not_held_against_them(room: Classroom) -> None:
    """Sessions 1 and 2 were on 7 November, 3 and 4 on the 14th; they joined in between and came to nothing."""
    people = tuple(replace(one, joined=date(2026, 11, 10)) if one.id == ZHANG else one for one in EXAMPLE.participants)
    before = room.trainer().get(f"participants/{ZHANG}").text
    room.load(replace(EXAMPLE, participants=people))

    after = room.trainer().get(f"participants/{ZHANG}").text
    own = room.participant(ZHANG).get("credits").text

    assert (before.count("no sign-in"), before.count("before they joined")) == (4, 0)
    assert (after.count("no sign-in"), after.count("before they joined")) == (2, 2)
    assert (own.count("before you joined"), own.count("Write the log")) == (2, 2)
