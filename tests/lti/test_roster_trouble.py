"""Rosters that cannot be read: each refusal is named, changes nobody, and is not asked for again at once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from sqlalchemy import update

from lti_tool.demo.people import PEOPLE
from lti_tool.demo.records import ServiceError
from lti_tool.lti.rosters import BUSY, CONTINUES, EVERY, READ
from lti_tool.storage.database import Database
from lti_tool.storage.queries import rosters as queries
from lti_tool.storage.tables.lti import lti_contexts, lti_platforms, lti_rosters
from tests.grades.campus import PROGRAMME, ZHANG, World
from tests.lti.rosters import Course, Serve, crowd
from tests.support.clock import FakeClock


@pytest.fixture
def world(db: Database, clock: FakeClock, live_server: Serve) -> World:
    return World(db, clock, live_server)


@pytest.fixture
def moodle(world: World) -> Course:
    return Course(world)


# ── what can go wrong ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "problem", "wait"),
    [
        (401, "not_allowed", EVERY),
        (403, "not_allowed", EVERY),
        (404, "not_found", EVERY),
        (400, "unreadable", timedelta(minutes=15)),
        (429, "throttled", timedelta(minutes=15)),
        (503, "platform_down", timedelta(minutes=15)),
    ],
)
def test_a_refusal_is_named_and_changes_nobody(moodle: Course, status: int, problem: str, wait: timedelta) -> None:
    moodle.read()
    before, counts = moodle.members(), moodle.counts()
    _refuse_roster(moodle, status)

    assert moodle.read() == problem

    assert moodle.members() == before
    known = moodle.known()
    assert (known["problem"], known["busy_until"], known["counts"]) == (problem, None, counts)
    assert known["next_at"] == moodle.world.clock() + wait
    assert str(status) in known["detail"]


def test_a_scope_that_the_platform_took_back_is_no_access(world: World) -> None:
    course = Course(world, "canvas", scopes=("https://purl.imsglobal.org/spec/lti-ags/scope/score",))

    assert course.read() == "not_allowed"

    assert "invalid_scope" in course.known()["detail"]


def test_a_token_that_is_no_longer_taken_is_fetched_anew_once(moodle: Course) -> None:
    moodle.read()
    moodle.state.grants.clear()

    assert moodle.read() == READ


def test_failures_space_out_and_are_forgotten_with_the_next_success(moodle: Course) -> None:
    moodle.state.faults.status = 503
    waits = []
    for _ in range(7):
        moodle.read()
        waits.append((moodle.known()["next_at"] - moodle.world.clock()) / timedelta(minutes=15))
    assert waits == [1, 2, 4, 8, 16, 24, 24]

    moodle.state.faults.clear()
    moodle.read()

    assert (moodle.known()["failures"], moodle.known()["problem"]) == (0, None)


def test_a_platform_that_asks_for_patience_gets_it(moodle: Course) -> None:
    moodle.state.faults.status, moodle.state.faults.retry_after = 429, 7200

    moodle.read()

    assert moodle.known()["next_at"] == moodle.world.clock() + timedelta(hours=2)


def test_a_next_page_on_another_host_is_refused_and_sees_no_token(world: World, live_server: Serve) -> None:
    course = Course(world)
    place, seen = _stranger(live_server)
    _answer(course, live_server, {"members": [{"user_id": "1"}]}, link=f'<{place}/members>; rel="next"')

    assert course.read() == "foreign_address"

    assert not seen
    assert set(course.members()) == {ZHANG.sub}


def test_a_roster_on_another_host_than_the_platforms_is_not_called(world: World, live_server: Serve) -> None:
    course = Course(world)
    place, seen = _stranger(live_server)
    course.point_to(f"{place}/members")

    assert course.read() == "foreign_address"
    assert not seen


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<!doctype html><title>Log in</title>", "unreadable"),
        ("", "unreadable"),
        ("[]", "unreadable"),
        ('{"members": {"user_id": "1"}}', "unreadable"),
        ('{"members": []}', "empty"),
        ('{"members": ["1", {}, {"user_id": 7}, {"user_id": ""}]}', "empty"),
    ],
)
def test_an_answer_that_is_no_roster_changes_nobody(world: World, live_server: Serve, body: str, problem: str) -> None:
    course = Course(world)
    _answer(course, live_server, body)

    assert course.read() == problem

    assert course.member(ZHANG)["left_at"] is None


def test_a_failure_on_a_later_page_is_no_shorter_list(world: World, live_server: Serve) -> None:
    course = Course(world)
    _answer(course, live_server, {"members": [{"user_id": "x"}]}, link='</elsewhere>; rel="next"')

    assert course.read() == "not_found"

    assert set(course.members()) == {ZHANG.sub}


def test_a_list_without_end_is_given_up(world: World, live_server: Serve) -> None:
    course = Course(world)
    _answer(course, live_server, {"members": [{"user_id": "x"}]}, link='<?limit=500>; rel="next"')

    assert course.read() == "too_long"


def test_odd_entries_are_taken_for_what_they_are(world: World, live_server: Serve) -> None:
    course = Course(world)
    odd = {"user_id": "odd", "roles": "Learner", "name": "A &amp; B\n", "email": ["x"], "status": None}
    _answer(course, live_server, {"members": [odd, {"user_id": "x" * 300}, {"user_id": "a\0b"}, 5]})

    assert course.read() == READ

    row = course.members()["odd"]
    assert (row["name"], row["email"], row["roles"], row["is_trainee"]) == ("A & B", "", [], False)
    assert course.counts()["people"] == 1


def test_a_course_that_never_offered_a_roster_says_so(moodle: Course) -> None:
    moodle.point_to(None)

    assert moodle.read() == "no_service"


# ── when ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_worker_reads_a_course_at_most_every_six_hours(moodle: Course) -> None:
    assert moodle.rosters.sync_due()
    assert not moodle.rosters.sync_due()
    moodle.clock.advance(EVERY.total_seconds() - 1)
    assert not moodle.rosters.sync_due()
    moodle.clock.advance(1)
    assert moodle.rosters.sync_due()
    assert moodle.pages() == 2


def test_a_course_that_fails_is_left_in_peace(moodle: Course) -> None:
    _refuse_roster(moodle, 404)
    assert moodle.rosters.sync_due()

    for _ in range(5):
        moodle.clock.advance(3600)
        assert not moodle.rosters.sync_due()


def test_a_course_that_shows_another_programme_is_read_again(moodle: Course) -> None:
    moodle.rosters.sync_due()
    with moodle.world.db.begin() as conn:
        conn.execute(update(lti_rosters).values(programme_id="before"))

    assert moodle.rosters.sync_due()


def test_a_course_without_programme_or_roster_is_not_asked_about(moodle: Course) -> None:
    with moodle.world.db.begin() as conn:
        conn.execute(update(lti_contexts).values(programme_id=None))
    assert not moodle.rosters.sync_due()


def test_of_two_who_ask_at_once_one_reads(moodle: Course) -> None:
    moodle.state.faults.stall_seconds = 0.5
    said: list[str] = []
    readers = [threading.Thread(target=lambda: said.append(moodle.reader().sync(moodle.row))) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    assert sorted(said) == sorted([READ, BUSY])
    assert moodle.pages() == 1


def test_a_reader_that_died_holds_a_course_for_minutes_only(moodle: Course) -> None:
    now = moodle.world.clock()
    with moodle.world.db.begin() as conn:
        assert queries.claim(conn, moodle.row, PROGRAMME, now, now + timedelta(minutes=8))
    assert not moodle.rosters.sync_due()

    moodle.clock.advance(480)

    assert moodle.rosters.sync_due()


def test_a_long_roster_is_left_to_the_worker_while_somebody_waits(world: World) -> None:
    course = Course(world, "canvas", people=(*PEOPLE, *crowd(100)))
    course.state.faults.stall_seconds = 0.2

    assert course.rosters.read_soon(course.row, seconds=0.1) == CONTINUES

    assert course.known()["problem"] is None
    course.state.faults.clear()
    assert course.rosters.sync_due()
    assert course.counts()["people"] == 112


def test_asking_again_at_once_asks_nobody(moodle: Course) -> None:
    assert moodle.rosters.read_soon(moodle.row, seconds=5) == READ
    assert moodle.rosters.read_soon(moodle.row, seconds=5) == READ
    assert moodle.pages() == 1


def test_the_thread_of_the_worker_reads_until_it_is_told_to_stop(moodle: Course) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=moodle.rosters.run, args=(stop,))
    thread.start()
    for _ in range(100):
        if moodle.known() is not None and moodle.known()["read_at"] is not None:
            break
        stop.wait(0.1)
    stop.set()
    thread.join(5)

    assert not thread.is_alive()
    assert len(moodle.members()) == 12


def _stranger(live_server: Serve) -> tuple[str, list[str]]:
    """A host that is not the platform's, and what it was asked."""
    app, seen = Flask("stranger"), list[str]()

    @app.get("/members")
    def answer() -> Response:
        seen.append(request.headers.get("Authorization", ""))
        return jsonify(members=[{"user_id": "stranger"}])

    return live_server(app), seen


def _refuse_roster(course: Course, status: int) -> None:
    """The service answers this; tokens are given as ever."""

    def refuse() -> Any:
        raise ServiceError(status, "no")

    course.state.temperament.member_paging = refuse  # type: ignore[method-assign]


def _answer(course: Course, live_server: Serve, body: Any, link: str = "") -> None:
    """Another service of the platform's own that says this as the roster."""
    app = Flask("roster")

    @app.get("/members")
    def members_() -> Response:
        answer = jsonify(body) if isinstance(body, dict) else Response(body, content_type="text/html")
        if link:
            answer.headers["Link"] = link
        return answer

    base = live_server(app)
    course.point_to(f"{base}/members")
    with course.world.db.begin() as conn:
        conn.execute(update(lti_platforms).values(key_set_url=f"{base}/jwks"))
