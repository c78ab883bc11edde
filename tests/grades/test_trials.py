"""A trial of a course's gradebook: a column and a grade of their own, made, read, and removed again."""

from collections.abc import Sequence

import pytest

from lti_tool.demo.people import COURSE_ID
from lti_tool.grades.network import Network
from lti_tool.grades.wire import Answer, Call
from lti_tool.storage.queries.grades_trials import ask_for_trial, find_trial
from lti_tool.storage.tables.lti import lti_contexts, lti_members
from tests.grades.campus import ZHANG, Campus, World
from tests.support.clock import FakeClock

SCOPES = "https://purl.imsglobal.org/spec/lti-ags/scope/"
WELL = [("make", "ok"), ("send", "ok"), ("read", "ok"), ("remove", "ok")]


def ask(world: World, campus: Campus) -> None:
    with world.db.begin() as conn:
        ask_for_trial(conn, campus.platform_id, campus.context_row, world.clock())


def told(world: World, campus: Campus) -> list[tuple[str, str]]:
    """The steps of the last trial and what came of them."""
    with world.db.read() as conn:
        row = find_trial(conn, campus.context_row)
    assert row is not None
    assert row["done_at"] is not None
    steps: Sequence[tuple[str, str, str]] = row["steps"]
    return [(step, outcome) for step, outcome, _ in steps]


def labels(campus: Campus) -> list[str]:
    return [item.label for item in campus.state.course_items(COURSE_ID)]


@pytest.mark.parametrize("temperament", ["moodle", "canvas"])
def test_before_anybody_has_credits_everything_is_tried_and_nothing_stays(world: World, temperament: str) -> None:
    campus = world.campus(temperament)
    ask(world, campus)

    assert world.mirror().run_pass().outcomes == {"trial": 1}

    assert told(world, campus) == WELL
    assert [call.status for call in campus.calls("POST", "/scores")] == [200]
    assert labels(campus) == ["学分"]
    assert campus.cell() is None


def test_it_is_made_once(world: World, moodle: Campus) -> None:
    ask(world, moodle)
    world.mirror().run_pass()
    calls = len(moodle.calls())

    assert not world.mirror().run_pass().did_something
    assert len(moodle.calls()) == calls


def test_without_a_learner_only_the_column_is_tried(world: World, moodle: Campus) -> None:
    with world.db.begin() as conn:
        conn.execute(lti_members.delete())
    ask(world, moodle)
    world.mirror().run_pass()

    assert told(world, moodle) == [("make", "ok"), ("send", "nobody"), ("remove", "ok")]
    assert moodle.scores_sent() == 0


def test_a_scope_that_is_missing_is_named_and_the_column_removed(world: World, moodle: Campus) -> None:
    moodle.tool.scopes = (SCOPES + "lineitem",)
    ask(world, moodle)
    world.mirror().run_pass()

    assert told(world, moodle) == [("make", "ok"), ("send", "no_access"), ("remove", "ok")]
    assert labels(moodle) == ["学分"]


def test_a_learner_who_may_have_no_grade_is_named(world: World, canvas: Campus) -> None:
    del canvas.state.people[ZHANG.sub]
    ask(world, canvas)
    world.mirror().run_pass()

    assert told(world, canvas) == [("make", "ok"), ("send", "not_gradable"), ("remove", "ok")]


def test_a_course_without_grade_service_says_so(world: World, moodle: Campus) -> None:
    with world.db.begin() as conn:
        conn.execute(lti_contexts.update().values(lineitems_url=None))
    ask(world, moodle)
    world.mirror().run_pass()

    assert told(world, moodle) == [("make", "no_service")]


def test_what_a_killed_worker_left_behind_is_removed(
    world: World, moodle: Campus, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    real = Network.call

    def call(self: Network, platform_id: int, call: Call, scope: str) -> Answer:
        if call.method == "POST" and call.url.endswith("/scores"):
            raise Killed
        if call.method == "DELETE":
            raise Killed
        return real(self, platform_id, call, scope)

    ask(world, moodle)
    with monkeypatch.context() as patch:
        patch.setattr(Network, "call", call)
        with pytest.raises(Killed):
            world.mirror().run_pass()
    assert labels(moodle) == ["学分", "学分（测试）"]

    clock.advance(world.settings.lease.total_seconds())
    world.mirror().run_pass()

    assert told(world, moodle) == WELL
    assert labels(moodle) == ["学分"]


def test_an_lms_that_is_down_is_named_and_nothing_is_left_waiting(world: World, moodle: Campus) -> None:
    moodle.state.faults.status = 503
    ask(world, moodle)
    world.mirror().run_pass()

    assert told(world, moodle) == [("make", "platform_down")]
