"""What a school management team sees and decides, and the plan with what it lacks."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lti_tool.domain.values import Participant, School, Waiver
from lti_tool.storage.database import Database
from lti_tool.storage.queries.statements import find_statements
from tests.support.clock import FakeClock
from tests.support.statements import BASE, MOODLE, STREAMS, approval, stage
from tests.web.classroom import (
    ACCOUNTS,
    CHEN,
    DEPUTY,
    OTHER_PRINCIPAL,
    PRINCIPAL,
    PROGRAMME,
    WANG,
    ZHANG,
    Classroom,
    complete_p1,
    next_page,
)
from tests.web.launching import EXAMPLE

QUEUE = "approvals"
P1 = f"approvals/{ZHANG}/p1"
APPROVE, RETURN = {"decision": "approve"}, {"decision": "return", "comment": "请补充课堂实录。"}


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


def verdicts(room: Classroom, participant: str = ZHANG) -> list[dict[str, Any]]:
    """The approvals and returns on record about somebody."""
    explained = room.services.credits.explain(PROGRAMME, participant)
    ids = [piece.statement for piece in explained.evidence if piece.kind == "verdict"]
    with room.tool.db.read() as conn:
        return list(find_statements(conn, PROGRAMME, ids).values())


# ── the queue ───────────────────────────────────────────────────────────────────────────────────────


def test_complete_practice_waits_with_its_texts_and_links(room: Classroom) -> None:
    room.send(*complete_p1())

    page = room.participant(PRINCIPAL).get(QUEUE)

    assert "张老师: 用课堂数据改进讲评" in page.text
    assert "我准备用课堂数据改进讲评。" in page.text
    assert 'href="https://drive.example.org/plan"' in page.text
    assert "javascript:" not in page.text
    assert "Worth 5 credits" in page.text


def test_incomplete_practice_does_not_wait(room: Classroom) -> None:
    room.send(*complete_p1()[:2])

    assert "Nothing is waiting" in room.participant(PRINCIPAL).get(QUEUE).text


def test_practice_of_another_school_does_not_show(room: Classroom) -> None:
    room.send(*complete_p1())

    page = room.participant(OTHER_PRINCIPAL).get(QUEUE)

    assert "张老师" not in page.text
    assert "Nothing is waiting" in page.text


def test_whoever_is_no_member_of_a_team_has_no_queue(room: Classroom) -> None:
    room.send(*complete_p1())

    for visitor in (room.participant(CHEN), room.participant(CHEN, role="administrator"), room.trainer()):
        assert visitor.get(QUEUE).status == 403
        assert visitor.post(P1, APPROVE).status == 403
    assert verdicts(room) == []


def test_a_role_of_the_lms_makes_no_approver_and_a_learner_role_unmakes_none(room: Classroom) -> None:
    room.send(*complete_p1())

    assert room.participant(CHEN, role="trainer").get(QUEUE).status == 403
    assert room.participant(DEPUTY, role="trainee").get(QUEUE).status == 200


def test_a_member_of_the_team_who_left_the_roster_decides_nothing(room: Classroom) -> None:
    room.send(*complete_p1())
    room.load(replace(EXAMPLE, participants=tuple(one for one in EXAMPLE.participants if one.id != DEPUTY)))

    assert room.participant(DEPUTY).post(P1, APPROVE).status == 403


def test_a_long_queue_comes_in_pages(room: Classroom) -> None:
    people = tuple(Participant(f"t{n:03}", f"Teacher {n:03}", "grp-math-01") for n in range(50))
    keys = tuple((f"account|{MOODLE}|acct-{person.id}", person.id) for person in people)
    room.load(replace(EXAMPLE, participants=EXAMPLE.participants + people, identifiers=(*EXAMPLE.identifiers, *keys)))
    for person in people:
        actor = {"account": {"homePage": MOODLE, "name": f"acct-{person.id}"}}
        names = ("plan", "lesson", "reflection")
        room.send(*(stage("p1", name, participant=person.id, actor=actor) for name in names))
    principal = room.participant(PRINCIPAL)

    page = principal.get(QUEUE)
    seen = [person.name for person in people if person.name in page.text]
    while page := next_page(principal, page):
        seen += [person.name for person in people if person.name in page.text]

    assert seen == [person.name for person in people]


# ── decisions ───────────────────────────────────────────────────────────────────────────────────────


def test_an_approval_gives_the_credits_and_stands_as_a_statement(room: Classroom) -> None:
    room.send(*complete_p1())
    principal = room.participant(PRINCIPAL)

    done = principal.post(P1, {**APPROVE, "credits": "5", "comment": "很好。"})

    assert done.status == 302
    assert "Nothing is waiting" in principal.get(QUEUE, done="decided").text
    assert room.credits_of(ZHANG).practice.credits == Decimal(5)
    said = verdicts(room)[0]
    assert said["verb"]["id"] == STREAMS + "approve"
    assert said["actor"]["account"] == {"homePage": MOODLE, "name": ACCOUNTS[PRINCIPAL]}
    assert said["object"]["id"] == f"{BASE}/practice/3301000123/grp-math-01/{ZHANG}/p1"
    assert said["result"]["extensions"] == {f"{BASE}/extensions/credits": 5}
    beneficiary = said["context"]["extensions"][f"{BASE}/extensions/beneficiary"]
    assert beneficiary == {"homePage": MOODLE, "name": ACCOUNTS[ZHANG]}
    assert "很好。" in room.participant(ZHANG).get("credits").text


def test_an_approval_may_grant_less(room: Classroom) -> None:
    room.send(*complete_p1())

    room.participant(PRINCIPAL).post(P1, {**APPROVE, "credits": "2.5"})

    assert room.credits_of(ZHANG).practice.credits == Decimal("2.5")


def test_the_catalogues_credits_are_meant_where_none_are_named(room: Classroom) -> None:
    room.send(*complete_p1())

    room.participant(PRINCIPAL).post(P1, {**APPROVE, "credits": ""})

    assert room.credits_of(ZHANG).practice.credits == Decimal(5)


@pytest.mark.parametrize("amount", ["6", "0", "-1", "2.55", "five", "NaN", "Infinity", "1e400"])
def test_credits_that_cannot_be_granted_are_told_and_nothing_is_written(room: Classroom, amount: str) -> None:
    room.send(*complete_p1())

    page = room.participant(PRINCIPAL).post(P1, {**APPROVE, "credits": amount, "comment": "写好的意见"})

    assert page.status == 422
    assert "Please give a number from 0.1 to 5" in page.text
    assert "写好的意见" in page.text, "what was typed is kept"
    assert verdicts(room) == []


def test_a_return_needs_a_comment_which_the_teacher_reads(room: Classroom) -> None:
    room.send(*complete_p1())
    principal = room.participant(PRINCIPAL)

    assert principal.post(P1, {"decision": "return", "comment": "  "}).status == 422
    assert principal.post(P1, RETURN).status == 302

    assert verdicts(room)[0]["verb"]["id"] == STREAMS + "deny"
    own = room.participant(ZHANG).get("credits")
    assert "请补充课堂实录。" in own.text
    assert "returned" in own.text
    assert "Nothing is waiting" in principal.get(QUEUE).text


def test_what_is_handed_in_again_after_a_return_waits_again(room: Classroom, clock: FakeClock) -> None:
    room.send(*complete_p1())
    principal = room.participant(PRINCIPAL)
    principal.post(P1, RETURN)
    clock.advance(3600)

    room.participant(ZHANG).post("practice/p1/reflection", {"text": "补充了课堂实录。", "links": ""})

    page = principal.get(QUEUE)
    assert "It was returned before, and handed in again." in page.text
    assert "补充了课堂实录。" in page.text
    clock.advance(60)
    principal.post(P1, APPROVE)
    assert room.credits_of(ZHANG).practice.credits == Decimal(5)


def test_a_form_without_a_decision_is_asked_for_one(room: Classroom) -> None:
    room.send(*complete_p1())

    page = room.participant(PRINCIPAL).post(P1, {"comment": "?"})

    assert (page.status, verdicts(room)) == (422, [])


def test_nobody_approves_their_own_practice(room: Classroom) -> None:
    actor = {"account": {"homePage": MOODLE, "name": ACCOUNTS[PRINCIPAL]}}
    own = [stage("p6", name, participant=PRINCIPAL, actor=actor) for name in ("plan", "upload")]
    room.send(*own)
    principal = room.participant(PRINCIPAL)
    page = principal.get(QUEUE)
    assert "This is your own practice." in page.text
    assert "<button" not in page.text

    refused = principal.post(f"approvals/{PRINCIPAL}/p6", APPROVE)

    assert refused.status == 403
    assert "Nobody may approve their own practice." in refused.text
    assert verdicts(room, PRINCIPAL) == []
    assert room.participant(DEPUTY).post(f"approvals/{PRINCIPAL}/p6", APPROVE).status == 302
    assert room.credits_of(PRINCIPAL).practice.credits == Decimal(25)


def test_the_principal_of_another_school_does_not_even_find_it(room: Classroom) -> None:
    room.send(*complete_p1())

    assert room.participant(OTHER_PRINCIPAL).post(P1, APPROVE).status == 404
    assert room.participant(PRINCIPAL).post(f"approvals/{WANG}/p1", APPROVE).status == 404
    assert room.participant(PRINCIPAL).post("approvals/nobody/p1", APPROVE).status == 404
    assert verdicts(room) == []


@pytest.mark.parametrize("practice", ["p1", "p2", "no-such"])
def test_what_does_not_wait_is_not_decided(room: Classroom, practice: str) -> None:
    page = room.participant(PRINCIPAL).post(f"approvals/{ZHANG}/{practice}", APPROVE)

    assert page.status == 409
    assert "This is not waiting for a decision." in page.text
    assert verdicts(room) == []


def test_a_decision_that_could_not_count_any_more_is_not_written(room: Classroom, clock: FakeClock) -> None:
    room.send(*complete_p1())
    clock.now = datetime(2027, 9, 1, tzinfo=UTC)

    page = room.participant(PRINCIPAL).post(P1, APPROVE)

    assert page.status == 409
    assert "outside the dates of this programme" in page.text
    assert verdicts(room) == []


def test_the_second_of_two_decisions_is_told_that_one_was_made(room: Classroom) -> None:
    room.send(*complete_p1())
    room.participant(PRINCIPAL).post(P1, APPROVE)

    assert room.participant(DEPUTY).post(P1, RETURN).status == 409
    assert room.credits_of(ZHANG).practice.credits == Decimal(5)


def test_an_approval_sent_by_another_system_takes_it_off_the_queue(room: Classroom, clock: FakeClock) -> None:
    room.send(*complete_p1(), approval("p1", 5, timestamp="2026-11-23T09:00:00+08:00"))

    assert "Nothing is waiting" in room.participant(PRINCIPAL).get(QUEUE).text


# ── the plan ────────────────────────────────────────────────────────────────────────────────────────


def faulty() -> Any:
    """The example with a primary group on T6, which is not ticked there, and a secondary group on one point."""
    groups = dict(EXAMPLE.programme.groups)
    groups["grp-math-01"] = replace(groups["grp-math-01"], focus_points=("T2", "T6"))
    groups["grp-sci-02"] = replace(groups["grp-sci-02"], focus_points=("T8",))
    return replace(EXAMPLE, programme=replace(EXAMPLE.programme, groups=groups))


def test_the_plan_names_teams_groups_and_points(room: Classroom) -> None:
    page = room.trainer().get("plan")

    assert "李校长 · Principal" in page.text
    assert "数学教研组" in page.text
    assert "Collecting, analysing and using teaching data" in page.text
    assert page.text.count("The plan keeps the regulation.") == 2


def test_a_breach_is_told_in_plain_words_with_the_regulations_own(room: Classroom) -> None:
    room.load(faulty())

    page = room.trainer().get("plan")

    assert "The focus point T6 is not ticked for primary school." in page.text
    assert "must be put right" in page.text
    assert "The group has 1 focus points; at least 2 are required." in page.text
    assert "each group has at least 2 focus points" in page.text
    chinese = room.trainer().get("plan", lang="zh-CN").text
    assert "各群体研修的关注要点不少于 2 项" in chinese


def test_a_team_reads_the_plan_of_its_own_school_alone(room: Classroom) -> None:
    room.load(faulty())

    page = room.participant(PRINCIPAL).get("plan")

    assert "示例小学" in page.text
    assert "T6 is not ticked" in page.text
    for foreign in ("示例中学", "科学教研组", "赵校长", "The group has 1 focus points"):
        assert foreign not in page.text


def test_a_teacher_does_not_read_the_plan(room: Classroom) -> None:
    assert room.participant(ZHANG).get("plan").status == 403


def test_a_breach_that_was_set_aside_stays_listed_with_who_and_why(room: Classroom) -> None:
    waiver = Waiver("point_not_ticked", "grp-math-01", "市里试点", "王主任")
    plan = faulty()
    room.load(replace(plan, programme=replace(plan.programme, waivers=(waiver,))))

    page = room.participant(PRINCIPAL).get("plan")

    assert "set aside" in page.text
    assert "Set aside by 王主任: 市里试点" in page.text


def test_what_still_keeps_people_from_being_recorded_is_not_shown_as_set_aside(room: Classroom) -> None:
    """R-053: one focus point stays one, whoever would set that aside."""
    waiver = Waiver("points_too_few", "grp-sci-02", "市里试点", "王主任")
    plan = faulty()
    room.load(replace(plan, programme=replace(plan.programme, waivers=(waiver,))))

    page = room.participant(OTHER_PRINCIPAL).get("plan")

    assert "The group has 1 focus points" in page.text
    assert ">set aside<" not in page.text
    assert "Set aside by 王主任: 市里试点" in page.text


def test_what_concerns_the_whole_programme_is_the_trainers_matter(room: Classroom) -> None:
    activity = replace(EXAMPLE.programme.practice_activities["p1"], id="p9", title="无人可做", focus_points=("L1",))
    catalogue = {**EXAMPLE.programme.practice_activities, "p9": activity}
    room.load(replace(EXAMPLE, programme=replace(EXAMPLE.programme, practice_activities=catalogue)))

    page = room.trainer().get("plan")

    assert "The programme as a whole" in page.text
    assert "无人可做" in page.text
    assert "无人可做" not in room.participant(PRINCIPAL).get("plan").text


def test_many_schools_come_in_pages(room: Classroom) -> None:
    more = {f"s{n:02}": School(f"s{n:02}", f"School {n:02}", staff=20) for n in range(25)}
    room.load(replace(EXAMPLE, programme=replace(EXAMPLE.programme, schools={**EXAMPLE.programme.schools, **more})))
    trainer = room.trainer()

    page = trainer.get("plan")
    seen = [school.name for school in more.values() if school.name in page.text]
    assert len(seen) < len(more)
    while page := next_page(trainer, page):
        seen += [school.name for school in more.values() if school.name in page.text]

    assert seen == [school.name for school in more.values()]
