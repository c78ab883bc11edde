"""A practice task as an activity of its own: what a learner and a trainer see, and handing in there."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lti_tool.domain.values import Participant
from lti_tool.lti.record import Launched
from lti_tool.lti.sessions import Opened
from lti_tool.storage.database import Database
from lti_tool.web.launches import first_page
from tests.support.clock import FakeClock
from tests.support.statements import BASE, STREAMS, statement
from tests.web.classroom import (
    ACCOUNTS,
    CHEN,
    MOODLE,
    PRINCIPAL,
    PROGRAMME,
    WANG,
    ZHANG,
    Classroom,
    complete_p1,
    next_page,
)
from tests.web.launching import EXAMPLE, Visitor

TASK = "tasks/p1"


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


def opened(room: Classroom, role: str, participant: str | None = None, practice: str = "p1") -> Visitor:
    """Somebody who has opened the activity of a practice task."""
    return room.tool.visit(
        room.platform,
        room.course,
        role,
        sub=ACCOUNTS[participant] if participant else "somebody",
        programme=PROGRAMME,
        participant=participant,
        custom={"practice": practice},
    )


def decide(room: Classroom, decision: str, comment: str = "请补充课堂实录。") -> None:
    principal = room.participant(PRINCIPAL)
    answer = principal.post(f"approvals/{ZHANG}/p1", {"decision": decision, "comment": comment})
    assert answer.status == 302, answer.words


@pytest.mark.parametrize(
    ("role", "participant", "onward"),
    [
        ("trainee", ZHANG, "/tasks/p1"),
        ("trainer", None, "/tasks/p1/people"),
        ("administrator", None, "/tasks/p1/people"),
        ("trainee", None, "/start"),
    ],
)
def test_the_activity_leads_each_to_their_own_page(
    room: Classroom, role: str, participant: str | None, onward: str
) -> None:
    made = Launched(Opened(1, "t", None), "LtiResourceLinkRequest", role, PROGRAMME, participant, 1, {"practice": "p1"})

    assert first_page(made) == "task"
    assert opened(room, role, participant).get("task").location.partition("?")[0].endswith(onward)


def test_a_learner_sees_this_task_alone(room: Classroom) -> None:
    page = room.participant(ZHANG).get(TASK)

    assert "用课堂数据改进讲评" in page.words
    assert "交互式课件的设计与试教" not in page.words
    assert re.search(r"Plan missing Lesson missing Reflection missing Approval open", page.words)
    assert "T7" in page.words
    assert page.text.count("Hand in: ") == 3


def test_a_stage_is_handed_in_on_its_own_page(room: Classroom) -> None:
    learner = room.participant(ZHANG)

    answer = learner.post(f"{TASK}/plan", {"text": "先测后讲。", "links": "https://drive.example.org/plan"})

    assert answer.status == 302
    assert answer.location.partition("?")[0].endswith("/tasks/p1")
    page = learner.get(TASK)
    assert "Handed in 24 Nov 2026 10:00." in page.words
    assert "先测后讲。" in page.words
    assert 'href="https://drive.example.org/plan"' in page.text
    assert "Plan on record Lesson missing" in page.words


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"text": "  "}, "Please write at least 1 characters."),
        ({"text": "好", "links": "javascript:alert(1)"}, "Each line must be a web address"),
    ],
)
def test_a_mistake_is_said_at_the_stage_that_it_belongs_to(
    room: Classroom, form: dict[str, str], sentence: str
) -> None:
    learner = room.participant(ZHANG)

    answer = learner.post(f"{TASK}/lesson", form)

    assert answer.status == 422
    assert sentence in answer.words
    assert answer.text.count('aria-invalid="true"') == 1
    assert re.search(r"<details[^>]* open[^>]*> <summary> Hand in: Lesson", answer.text)
    assert "Lesson missing" in learner.get(TASK).words


@pytest.mark.parametrize("path", ["tasks/p1/approval", "tasks/p1/peer-review", "tasks/p9/plan"])
def test_what_is_no_stage_to_hand_in_is_not_found(room: Classroom, path: str) -> None:
    assert room.participant(ZHANG).post(path, {"text": "好"}).status == 404


def test_the_schools_decision_stands_with_its_comment_and_credits(room: Classroom, clock: FakeClock) -> None:
    room.send(*complete_p1())
    learner = room.participant(ZHANG)
    assert "Your school's management team decides next." in learner.get(TASK).words.replace("&#39;", "'")

    decide(room, "return")
    returned = learner.get(TASK)
    assert "Your school returned it." in returned.words
    assert "“请补充课堂实录。”" in returned.words
    assert returned.text.count("Hand in again: ") == 3

    clock.advance(60)
    learner.post(f"{TASK}/lesson", {"text": "补充了实录。"})
    again = learner.get(TASK)
    assert "waiting for approval" in again.words
    assert "The school wrote when it returned it: “请补充课堂实录。”" in again.words
    assert "Before that: 20 Nov 2026 21:03." in again.words

    clock.advance(60)
    decide(room, "approve", "很好。")
    done = learner.get(TASK)
    assert "Your school approved it on 24 Nov 2026 10:02: 5 credits. “很好。”" in done.words
    assert "Hand in" not in done.words.replace("Handed in", "")


def test_a_review_by_a_colleague_is_waited_for_not_asked_for(room: Classroom) -> None:
    activities = dict(EXAMPLE.programme.practice_activities)
    activities["p1"] = replace(activities["p1"], required_stages=("plan", "peer-review"))
    room.load(replace(EXAMPLE, programme=replace(EXAMPLE.programme, practice_activities=activities)))

    page = room.participant(ZHANG).get(TASK)

    assert "A colleague writes this one." in page.words
    assert page.text.count("Hand in: ") == 1


def test_a_task_on_a_point_of_no_use_to_the_school_says_so(room: Classroom) -> None:
    page = room.participant(WANG).get(TASK)  # T7 is nothing that the secondary school has chosen

    assert page.status == 200
    assert "note warn" in page.text


def test_after_the_programme_nothing_is_asked_for(room: Classroom, clock: FakeClock) -> None:
    clock.advance(300 * 86_400)

    page = room.participant(ZHANG).get(TASK)

    assert "what is handed in now would not count" in page.words
    assert "Hand in: " not in page.words


def test_a_member_of_the_team_finds_the_approvals(room: Classroom) -> None:
    assert "/approvals" in room.participant(PRINCIPAL).get(TASK).text.partition("<main")[2]
    assert "/approvals" not in room.participant(ZHANG).get(TASK).text.partition("<main")[2]


def test_a_task_that_is_gone_says_what_to_do(room: Classroom) -> None:
    learner, trainer = room.participant(ZHANG), room.trainer()

    for_learner, for_trainer = learner.get("tasks/p9"), trainer.get("tasks/p9/people")

    assert (for_learner.status, for_trainer.status) == (404, 404)
    assert "Ask your trainer to choose it again." in for_learner.words
    assert "Choose the activity again in its settings." in for_trainer.words


# ── the trainer's table ─────────────────────────────────────────────────────────────────────────────


def names(text: str) -> set[str]:
    return {name for name in ("张老师", "陈老师", "王老师", "李校长") if f">{name}</a>" in text}


def test_a_trainer_sees_who_has_handed_in_what(room: Classroom) -> None:
    room.send(*complete_p1(), *complete_p1(CHEN)[:1])

    page = room.trainer().get(f"{TASK}/people")

    assert names(page.text) == {"张老师", "陈老师"}
    assert f"/participants/{ZHANG}" in page.text
    assert "张老师 示例小学 · 数学教研组 waiting for approval 20 Nov 2026 21:03" in page.words
    assert "陈老师 示例小学 · 数学教研组 stages missing 20 Nov 2026 21:03 – –" in page.words


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("begun", {"张老师", "陈老师"}),
        ("awaiting", set()),
        ("denied", {"张老师"}),
        ("open", {"陈老师"}),
        ("counted", set()),
        ("nothing", {"李校长"}),
        ("nonsense", {"张老师", "陈老师"}),
    ],
)
def test_the_table_is_filtered_by_state(room: Classroom, chosen: str, shown: set[str]) -> None:
    room.send(*complete_p1(), *complete_p1(CHEN)[:1])
    decide(room, "return")

    page = room.trainer().get(f"{TASK}/people", filter=chosen)

    assert page.status == 200
    found = names(page.text)
    assert found == shown if chosen != "nothing" else not found & {"张老师", "陈老师"}


def test_the_table_is_searched_by_name_and_school(room: Classroom) -> None:
    room.send(*complete_p1(), *complete_p1(CHEN))
    trainer = room.trainer()

    assert names(trainer.get(f"{TASK}/people", q="陈").text) == {"陈老师"}
    assert names(trainer.get(f"{TASK}/people", school="3301000456").text) == set()
    assert names(trainer.get(f"{TASK}/people", school="nowhere").text) == {"张老师", "陈老师"}


def test_the_table_comes_in_pages(room: Classroom) -> None:
    many = tuple(Participant(f"p-{number:03}", f"教师{number:03}", "grp-math-01") for number in range(75))
    accounts = tuple((f"account|{MOODLE}|{one.id}", one.id) for one in many)
    room.load(
        replace(
            EXAMPLE,
            participants=(*EXAMPLE.participants, *many),
            identifiers=(*EXAMPLE.identifiers, *accounts),
        )
    )
    room.send(*(_plan_of(one.id) for one in many))
    trainer = room.trainer()

    page = trainer.get(f"{TASK}/people", filter="open")
    seen = re.findall(r"教师\d{3}", page.text)
    while (page_ := next_page(trainer, page)) is not None:
        page = page_
        seen += re.findall(r"教师\d{3}", page.text)

    assert len(set(seen)) == 75
    assert len(seen) == 75


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIiwgMV0", "WyJcdTAwMDAiLCAiYSJd"])
def test_a_cursor_that_is_none_shows_the_first_page(room: Classroom, cursor: str) -> None:
    room.send(*complete_p1())

    assert names(room.trainer().get(f"{TASK}/people", after=cursor).text) == {"张老师"}


@pytest.mark.parametrize("who", [ZHANG, PRINCIPAL])
def test_learners_have_no_table(room: Classroom, who: str) -> None:
    assert room.participant(who).get(f"{TASK}/people").status == 403


def _plan_of(participant: str) -> dict[str, Any]:
    return statement(
        STREAMS + "submit",
        f"{BASE}/practice/3301000123/grp-math-01/{participant}/p1/plan",
        actor={"account": {"homePage": MOODLE, "name": participant}},
        timestamp="2026-11-20T21:03:10+08:00",
    )
