"""What to do with one cell now. Pure: the same cell at the same moment always gets the same answer.

Level, not edge: nobody has to remember that something changed. Whoever looks at a cell compares what should stand
in the LMS with what stands there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lti_tool.grades.values import Cell, CellState

#: Scores of one cell are at least this far apart: Moodle compares whole seconds and refuses an equal one (409).
SPACING = timedelta(seconds=1)
#: A value that never stands still is sent all the same after this many settling times.
PATIENCE = 12
#: A sentence that changed beside an unchanged number waits this long: minutes tick, gradebooks need not.
COMMENT_INTERVAL = timedelta(hours=6)

_HELD = frozenset({CellState.BLOCKED, CellState.OVERRIDDEN, CellState.SKIPPED, CellState.LEFT})


@dataclass(frozen=True, slots=True)
class Send:
    """Send the desired grade with this AGS timestamp."""

    timestamp: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Ask the LMS what it holds, then decide again: a send is in doubt, or a person may have changed the grade."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Differs, but not before `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Nothing:
    """The LMS has it, or there is nothing to show."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Differs, and only a person can change that; `reason` is a code of `reasons`."""

    reason: str


Decision = Send | Look | Wait | Nothing | Blocked


@dataclass(frozen=True, slots=True)
class Manner:
    """How sending is done on this platform.

    `comments` False: there each score adds one more comment, so a sentence alone is no reason to send.
    `look_again_after`: how long what was read in the LMS counts as known; None where results cannot be read.
    """

    settle: timedelta
    comments: bool = True
    look_again_after: timedelta | None = None
    comment_interval: timedelta = COMMENT_INTERVAL


def decide_send(cell: Cell, now: datetime, manner: Manner) -> Decision:
    """Send, look, wait, nothing or blocked.

    A learner with 33 credits whose LMS shows 28 is `Send` once 33 has stood for the settling time; after a void
    the lower value goes out in the same way. An equal value is `Nothing`, whatever happened in between.
    """
    if cell.desired is None or cell.desired_since is None:
        return Nothing()
    ready = _ready_at(cell, manner)
    if ready is None:
        return Nothing()
    if cell.state in _HELD:
        return Blocked(cell.reason or cell.state.value)
    if cell.retry_at is not None:
        ready = max(ready, cell.retry_at)
    if ready > now:
        return Wait(ready)
    return Look() if _must_look(cell, now, manner) else _stamp(cell, now)


def _must_look(cell: Cell, now: datetime, manner: Manner) -> bool:
    """Before anything that stands in the LMS is replaced, it must be known what that is.

    What was read before our own last score does not count: a person may have changed the grade seconds after it, and
    Moodle goes on answering scores with success while it keeps that person's value.
    """
    if manner.look_again_after is None:
        return False
    if cell.in_doubt:
        return True
    if cell.confirmed is None:
        return False
    if cell.lms_read_at is None or (cell.confirmed_at is not None and cell.lms_read_at < cell.confirmed_at):
        return True
    return cell.lms_read_at + manner.look_again_after < now


def _ready_at(cell: Cell, manner: Manner) -> datetime | None:
    """When the difference may be sent; None if there is none worth sending."""
    if cell.desired is None or cell.desired_since is None:
        return None
    if cell.in_doubt:
        return cell.desired_since
    if not cell.desired.same_figure(cell.confirmed):
        settled = cell.desired_since + manner.settle
        patience = (cell.pending_since or cell.desired_since) + PATIENCE * manner.settle
        return min(settled, patience)
    if cell.confirmed is None or not manner.comments or cell.desired.comment == cell.confirmed.comment:
        return None
    since = cell.confirmed_at or cell.desired_since
    return max(cell.desired_since + manner.settle, since + manner.comment_interval)


def _stamp(cell: Cell, now: datetime) -> Send | Wait:
    """The score's time: that of the computation, yet a second later than any sent before.

    Where the LMS holds a time ahead of ours (its clock is fast), the stamp follows it: only a later one is taken.
    """
    computed = min(cell.desired_since or now, now)
    if cell.attempted_timestamp is None:
        return Send(computed)
    earliest = cell.attempted_timestamp + SPACING
    if now < earliest <= now + SPACING:
        return Wait(earliest)
    return Send(max(computed, earliest))
