"""One learner whose credits cannot be computed stops nobody else, is shown, and is tried again later."""

import threading
from collections import Counter

import pytest
from sqlalchemy import update

from lti_tool.credits import programme as preparing
from lti_tool.credits import service
from lti_tool.credits.recording import CannotRecord, Recording
from lti_tool.credits.snapshots import Snapshots
from lti_tool.grades.worker import Worker
from lti_tool.rule_sets import RuleSetError
from lti_tool.storage.queries import people
from lti_tool.storage.queries.failures import find_failing
from lti_tool.storage.tables.evidence import evidence
from tests.credits.conftest import EXAMPLE, Tool
from tests.credits.learners import approved, assessments, attendance, study, void
from tests.domain.notation import SCHOOL
from tests.support.clock import FakeClock
from tests.support.statements import slice_

PROGRAMME, ZHANG = "hz-2026", "a6f10c3e"
EVERYBODY = {person.id for person in EXAMPLE.participants}
APPROVALS = [*approved("p1", 5), *approved("p2", 10), *approved("p3", 10)]


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """张老师 cannot be computed; how often each person was tried."""
    times: Counter[str] = Counter()
    assess = service.assess

    def failing(found, context, now):
        times[context.participant.id] += 1
        if context.participant.id == ZHANG:
            raise ValueError("a figure of 张老师")
        return assess(found, context, now)

    monkeypatch.setattr(service, "assess", failing)
    return times


def stale(tool: Tool) -> list[str]:
    with tool.db.read() as conn:
        return [row["id"] for row in people.list_stale(conn, PROGRAMME)]


def failing(tool: Tool) -> set[str]:
    with tool.db.read() as conn:
        return find_failing(conn, PROGRAMME)


@pytest.mark.parametrize("bring_up", ["refresh", "catch_up"])
def test_the_others_results_are_written(tool: Tool, tried: Counter[str], bring_up: str) -> None:
    changed = getattr(tool.credits, bring_up)(PROGRAMME)

    assert changed == EVERYBODY - {ZHANG}
    assert tool.results().keys() == EVERYBODY - {ZHANG}
    assert (stale(tool), failing(tool)) == ([ZHANG], {ZHANG})


def test_the_log_names_who_it_was_and_the_worker_goes_on(
    tool: Tool, tried: Counter[str], clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    class Nothing:
        """A gradebook with nothing to do."""

        did_something = False

        def run_pass(self, **_: object) -> "Nothing":
            passes.append(1)
            return self

        def remove_if_due(self) -> None:
            pass

        def run(self, _stop: threading.Event) -> None:
            pass

    passes: list[int] = []
    nothing = Nothing()

    snapshots = Snapshots(tool.db, tool.credits, clock)
    Worker(tool.db, tool.credits, nothing, nothing, nothing, snapshots, poll_seconds=0.1).run_pass()  # type: ignore[arg-type]

    said = capsys.readouterr()
    assert passes == [1]
    assert "credits cannot be computed" in said.out + said.err
    assert ZHANG in said.out + said.err


def test_it_is_tried_again_later_and_not_at_every_pass(tool: Tool, tried: Counter[str], clock: FakeClock) -> None:
    tool.credits.catch_up(PROGRAMME)
    so_far = tried[ZHANG]
    clock.advance(599)
    tool.credits.catch_up(PROGRAMME)
    tool.credits.refresh(PROGRAMME)
    assert tried[ZHANG] == so_far

    clock.advance(1)
    tool.credits.catch_up(PROGRAMME)

    assert tried[ZHANG] == so_far + 1
    assert tried.total() - tried[ZHANG] <= 2 * (len(EVERYBODY) - 1)  # alone, after all of them together


def test_what_happens_to_them_meanwhile_is_tried_at_once(tool: Tool, tried: Counter[str]) -> None:
    tool.credits.catch_up(PROGRAMME)
    so_far = tried[ZHANG]

    tool.send(slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00"))
    tool.credits.catch_up(PROGRAMME)

    assert tried[ZHANG] == so_far + 1
    assert failing(tool) == {ZHANG}


def test_once_it_succeeds_nothing_is_left_of_it(tool: Tool, tried: Counter[str], clock: FakeClock, monkeypatch) -> None:
    tool.credits.catch_up(PROGRAMME)
    monkeypatch.undo()
    clock.advance(600)

    assert tool.credits.catch_up(PROGRAMME) == {ZHANG}
    assert (stale(tool), failing(tool)) == ([], set())


def test_evidence_that_cannot_be_read_is_one_persons_trouble(tool: Tool) -> None:
    said = slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00")
    tool.send(said)
    with tool.db.begin() as conn:
        conn.execute(update(evidence).where(evidence.c.statement == said["id"]).values(facts='{"verb": "sung"}'))

    assert tool.credits.catch_up(PROGRAMME) == EVERYBODY - {ZHANG}
    assert failing(tool) == {ZHANG}


def test_rules_that_are_gone_are_noted_for_everybody_and_stop_no_other_programme(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule-set file of one's own that is no longer there."""

    def gone(_name: str) -> None:
        raise RuleSetError([("", "cannot be read")])

    monkeypatch.setattr(preparing, "load_rule_set", gone)

    assert tool.credits.catch_up(PROGRAMME) == set()
    assert failing(tool) == EVERYBODY


def test_nothing_is_entered_for_somebody_who_cannot_be_computed(
    tool: Tool, clock: FakeClock, request: pytest.FixtureRequest
) -> None:
    """What is kept of them is of an earlier time: since then an approval was taken back."""
    tool.send(*study(), *attendance(), *APPROVALS, *assessments())
    tool.credits.refresh(PROGRAMME)
    assert tool.results()[ZHANG]["recorded"] == 50
    request.getfixturevalue("tried")
    tool.send(void(APPROVALS[3]))
    recording = Recording(tool.db, tool.credits, clock)

    assert recording.list_ready(PROGRAMME) == {}
    with pytest.raises(CannotRecord, match=f"{ZHANG}: cannot be computed at the moment"):
        recording.correct(PROGRAMME, [ZHANG], by="王老师", receipt=None)


def test_recompute_says_who_could_not_be_computed(tool: Tool, tried: Counter[str], run) -> None:
    done = run("recompute", "--programme", PROGRAMME)

    assert done.exit_code == 1
    assert f"the credits of {ZHANG} cannot be computed" in done.output
    assert tool.results().keys() == EVERYBODY - {ZHANG}


def test_pages_about_many_pass_them_over_and_reports_do_not(tool: Tool, tried: Counter[str]) -> None:
    """A principal's queue must not hide everybody; a sheet that lacks somebody would be wrong."""
    everybody = sorted(EVERYBODY)

    shown = tool.credits.explain_many(PROGRAMME, everybody, pass_over=True)

    assert [one.participant.id for one in shown] == [person for person in everybody if person != ZHANG]
    with pytest.raises(ValueError, match="a figure of"):
        tool.credits.explain_many(PROGRAMME, everybody)


def test_a_look_first_says_who_could_not_be_computed(
    tool: Tool, request: pytest.FixtureRequest, clock: FakeClock
) -> None:
    tool.send(*study())
    tool.credits.refresh(PROGRAMME)
    request.getfixturevalue("tried")

    (change,) = tool.credits.preview(PROGRAMME)

    assert (change.participant, change.school, change.figures) == (ZHANG, SCHOOL, {"error": (None, "ValueError")})


def test_a_page_of_everybody_gets_on_past_those_who_fail(
    tool: Tool, tried: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_FOR_A_PAGE", 1)  # those after 张老师 have their turn too
    left = [tool.credits.refresh_some(PROGRAMME) for _ in range(len(EVERYBODY) + 1)]

    assert left[-1] == 0
    assert tool.results().keys() == EVERYBODY - {ZHANG}
