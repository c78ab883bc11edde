"""What LMSs refuse, and how each refusal ends: in a state with a sentence, never in a lost or wrong grade."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from lti_tool.storage.queries import members, rosters
from lti_tool.storage.tables.lti import lti_contexts, lti_members, lti_platforms
from tests.grades.campus import CHEN, COURSE_ID, LEARNERS, LI, ZHANG, Campus, World
from tests.support.clock import FakeClock

SCOPES = "https://purl.imsglobal.org/spec/lti-ags/scope/"


def leave(world: World, left: bool) -> None:
    with world.db.begin() as conn:
        conn.execute(lti_members.update().values(left_at=world.clock() if left else None))


def hours(world: World, clock: FakeClock, number: int) -> None:
    """A worker that looks every quarter of an hour."""
    mirror = world.mirror()
    for _ in range(4 * number):
        clock.advance(900)
        mirror.run_pass()


def test_a_learner_who_may_have_no_grade_is_tried_again_when_seen(
    world: World, moodle: Campus, clock: FakeClock
) -> None:
    person = moodle.state.people.pop(ZHANG.sub)
    world.earn(ZHANG, 33)
    world.settle()
    assert (world.row()["state"], world.row()["reason"], world.row()["refusals"]) == ("retrying", "not_gradable", 1)
    sent = moodle.scores_sent()
    clock.advance(60)
    world.mirror().run_pass()
    assert moodle.scores_sent() == sent

    moodle.state.people[ZHANG.sub] = person
    moodle.launch()
    world.mirror().run_pass()
    world.settle()

    assert moodle.score() == 33
    assert (world.row()["reason"], world.row()["refusals"]) == (None, 0)


def test_nothing_is_sent_for_a_learner_who_left_until_they_return(world: World, moodle: Campus) -> None:
    world.earn(ZHANG, 33)
    world.settle()
    leave(world, True)
    world.earn(ZHANG, 34)
    world.settle()
    assert (world.row()["state"], moodle.score()) == ("left", 33)

    leave(world, False)
    world.mirror().run_pass()
    world.settle()

    assert moodle.score() == 34


def test_someone_who_teaches_gets_no_score(world: World, moodle: Campus) -> None:
    with world.db.begin() as conn:
        conn.execute(lti_members.update().values(is_trainee=False))
    world.earn(ZHANG, 33)

    world.settle()

    assert moodle.calls() == []


def test_a_member_linked_with_another_participant_keeps_nothing_of_the_first(world: World, moodle: Campus) -> None:
    world.earn_many([(ZHANG, 33), (CHEN, 12)])
    world.settle()
    with world.db.begin() as conn:
        (member,) = rosters.list_members(conn, moodle.context_row)
        members.link_by_hand(conn, moodle.context_row, member["id"], CHEN.participant_id)
    world.mirror().run_pass()
    world.settle()

    assert moodle.score(ZHANG) == 12  # the account's, whose person is now known to be another


def test_cells_across_programmes_are_refused(world: World, moodle: Campus) -> None:
    world.earn(ZHANG, 33)
    with world.db.begin() as conn:
        conn.execute(lti_contexts.update().values(programme_id="another"))

    world.settle()

    assert moodle.calls() == []
    assert world.row()["reason"] == "foreign"


def test_a_withdrawn_score_scope_closes_the_column_until_it_is_back(
    world: World, moodle: Campus, clock: FakeClock
) -> None:
    whole = moodle.tool.scopes
    moodle.tool.scopes = (SCOPES + "lineitem",)
    world.earn(ZHANG, 33)
    world.settle()
    assert (world.columns()[0]["state"], world.columns()[0]["reason"]) == ("blocked", "no_access")
    assert world.pace() is None or world.pace()["paused_until"] is None

    moodle.tool.scopes = whole
    hours(world, clock, 1)

    assert moodle.score() == 33


def test_a_scope_withdrawn_after_the_token_was_given(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    moodle.state.grants.clear()
    moodle.tool.scopes = ()
    world.earn(ZHANG, 34)
    world.settle(mirror)

    assert world.columns()[0]["reason"] == "no_access"


def test_without_the_result_scope_scores_are_sent_all_the_same(world: World, moodle: Campus, clock: FakeClock) -> None:
    moodle.tool.scopes = (SCOPES + "score",)
    mirror = world.mirror()
    for value in (33, 34):
        world.earn(ZHANG, value)
        world.settle(mirror)
        clock.advance(3600)

    assert moodle.score() == 34


def test_a_token_that_expired_is_fetched_anew(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    moodle.state.grants.clear()
    world.earn(ZHANG, 34)
    world.settle(mirror)

    assert moodle.score() == 34


def test_a_refused_token_pauses_the_platform_and_heals(world: World, moodle: Campus, clock: FakeClock) -> None:
    registration = moodle.state.registrations.pop(moodle.tool.client_id)
    world.earn(ZHANG, 33)
    world.settle()
    assert (world.pace()["reason"], world.row()["state"]) == ("token_refused", "retrying")

    moodle.state.registrations[moodle.tool.client_id] = registration
    hours(world, clock, 1)

    assert moodle.score() == 33
    assert world.pace()["failures"] == 0


def test_a_token_endpoint_that_answers_html_is_named(world: World, moodle: Campus) -> None:
    with world.db.begin() as conn:
        conn.execute(lti_platforms.update().values(auth_token_url=moodle.state.base_url + "/"))
    world.earn(ZHANG, 33)

    world.settle()

    assert world.pace()["reason"] == "token_unreadable"
    assert moodle.calls() == []


def test_a_private_address_is_not_called_unless_allowed(world: World, moodle: Campus) -> None:
    world.earn(ZHANG, 33)

    world.settle(world.mirror(allow_private_hosts=False))

    assert world.pace()["reason"] == "forbidden_address"
    assert moodle.state.requests == []


# Newer grades, persons, clocks


def test_a_teachers_grade_is_respected_and_named(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    clock.advance(3600)
    moodle.state.override(COURSE_ID, "学分", ZHANG.sub, 20)
    world.earn(ZHANG, 34)
    world.settle(mirror)

    assert moodle.score() == 20
    row = world.row()
    assert (row["state"], row["reason"], row["lms_value"]) == ("overridden", "overridden", 20)
    assert moodle.scores_sent() == 1


def test_a_teachers_grade_seconds_after_our_own_score_is_found_before_the_next(world: World, moodle: Campus) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    moodle.state.override(COURSE_ID, "学分", ZHANG.sub, 20)
    world.earn(ZHANG, 34)
    world.settle(mirror)

    row = world.row()
    assert (row["state"], row["lms_value"], row["confirmed_value"]) == ("overridden", 20, 33)
    assert (moodle.score(), moodle.scores_sent()) == (20, 1)


def test_a_teachers_grade_is_found_by_the_refusal_too(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    world.earn(ZHANG, 34)
    clock.advance(60)
    world.have_read()
    moodle.state.override(COURSE_ID, "学分", ZHANG.sub, 20)  # between the look and the score
    mirror.run_pass()

    assert moodle.score() == 20
    assert world.row()["state"] == "overridden"


def test_when_the_teacher_sets_it_back_sending_goes_on(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    clock.advance(3600)
    moodle.state.override(COURSE_ID, "学分", ZHANG.sub, 20)
    hours(world, clock, 7)
    assert world.row()["state"] == "overridden"

    moodle.state.override(COURSE_ID, "学分", ZHANG.sub, 33)
    world.earn(ZHANG, 34)
    hours(world, clock, 7)

    assert world.row()["state"] == "settled"


def test_moodles_conflict_after_a_send_that_had_arrived_is_no_refusal(world: World, moodle: Campus) -> None:
    moodle.state.faults.deliver_twice = True
    world.earn(ZHANG, 33)

    assert world.settle().outcomes == {"sent": 1}

    assert [call.status for call in moodle.calls("POST", "/scores")] == [409]
    assert (moodle.score(), world.row()["state"]) == (33, "settled")


@pytest.mark.parametrize("minutes", [3, -3])
def test_a_platform_whose_clock_is_minutes_off(world: World, moodle: Campus, clock: FakeClock, minutes: int) -> None:
    moodle.state.faults.clock_offset_seconds = 60 * minutes
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    # A teacher's own edit, stamped by the LMS's clock, later taken back.
    moodle.state.override(COURSE_ID, "学分", ZHANG.sub, 33)
    clock.advance(700)
    moodle.state.override(COURSE_ID, "学分", ZHANG.sub, 33)
    for value in (34, 35):
        world.earn(ZHANG, value)
        world.settle(mirror)
    for _ in range(40):
        clock.advance(10)
        mirror.run_pass()

    # The activity's own column stays as the teacher set it; a score was taken for each value at most twice.
    assert world.row()["state"] in {"settled", "overridden"}
    times = [orjson.loads(call.body)["timestamp"] for call in moodle.calls("POST", "/scores")]
    assert times == sorted(set(times))


def test_a_fast_clock_does_not_keep_later_values_out(world: World, clock: FakeClock) -> None:
    moodle = world.campus("moodle", graded=False)
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    moodle.state.faults.clock_offset_seconds = 180
    moodle.state.override(COURSE_ID, "学分", ZHANG.sub, 33)  # the same value, but three minutes ahead
    world.earn(ZHANG, 34)
    world.settle(mirror)
    clock.advance(10)
    mirror.run_pass()

    assert moodle.score() == 34
    sent = [orjson.loads(call.body)["timestamp"] for call in moodle.calls("POST", "/scores") if call.status == 200]
    assert sent == sorted(set(sent))


def test_a_lost_grade_is_noticed_and_sent_again(world: World, moodle: Campus, clock: FakeClock) -> None:
    moodle.enrol(CHEN, LI)
    world.earn_many([(ZHANG, 33), (CHEN, 21), (LI, 5)])
    world.settle()
    moodle.state.cells.clear()

    hours(world, clock, 7)

    assert [moodle.score(person) for person in (ZHANG, CHEN, LI)] == [33, 21, 5]
    assert world.rows()[0]["drifted_at"] is not None


def test_an_older_backup_of_the_gradebook_is_brought_up_to_date(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 30)
    world.settle(mirror)
    cell = moodle.cell()
    assert cell is not None
    before = (cell.score, cell.comment, cell.timestamp)
    clock.advance(60)
    world.earn(ZHANG, 33)
    world.settle(mirror)
    cell.score, cell.comment, cell.timestamp = before

    hours(world, clock, 7)

    assert (moodle.score(), world.row()["state"]) == (33, "settled")


def test_whole_columns_are_compared_page_by_page(world: World, clock: FakeClock) -> None:
    people, moodle = [ZHANG, CHEN, LI], world.campus("generic")
    moodle.enrol(*people)
    world.earn_many([(person, 10) for person in people])
    world.settle()
    moodle.state.override(COURSE_ID, "学分", LI.sub, 11)
    original = moodle.state.temperament.page_links
    assert original("u", 0, 1, 3) is not None
    clock.advance(timedelta(hours=7).total_seconds())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lti_tool.grades.ags.PAGE", 1)
        report = world.mirror().run_pass()

    assert len(moodle.calls("GET", "/results")) == 3
    assert report.outcomes["changed"] == 1
    assert sorted(row["state"] for row in world.rows()) == ["overridden", "settled", "settled"]


def test_a_course_of_unchanged_cells_costs_one_call_to_compare(world: World, moodle: Campus, clock: FakeClock) -> None:
    people = [ZHANG, CHEN, LI]
    moodle.enrol(*people)
    world.earn_many([(person, 10) for person in people])
    world.settle()
    before = len(moodle.calls())
    clock.advance(timedelta(hours=7).total_seconds())

    world.mirror().run_pass()

    assert len(moodle.calls()) == before + 1


def test_when_a_whole_course_changes_it_is_looked_at_as_a_whole(world: World, moodle: Campus, clock: FakeClock) -> None:
    world.settings = replace(world.settings, lanes=1)
    moodle.enrol(*LEARNERS)
    world.earn_many([(person, 10) for person in LEARNERS])
    world.settle()
    clock.advance(3600)
    moodle.state.override(COURSE_ID, "学分", CHEN.sub, 12)
    before = len(moodle.calls())
    world.earn_many([(person, 20) for person in LEARNERS])
    world.settle()

    assert len(moodle.calls()) - before == 1 + len(LEARNERS) - 1
    assert [moodle.score(person) for person in LEARNERS] == [12 if person is CHEN else 20 for person in LEARNERS]


def test_a_mistake_in_the_platforms_code_while_reading_stops_nothing(
    world: World, moodle: Campus, clock: FakeClock
) -> None:
    """Moodle answers 404 with a page; the course is there all the same."""
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    clock.advance(timedelta(hours=7).total_seconds())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lti_tool.lti.platforms.moodle.Moodle.pages_results", True)
        mirror.run_pass()
    assert [column["state"] for column in world.columns()] == ["open"]

    world.earn(ZHANG, 34)
    world.settle(mirror)

    assert (moodle.score(), world.row()["state"]) == (34, "settled")
