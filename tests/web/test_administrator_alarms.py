"""What an administrator is told of gradebooks that are not equal, and the trial of a course's gradebook."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from lti_tool.lti.http import PlatformHttp
from lti_tool.storage.queries.failures import note_failure
from lti_tool.storage.queries.grades_trials import claim_trial, record_trial
from lti_tool.storage.queries.people import get_person
from tests.web.administration import PROGRAMME, Place, book
from tests.web.launching import Installation


@pytest.mark.parametrize("room", ["", "/grades"])
def test_grades_that_do_not_arrive_raise_an_alarm(tool: Installation, moodle: Place, canvas: Place, room: str) -> None:
    column = book(tool, moodle)
    column.cell(tool.member(moodle.course, "1"), "retrying", "not_gradable", refusals=2)
    book(tool, canvas).cell(tool.member(canvas.course, "9"), "retrying", "not_gradable", refusals=9)
    assert "Grades do not arrive" not in moodle.admin.get(f"administration{room}").text

    column.cell(tool.member(moodle.course, "2"), "retrying", "not_gradable", refusals=3)
    column.cell(tool.member(moodle.course, "3"), "blocked", "bad_score", refusals=7)
    book(tool, moodle, tag="online", state="blocked", reason="no_access", attempts=3)

    page = moodle.admin.get(f"administration{room}")
    assert "Grades do not arrive" in page.text
    assert "2 grades have been refused three times or more." in page.words
    assert "1 column has been refused three times or more." in page.words


def test_an_lms_that_shows_another_value_raises_an_alarm_until_that_is_respected(
    tool: Installation, moodle: Place
) -> None:
    column, now = book(tool, moodle), tool.clock()
    seen = {"confirmed_value": Decimal(33), "confirmed_at": now - timedelta(hours=1), "lms_value": Decimal(20)}
    cell = column.cell(tool.member(moodle.course, "1"), "overridden", "overridden", drifted_at=now, **seen)
    healed = {"confirmed_value": Decimal(33), "confirmed_at": now, "drifted_at": now - timedelta(hours=1)}
    column.cell(tool.member(moodle.course, "2"), "settled", **healed)

    said = "The LMS shows another value than was sent in 1 cell."
    assert said in moodle.admin.get("administration/grades").words

    moodle.admin.post(f"administration/grades/{cell}/respect")

    assert said not in moodle.admin.get("administration/grades").words


def test_a_page_of_many_cells_takes_as_many_queries_as_one_of_few(tool: Installation, moodle: Place) -> None:
    column = book(tool, moodle)
    column.cell(tool.member(moodle.course, "0"), "retrying", "not_gradable")
    count_queries(tool, moodle)  # whatever is asked only once in a while
    few = count_queries(tool, moodle)
    for number in range(1, 30):
        column.exchange(column.cell(tool.member(moodle.course, f"u{number}"), "retrying", "not_gradable"))

    assert count_queries(tool, moodle) == few
    assert max(few.values()) <= 11


def count_queries(tool: Installation, moodle: Place) -> dict[str, int]:
    """Of each page about grades."""
    asked: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    found = {}
    event.listen(tool.db.engine, "before_cursor_execute", note)
    for room in ("", "/grades", "/exchanges", f"/courses/{moodle.course}"):
        asked.clear()
        assert moodle.admin.get(f"administration{room}").status == 200
        found[room] = len([one for one in asked if not one.startswith(("BEGIN", "COMMIT"))])
    event.remove(tool.db.engine, "before_cursor_execute", note)
    return found


@pytest.mark.parametrize("room", ["", "/grades", "/exchanges", "/courses/1"])
def test_no_page_about_grades_calls_the_lms(
    tool: Installation, moodle: Place, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a page waits for the LMS")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr(PlatformHttp, "call", refuse)
    book(tool, moodle).cell(tool.member(moodle.course, "1"), "due", next_attempt_at=tool.clock())

    assert moodle.admin.get(f"administration{room}").status == 200


def test_neither_does_a_learners_own_page(tool: Installation, moodle: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlatformHttp, "call", lambda *_: pytest.fail("a page waits for the LMS"))
    member = tool.member(moodle.course, "1", "a6f10c3e")
    since = tool.clock() - timedelta(minutes=2)
    book(tool, moodle).cell(member, "settled", confirmed_value=Decimal(33), in_gradebook_since=since)
    learner = tool.visit(
        moodle.platform, moodle.course, "trainee", sub="1", programme=PROGRAMME, participant="a6f10c3e"
    )

    page = learner.get("credits")

    assert "On the way to the gradebook. It shows 33 credits at the moment." in page.words


# A trial


def test_a_trial_is_asked_for_and_told_step_by_step(tool: Installation, moodle: Place) -> None:
    here = f"administration/courses/{moodle.course}"
    assert "Try the gradebook" in moodle.admin.get(here).text

    assert "done=trial" in moodle.admin.post(f"{here}/trial", {}).location
    assert "a worker makes it" in moodle.admin.get(here).words

    finish(tool, moodle, [["make", "ok", ""], ["send", "no_access", "<b>denied</b>"], ["remove", "ok", ""]])
    page = moodle.admin.get(here)
    for shown in ("make a column ✓ worked", "send a grade did not work", "no longer lets Xuefen write grades"):
        assert shown in page.words
    assert "&lt;b&gt;denied&lt;/b&gt;" in page.text


def test_a_trial_without_a_learner_says_so(tool: Installation, moodle: Place) -> None:
    here = f"administration/courses/{moodle.course}"
    moodle.admin.post(f"{here}/trial", {})
    finish(tool, moodle, [["make", "ok", ""], ["send", "nobody", ""], ["remove", "ok", ""]])

    assert "No learner of this course is known yet" in moodle.admin.get(here).text


def test_a_course_of_another_platform_is_not_tried(tool: Installation, moodle: Place, canvas: Place) -> None:
    assert moodle.admin.post(f"administration/courses/{canvas.course}/trial", {}).status == 404


def finish(tool: Installation, moodle: Place, steps: list[list[str]]) -> None:
    """What a worker leaves behind."""
    now = tool.clock()
    with tool.db.begin() as conn:
        assert claim_trial(conn, "worker", now, now, platform_id=moodle.platform)
        record_trial(conn, moodle.course, steps, now, owner="worker")


# Credits that cannot be computed


@pytest.mark.parametrize("room", ["", "/grades"])
def test_an_administrator_sees_whose_credits_cannot_be_computed(
    tool: Installation, moodle: Place, canvas: Place, room: str
) -> None:
    note(tool, PROGRAMME, "a6f10c3e", 1)
    for place in (moodle, canvas):
        page = place.admin.get(f"administration{room}")
        assert ("The credits of 1 person cannot be computed" in page.words) is (place is moodle)
    page = moodle.admin.get(f"administration{room}")
    assert "张老师 ( a6f10c3e ," in page.words
    assert "ValueError" in page.words
    assert "Grades do not arrive" not in page.words

    note(tool, PROGRAMME, "a6f10c3e", 0)  # since then something happened, and they have yet to be tried

    assert "cannot be computed" not in moodle.admin.get(f"administration{room}").words


def note(tool: Installation, programme: str, participant: str, touch: int) -> None:
    """What a worker leaves behind that could not compute somebody."""
    now = tool.clock()
    with tool.db.begin() as conn:
        person = get_person(conn, programme, participant)
        assert person is not None
        row = {"programme_id": programme, "participant_id": participant, "touch": person["touched"] + touch - 1}
        note_failure(conn, {**row, "failed_at": now, "again_at": now + timedelta(minutes=10), "error": "ValueError"})
