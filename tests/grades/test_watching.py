"""Somebody looks at a page that says what stands in the gradebook: a change by hand shows within minutes, not hours."""

from datetime import timedelta

import pytest

from lti_tool.grades.watching import read_soon
from tests.grades.campus import COURSE_ID, ZHANG, Campus, World
from tests.support.clock import FakeClock

MINUTES = timedelta(minutes=2)


def look(world: World, campus: Campus, *, course: bool = True, every: timedelta = MINUTES) -> None:
    context = campus.context_row if course else None
    read_soon(world.db, world.clock(), world.settings, campus.platform_id, context, every=every)


def sent_and_overridden(world: World, moodle: Campus, value: float = 45) -> None:
    """33 credits stand in the gradebook; then a teacher enters another value, and no credit changes."""
    world.earn(ZHANG, 33)
    world.settle()
    moodle.state.override(COURSE_ID, "学分", ZHANG.sub, value)


def test_a_grade_changed_by_hand_is_found_without_any_change_of_credits(
    world: World, moodle: Campus, clock: FakeClock
) -> None:
    sent_and_overridden(world, moodle)
    clock.advance(180)
    world.mirror().run_pass()
    assert world.row()["state"] == "settled"  # nobody has looked

    look(world, moodle)
    world.mirror().run_pass()

    assert (world.row()["state"], world.row()["lms_value"]) == ("overridden", 45)


def test_when_it_is_taken_back_sending_goes_on_by_itself(world: World, moodle: Campus, clock: FakeClock) -> None:
    sent_and_overridden(world, moodle)
    clock.advance(180)
    look(world, moodle)
    world.mirror().run_pass()
    world.earn(ZHANG, 36)
    world.settle()
    assert moodle.scores_sent() == 1

    cell = moodle.cell()
    assert cell is not None
    cell.overridden, cell.score = False, 33  # the platform shows what it had taken before
    clock.advance(180)
    look(world, moodle)
    world.settle()

    assert (moodle.score(), world.row()["state"]) == (36, "settled")


def test_however_many_look_the_column_is_read_once_in_a_while(world: World, moodle: Campus, clock: FakeClock) -> None:
    sent_and_overridden(world, moodle)
    mirror, before = world.mirror(), len(moodle.calls("GET", "/results"))
    clock.advance(180)
    for _ in range(20):
        look(world, moodle)
        look(world, moodle, course=False)
        mirror.run_pass()
        clock.advance(5)

    assert len(moodle.calls("GET", "/results")) == before + 1


def test_a_platform_that_is_down_is_not_asked_for_each_page(world: World, moodle: Campus, clock: FakeClock) -> None:
    sent_and_overridden(world, moodle)
    moodle.state.faults.status = 503
    mirror = world.mirror()
    clock.advance(180)
    for _ in range(10):
        look(world, moodle)
        mirror.run_pass()
        clock.advance(2)
    assert len(moodle.calls()) < 8

    moodle.state.faults.status = None
    clock.advance(180)
    look(world, moodle)
    mirror.run_pass()
    assert world.row()["state"] == "overridden"


@pytest.mark.parametrize("course", [True, False], ids=["course", "platform"])
def test_looking_at_one_place_reads_nothing_of_another(
    world: World, moodle: Campus, clock: FakeClock, *, course: bool
) -> None:
    other = world.campus()
    other.enrol(ZHANG)
    world.earn(ZHANG, 33)
    world.settle()
    before = len(other.calls("GET", "/results"))
    clock.advance(180)
    look(world, moodle, course=course)
    world.mirror().run_pass()

    assert len(other.calls("GET", "/results")) == before
