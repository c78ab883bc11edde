"""Names and roles: the roster of a course, read from the demo platform over real HTTP and taken over."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select, update

from lti_tool.credits.service import Credits
from lti_tool.demo.people import COURSE_ID, PEOPLE, Person
from lti_tool.domain.identifiers import account_key
from lti_tool.lti.rosters import READ
from lti_tool.storage.database import Database
from lti_tool.storage.queries import members, people
from lti_tool.storage.tables.lti import lti_members
from lti_tool.storage.tables.programmes import identifiers
from tests.grades.campus import CHEN, LEARNERS, LI, PROGRAMME, ZHANG, World
from tests.lti.rosters import Course, Serve, crowd
from tests.support.clock import FakeClock

TEACHER = next(person for person in PEOPLE if person.role_in(COURSE_ID) == "instructor")


@pytest.fixture
def world(db: Database, clock: FakeClock, live_server: Serve) -> World:
    return World(db, clock, live_server)


@pytest.fixture
def moodle(world: World) -> Course:
    return Course(world)


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
    moodle.clock.advance(3600)
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
    moodle.clock.advance(3600)

    moodle.read()

    assert moodle.counts()["left"] == 0
    assert moodle.member(CHEN)["left_at"] == left


def test_who_launches_while_the_roster_is_read_has_not_left(moodle: Course) -> None:
    ordinary = moodle.state.temperament.member_paging
    late = crowd(1)[0]

    def paging() -> tuple[int, int]:
        moodle.clock.advance(1)
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


def test_whoever_is_found_by_address_is_computed_again_since_their_account_may_be_on_record(world: World) -> None:
    course = Course(world, people=(ZHANG, CHEN))
    Credits(world.db, world.clock).refresh(PROGRAMME)

    course.read()

    with world.db.read() as conn:
        assert [row["id"] for row in people.list_stale(conn, PROGRAMME)] == [ZHANG.participant_id, CHEN.participant_id]
