"""Outages, slow-downs and killed workers: everything heals by itself, and one sick LMS slows no other."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from lti_tool.demo.people import COURSE_ID, Person
from lti_tool.grades import ags
from lti_tool.grades.network import Network
from lti_tool.grades.wire import Answer, Call
from lti_tool.storage.tables.grades import grade_paces
from tests.grades.campus import CHEN, LEARNERS, ZHANG, Campus, World
from tests.support.clock import FakeClock
from tests.support.postgres import wait_until


def night(world: World, clock: FakeClock, seconds: float, step: float = 5.0) -> None:
    """A worker that looks every few seconds."""
    mirror = world.mirror()
    for _ in range(int(seconds / step)):
        clock.advance(step)
        mirror.run_pass()


@pytest.mark.parametrize(("status", "wait"), [(429, 40), (403, 40), (503, 40)])
def test_retry_after_is_kept(world: World, moodle: Campus, clock: FakeClock, status: int, wait: int) -> None:
    moodle.state.faults.status, moodle.state.faults.retry_after = None, None
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    world.have_read()
    moodle.state.faults.status, moodle.state.faults.retry_after = status, wait
    world.earn(ZHANG, 34)
    world.settle(mirror)
    moodle.state.faults.clear()
    asked = len(moodle.calls())
    for _ in range(wait // 5 - 1):
        clock.advance(5)
        mirror.run_pass()
    assert len(moodle.calls()) == asked

    for _ in range(4):
        clock.advance(5)
        mirror.run_pass()

    assert moodle.score() == 34


def test_whoever_is_asked_to_slow_down_makes_fewer_calls_at_once(world: World, moodle: Campus) -> None:
    world.earn(ZHANG, 33)
    world.settle()
    moodle.state.faults.status, moodle.state.faults.status_calls = 429, 1
    world.earn(ZHANG, 34)
    world.settle()

    assert (world.pace()["reason"], world.pace()["parallel"]) == ("throttled", 2)


def test_a_platform_that_bears_it_gets_more_calls_at_once(world: World, moodle: Campus) -> None:
    moodle.enrol(*LEARNERS)
    mirror = world.mirror()
    for value in (1, 2):
        world.earn_many([(person, value) for person in LEARNERS])
        world.settle(mirror)

    assert world.pace()["parallel"] == 6


def test_pauses_double_and_differ_a_little(world: World, moodle: Campus, clock: FakeClock) -> None:
    moodle.state.faults.status = 503
    world.earn(ZHANG, 33)
    clock.advance(5)
    pauses = []
    mirror = world.mirror()
    for _ in range(9):
        mirror.run_pass()
        pauses.append((world.pace()["paused_until"] - clock()).total_seconds())
        clock.advance(400)

    for pause, expected in zip(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True):
        assert 0.75 * expected <= pause <= 1.25 * expected
    assert len({round(pause % 1, 6) for pause in pauses}) > 5


def test_a_night_of_503_costs_a_call_a_minute_and_ends_by_itself(
    world: World, moodle: Campus, clock: FakeClock
) -> None:
    moodle.enrol(*LEARNERS)
    world.earn_many([(person, 30) for person in LEARNERS])
    world.settle()
    moodle.state.faults.status = 503
    before = len(moodle.state.requests)
    world.earn_many([(person, 40) for person in LEARNERS])
    night(world, clock, 3600, step=60)
    assert len(moodle.state.requests) - before < 110

    moodle.state.faults.clear()
    night(world, clock, 180, step=20)

    assert [moodle.score(person) for person in LEARNERS] == [40] * len(LEARNERS)


def test_a_score_that_arrived_though_its_answer_was_lost_is_asked_for_not_repeated(
    world: World, moodle: Campus, clock: FakeClock
) -> None:
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    world.have_read()
    moodle.state.faults.drop_after_acting = "close"
    world.earn(ZHANG, 34)
    world.settle(mirror)
    assert world.row()["in_doubt"]
    moodle.state.faults.clear()
    night(world, clock, 60)

    assert (moodle.score(), world.row()["state"]) == (34, "settled")
    assert moodle.scores_sent() == 2


def test_a_score_in_doubt_is_cleared_up_though_the_credits_went_back(
    world: World, moodle: Campus, clock: FakeClock
) -> None:
    """33 stands, 50 may have arrived, and a void makes it 33 again: whoever compares only with 33 would lie."""
    mirror = world.mirror()
    world.earn(ZHANG, 33)
    world.settle(mirror)
    world.have_read()
    moodle.state.faults.drop_after_acting = "500"
    world.earn(ZHANG, 50)
    world.settle(mirror)
    assert world.row()["in_doubt"]
    moodle.state.faults.clear()
    world.earn(ZHANG, 33)
    night(world, clock, 60)

    assert (moodle.score(), world.row()["state"]) == (33, "settled")


def test_a_slow_lms_is_given_up_after_the_timeout(world: World, moodle: Campus, clock: FakeClock) -> None:
    world.settings = replace(world.settings, timeout=0.2)
    moodle.state.faults.stall_seconds = 0.6
    world.earn(ZHANG, 33)
    world.settle()
    assert world.pace()["reason"] == "timeout"
    moodle.state.faults.clear()
    time.sleep(0.5)  # what was sent goes on being carried out there
    night(world, clock, 60)

    assert (moodle.score(), world.row()["state"]) == (33, "settled")


def test_a_sick_lms_slows_no_other(world: World, moodle: Campus) -> None:
    other = world.campus("moodle")
    people = LEARNERS[:6]
    for campus in (moodle, other):
        campus.enrol(*people)
    world.settings = replace(world.settings, timeout=10)
    moodle.state.faults.stall_seconds = 2.5
    world.earn_many([(person, 33) for person in people])
    world.clock.advance(5)
    working = threading.Thread(target=world.mirror().run_pass)
    working.start()
    deadline = time.monotonic() + 10
    while other.scores_sent() < len(people) and time.monotonic() < deadline:
        time.sleep(0.02)
    answered = len(moodle.calls())
    moodle.state.faults.clear()
    working.join()

    assert other.scores_sent() == len(people)
    assert answered == 0


def test_an_lms_on_which_every_lane_hangs_keeps_none_that_comes_later_waiting(world: World, moodle: Campus) -> None:
    other = world.campus("moodle")
    people = LEARNERS[:6]
    moodle.enrol(*people)
    world.settings = replace(world.settings, timeout=20, lanes=5)
    with world.db.begin() as conn:
        pace = {"platform_id": moodle.platform_id, "parallel": 32.0, "changed_at": world.clock()}
        conn.execute(grade_paces.insert().values(**pace))
    moodle.state.faults.stall_seconds = 8
    world.earn_many([(person, 33) for person in people[1:]])
    world.clock.advance(5)
    working = threading.Thread(target=world.mirror().run_pass)
    working.start()
    wait_until(lambda: len([row for row in world.rows() if row["lease_owner"]]) == len(people) - 1)

    world.earn(ZHANG, 33)
    world.clock.advance(5)
    wait_until(lambda: other.score() == 33, seconds=7)
    answered = len(moodle.calls())
    moodle.state.faults.clear()
    working.join()

    assert answered == 0


def test_one_cell_that_the_lms_stumbles_over_does_not_stop_the_rest(
    world: World, moodle: Campus, clock: FakeClock
) -> None:
    moodle.enrol(*LEARNERS)
    check = moodle.state.temperament.check_score

    def stumble(item: object, body: dict[str, object]) -> object:
        if body["userId"] == ZHANG.sub:
            raise RuntimeError("a bug of the platform")
        return check(item, body)  # type: ignore[arg-type]

    moodle.state.temperament.check_score = stumble  # type: ignore[method-assign, assignment]
    world.earn_many([(person, 33) for person in LEARNERS])
    night(world, clock, 60)

    assert [moodle.score(person) for person in LEARNERS[1:]] == [33] * (len(LEARNERS) - 1)
    assert world.row(ZHANG)["reason"] == "server_fault"
    assert world.row(ZHANG)["refusals"] < 10


def test_an_own_mistake_in_one_cell_does_not_stop_the_rest(
    world: World, moodle: Campus, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    moodle.enrol(ZHANG, CHEN)
    real = ags.score_call

    def fails(url: str, sub: str, *rest: object) -> Call:
        if sub == ZHANG.sub:
            raise KeyError(sub)
        return real(url, sub, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(ags, "score_call", fails)
    world.earn_many([(ZHANG, 33), (CHEN, 21)])
    world.settle()

    assert moodle.score(CHEN) == 21
    assert world.row(ZHANG)["reason"] == "own_fault"


class Killed(BaseException):
    """The process ends here."""


def die(world: World, moodle: Campus, monkeypatch: pytest.MonkeyPatch, *, after: bool) -> None:
    """A worker is killed just before or just after the LMS has received its score."""
    real = Network.call

    def call(self: Network, platform_id: int, call: Call, scope: str) -> Answer:
        if call.method == "POST":
            if after:
                real(self, platform_id, call, scope)
            raise Killed
        return real(self, platform_id, call, scope)

    with monkeypatch.context() as patch:
        patch.setattr(Network, "call", call)
        with pytest.raises(Killed):
            world.settle()


@pytest.mark.parametrize("after", [False, True])
def test_a_killed_workers_cell_is_continued_by_another_when_the_lease_ends(
    world: World, moodle: Campus, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    world.earn(ZHANG, 33)
    die(world, moodle, monkeypatch, after=after)
    assert world.row()["in_doubt"]

    other = world.mirror()
    clock.advance(5)
    other.run_pass()
    assert moodle.scores_sent() == int(after)  # still the first one's
    clock.advance(world.settings.lease.total_seconds())
    other.run_pass()

    assert (moodle.score(), world.row()["state"], moodle.scores_sent()) == (33, "settled", 1)


def test_a_worker_that_was_held_up_past_its_lease_changes_nothing(
    world: World, moodle: Campus, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It sends 33 when 34 is in the LMS already: the LMS refuses the older time, and our record stays."""
    world.earn(ZHANG, 33)
    held, go = threading.Event(), threading.Event()
    real = Network.call

    def call(self: Network, platform_id: int, call: Call, scope: str) -> Answer:
        if call.method == "POST" and b'"scoreGiven":33' in (call.body or b""):
            held.set()
            go.wait(10)
        return real(self, platform_id, call, scope)

    monkeypatch.setattr(Network, "call", call)
    slow = threading.Thread(target=world.settle)
    slow.start()
    assert held.wait(10)
    clock.advance(world.settings.lease.total_seconds() + 1)
    world.earn(ZHANG, 34)
    clock.advance(30)
    world.mirror().run_pass()
    wait_until(lambda: moodle.score() == 34)
    go.set()
    slow.join()

    assert moodle.score() == 34
    assert (world.row()["confirmed_value"], world.row()["state"]) == (34, "settled")


def test_three_workers_share_a_course_without_sending_anything_twice(world: World, clock: FakeClock) -> None:
    people = tuple(
        Person(f"u{number}", f"学员{number}", f"u{number}@example.org", "学", "员", {COURSE_ID: "learner"}, person)
        for number, person in enumerate([one.participant_id for one in LEARNERS] * 6)
    )
    campus = world.campus("moodle", people=people, launched=False)
    campus.launch(people[0])
    campus.enrol(*people)
    world.earn_many([(person, 33) for person in LEARNERS])
    clock.advance(5)
    campus.state.faults.stall_seconds = 0.01
    reports = []
    workers = [
        threading.Thread(target=lambda: reports.append(world.mirror().run_pass().outcomes["sent"])) for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert campus.scores_sent() == sum(reports) == len(people)
    assert all(campus.score(person) == 33 for person in people)


def test_calls_at_once_to_one_platform_are_bounded_over_all_workers(world: World, moodle: Campus) -> None:
    moodle.enrol(*LEARNERS)
    world.earn_many([(person, 33) for person in LEARNERS])
    world.clock.advance(5)
    running, most, lock = 0, 0, threading.Lock()
    real = Network.call

    def call(self: Network, platform_id: int, call: Call, scope: str) -> Answer:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        try:
            return real(self, platform_id, call, scope)
        finally:
            with lock:
                running -= 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Network, "call", call)
        workers = [threading.Thread(target=world.mirror().run_pass) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    assert most <= 5  # four to begin with, one more may have been learned
    assert moodle.scores_sent() == len(LEARNERS)


def test_a_worker_that_is_told_to_stop_ends_after_the_call_under_way(world: World, moodle: Campus) -> None:
    moodle.enrol(*LEARNERS)
    moodle.state.faults.stall_seconds = 0.1
    world.settings = replace(world.settings, lanes=1)
    world.earn_many([(person, 33) for person in LEARNERS])
    world.clock.advance(5)
    stop = threading.Event()
    worker = threading.Thread(target=lambda: world.mirror().run_pass(stop=stop))
    worker.start()
    while not moodle.scores_sent():
        time.sleep(0.01)
    stop.set()
    worker.join(15)
    assert not worker.is_alive()
    assert moodle.scores_sent() < len(LEARNERS)

    moodle.state.faults.clear()
    world.mirror().run_pass()  # what was given back needs no lease to end

    assert all(moodle.score(person) == 33 for person in LEARNERS)


def test_times_only_ever_grow(world: World, moodle: Campus, clock: FakeClock) -> None:
    mirror = world.mirror()
    for value in range(1, 8):
        world.earn(ZHANG, value)
        moodle.state.faults.drop_after_acting = "close" if value % 2 else False
        clock.advance(6)
        mirror.run_pass()
    moodle.state.faults.clear()
    night(world, clock, timedelta(minutes=2).total_seconds())

    assert moodle.score() == 7
    sent = [orjson.loads(call.body)["timestamp"] for call in moodle.calls("POST", "/scores")]
    assert sent == sorted(set(sent))
