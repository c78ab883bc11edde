"""From computed credits to the LMS gradebook, over HTTP, with the fewest calls."""

import orjson

from tests.grades.campus import CHEN, LEARNERS, PROGRAMME, ZHANG, Campus, World
from tests.support.clock import FakeClock


def test_the_first_value_arrives_with_its_sentence(world: World, moodle: Campus) -> None:
    world.earn(ZHANG, 33, practice=25, seconds=53_940)

    assert world.settle().outcomes == {"sent": 1}

    cell = moodle.cell()
    assert cell is not None
    assert (cell.score, cell.activity_progress, cell.grading_progress) == (33, "InProgress", "FullyGraded")
    assert cell.comment == "33 学分（网络 0 / 线下 0 / 实践 25）· 还差：网络研修 1 分钟"
    assert world.row()["state"] == "settled"
    assert world.row()["in_gradebook_since"] == world.clock()


def test_nothing_yet_is_nothing_sent(world: World, moodle: Campus) -> None:
    world.earn(ZHANG, 0)

    assert not world.settle().did_something
    assert moodle.calls() == []
    assert world.row()["state"] == "idle"


def test_unchanged_credits_are_no_call(world: World, moodle: Campus, clock: FakeClock) -> None:
    world.earn(ZHANG, 33)
    world.settle()
    before = len(moodle.state.requests)

    world.earn(ZHANG, 33)
    assert not world.settle().did_something
    clock.advance(3600)
    assert not world.mirror().run_pass().did_something

    assert len(moodle.state.requests) == before


def test_many_changes_within_the_settling_time_are_one_score(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    for value in range(1, 11):
        world.earn(ZHANG, value)
        mirror.run_pass()
        clock.advance(1)
    world.settle(mirror)

    assert (moodle.scores_sent(), moodle.score()) == (1, 10)


def test_a_void_lowers_the_grade_with_a_later_time(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    for value in (50, 42, 0):
        world.earn(ZHANG, value)
        world.settle(mirror)

    assert moodle.score() == 0
    times = [orjson.loads(call.body)["timestamp"] for call in moodle.calls("POST", "/scores")]
    assert times == sorted(set(times))
    assert [(row["previous"], row["value"]) for row in world.exchanges() if row["kind"] == "score"] == [
        (None, 50),
        (50, 42),
        (42, 0),
    ]


def test_values_computed_within_one_second_are_a_second_apart_in_moodle(
    world: World, moodle: Campus, clock: FakeClock
) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 10)
    world.settle(mirror)
    for value in (11, 12, 13):
        world.earn(ZHANG, value)
        clock.advance(0.1)
    world.settle(mirror)
    clock.advance(2)
    mirror.run_pass()

    assert moodle.score() == 13
    assert all(call.status == 200 for call in moodle.calls("POST", "/scores"))


def test_each_cell_stands_alone(world: World, moodle: Campus) -> None:
    moodle.enrol(*LEARNERS)
    del moodle.state.people[CHEN.sub]
    world.earn_many((person, 10 + number) for number, person in enumerate(LEARNERS))

    report = world.settle()

    assert report.outcomes == {"sent": len(LEARNERS) - 1, "not_gradable": 1}
    assert [moodle.score(person) for person in LEARNERS if person is not CHEN] == [
        10 + number for number, person in enumerate(LEARNERS) if person is not CHEN
    ]


def test_credits_whose_hook_never_ran_are_mirrored_all_the_same(world: World, moodle: Campus) -> None:
    world.earn_many([(ZHANG, 33)], hooked=False)
    world.mirror().run_pass()

    world.settle()

    assert moodle.score() == 33


def test_someone_who_is_enrolled_later_gets_what_is_known(world: World, moodle: Campus) -> None:
    world.earn_many([(ZHANG, 33), (CHEN, 21)])
    world.settle()
    assert moodle.score(CHEN) is None

    moodle.enrol(CHEN)
    world.mirror().run_pass()
    world.settle()

    assert moodle.score(CHEN) == 21


def test_no_secret_is_kept_with_the_exchanges(world: World, moodle: Campus) -> None:
    world.earn(ZHANG, 33)
    world.settle()

    (score,) = [row for row in world.exchanges() if row["kind"] == "score"]
    assert (score["status"], score["outcome"], score["programme_id"]) == (200, "accepted", PROGRAMME)
    assert "33" in score["request"]
    tokens = list(moodle.state.grants)
    assert tokens
    assert not any(token in str(dict(row)) for row in world.exchanges() for token in tokens)
