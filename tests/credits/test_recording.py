"""学分录入: who has passed is entered in a batch, and what was entered stays whatever the rules become."""

from dataclasses import replace
from decimal import Decimal

import pytest

from lti_tool.credits.recording import Batch, CannotRecord, Recording
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.queries.recordings import list_batches, list_entries
from tests.credits.conftest import EXAMPLE, Tool
from tests.credits.learners import approved, assessments, attendance, study, void
from tests.support.clock import FakeClock

PROGRAMME, ZHANG = "hz-2026", "a6f10c3e"
APPROVALS = [*approved("p1", 5), *approved("p2", 10), *approved("p3", 10)]


@pytest.fixture
def passed(tool: Tool) -> Tool:
    """张老师 has everything; nobody else has anything."""
    tool.send(*study(), *attendance(), *APPROVALS, *assessments())
    return tool


@pytest.fixture
def recording(passed: Tool, clock: FakeClock) -> Recording:
    return Recording(passed.db, passed.credits, clock)


def state(tool: Tool) -> tuple[str, Decimal, Decimal]:
    tool.credits.refresh(PROGRAMME)
    row = tool.results()[ZHANG]
    return row["status"], row["accrued"], row["recorded"]


def set_rules(tool: Tool, clock: FakeClock, **settings: object) -> None:
    with tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, programme=replace(EXAMPLE.programme, settings=settings)), clock())


def test_only_who_has_passed_is_entered(passed: Tool, recording: Recording, clock: FakeClock) -> None:
    assert state(passed) == ("qualified", 50, 50)

    batch = recording.enter(PROGRAMME, by="王老师", receipt="2027-0042")

    assert batch.entries == {ZHANG: Decimal(50)}
    assert state(passed) == ("recorded", 50, 50)
    with passed.db.read() as conn:
        (listed,) = list_batches(conn, PROGRAMME)
        (entry,) = list_entries(conn, listed["id"])
    assert (listed["by"], listed["receipt"], listed["at"], listed["people"]) == ("王老师", "2027-0042", clock(), 1)
    assert (entry["participant_id"], entry["credits"]) == (ZHANG, 50)
    assert entry["rule_set_hash"] == passed.credits.programme(PROGRAMME).rules.hash


def test_nobody_is_entered_twice(recording: Recording) -> None:
    recording.enter(PROGRAMME, by="王老师")

    assert recording.enter(PROGRAMME, by="王老师") == Batch(None, {})


def test_a_void_after_the_entry_is_a_correction_and_withdraws_nothing_by_itself(
    passed: Tool, recording: Recording
) -> None:
    recording.enter(PROGRAMME, by="王老师")

    passed.send(void(APPROVALS[3]))  # 5 credits: C19

    assert state(passed) == ("correcting", 45, 0)
    assert recording.list_ready(PROGRAMME) == {}
    with passed.db.read() as conn:
        assert len(list_batches(conn, PROGRAMME)) == 1


def test_a_correction_by_hand_withdraws_and_a_new_approval_is_entered_again(passed: Tool, recording: Recording) -> None:
    recording.enter(PROGRAMME, by="王老师")
    passed.send(void(APPROVALS[3]))

    assert recording.correct(PROGRAMME, [ZHANG], by="王老师", receipt=None).entries == {ZHANG: 0}
    assert state(passed) == ("in_progress", 45, 0)

    passed.send(approved("p1", 5)[-1])
    assert state(passed) == ("qualified", 50, 50)
    assert recording.enter(PROGRAMME, by="王老师").entries == {ZHANG: 50}
    with passed.db.read() as conn:
        amounts = [list_entries(conn, batch["id"])[0]["credits"] for batch in list_batches(conn, PROGRAMME)]
    assert amounts == [50, 0, 50]  # newest first; what was entered before is kept


def test_what_needs_no_correction_is_refused_and_nothing_is_entered(passed: Tool, recording: Recording) -> None:
    recording.enter(PROGRAMME, by="王老师")

    with pytest.raises(CannotRecord) as refusal:
        recording.correct(PROGRAMME, [ZHANG, "nobody"], by="王老师", receipt=None)

    assert refusal.value.problems == [(ZHANG, "needs no correction"), ("nobody", "is not a participant")]
    with passed.db.read() as conn:
        assert len(list_batches(conn, PROGRAMME)) == 1


def test_changing_the_rules_keeps_what_was_recorded(passed: Tool, recording: Recording, clock: FakeClock) -> None:
    """R-001: a later revision is a new rule set, and old results are unchanged."""
    recording.enter(PROGRAMME, by="王老师")
    before = passed.results()[ZHANG]

    set_rules(passed, clock, structure={"online": 15, "offline": 8, "practice": 27})

    assert all(change.participant != ZHANG for change in passed.credits.preview(PROGRAMME))
    assert state(passed) == ("recorded", 50, 50)
    after = passed.results()[ZHANG]
    assert (after["rule_set_hash"], after["online_maximum"]) == (before["rule_set_hash"], 17)
    others = [row for person, row in passed.results().items() if person != ZHANG]
    assert {row["online_maximum"] for row in others} == {15}
    assert before["rule_set_hash"] not in {row["rule_set_hash"] for row in others}


def test_under_its_old_rules_a_void_is_still_seen(passed: Tool, recording: Recording, clock: FakeClock) -> None:
    recording.enter(PROGRAMME, by="王老师")
    set_rules(passed, clock, structure={"online": 15, "offline": 8, "practice": 27})

    passed.send(void(APPROVALS[3]))

    assert state(passed) == ("correcting", 45, 0)


def test_rules_that_were_kept_do_not_need_their_file(passed: Tool, recording: Recording, clock: FakeClock) -> None:
    """Not even the name of the rule set needs to be the same."""
    recording.enter(PROGRAMME, by="王老师")
    with passed.db.begin() as conn:
        blank = replace(EXAMPLE.programme, rule_set="blank-25-25")
        apply_programme(conn, replace(EXAMPLE, programme=blank), clock())

    assert state(passed) == ("recorded", 50, 50)
    explained = passed.credits.explain(PROGRAMME, ZHANG)
    assert explained is not None
    assert (explained.credit.rule_set, explained.credit.status) == ("zj-ts2-2021-10", "recorded")
    assert passed.results()["c41b77e0"]["rule_set"] == "blank-25-25"


def test_loading_the_roster_again_keeps_what_was_recorded(passed: Tool, recording: Recording, clock: FakeClock) -> None:
    recording.enter(PROGRAMME, by="王老师")
    without = replace(EXAMPLE, participants=tuple(one for one in EXAMPLE.participants if one.id != ZHANG))
    for file in (without, EXAMPLE):
        with passed.db.begin() as conn:
            apply_programme(conn, file, clock())

    assert state(passed) == ("recorded", 50, 50)


def test_by_component_what_is_met_may_be_entered(tool: Tool, clock: FakeClock) -> None:
    set_rules(tool, clock, record_mode="by_component")
    tool.send(*attendance(), *APPROVALS, *assessments())

    batch = Recording(tool.db, tool.credits, clock).enter(PROGRAMME, by="王老师")

    assert batch.entries == {ZHANG: Decimal(33)}
    assert state(tool) == ("recorded", 33, 33)
