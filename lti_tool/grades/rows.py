"""Between rows of `grade_cells` and the values that decisions are made on."""

from datetime import datetime
from typing import Any

from lti_tool.grades.decide import Blocked, Decision, Look, Manner, Nothing, Send, Wait, decide_send
from lti_tool.grades.values import Cell, CellState, Grade, Progress, Row

_WAITING = frozenset({CellState.IDLE, CellState.DUE, CellState.RETRYING, CellState.SETTLED})


def to_cell(row: Row) -> Cell:
    """The cell of a row (or of any mapping with its columns)."""
    return Cell(
        desired=to_grade(row, "desired"),
        desired_since=row["desired_since"],
        pending_since=row["pending_since"],
        confirmed=to_grade(row, "confirmed"),
        confirmed_at=row["confirmed_at"],
        attempted=to_grade(row, "attempted"),
        attempted_timestamp=row["attempted_timestamp"],
        in_doubt=row["in_doubt"],
        state=CellState(row["state"]),
        reason=row["reason"],
        retry_at=row["retry_at"],
        lms_read_at=row["lms_read_at"],
        attempts=row["attempts"],
        refusals=row["refusals"],
    )


def to_grade(row: Row, which: str) -> Grade | None:
    """The `desired`, `attempted` or `confirmed` grade of a row; None where there is none."""
    value = row[f"{which}_value"]
    if value is None:
        return None
    progress = Progress(row[f"{which}_progress"] or Progress.IN_PROGRESS)
    return Grade(value, row[f"{which}_maximum"], row[f"{which}_comment"] or "", progress)


def grade_columns(which: str, grade: Grade | None) -> dict[str, Any]:
    """The four columns of a grade."""
    return {
        f"{which}_value": grade.value if grade else None,
        f"{which}_maximum": grade.maximum if grade else None,
        f"{which}_comment": grade.comment if grade else None,
        f"{which}_progress": grade.progress.value if grade else None,
    }


def plan_columns(row: Row, now: datetime, manner: Manner) -> dict[str, Any]:
    """`state`, `next_attempt_at` and `pending_since` as they follow from everything else in the row."""
    cell = to_cell(row)
    decision = decide_send(cell, now, manner)
    differs = cell.desired is not None and (cell.in_doubt or not cell.desired.same_figure(cell.confirmed))
    return {
        "state": _state(cell, decision).value,
        "next_attempt_at": _next_attempt(decision, now),
        "pending_since": (cell.pending_since or now) if differs else None,
    }


def _state(cell: Cell, decision: Decision) -> CellState:
    if cell.state not in _WAITING or isinstance(decision, Blocked):
        return cell.state
    if isinstance(decision, Nothing):
        return CellState.IDLE if cell.confirmed is None else CellState.SETTLED
    if cell.desired is not None and cell.desired.same_figure(cell.confirmed) and not cell.in_doubt:
        return CellState.SETTLED  # only the sentence beside it will be renewed
    return CellState.RETRYING if cell.attempts else CellState.DUE


def _next_attempt(decision: Decision, now: datetime) -> datetime | None:
    if isinstance(decision, Send | Look):
        return now
    return decision.until if isinstance(decision, Wait) else None
