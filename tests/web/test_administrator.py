"""An administrator's pages: everything of the platform that they launched from, and nothing of any other."""

import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from lti_tool.grades.decide import Manner, Send, decide_send
from lti_tool.grades.rows import to_cell
from lti_tool.storage.queries import lti, programmes
from tests.support.clock import FakeClock
from tests.support.statements import slice_
from tests.web.gradebooks import Gradebook
from tests.web.launching import Installation, Visitor, another_programme
from xapi import credentials

MOODLE, CANVAS = "https://moodle.example.org", "https://canvas.example.edu"
PROGRAMME, OTHER = "hz-2026", "nb-2027"
ROOMS = ["", "/launches", "/credentials", "/grades", "/exchanges", "/statements"]


class Place(SimpleNamespace):
    """A platform with a course that shows a programme, and its administrator."""

    platform: int
    course: int
    admin: Visitor
    programme: str


def settle(tool: Installation, issuer: str, programme: str) -> Place:
    platform = tool.register(issuer)
    course = tool.course(platform, f"course of {issuer}", shows=programme)
    admin = tool.visit(platform, course, "administrator", sub="admin", programme=programme)
    return Place(platform=platform, course=course, admin=admin, programme=programme)


@pytest.fixture
def moodle(tool: Installation) -> Place:
    tool.load()
    return settle(tool, MOODLE, PROGRAMME)


@pytest.fixture
def canvas(tool: Installation) -> Place:
    tool.load(another_programme(OTHER, "Ningbo 2027"))
    return settle(tool, CANVAS, OTHER)


def book(tool: Installation, place: Place, **said: Any) -> Gradebook:
    return Gradebook(tool.db, place.platform, place.course, place.programme, tool.clock(), **said)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("role", ["trainee", "trainer"])
def test_only_administrators_come_in(tool: Installation, moodle: Place, role: str, room: str) -> None:
    other = tool.visit(moodle.platform, moodle.course, role, programme=PROGRAMME)

    page = other.get(f"administration{room}")

    assert page.status == 403
    assert "Your role in this course does not include this page." in page.text


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_opens_before_anything_has_happened(tool: Installation, room: str) -> None:
    platform = tool.register(MOODLE)
    admin = tool.visit(platform, tool.course(platform), "administrator")

    assert admin.get(f"administration{room}").status == 200
    assert admin.get(f"administration{room}", lang="zh-CN").status == 200


def test_the_registration_stands_there_with_its_courses(tool: Installation, moodle: Place, canvas: Place) -> None:
    tool.course(moodle.platform, "lonely")
    tool.member(moodle.course, "known", "a6f10c3e")
    tool.member(moodle.course, "stranger")

    page = moodle.admin.get("administration")

    for shown in (MOODLE, f"{MOODLE}/key_set_url", "Course lonely", "none chosen yet", "1 unmatched", "提升工程2.0"):
        assert shown in page.text
    assert CANVAS not in page.text
    assert "Ningbo" not in page.text


def test_many_courses_come_in_pages(tool: Installation, moodle: Place) -> None:
    rows = [tool.course(moodle.platform, f"c-{number:02}") for number in range(30)]

    first, second = moodle.admin.get("administration"), moodle.admin.get("administration", after=rows[-2])

    assert "c-28" in first.text
    assert "c-29" not in first.text
    assert "Next page" in first.text
    assert "c-29" in second.text


@pytest.mark.parametrize("number", ["-1", "abc", "9" * 30, "１", "1e3"])
def test_an_address_that_names_no_number_is_not_found(moodle: Place, number: str) -> None:
    assert moodle.admin.get("administration", after=number).status == 404


def test_launches_tell_who_came_and_who_was_refused(tool: Installation, moodle: Place, canvas: Place) -> None:
    tool.member(moodle.course, "1", "a6f10c3e", name="张老师")
    tool.member(moodle.course, "2", name="陌生人")
    tool.member(canvas.course, "3", name="Somebody else")
    with tool.db.begin() as conn:
        lti.add_refusal(conn, tool.clock(), moodle.platform, "expired_token", "exp 90 s ago")
        lti.add_refusal(conn, tool.clock(), canvas.platform, "bad_token", "not for these eyes")
        lti.add_refusal(conn, tool.clock(), None, "unknown_platform", "https://stranger.example")

    page = moodle.admin.get("administration/launches")

    for shown in ("张老师", "陌生人", "unmatched", "message is too old", "exp 90 s ago"):
        assert shown in page.text
    for hidden in ("Somebody else", "not for these eyes", "stranger.example"):
        assert hidden not in page.text


def test_people_come_in_pages_whoever_was_seen_last_first(tool: Installation, moodle: Place) -> None:
    for number in range(31):
        tool.clock.advance(number % 2)  # some at the same moment
        tool.member(moodle.course, f"u-{number:02}", name=f"Person {number:02}")

    first = moodle.admin.get("administration/launches")
    following = re.search(r"seen=([\w%-]+)", first.text)
    assert following is not None
    second = moodle.admin.get("administration/launches", seen=following[1])

    assert "Person 30" in first.text
    assert "Person 00" not in first.text
    assert re.findall(r"Person \d\d", second.text) == ["Person 00"]
    assert moodle.admin.get("administration/launches", seen="nonsense").status == 404


def new_key(**said: Any) -> dict[str, Any]:
    return {"name": "Content server", "programme": PROGRAMME, "scope": ["statements/write"], **said}


def test_a_key_is_made_its_secret_shown_once_and_it_works(tool: Installation, moodle: Place) -> None:
    made = moodle.admin.post("administration/credentials", new_key(evidence=["online", "offline"]))

    key, secret = re.findall(r"<code>([\w-]{20,})</code>", made.text)[:2]
    assert made.status == 201
    assert "shown only this once" in made.text
    with tool.db.read() as conn:
        found = credentials.authenticate(conn, key, secret, tool.clock())
    assert found is not None
    assert (found.tenant, found.scopes) == (PROGRAMME, {"statements/write"})
    assert found.attributes == {"evidence": ["offline", "online"]}
    page = moodle.admin.get("administration/credentials")
    assert "Content server" in page.text
    assert "never" in page.text
    assert secret not in page.text


def test_the_last_use_of_a_key_is_told(tool: Installation, moodle: Place) -> None:
    made = moodle.admin.post("administration/credentials", new_key())
    key = re.findall(r"<code>([\w-]{20,})</code>", made.text)[0]
    with tool.db.read() as conn:
        source = credentials.find_credential(conn, key)
    assert source is not None
    tool.app.extensions["xuefen"].store.accept([slice_("2026-10-13T19:20:00Z", "2026-10-13T19:25:00Z")], source)

    assert "never" not in moodle.admin.get("administration/credentials").text


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"name": " "}, "Give it a name"),
        ({"name": "x" * 101}, "Give it a name"),
        ({"scope": []}, "Choose at least one thing"),
        ({"scope": ["root"]}, "Choose at least one thing"),
        ({"evidence": ["gold"]}, "Choose from the kinds"),
        ({"programme": OTHER}, "Choose a programme that a course of this platform shows."),
        ({"programme": ""}, "Choose a programme that a course of this platform shows."),
    ],
)
def test_a_key_that_cannot_be_is_not_made_and_the_form_keeps_what_was_typed(
    tool: Installation, moodle: Place, canvas: Place, said: dict[str, Any], complaint: str
) -> None:
    answer = moodle.admin.post("administration/credentials", new_key(**said))

    assert answer.status == 422
    assert complaint in answer.text
    assert 'aria-invalid="true"' in answer.text or "-error" in answer.text
    with tool.db.read() as conn:
        assert credentials.list_credentials(conn) == []


def test_keys_of_others_are_neither_seen_nor_revoked(tool: Installation, moodle: Place, canvas: Place) -> None:
    with tool.db.begin() as conn:
        theirs, _ = credentials.create(conn, "Their content", ("all",), tenant=OTHER)
        everybodys, _ = credentials.create(conn, "Of the whole installation", ("all",))
        mine, _ = credentials.create(conn, "My content", ("all",), tenant=PROGRAMME)

    page = moodle.admin.get("administration/credentials")
    answers = [
        moodle.admin.post("administration/credentials/revoke", {"key": key}).status
        for key in (theirs, everybodys, "no such key", mine)
    ]

    assert "My content" in page.text
    assert "Their content" not in page.text
    assert "whole installation" not in page.text
    assert answers == [404, 404, 404, 302]
    with tool.db.read() as conn:
        assert {found.key for found in credentials.list_credentials(conn)} == {theirs, everybodys}


def test_the_key_of_our_own_pages_cannot_be_revoked_by_mistake(tool: Installation, moodle: Place) -> None:
    with tool.db.begin() as conn:
        key, _ = credentials.create(conn, "Xuefen", ("all",), tenant=PROGRAMME, attributes={"made_by": "Xuefen"})

    assert "own pages write with it" in moodle.admin.get("administration/credentials").text
    assert moodle.admin.post("administration/credentials/revoke", {"key": key}).status == 404


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


def test_a_course_that_shows_the_wrong_programme_is_put_right(tool: Installation, moodle: Place, canvas: Place) -> None:
    tool.load(another_programme("wz-2027", "Wenzhou 2027"))
    wrong = tool.course(moodle.platform, "wrong", shows="wz-2027")
    known = tool.member(wrong, "a6f10c3e-2b7d-4c55", "c41b77e0")  # c41b77e0 is who that is in the wrong programme
    stranger = tool.member(wrong, "9999", "c41b77e0")

    page = moodle.admin.get(f"administration/courses/{wrong}")
    answer = moodle.admin.post(f"administration/courses/{wrong}", {"programme": PROGRAMME})

    assert "Course wrong" in page.text
    assert 'value="wz-2027" checked' in page.text
    assert "Ningbo" not in page.text
    assert "done=programme" in answer.location
    with tool.db.read() as conn:
        rows = conn.exec_driver_sql("SELECT id, participant_id FROM lti_members ORDER BY id").all()
    assert [tuple(row) for row in rows] == [(known, "a6f10c3e"), (stranger, None)]
    assert 'value="hz-2026" checked' in moodle.admin.get(f"administration/courses/{wrong}").text


def test_a_choice_outlives_the_next_launch_even_where_the_course_was_linked_by_command(
    tool: Installation, moodle: Place
) -> None:
    tool.load(another_programme("wz-2027", "Wenzhou 2027"))
    with tool.db.begin() as conn:
        programmes.link_course(conn, PROGRAMME, MOODLE, "c-7")
    course = tool.course(moodle.platform, "c-7", shows=PROGRAMME)

    moodle.admin.post(f"administration/courses/{course}", {"programme": "wz-2027"})

    with tool.db.read() as conn:
        assert programmes.find_linked_programme(conn, MOODLE, "c-7") == "wz-2027"


def test_courses_and_programmes_of_another_platform_are_out_of_reach(
    tool: Installation, moodle: Place, canvas: Place
) -> None:
    theirs, mine = f"administration/courses/{canvas.course}", f"administration/courses/{moodle.course}"

    assert moodle.admin.get(theirs).status == 404
    assert moodle.admin.post(theirs, {"programme": PROGRAMME}).status == 404
    assert moodle.admin.post(mine, {"programme": OTHER}).status == 404
    assert moodle.admin.post(mine, {}).status == 422
