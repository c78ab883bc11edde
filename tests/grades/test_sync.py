"""`sync`: reconcile now, and say what was sent, what was refused and why, and what is as it should be."""

from dataclasses import replace

import pytest

from lti_tool.credits.service import Credits
from lti_tool.credits.snapshots import Snapshots
from lti_tool.grades.refresh import follow_credits
from lti_tool.grades.sync import SyncReport, sync_now
from lti_tool.grades.worker import Worker
from lti_tool.lti.http import PlatformHttp
from lti_tool.lti.leftovers import Leftovers
from lti_tool.lti.rosters import Rosters
from lti_tool.lti.tokens import AccessTokens
from tests.grades.campus import CHEN, LEARNERS, LI, PROGRAMME, ZHANG, Campus, World


def stand_still(world: World) -> Credits:
    """Credits that leave the figures alone which a test has written."""
    credits_ = Credits(world.db, world.clock, on_changed=follow_credits(world.settings, world.clock))
    credits_.refresh = lambda *_: set()  # type: ignore[method-assign, assignment]
    credits_.catch_up = lambda *_: set()  # type: ignore[method-assign]
    return credits_


def sync(world: World, *, dry_run: bool = False) -> SyncReport:
    return sync_now(world.db, stand_still(world), world.mirror(), programme_id=PROGRAMME, dry_run=dry_run)


def test_it_sends_at_once_and_counts(world: World, moodle: Campus) -> None:
    moodle.enrol(ZHANG, CHEN)
    world.earn_many([(ZHANG, 33), (CHEN, 21)])
    assert sync(world).sent == 2

    world.earn(ZHANG, 34)
    world.clock.advance(2)  # type: ignore[attr-defined]
    report = sync(world)

    assert (report.sent, report.unchanged, report.waiting) == (1, 1, ())
    assert moodle.score() == 34


def test_a_dry_run_says_what_would_be_sent_and_asks_nobody(world: World, moodle: Campus) -> None:
    moodle.enrol(ZHANG, CHEN, LI)
    world.earn_many([(ZHANG, 33), (CHEN, 0)])
    world.earn_many([(LI, 5)], hooked=False)

    report = sync(world, dry_run=True)

    assert [(line.name, line.tag, line.confirmed, line.desired) for line in report.waiting] == [
        ("张老师", "total", None, 33),
        ("李校长", "total", None, 5),
    ]
    assert (report.sent, report.refused) == (0, ())
    assert moodle.state.requests == []


def test_what_is_refused_has_a_sentence_and_advice(world: World, moodle: Campus) -> None:
    moodle.enrol(ZHANG, CHEN)
    del moodle.state.people[CHEN.sub]
    world.earn_many([(ZHANG, 33), (CHEN, 21)])

    report = sync(world)

    (line,) = report.refused
    assert (report.sent, line.name, line.reason) == (1, "陈老师", "not_gradable")
    assert line.sentence == "The LMS accepts no grade for this person in this course."
    assert line.advice


def test_once_the_cause_is_mended_a_refused_grade_needs_no_waiting(world: World, moodle: Campus) -> None:
    moodle.enrol(ZHANG, CHEN)
    away = moodle.state.people.pop(CHEN.sub)
    world.earn_many([(ZHANG, 33), (CHEN, 21)])
    assert len(sync(world).refused) == 1

    moodle.state.people[CHEN.sub] = away
    world.clock.advance(2)  # type: ignore[attr-defined]
    report = sync(world)

    assert (report.sent, report.refused) == (1, ())
    assert moodle.score(CHEN) == 21


def test_a_long_run_tells_how_far_it_is(world: World, moodle: Campus) -> None:
    moodle.enrol(*LEARNERS)
    moodle.state.faults.stall_seconds = 0.2
    world.settings = replace(world.settings, lanes=1, batch=1)
    world.earn_many([(person, 33) for person in LEARNERS])
    told: list[tuple[int, int]] = []

    sync_now(
        world.db,
        stand_still(world),
        world.mirror(),
        programme_id=PROGRAMME,
        progress=lambda *said: told.append(said),
    )

    assert {number for _, number in told} == {len(LEARNERS)}
    done = [number for number, _ in told]
    assert done == sorted(done)
    assert (len(set(done)) > 2, done[-1]) == (True, len(LEARNERS))


@pytest.mark.parametrize(("status", "reason"), [(503, "platform_down"), (404, "course_gone")])
def test_what_waits_for_its_column_or_platform_says_so(world: World, moodle: Campus, status: int, reason: str) -> None:
    moodle.enrol(ZHANG, CHEN, LI)
    world.earn_many([(ZHANG, 33), (CHEN, 21), (LI, 5)])
    if status == 404:
        del moodle.state.courses[moodle.course_id]
    else:
        moodle.state.faults.status = status

    report = sync(world)

    assert {line.reason for line in report.refused} == {reason}
    assert len(report.refused) == 3


def test_the_worker_computes_and_sends(world: World, moodle: Campus) -> None:
    world.earn(ZHANG, 33)
    world.clock.advance(6)  # type: ignore[attr-defined]
    http = PlatformHttp(allow_private_hosts=True)
    rosters = Rosters(world.db, http, AccessTokens(world.db, http, world.clock), world.clock)
    credits_ = stand_still(world)
    leftovers, snapshots = Leftovers(world.db, world.clock), Snapshots(world.db, credits_, world.clock)
    Worker(world.db, credits_, world.mirror(), rosters, leftovers, snapshots, poll_seconds=0.1).run_pass()

    assert moodle.score() == 33
