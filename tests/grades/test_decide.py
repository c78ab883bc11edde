"""When a cell is sent: after settling, with strictly later times, never while a person must act."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.grades.decide import Blocked, Decision, Look, Manner, Nothing, Send, Wait, decide_send
from lti_tool.grades.values import Cell, CellState, Grade, Progress

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SETTLE = timedelta(seconds=5)
MANNER = Manner(settle=SETTLE)


def grade(value: int = 33, comment: str = "33 学分", progress: Progress = Progress.IN_PROGRESS) -> Grade:
    return Grade(Decimal(value), Decimal(50), comment, progress)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def cell(**parts: Any) -> Cell:
    """33 credits computed at noon; nothing was ever sent."""
    return replace(
        Cell(
            desired=grade(),
            desired_since=NOON,
            pending_since=NOON,
            confirmed=None,
            confirmed_at=None,
            attempted=None,
            attempted_timestamp=None,
            in_doubt=False,
            state=CellState.DUE,
            reason=None,
            retry_at=None,
        ),
        **parts,
    )


SENT = {"confirmed": grade(28), "confirmed_at": after(-60), "attempted": grade(28), "attempted_timestamp": after(-60)}
SETTLED = SENT | {"confirmed": grade(), "state": CellState.SETTLED, "pending_since": None}

CASES: list[tuple[str, Cell, datetime, Decision]] = [
    ("nothing to show: nothing", cell(desired=None, desired_since=None), after(60), Nothing()),
    ("a new value settles first", cell(), after(1), Wait(after(5))),
    ("then it goes, stamped with the time of its computation", cell(), after(5), Send(NOON)),
    ("a higher value", cell(**SENT), after(5), Send(NOON)),
    ("a lower value after a void goes the same way", cell(**SENT | {"confirmed": grade(50)}), after(5), Send(NOON)),
    ("an equal value is no call", cell(**SETTLED), after(3600), Nothing()),
    ("the same number, but completed now", cell(**SENT | {"confirmed": grade(progress=Progress.COMPLETED)}), after(5),
     Send(NOON)),
    ("computed before the last score's time: a second after that one",
     cell(**SENT | {"attempted_timestamp": after(2)}), after(5), Send(after(3))),
    ("never two scores within one second", cell(**SENT | {"attempted_timestamp": after(9.5)}), after(10),
     Wait(after(10.5))),
    ("a platform whose clock is three minutes ahead is followed",
     cell(**SENT | {"attempted_timestamp": after(180)}), after(10), Send(after(181))),
    ("a refusal has its own patience", cell(**SENT, state=CellState.RETRYING, retry_at=after(300)), after(10),
     Wait(after(300))),
    ("and its end", cell(**SENT, state=CellState.RETRYING, retry_at=after(300)), after(300), Send(NOON)),
    ("a value that never stands still is sent after a minute of settling times",
     cell(**{**SENT, "desired_since": after(58), "pending_since": NOON}), after(60), Send(after(58))),
    ("only the sentence differs: not before six hours",
     cell(**SETTLED | {"confirmed": grade(comment="old")}), after(60), Wait(after(6 * 3600 - 60))),
    ("only the sentence differs: after six hours",
     cell(**SETTLED | {"confirmed": grade(comment="old")}), after(6 * 3600), Send(NOON)),
]  # fmt: skip


@pytest.mark.parametrize(("given_", "now", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_decision(given_: Cell, now: datetime, expected: Decision) -> None:
    assert decide_send(given_, now, MANNER) == expected


@pytest.mark.parametrize("state", [CellState.BLOCKED, CellState.OVERRIDDEN, CellState.SKIPPED, CellState.LEFT])
def test_a_cell_that_waits_for_a_person_is_not_sent(state: CellState) -> None:
    assert decide_send(cell(**SENT | {"state": state}), after(3600), MANNER) == Blocked(state.value)


def test_where_each_score_adds_a_comment_a_sentence_is_no_reason_to_send() -> None:
    only_comment = cell(**SETTLED | {"confirmed": grade(comment="old")})

    assert decide_send(only_comment, after(7 * 3600), replace(MANNER, comments=False)) == Nothing()


@pytest.mark.parametrize(
    ("read_at", "expected"),
    [(None, Look()), (after(-61), Look()), (after(-60), Send(NOON)), (after(1), Send(NOON))],
    ids=["never read", "read before our own score", "read with it", "read after it"],
)
def test_what_stands_there_is_read_before_it_is_replaced(read_at: datetime | None, expected: Decision) -> None:
    """However fresh a reading is: since our own score a person may have changed the grade."""
    reading = replace(MANNER, look_again_after=timedelta(minutes=10))

    assert decide_send(cell(**SENT, lms_read_at=read_at), after(5), reading) == expected


@given(
    last=st.integers(-10_000_000, 10_000_000),
    since=st.integers(-10_000_000, 0),
    now=st.integers(0, 10_000_000),
)
def test_a_score_is_always_at_least_a_second_later_than_the_last(last: int, since: int, now: int) -> None:
    attempted = NOON + timedelta(milliseconds=last)
    one = cell(**SENT | {"attempted_timestamp": attempted, "desired_since": NOON + timedelta(milliseconds=since)})
    decision = decide_send(one, NOON + timedelta(milliseconds=now), MANNER)

    if isinstance(decision, Send):
        assert decision.timestamp - attempted >= timedelta(seconds=1)
