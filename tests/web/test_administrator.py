"""An administrator's pages: everything of the platform that they launched from, and nothing of any other."""

import re

import pytest

from lti_tool.storage.queries import lti, programmes
from tests.web.administration import CANVAS, MOODLE, OTHER, PROGRAMME, Place
from tests.web.launching import Installation, another_programme

ROOMS = ["", "/launches", "/credentials", "/grades", "/exchanges", "/statements"]


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
