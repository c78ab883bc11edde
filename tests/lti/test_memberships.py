"""Names and roles: the roster of a course, read from the demo platform over real HTTP and taken over."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, Response, jsonify
from sqlalchemy import event, select, update

from lti_tool.credits.service import Credits
from lti_tool.demo.people import COURSE_ID, PEOPLE, Person
from lti_tool.demo.records import ServiceError
from lti_tool.domain.identifiers import account_key
from lti_tool.lti.http import PlatformHttp
from lti_tool.lti.rosters import BUSY, CONTINUES, EVERY, READ, Rosters
from lti_tool.lti.tokens import AccessTokens
from lti_tool.storage.database import Database
from lti_tool.storage.queries import members, people
from lti_tool.storage.queries import rosters as queries
from lti_tool.storage.tables.lti import lti_contexts, lti_members, lti_platforms, lti_rosters
from lti_tool.storage.tables.programmes import identifiers
from tests.grades.campus import CHEN, LEARNERS, LI, PROGRAMME, ZHANG, Campus, World
from tests.support.clock import FakeClock

Serve = Callable[..., str]
TEACHER = next(person for person in PEOPLE if person.role_in(COURSE_ID) == "instructor")


class Course:
    """A course of a demo platform after one launch, and the tool's roster of it."""

    def __init__(self, world: World, temperament: str = "moodle", **more: Any) -> None:
        self.world = world
        self.campus: Campus = world.campus(temperament, **more)
        self.state = self.campus.state
        self.row = self.campus.context_row
        self.url = self.state.temperament.members_url(COURSE_ID, self.campus.tool)
        self.point_to(self.url)
        self.rosters = self.reader()

    def reader(self, timeout: float = 2.0) -> Rosters:
        http = PlatformHttp(allow_private_hosts=True, timeout=timeout)
        return Rosters(self.world.db, http, AccessTokens(self.world.db, http, self.world.clock), self.world.clock)

    def point_to(self, url: str | None) -> None:
        """The launch said that the roster is there."""
        with self.world.db.begin() as conn:
            conn.execute(update(lti_contexts).where(lti_contexts.c.id == self.row).values(memberships_url=url))

    def read(self) -> str:
        return self.rosters.sync(self.row)

    def member(self, person: Person) -> Any:
        return self.members()[person.sub]

    def members(self) -> dict[str, Any]:
        with self.world.db.read() as conn:
            query = select(lti_members).where(lti_members.c.context_id == self.row)
            return {row["sub"]: row for row in conn.execute(query).mappings()}

    def known(self) -> Any:
        with self.world.db.read() as conn:
            return queries.find_roster(conn, self.row)

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = self.known()["counts"]
        return found

    def leave(self, person: Person) -> None:
        del self.state.people[person.sub]

    def enrol(self, person: Person) -> None:
        self.state.people[person.sub] = person

    def pages(self) -> int:
        """How many calls the roster service has had."""
        return len([call for call in self.state.requests if call.path in self.url])


@pytest.fixture
def world(db: Database, clock: FakeClock, live_server: Serve) -> World:
    return World(db, clock, live_server)


@pytest.fixture
def moodle(world: World) -> Course:
    return Course(world)


def crowd(number: int) -> tuple[Person, ...]:
    """Learners whom no programme knows."""
    return tuple(
        Person(f"x{n}", f"学员{n}", f"x{n}@example.org", "学", f"员{n}", {COURSE_ID: "learner"}) for n in range(number)
    )


@contextmanager
def statements_of(db: Database) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    said: list[str] = []

    def listen(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


# ── who is there ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("temperament", ["moodle", "canvas", "generic"])
def test_everybody_of_the_course_is_known_after_one_launch(world: World, temperament: str) -> None:
    course = Course(world, temperament)

    assert course.read() == READ

    found = course.members()
    assert set(found) == {person.sub for person in PEOPLE}
    for person in LEARNERS:
        row = found[person.sub]
        assert (row["participant_id"], row["is_trainee"], row["left_at"]) == (person.participant_id, True, None)
        assert row["name"] == person.name, "family name first, whatever the order of the platform"
    assert not found[TEACHER.sub]["is_trainee"]
    assert course.counts() == {
        "people": 12, "learners": 10, "new": 9, "returned": 0, "matched": 10, "unmatched": 0, "left": 0,
    }  # fmt: skip


def test_who_never_launched_has_not_been_seen(moodle: Course) -> None:
    moodle.read()

    assert moodle.member(ZHANG)["seen_at"] is not None
    assert moodle.member(CHEN)["seen_at"] is None


def test_a_roster_is_followed_from_page_to_page(world: World) -> None:
    course = Course(world, "canvas", people=(*PEOPLE, *crowd(120)))

    assert course.read() == READ

    assert course.counts()["people"] == 132
    assert course.pages() == 3, "Canvas gives fifty a page"


def test_a_second_reading_changes_nothing_and_writes_nobody(moodle: Course) -> None:
    moodle.read()
    before = moodle.members()

    with statements_of(moodle.world.db) as said:
        moodle.read()

    assert moodle.members() == before
    assert not [statement for statement in said if "lti_members" in statement and not statement.startswith("SELECT")]
    assert moodle.counts()["new"] == 0


def test_people_without_an_address_or_a_name_are_taken_as_they_are(world: World) -> None:
    course = Course(world, shares_name=False, shares_email=False)
    account = account_key(course.state.issuer, CHEN.sub)
    with world.db.begin() as conn:
        people.add_identifiers(conn, PROGRAMME, {account: str(CHEN.participant_id)}, "file")

    assert course.read() == READ

    row = course.member(CHEN)
    assert (row["name"], row["email"], row["participant_id"]) == ("", "", CHEN.participant_id)
    assert course.member(LI)["participant_id"] is None
    assert course.member(ZHANG)["name"] == "张老师", "what a launch told is kept"


def test_a_test_user_is_no_learner(world: World, live_server: Serve) -> None:
    course = Course(world)
    test_user = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
    roles = ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner", test_user]
    course.campus.state.temperament.member_json = lambda *_: {"user_id": "preview", "roles": roles}  # type: ignore[method-assign]

    course.read()

    assert not course.members()["preview"]["is_trainee"]


def test_a_moodle_teacher_who_may_not_edit_stays_a_teacher(moodle: Course) -> None:
    instructor = ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]
    with moodle.world.db.begin() as conn:
        conn.execute(
            update(lti_members).where(lti_members.c.sub == ZHANG.sub).values(roles=instructor, is_trainee=False)
        )

    moodle.read()

    assert moodle.member(ZHANG)["roles"] == instructor, "Moodle's roster calls such a teacher a learner"
    assert not moodle.member(ZHANG)["is_trainee"]


def test_inactive_people_are_not_there(moodle: Course) -> None:
    moodle.read()
    ordinary = moodle.state.temperament.member_json

    def suspended(tool: Any, person: Person, course_id: str) -> Any:
        return ordinary(tool, person, course_id) | ({"status": "Inactive"} if person == CHEN else {})

    moodle.state.temperament.member_json = suspended  # type: ignore[method-assign]
    moodle.read()

    assert moodle.member(CHEN)["left_at"] is not None


# ── who they are ────────────────────────────────────────────────────────────────────────────────────


def test_who_has_another_account_is_found_by_address_and_the_account_is_remembered(world: World) -> None:
    newcomer = replace(CHEN, sub="chen-new")
    course = Course(world, people=(ZHANG, newcomer))
    course.read()

    row = course.member(newcomer)
    assert (row["participant_id"], row["linked_by"]) == (CHEN.participant_id, "email")
    with world.db.read() as conn:
        key = account_key(course.state.issuer, "chen-new")
        found = conn.execute(select(identifiers).where(identifiers.c.key == key)).mappings().one()
    assert (found["person_id"], found["source"]) == (CHEN.participant_id, "launch")


def test_the_institutions_number_may_be_the_participants(world: World) -> None:
    stranger = Person("new", "陈老师", "other@example.org", "陈", "老师", {COURSE_ID: "learner"})
    course = Course(world, "generic", people=(ZHANG, stranger))
    ordinary = course.state.temperament.member_json

    def numbered(tool: Any, person: Person, course_id: str) -> Any:
        return ordinary(tool, person, course_id) | {"lis_person_sourcedid": CHEN.participant_id}

    course.state.temperament.member_json = numbered  # type: ignore[method-assign]
    course.read()

    row = course.member(stranger)
    assert (row["participant_id"], row["linked_by"]) == (CHEN.participant_id, "number")
    assert course.member(ZHANG)["participant_id"] == ZHANG.participant_id, "the account is the surer sign"


def test_who_is_nobody_of_the_programme_waits_to_be_linked(world: World) -> None:
    course = Course(world, people=(ZHANG, *crowd(2)))

    course.read()

    with world.db.read() as conn:
        waiting = members.list_unlinked_members(conn, course.row)
    assert [row["sub"] for row in waiting] == ["x0", "x1"]
    assert course.counts()["unmatched"] == 2


def test_a_link_made_by_hand_outlives_every_reading(moodle: Course) -> None:
    moodle.read()
    with moodle.world.db.begin() as conn:
        members.link_by_hand(conn, moodle.row, moodle.member(LI)["id"], str(CHEN.participant_id))

    moodle.read()

    row = moodle.member(LI)
    assert (row["participant_id"], row["linked_by"]) == (CHEN.participant_id, "hand")


# ── who left, and came back ─────────────────────────────────────────────────────────────────────────


def test_who_left_keeps_their_link_and_is_themselves_again_when_they_return(moodle: Course) -> None:
    moodle.read()
    moodle.leave(CHEN)
    moodle.world.clock.advance(3600)
    moodle.read()
    gone = moodle.member(CHEN)
    assert (gone["left_at"], gone["participant_id"]) == (moodle.world.clock(), CHEN.participant_id)
    assert moodle.counts()["left"] == 1

    moodle.enrol(CHEN)
    moodle.read()

    back = moodle.member(CHEN)
    assert (back["id"], back["left_at"], back["participant_id"]) == (gone["id"], None, CHEN.participant_id)
    assert (moodle.counts()["returned"], moodle.counts()["new"]) == (1, 0)


def test_who_left_is_told_of_once(moodle: Course) -> None:
    moodle.read()
    moodle.leave(CHEN)
    moodle.read()
    left = moodle.member(CHEN)["left_at"]
    moodle.world.clock.advance(3600)

    moodle.read()

    assert moodle.counts()["left"] == 0
    assert moodle.member(CHEN)["left_at"] == left


def test_who_launches_while_the_roster_is_read_has_not_left(moodle: Course) -> None:
    ordinary = moodle.state.temperament.member_paging
    late = crowd(1)[0]

    def paging() -> tuple[int, int]:
        moodle.world.clock.advance(1)
        moodle.campus.enrol(late)
        return ordinary()

    moodle.state.temperament.member_paging = paging  # type: ignore[method-assign]

    moodle.read()

    assert moodle.member(late)["left_at"] is None


# ── the gradebook ───────────────────────────────────────────────────────────────────────────────────


def test_after_one_launch_the_gradebook_fills_with_everybodys_credits(moodle: Course) -> None:
    world = moodle.world
    world.earn_many([(person, 10 + n) for n, person in enumerate(LEARNERS)])
    world.settle()
    assert [moodle.campus.score(person) for person in LEARNERS[1:]] == [None] * 9

    moodle.read()
    mirror = world.mirror()
    mirror.run_pass()
    world.settle(mirror)

    assert [moodle.campus.score(person) for person in LEARNERS] == [10 + n for n in range(10)]


# ── ten thousand ────────────────────────────────────────────────────────────────────────────────────


def test_ten_thousand_people_need_no_query_each(world: World) -> None:
    course = Course(world, people=(*PEOPLE, *crowd(10_000)))

    with statements_of(world.db) as said:
        assert course.read() == READ

    assert course.counts()["people"] == 10_012
    assert len(said) < 250
    for person in crowd(10_000):
        course.leave(person)
    with statements_of(world.db) as said:
        course.read()
    assert course.counts()["left"] == 10_000
    assert len(said) < 150


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
    seen: list[Any] = []
    foreign = Flask("foreign")
    foreign.add_url_rule("/more", "more", lambda: seen.append(1) or jsonify(members=[]))
    place = live_server(foreign)
    _answer(course, live_server, {"members": [{"user_id": "1"}]}, link=f'<{place}/more>; rel="next"')

    assert course.read() == "foreign_address"

    assert not seen
    assert set(course.members()) == {ZHANG.sub}


def test_a_roster_on_another_host_than_the_platforms_is_not_called(world: World, live_server: Serve) -> None:
    course = Course(world)
    seen: list[Any] = []
    foreign = Flask("foreign")
    foreign.add_url_rule("/members", "members", lambda: seen.append(1) or jsonify(members=[]))
    course.point_to(f"{live_server(foreign)}/members")

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
    moodle.world.clock.advance(EVERY.total_seconds() - 1)
    assert not moodle.rosters.sync_due()
    moodle.world.clock.advance(1)
    assert moodle.rosters.sync_due()
    assert moodle.pages() == 2


def test_a_course_that_fails_is_left_in_peace(moodle: Course) -> None:
    _refuse_roster(moodle, 404)
    assert moodle.rosters.sync_due()

    for _ in range(5):
        moodle.world.clock.advance(3600)
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

    moodle.world.clock.advance(480)

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


def test_whoever_is_found_by_address_is_computed_again_since_their_account_may_be_on_record(world: World) -> None:
    course = Course(world, people=(ZHANG, CHEN))
    Credits(world.db, world.clock).refresh(PROGRAMME)

    course.read()

    with world.db.read() as conn:
        assert [row["id"] for row in people.list_stale(conn, PROGRAMME)] == [ZHANG.participant_id, CHEN.participant_id]


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
