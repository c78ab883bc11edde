"""The trainer's sign-in desk: the code, the list, marking by hand and taking it back."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lti_tool.domain.values import Participant
from lti_tool.storage.database import Database
from tests.support.clock import FakeClock
from tests.support.statements import ADL, BASE, statement
from tests.web.classroom import ACCOUNTS, CHEN, MOODLE, PRINCIPAL, PROGRAMME, WANG, ZHANG, Classroom, next_page
from tests.web.desk import CLASS, ENDS, EXTENSIONS, STARTS, Desk, sign_in_of
from tests.web.launching import EXAMPLE

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(db: Database, clock: FakeClock, tmp_path: Path) -> Desk:
    return Desk(Classroom.on(db, clock, tmp_path / "files"), clock)


def test_the_desk_shows_a_code_a_picture_of_it_and_everybody(desk: Desk) -> None:
    page = desk.page()

    assert re.search(r'<svg[^>]*class="segno"', page.text)
    assert "0 of 5 signed in" in page.words
    assert all(name in page.words for name in ("张老师", "陈老师", "李校长"))
    assert "王老师" not in page.words  # of the other school
    assert "It changes in 60 s" in page.words


def test_the_board_shows_no_names(desk: Desk) -> None:
    desk.sign(desk.room.participant(ZHANG))

    board = desk.page(board="1")

    assert desk.code() in board.text
    assert "1 of 5 signed in" in board.words
    assert "张老师" not in board.words


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        (STARTS - 31 * MINUTE, "Sign-in opens at 7 Nov 2026 08:00."),
        (ENDS + 31 * MINUTE, "Sign-in closed at 7 Nov 2026 12:00."),
    ],
)
def test_outside_its_hours_the_desk_shows_no_code(desk: Desk, moment: object, sentence: str) -> None:
    desk.at(moment)  # type: ignore[arg-type]

    page = desk.page()

    assert page.status == 200
    assert sentence in page.words
    assert "<svg" not in page.text
    assert not re.search(r'visually-hidden">\d{6}<', page.text)


def test_the_code_turns_with_the_clock(desk: Desk) -> None:
    codes = []
    for _ in range(5):
        codes.append(desk.code())
        desk.clock.advance(60)

    assert len(set(codes)) == 5
    desk.at(STARTS)
    assert desk.code() == codes[0]


def test_the_list_says_when_how_and_by_whom(desk: Desk) -> None:
    desk.sign(desk.room.participant(ZHANG))
    desk.mark(CHEN, "present", "手机没电")

    page = desk.page()

    assert "2 of 5 signed in" in page.words
    assert re.search(r"张老师.*?signed in 08:30 – code typed", page.words)
    assert re.search(r"陈老师.*?signed in 08:30 – by hand “手机没电”", page.words)


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ("present", {"张老师"}),
        ("absent", {"陈老师"}),
        ("missing", {"李校长", "周副校长", "吴主任"}),
        ("nonsense", {"张老师", "陈老师", "李校长", "周副校长", "吴主任"}),
    ],
)
def test_the_list_is_filtered(desk: Desk, chosen: str, names: set[str]) -> None:
    desk.sign(desk.room.participant(ZHANG))
    desk.mark(CHEN, "absent")

    shown = desk.page(filter=chosen).text

    everybody = {"张老师", "陈老师", "李校长", "周副校长", "吴主任"}
    assert {name for name in everybody if f">{name}</a>" in shown} == names
    assert desk.page(q="张").text.count('<th scope="row">') == 1


def test_a_long_list_comes_in_pages(desk: Desk) -> None:
    many = tuple(Participant(f"p-{number:03}", f"教师{number:03}", "grp-math-01") for number in range(120))
    desk.room.load(replace(EXAMPLE, participants=(*EXAMPLE.participants, *many)))

    page = desk.page()
    assert "0 of 125 signed in" in page.words
    seen = set(re.findall(r"教师\d{3}", page.text))
    assert len(seen) < 51
    following = next_page(desk.trainer, page)
    while following is not None:
        seen |= set(re.findall(r"教师\d{3}", following.text))
        following = next_page(desk.trainer, following)

    assert len(seen) == 120


@pytest.mark.parametrize(
    ("after_start", "said"),
    [
        (timedelta(minutes=20), {"in": "2026-11-07T00:50:00+00:00"}),
        (timedelta(days=3), {"in": "2026-11-07T00:30:00+00:00", "out": "2026-11-07T03:30:00+00:00"}),
    ],
    ids=["during the session", "days later, by the plan"],
)
def test_a_hand_mark_is_the_trainers_word_about_a_learner(
    desk: Desk, after_start: timedelta, said: dict[str, str]
) -> None:
    desk.at(STARTS + after_start)
    desk.trainer = desk.room.trainer()

    assert desk.mark(ZHANG, "present").status == 302

    (mark,) = desk.statements()
    assert mark["actor"]["account"]["name"] == ACCOUNTS[ZHANG]
    assert mark["context"]["instructor"]["account"] == {"homePage": MOODLE, "name": "trainer"}
    assert mark["context"]["extensions"][EXTENSIONS + "reason"] == "手机没电"
    assert sign_in_of(mark) == {"method": "hand", "source": "xuefen", **said}
    assert mark["timestamp"] <= "2026-11-07T03:30:00+00:00"
    desk.room.participant(ZHANG).post(f"logs/{CLASS}/1", {"text": "学习了课堂数据的收集与分析。"})
    if after_start > timedelta(hours=3):
        assert desk.room.credits_of(ZHANG).offline.credits == 2


@pytest.mark.parametrize(
    ("moment", "presence", "status"),
    [
        (STARTS - timedelta(hours=13), "present", 409),
        (STARTS - timedelta(hours=1), "present", 302),  # at the door, before any code is shown
        (STARTS - MINUTE, "absent", 409),
        (STARTS, "absent", 302),
    ],
)
def test_only_what_has_happened_is_marked(desk: Desk, moment: object, presence: str, status: int) -> None:
    desk.at(moment)  # type: ignore[arg-type]

    assert desk.mark(ZHANG, presence).status == status


@pytest.mark.parametrize(
    ("presence", "reason", "sentence"),
    [
        ("present", "", "Please say why, in 2 to 200 characters."),
        ("absent", "x", "Please say why, in 2 to 200 characters."),
        ("absent", "x" * 201, "Please say why, in 2 to 200 characters."),
        ("maybe", "手机没电", "Please choose present or absent."),
    ],
)
def test_a_mark_needs_its_reason(desk: Desk, presence: str, reason: str, sentence: str) -> None:
    answer = desk.mark(ZHANG, presence, reason)

    assert answer.status == 422
    assert sentence in answer.words
    assert desk.statements() == []


def test_an_absence_takes_back_the_sign_in_that_it_contradicts(desk: Desk) -> None:
    learner = desk.room.participant(ZHANG)
    desk.sign(learner)

    assert desk.mark(ZHANG, "absent", "由他人代签").status == 302

    assert sorted(desk.outcomes()) == [("absent", False), ("voided", False)]
    assert "Your trainer has marked you absent." in learner.get(f"sign-in/{CLASS}").words
    refused = desk.sign(learner)
    assert refused.status == 409
    assert "they can take it back" in refused.words


def test_undoing_a_mark_leaves_the_door_open_again(desk: Desk) -> None:
    desk.mark(ZHANG, "absent")
    assert desk.undo(ZHANG).status == 302

    assert desk.outcomes() == [("voided", False)]
    assert desk.sign(desk.room.participant(ZHANG)).status == 302
    assert "1 of 5 signed in" in desk.page().words
    assert desk.undo(ZHANG).status == 302
    assert desk.undo(ZHANG).status == 409
    assert "0 of 5 signed in" in desk.page().words
    assert desk.room.credits_of(ZHANG).offline.credits == 0


def test_the_same_mark_twice_is_refused(desk: Desk) -> None:
    desk.mark(ZHANG, "present")

    assert desk.mark(ZHANG, "present").status == 409
    assert len(desk.statements()) == 1


def test_what_another_source_reported_stays_until_an_administrator_acts(desk: Desk) -> None:
    session = f"{BASE}/offline-sessions/{CLASS}/1"
    signed = {"in": "2026-11-07T08:26:00+08:00", "out": "2026-11-07T11:31:00+08:00", "method": "card"}
    result = {"completion": True, "extensions": {EXTENSIONS + "sign-in": signed}}
    said = statement(ADL + "attended", session, result=result, timestamp="2026-11-07T11:31:00+08:00")
    desk.room.send(said)
    desk.at(ENDS)

    page = desk.page()
    assert re.search(r"张老师.*?signed in 08:26 11:31 card · source", page.words)
    assert desk.mark(ZHANG, "absent").status == 409
    undone = desk.undo(ZHANG)
    assert undone.status == 409
    assert "reported by another source (source)" in undone.words
    assert len(desk.statements()) == 1


def test_a_presence_by_hand_outweighs_an_absence_from_another_source(desk: Desk) -> None:
    session = f"{BASE}/offline-sessions/{CLASS}/1"
    result = {"completion": False}
    desk.room.send(statement(ADL + "attended", session, result=result, timestamp="2026-11-07T11:31:00+08:00"))
    desk.at(ENDS)
    assert re.search(r"张老师.*?absent", desk.page().words)

    assert desk.mark(ZHANG, "present").status == 302
    assert "1 of 5 signed in" in desk.page().words


@pytest.mark.parametrize("participant", [WANG, "nobody", "s-01", "张"])
def test_only_people_of_the_class_can_be_marked(desk: Desk, participant: str) -> None:
    assert desk.mark(participant, "present").status == 404
    assert desk.undo(participant).status in {404, 409}


def test_somebody_without_any_account_cannot_be_spoken_of(desk: Desk) -> None:
    unknown = Participant("p-new", "新老师", "grp-math-01")
    desk.room.load(replace(EXAMPLE, participants=(*EXAMPLE.participants, unknown)))

    answer = desk.mark("p-new", "present")

    assert answer.status == 409
    assert "No account or address of 新老师 is known" in answer.words
    assert "Unmatched" in answer.words


def test_nobody_marks_their_own_attendance(desk: Desk) -> None:
    both = desk.room.participant(ZHANG, role="trainer")

    assert both.post(f"attendance/{CLASS}/1/{ZHANG}", {"presence": "present", "reason": "我在"}).status == 403
    assert both.post(f"attendance/{CLASS}/1/{ZHANG}/undo").status == 403
    assert both.post(f"attendance/{CLASS}/1/{CHEN}", {"presence": "present", "reason": "在场"}).status == 302
    assert desk.statements() == []
    assert desk.sign(both).status == 302  # as everybody does


@pytest.mark.parametrize("who", [ZHANG, PRINCIPAL])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "attendance"),
        ("get", f"attendance/{CLASS}/1"),
        ("post", f"attendance/{CLASS}/1/{ZHANG}"),
        ("post", f"attendance/{CLASS}/1/{ZHANG}/undo"),
    ],
)
def test_learners_have_no_desk(desk: Desk, who: str, method: str, path: str) -> None:
    learner = desk.room.participant(who)

    assert getattr(learner, method)(path).status == 403
    assert desk.statements() == []


def test_a_trainer_without_a_programme_chooses_one_first(desk: Desk) -> None:
    room = desk.room
    lost = room.tool.visit(room.platform, room.course, "trainer", sub="lost")

    assert "/start" in lost.get(f"attendance/{CLASS}/1").location


@pytest.mark.parametrize("path", ["attendance/cls-9999/1", f"attendance/{CLASS}/9"])
def test_what_the_programme_does_not_have_has_no_desk(desk: Desk, path: str) -> None:
    assert desk.trainer.get(path).status == 404


def test_every_class_is_found_without_a_deep_link(desk: Desk) -> None:
    page = desk.trainer.get("attendance")

    assert "示例小学集中培训班" in page.words
    assert "示例中学集中培训班" in page.words
    assert re.search(r"Session 1: 7 Nov 2026 08:30 – 11:30\s*</a> <span class=\"chip good\">open now", page.text)
    assert f"/attendance/{CLASS}/1" in page.text


def test_a_programme_loaded_again_keeps_the_codes_of_its_sessions(desk: Desk) -> None:
    before = desk.code()

    desk.room.load(EXAMPLE)

    assert desk.code() == before


def test_the_gradebook_hears_of_a_sign_in(desk: Desk) -> None:
    desk.room.load(replace(EXAMPLE, programme=replace(EXAMPLE.programme, settings={"log_required": "none"})))

    desk.sign(desk.room.participant(ZHANG))

    assert desk.room.credits_of(ZHANG).offline.credits == 2
    assert desk.room.services.credits.refresh(PROGRAMME, [ZHANG]) == set()  # nothing is left to be computed
