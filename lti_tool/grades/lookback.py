"""What the LMS holds, compared with what it took: arrived sends, changes by people, grades that were lost there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lti_tool.grades.ags import Result
from lti_tool.grades.decide import SPACING, Manner
from lti_tool.grades.rows import grade_columns, plan_columns, to_grade
from lti_tool.grades.values import CellState, Grade, Progress, Row

_CALM: Mapping[str, Any] = {"reason": None, "detail": None, "retry_at": None, "attempts": 0, "refusals": 0}
_RESTING = frozenset({CellState.SKIPPED.value, CellState.LEFT.value, CellState.BLOCKED.value})


class Finding(StrEnum):
    """What a look at a cell shows."""

    AS_SENT = "as_sent"  # what was confirmed, or a send that was in doubt and has arrived
    NOT_ARRIVED = "not_arrived"  # the send in doubt never came; what was confirmed before is there
    CHANGED = "changed"  # a person's value
    DRIFTED = "drifted"  # an earlier value of ours, or none at all: restored from a backup, or lost


@dataclass(frozen=True, slots=True)
class Look:
    """A finding, and the columns of the cell that follow from it."""

    finding: Finding
    values: dict[str, Any]


def find_difference(row: Row, result: Result | None, *, is_ours: bool) -> Finding:
    """Compare a cell with the platform's result. `is_ours`: the value was sent once, so no person need have made it."""
    confirmed, attempted = to_grade(row, "confirmed"), to_grade(row, "attempted")
    if result is None or result.value is None:
        return Finding.DRIFTED if confirmed is not None else Finding.NOT_ARRIVED
    if row["in_doubt"] and attempted is not None and result.shows(attempted.value, attempted.maximum):
        return Finding.AS_SENT
    if confirmed is not None and result.shows(confirmed.value, confirmed.maximum):
        return Finding.NOT_ARRIVED if row["in_doubt"] else Finding.AS_SENT
    return Finding.DRIFTED if is_ours else Finding.CHANGED


def is_ours(row: Row, result: Result | None, sent: Sequence[tuple[Decimal, datetime]]) -> bool:
    """Whether a value that was not expected is one of ours: a send that arrived late, or an older grade restored.

    `sent`: the values that were ever sent to the cell, with when. A person who sets an earlier value again leaves a
    later time where the platform tells times; where it does not, only what was sent since the last confirmation counts.
    """
    if result is None:
        return False
    since, last = row["confirmed_at"], row["attempted_timestamp"]
    is_old = result.timestamp is not None and last is not None and result.timestamp <= last
    return any(
        result.shows(value, row["desired_maximum"]) and (is_old or since is None or at > since) for value, at in sent
    )


def look(
    row: Row,
    result: Result | None,
    now: datetime,
    manner: Manner,
    *,
    is_ours: bool,
    respect: bool,
) -> Look:
    """What is written to a cell after its result was read. `respect`: a person's value is left alone."""
    finding = find_difference(row, result, is_ours=is_ours)
    maximum = row["desired_maximum"] or row["attempted_maximum"]
    held = result.points_of(maximum) if result else None
    values: dict[str, Any] = {"lms_value": held, "lms_read_at": now, "in_doubt": False}
    if finding is Finding.CHANGED and respect and row["state"] not in _RESTING:
        values |= {"state": CellState.OVERRIDDEN.value, "reason": "overridden", "detail": None, "next_attempt_at": None}
        return Look(finding, {**values, "drifted_at": now, "retry_at": None})
    if finding is Finding.AS_SENT and row["in_doubt"]:
        values |= confirm_columns(row, to_grade(row, "attempted"), now)
    if finding in {Finding.CHANGED, Finding.DRIFTED}:
        values |= _forget(row, result, held, maximum, now)
    if row["state"] == CellState.OVERRIDDEN:  # the person's value is gone again
        values |= {**_CALM, "state": CellState.DUE.value}
    return Look(finding, {**values, **plan_columns({**row, **values}, now, manner)})


def confirm_columns(row: Row, grade: Grade | None, now: datetime) -> dict[str, Any]:
    """The platform has this grade now."""
    value = grade.value if grade else None
    same = row["confirmed_value"] == value and row["in_gradebook_since"] is not None
    return {
        **grade_columns("confirmed", grade),
        **_CALM,
        "confirmed_at": now,
        "in_gradebook_since": row["in_gradebook_since"] if same else now,
        "in_doubt": False,
        "lms_value": value,
        "state": CellState.DUE.value if row["state"] not in _RESTING else row["state"],
    }


def _forget(row: Row, result: Result | None, held: Any, maximum: Any, now: datetime) -> dict[str, Any]:
    """Something else stands there than was confirmed; the next score must be later than whatever made it so."""
    standing = Grade(held, maximum, "", Progress.IN_PROGRESS) if held is not None and maximum is not None else None
    known = [row["attempted_timestamp"], result.timestamp if result else None, now - SPACING]
    return {
        **grade_columns("confirmed", standing),
        "in_gradebook_since": None,
        "attempted_timestamp": max(moment for moment in known if moment is not None),
        "drifted_at": now,
        "pending_since": row["pending_since"] or now,
    }
