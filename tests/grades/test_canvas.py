"""Canvas's own manners, from both sides: what it answers, and what the mirror makes of it."""

import pytest
import requests

from lti_tool.demo import vocabulary as v
from lti_tool.demo.people import COURSE_ID
from lti_tool.storage.queries.platform_grades import retry_cell
from tests.grades.campus import CHEN, LEARNERS, ZHANG, Campus, World
from tests.support.clock import FakeClock

SUBMISSION = "https://canvas.instructure.com/lti/submission"
#: What Canvas does is the same for every database of ours.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GOOD = {
    "userId": ZHANG.sub,
    "scoreGiven": 33,
    "scoreMaximum": 50,
    "comment": "33 学分",
    "activityProgress": "InProgress",
    "gradingProgress": "FullyGraded",
    "timestamp": "2026-11-24T02:00:00.000Z",
}


def post(canvas: Campus, **changes: object) -> requests.Response:
    """A score as some other tool might send it; None leaves a field out."""
    token, _ = canvas.state.grant(canvas.tool.client_id, v.SCOPES)
    body = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    (item,) = canvas.state.course_items(COURSE_ID)
    url = canvas.state.temperament.item_url(item) + "/scores"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": v.SCORE_TYPE}
    return requests.post(url, json=body, headers=headers, timeout=5)


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"userId": "5"}, 422, "User not found in course or is not a student"),
        ({"userId": None}, 422, "User not found in course or is not a student"),
        ({"timestamp": None}, 400, "timestamp is missing"),
        ({"timestamp": "yesterday"}, 400, "Provided timestamp of yesterday not a valid timestamp"),
        ({"scoreMaximum": None}, 422, "ScoreMaximum not supplied when ScoreGiven present."),
        ({"scoreGiven": -1}, 422, "ScoreGiven must be greater than or equal to 0"),
        ({"scoreMaximum": 0}, 422, "cannot be zero"),
        ({"resourceLinkId": "another"}, 412, "not associated"),
        ({"activityProgress": "Sleeping"}, 422, "activity_progress"),
        ({SUBMISSION: {"submitted_at": "soon"}}, 400, "submitted_at timestamp of soon not a valid timestamp"),
        ({SUBMISSION: {"submitted_at": "2027-01-01T00:00:00Z"}}, 400, "in the future"),
        ({SUBMISSION: {"submission_type": "online_upload"}}, 422, "Content items"),
    ],
)
def test_it_refuses_with_a_sentence(canvas: Campus, changes: dict[str, object], status: int, said: str) -> None:
    answer = post(canvas, **changes)

    assert answer.status_code == status
    assert said in answer.text
    assert canvas.cell() is None


def test_it_takes_an_equal_time_and_refuses_an_earlier_one(canvas: Campus) -> None:
    assert post(canvas).json()["resultUrl"]
    assert post(canvas).status_code == 200

    older = post(canvas, timestamp="2026-11-24T01:59:59.999Z")

    assert older.status_code == 400
    assert older.json()["errors"]["message"].endswith("before last updated timestamp of 2026-11-24T02:00:00.000Z")


def test_each_score_is_an_attempt_unless_it_says_otherwise_and_adds_its_comment(canvas: Campus) -> None:
    post(canvas)
    post(canvas, comment="34 学分", **{SUBMISSION: {"new_submission": False}})

    cell = canvas.cell()
    assert cell is not None
    assert (cell.attempts, cell.comments) == (1, ["33 学分", "34 学分"])


def test_an_ungraded_score_clears_the_grade_unless_it_is_to_be_preserved(canvas: Campus) -> None:
    post(canvas)
    post(canvas, gradingProgress="Pending", **{SUBMISSION: {"preserve_score": True}})
    assert canvas.score() == 33

    post(canvas, gradingProgress="Pending")

    assert canvas.score() is None


def test_every_answer_tells_how_much_is_left(canvas: Campus) -> None:
    assert float(post(canvas).headers["X-Rate-Limit-Remaining"]) > 500


# The mirror


def test_a_resend_is_no_new_attempt(world: World, canvas: Campus) -> None:
    mirror = world.mirror()
    for value in (33, 34, 35):
        world.earn(ZHANG, value)
        world.settle(mirror)

    cell = canvas.cell()
    assert cell is not None
    assert (cell.score, cell.attempts, len(cell.comments)) == (35, 1, 3)


def test_a_sentence_that_changed_alone_adds_no_comment(world: World, canvas: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33, seconds=600)
    world.settle(mirror)
    world.earn(ZHANG, 33, seconds=1200)
    clock.advance(24 * 3600)
    mirror.run_pass()

    cell = canvas.cell()
    assert cell is not None
    assert len(cell.comments) == 1


def test_in_moodle_it_is_replaced_after_some_hours(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33, seconds=600)
    world.settle(mirror)
    world.earn(ZHANG, 33, seconds=1200)
    clock.advance(3 * 3600)
    mirror.run_pass()
    assert moodle.scores_sent() == 1
    clock.advance(4 * 3600)
    mirror.run_pass()

    cell = moodle.cell()
    assert cell is not None
    assert cell.comment is not None
    assert cell.comment.endswith("还差：网络研修 880 分钟")


def test_someone_who_is_no_student_is_named(world: World, canvas: Campus) -> None:
    del canvas.state.people[ZHANG.sub]
    world.earn(ZHANG, 33)
    world.settle()

    assert world.row()["reason"] == "not_gradable"
    assert "not a student" in world.row()["detail"]


def test_a_teachers_grade_is_read_before_it_could_be_overwritten(
    world: World, canvas: Campus, clock: FakeClock
) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    clock.advance(3600)
    canvas.state.override(COURSE_ID, "学分", ZHANG.sub, 20)
    world.earn(ZHANG, 34)
    world.settle(mirror)

    assert (canvas.score(), world.row()["state"]) == (20, "overridden")


def test_a_grade_that_a_teacher_entered_before_our_first_score_stays(
    world: World, canvas: Campus, clock: FakeClock
) -> None:
    canvas.state.override(COURSE_ID, "学分", ZHANG.sub, 20)
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    assert canvas.score() == 20

    clock.advance(7 * 3600)
    mirror.run_pass()

    assert (world.row()["state"], world.row()["lms_value"]) == ("overridden", 20)


def test_a_grade_that_a_teacher_enters_between_our_look_and_our_score_stays(
    world: World, canvas: Campus, clock: FakeClock
) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    clock.advance(60)
    world.have_read()
    canvas.state.override(COURSE_ID, "学分", ZHANG.sub, 20)
    world.earn(ZHANG, 34)
    world.settle(mirror)

    assert canvas.score() == 20


def test_an_administrator_may_have_it_replaced(world: World, canvas: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    clock.advance(3600)
    canvas.state.override(COURSE_ID, "学分", ZHANG.sub, 20)
    world.earn(ZHANG, 34)
    world.settle(mirror)
    assert world.row()["state"] == "overridden"

    with world.db.begin() as conn:
        assert retry_cell(conn, world.row()["id"], world.clock())
    clock.advance(2)
    mirror.run_pass()

    assert (canvas.score(), world.row()["state"]) == (34, "settled")


def test_a_course_that_was_deleted_closes_its_column(world: World, canvas: Campus) -> None:
    world.earn(ZHANG, 33)
    del canvas.state.courses[canvas.course_id]
    world.settle()
    world.mirror().run_pass()

    assert (world.columns()[0]["state"], world.columns()[0]["reason"]) == ("blocked", "course_gone")


def test_an_item_of_another_tool_is_refused(canvas: Campus) -> None:
    item = canvas.state.add_line_item(COURSE_ID, "another", "作业", 10)
    token, _ = canvas.state.grant(canvas.tool.client_id, v.SCOPES)
    url = canvas.state.temperament.item_url(item)
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)

    assert answer.status_code == 412
    assert answer.json()["errors"]["message"] == "Tool does not have permission to view line_item"


def test_a_full_bucket_is_waited_out(world: World, canvas: Campus, clock: FakeClock) -> None:
    canvas.enrol(*LEARNERS)
    canvas.state.temperament.bucket_units = 56  # type: ignore[attr-defined]
    mirror = world.mirror()
    world.earn_many([(person, 33) for person in LEARNERS])
    clock.advance(5)
    for _ in range(20):
        mirror.run_pass()
        clock.advance(5)

    assert all(canvas.score(person) == 33 for person in LEARNERS)
    assert any(row["status"] == 403 and "Rate Limit" in row["answer"] for row in world.exchanges())


def test_to_be_too_fast_for_a_token_is_no_refusal(world: World, canvas: Campus) -> None:
    canvas.state.faults.status = 403
    world.earn(ZHANG, 33)
    world.settle()

    assert world.pace()["reason"] == "throttled"


def test_a_course_that_is_over_closes_its_column(world: World, canvas: Campus, clock: FakeClock) -> None:
    canvas.enrol(ZHANG, CHEN)
    canvas.state.temperament.concluded = frozenset({COURSE_ID})  # type: ignore[attr-defined]
    world.earn_many([(ZHANG, 33), (CHEN, 21)])
    world.settle()
    assert world.columns()[0]["reason"] == "course_gone"
    assert canvas.scores_sent() <= 2

    canvas.state.temperament.concluded = frozenset()  # type: ignore[attr-defined]
    clock.advance(2 * 3600)
    world.mirror().run_pass()

    assert (canvas.score(ZHANG), canvas.score(CHEN)) == (33, 21)


def test_a_column_of_its_own_is_found_among_many(world: World) -> None:
    campus = world.campus("canvas", graded=False)
    client = campus.tool.client_id
    for number in range(25):
        campus.state.add_line_item(COURSE_ID, client, f"作业{number}", 10)
    campus.state.add_line_item(COURSE_ID, client, "学分", 50, resource_id="xuefen:hz-2026", tag="total")
    world.earn(ZHANG, 33)
    world.settle()

    assert campus.score() == 33
    assert campus.calls("POST", "/line_items") == []


def test_two_schools_under_one_issuer_are_two_platforms(world: World) -> None:
    first, second = world.campus("canvas"), world.campus("canvas", launched=False)
    second.launch(CHEN)
    world.earn_many([(ZHANG, 33), (CHEN, 21)])
    world.settle()

    assert first.state.issuer == second.state.issuer
    assert (first.score(ZHANG), first.score(CHEN)) == (33, None)
    assert (second.score(ZHANG), second.score(CHEN)) == (None, 21)
