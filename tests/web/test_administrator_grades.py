"""Gradebooks on an administrator's pages: how they stand, what was refused and why, and what can be done."""

from datetime import timedelta
from decimal import Decimal

import pytest

from lti_tool.grades.decide import Manner, Send, decide_send
from lti_tool.grades.rows import to_cell
from tests.support.clock import FakeClock
from tests.web.administration import PROGRAMME, Place, book
from tests.web.gradebooks import Gradebook
from tests.web.launching import Installation


def test_the_state_of_the_mirror_is_told_with_its_lag(tool: Installation, moodle: Place, canvas: Place) -> None:
    waits = tool.clock() - timedelta(minutes=25)
    column = book(tool, moodle)
    column.cell(tool.member(moodle.course, "1"), "settled", confirmed_value=Decimal(33))
    column.cell(tool.member(moodle.course, "2"), "due", pending_since=waits, next_attempt_at=tool.clock())
    theirs = book(tool, canvas)
    theirs.cell(tool.member(canvas.course, "3"), "due", pending_since=waits - timedelta(days=1))

    page = moodle.admin.get("administration/grades")

    assert "In the gradebook 1 cell" in page.words
    assert "On the way 1 cell" in page.words
    assert "25 min" in page.text
    assert "No grade is refused: nothing to do here." in page.text


def test_a_refused_cell_says_what_the_lms_answered_what_it_means_and_what_to_do(
    tool: Installation, moodle: Place
) -> None:
    learner = tool.member(moodle.course, "1", "a6f10c3e", name="张老师")
    answer = "<i>User not found or not a student</i>"
    book(tool, moodle).cell(learner, "retrying", "not_gradable", detail=answer)

    page = moodle.admin.get("administration/grades")

    for shown in (
        "张老师",
        "The LMS accepts no grade for this person in this course.",
        "no longer enrolled as a learner there, or the course is not published yet",
        "Enrol the person as a learner or publish the course, then retry",
        "&lt;i&gt;User not found or not a student&lt;/i&gt;",
        "Retry now",
        "Skip",
    ):
        assert shown in page.text


def test_retry_skip_and_retry_again(tool: Installation, moodle: Place) -> None:
    column = book(tool, moodle)
    cell = column.cell(tool.member(moodle.course, "1"), "blocked", "bad_score", detail="no", refusals=4, attempts=4)

    skipped = moodle.admin.post(f"administration/grades/{cell}/skip")
    assert "done=skip" in skipped.location
    assert (column.read(cell)["state"], column.read(cell)["next_attempt_at"]) == ("skipped", None)
    assert "An administrator set this cell aside." in moodle.admin.get("administration/grades", show="skipped").text

    moodle.admin.post(f"administration/grades/{cell}/retry")
    row = column.read(cell)
    assert (row["state"], row["next_attempt_at"], row["reason"], row["attempts"]) == ("due", tool.clock(), None, 0)


def test_whoever_looks_has_the_gradebooks_of_that_platform_read_soon(
    tool: Installation, moodle: Place, canvas: Place, clock: FakeClock
) -> None:
    columns = book(tool, moodle), book(tool, canvas)
    clock.advance(180)
    tool.visit(moodle.platform, moodle.course, "administrator", programme=PROGRAMME).get("administration/grades")

    assert [column.read_column()["read_back_at"] is not None for column in columns] == [True, False]


def overridden(tool: Installation, place: Place) -> tuple[Gradebook, int]:
    """33 credits were confirmed, then a trainer entered 12 there."""
    column = book(tool, place)
    confirmed = {"value": Decimal(33), "maximum": Decimal(50), "comment": "33", "progress": "InProgress"}
    cell = column.cell(
        tool.member(place.course, "1"),
        "overridden",
        "overridden",
        lms_value=Decimal(12),
        attempted_timestamp=tool.clock() - timedelta(hours=1),
        **{f"{which}_{name}": value for which in ("attempted", "confirmed") for name, value in confirmed.items()},
    )
    return column, cell


def test_a_grade_that_somebody_changed_may_be_respected(tool: Installation, moodle: Place) -> None:
    column, cell = overridden(tool, moodle)
    assert "Leave it as it is in the LMS" in moodle.admin.get("administration/grades").text

    moodle.admin.post(f"administration/grades/{cell}/respect")

    assert column.read(cell)["state"] == "skipped"
    assert "nothing to do here" in moodle.admin.get("administration/grades").text
    aside = moodle.admin.get("administration/grades", show="skipped")
    assert "Somebody changed this grade in the LMS." in aside.text
    assert "Send the credits again" in aside.text


@pytest.mark.parametrize("respected_before", [False, True])
def test_a_grade_that_somebody_changed_may_be_replaced(
    tool: Installation, moodle: Place, respected_before: bool
) -> None:
    column, cell = overridden(tool, moodle)
    if respected_before:
        moodle.admin.post(f"administration/grades/{cell}/respect")

    moodle.admin.post(f"administration/grades/{cell}/retry")

    pressed = tool.clock()
    decision = decide_send(to_cell(column.read(cell)), tool.clock.advance(60), Manner(settle=timedelta(seconds=5)))
    assert isinstance(decision, Send)
    assert decision.timestamp > pressed  # an earlier one would be refused as older than the trainer's own


def test_only_a_grade_that_somebody_changed_can_be_respected(tool: Installation, moodle: Place) -> None:
    cell = book(tool, moodle).cell(tool.member(moodle.course, "1"), "blocked", "bad_score")

    assert moodle.admin.post(f"administration/grades/{cell}/respect").status == 404
    assert moodle.admin.post(f"administration/grades/{cell}/explode").status == 404


@pytest.mark.parametrize("state", ["left", "settled", "idle"])
def test_nothing_can_be_done_about_a_cell_that_nothing_is_wrong_with(
    tool: Installation, moodle: Place, state: str
) -> None:
    cell = book(tool, moodle).cell(tool.member(moodle.course, "1"), state, "left" if state == "left" else None)

    for action in ("retry", "skip", "respect"):
        assert moodle.admin.post(f"administration/grades/{cell}/{action}").status == 404


def test_retrying_a_cell_looks_for_its_column_and_calls_its_platform_too(tool: Installation, moodle: Place) -> None:
    column = book(tool, moodle, state="blocked", reason="no_access", detail="403 insufficient scope")
    column.pause(tool.clock() + timedelta(minutes=4), "platform_down", "503")
    cell = column.cell(tool.member(moodle.course, "1", name="张老师"), "due")
    waiting = moodle.admin.get("administration/grades", show="due")
    assert waiting.text.count("403 insufficient scope") == 2  # at the column, and at the cell that waits for it

    moodle.admin.post(f"administration/grades/{cell}/retry")

    assert column.read_column()["next_attempt_at"] == tool.clock()
    assert "out of order" not in moodle.admin.get("administration/grades").text


def test_a_cell_that_a_worker_holds_is_left_to_it(tool: Installation, moodle: Place) -> None:
    column = book(tool, moodle)
    held = {"lease_owner": "worker", "next_attempt_at": tool.clock() + timedelta(seconds=20)}
    cell = column.cell(tool.member(moodle.course, "1"), "due", **held)

    answer = moodle.admin.post(f"administration/grades/{cell}/skip")

    assert "done=busy" in answer.location
    assert column.read(cell)["state"] == "due"
    tool.clock.advance(21)
    moodle.admin.post(f"administration/grades/{cell}/skip")
    assert column.read(cell)["state"] == "skipped"


def test_retry_everything_reaches_what_was_refused_on_this_platform_and_nothing_else(
    tool: Installation, moodle: Place, canvas: Place
) -> None:
    column = book(tool, moodle, state="blocked", reason="no_service", next_attempt_at=None)
    column.pause(tool.clock() + timedelta(minutes=4), "platform_down", "503 Service Unavailable")
    states = ["blocked", "retrying", "overridden", "skipped", "settled", "left"]
    cells = [column.cell(tool.member(moodle.course, state), state, "bad_score") for state in states]
    theirs = book(tool, canvas)
    other = theirs.cell(tool.member(canvas.course, "1"), "blocked", "bad_score")
    before = moodle.admin.get("administration/grades")
    assert "The LMS is out of order at the moment." in before.text
    assert "503 Service Unavailable" in before.text
    assert "The LMS offered no grade service for this course." in before.text

    moodle.admin.post("administration/grades/retry")

    assert [column.read(cell)["state"] for cell in cells] == ["due", "due", *states[2:]]
    assert column.read_column()["next_attempt_at"] == tool.clock()
    assert theirs.read(other)["state"] == "blocked"
    assert "out of order" not in moodle.admin.get("administration/grades").text


def test_one_column_is_looked_for_again(tool: Installation, moodle: Place, canvas: Place) -> None:
    column = book(tool, moodle, state="blocked", reason="no_access", detail="403 insufficient scope")

    assert "403 insufficient scope" in moodle.admin.get("administration/grades").text
    assert canvas.admin.post(f"administration/columns/{column.id}/retry").status == 404
    assert column.read_column()["next_attempt_at"] is None
    assert moodle.admin.post(f"administration/columns/{column.id}/retry").status == 302

    assert column.read_column()["next_attempt_at"] == tool.clock()


def test_a_column_that_a_worker_is_making_is_left_to_it(tool: Installation, moodle: Place) -> None:
    until = tool.clock() + timedelta(seconds=20)
    column = book(tool, moodle, state="missing", url=None, lease_owner="worker", next_attempt_at=until)

    answer = moodle.admin.post(f"administration/columns/{column.id}/retry")
    moodle.admin.post("administration/grades/retry")

    assert "done=busy" in answer.location
    assert (column.read_column()["next_attempt_at"], column.read_column()["lease_owner"]) == (until, "worker")


def test_cells_of_another_platform_are_out_of_reach(tool: Installation, moodle: Place, canvas: Place) -> None:
    column = book(tool, canvas)
    cell = column.cell(tool.member(canvas.course, "1", name="Somebody else"), "blocked", "bad_score")
    column.exchange(cell)

    for action in ("retry", "skip", "respect"):
        assert moodle.admin.post(f"administration/grades/{cell}/{action}").status == 404
    assert moodle.admin.get("administration/exchanges", cell=cell).status == 404
    assert "Somebody else" not in moodle.admin.get("administration/grades").text
    assert "lms.example/lineitems" not in moodle.admin.get("administration/exchanges").text
    assert column.read(cell)["state"] == "blocked"


def test_cells_come_in_pages_and_an_unknown_filter_is_not_found(tool: Installation, moodle: Place) -> None:
    column = book(tool, moodle)
    cells = [column.cell(tool.member(moodle.course, f"u-{number:02}"), "blocked", "bad_score") for number in range(31)]

    first = moodle.admin.get("administration/grades")
    second = moodle.admin.get("administration/grades", after=cells[29])

    assert "u-29" in first.text
    assert "u-30" not in first.text
    assert "u-30" in second.text
    assert moodle.admin.get("administration/grades", show="everything").status == 404


def test_every_call_can_be_read_whatever_its_outcome(tool: Installation, moodle: Place) -> None:
    column = book(tool, moodle)
    cell = column.cell(tool.member(moodle.course, "1", name="张老师"), "retrying", "not_gradable")
    column.exchange(cell)
    column.exchange(status=None, answer="timed out", outcome="timeout", kind="find")

    everything = moodle.admin.get("administration/exchanges")
    of_the_cell = moodle.admin.get("administration/exchanges", cell=cell)

    for shown in ("张老师", "User not found or not a student", "422", "87 ms", "scoreGiven", "took too long"):
        assert shown in everything.text
    assert "no answer" in everything.text
    assert "timed out" not in of_the_cell.text
    assert "Only the calls about one cell are shown." in of_the_cell.text


def test_calls_come_in_pages_newest_first(tool: Installation, moodle: Place) -> None:
    column = book(tool, moodle)
    rows = [column.exchange(answer=f"answer {number:02}") for number in range(31)]

    first, second = (
        moodle.admin.get("administration/exchanges"),
        moodle.admin.get("administration/exchanges", before=rows[1]),
    )

    assert "answer 30" in first.text
    assert "answer 00" not in first.text
    assert "answer 00" in second.text
