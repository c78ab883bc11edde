"""`sync`: reconcile now, and say what was sent, what was refused and why, and what is as it should be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lti_tool.clock import Clock
from lti_tool.credits.service import Credits
from lti_tool.grades.reasons import REASONS
from lti_tool.grades.reconcile import Mirror
from lti_tool.grades.values import Row
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_reports as queries
from lti_tool.storage.queries.programmes import list_programmes

_MOST_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """One cell that differs from its gradebook: who, which column, what should stand there, and what is in the way."""

    name: str
    participant: str
    tag: str
    desired: Any
    confirmed: Any
    state: str
    reason: str | None
    sentence: str
    advice: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    sent: int
    unchanged: int
    waiting: tuple[Line, ...] = field(default=())

    @property
    def refused(self) -> tuple[Line, ...]:
        """The cells that a platform refused."""
        return tuple(line for line in self.waiting if line.reason)


def sync_now(
    db: Database,
    credits_: Credits,
    mirror: Mirror,
    *,
    programme_id: str | None = None,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> SyncReport:
    """Bring credits up to date and reconcile (of one programme, if given); a dry run sends nothing.

    Whoever asks for it now does not want values to settle first. `progress` is told how many of the cells that were
    due are done, and how many were due.
    """
    for one in [programme_id] if programme_id else _programme_ids(db):
        credits_.refresh(one)
    sent = 0
    if dry_run:
        mirror.prepare()
    else:
        hurried = mirror.without_settling(programme_id)
        watch = _watch(db, programme_id, hurried.clock, progress)
        sent = hurried.run_pass(programme_id, watch=watch).outcomes["sent"]
    with db.read() as conn:
        now = mirror.clock()
        lines = [_line(row, now) for row in queries.list_due(conn, programme_id, limit=_MOST_LINES)]
        states = queries.count_states(conn, programme_id)
    return SyncReport(sent, max(0, states.get("settled", 0) - sent), tuple(lines))


def _watch(
    db: Database, programme_id: str | None, clock: Clock, progress: Callable[[int, int], None]
) -> Callable[[], None]:
    def count() -> int:
        with db.read() as conn:
            return queries.count_due(conn, programme_id, clock())

    begun_with = count()

    def tell() -> None:
        progress(max(0, begun_with - count()), begun_with)

    return tell


def _programme_ids(db: Database) -> Sequence[str]:
    with db.read() as conn:
        return [row["id"] for row in list_programmes(conn, limit=10_000)]


def _line(row: Row, now: datetime) -> Line:
    code = row["reason"] or _reason_above(row, now)
    reason = REASONS.get(code or "")
    return Line(
        name=row["name"],
        participant=row["participant_id"],
        tag=row["tag"],
        desired=row["desired_value"],
        confirmed=row["confirmed_value"],
        state=row["state"],
        reason=code,
        sentence=reason.sentence if reason else "",
        advice=reason.advice if reason else "",
    )


def _reason_above(row: Row, now: datetime) -> str | None:
    """What holds a cell that was not tried itself: its column, or its platform."""
    if row["column_state"] != "open" and row["column_reason"] is not None:
        return str(row["column_reason"])
    paused = row["paused_until"] is not None and row["paused_until"] > now
    return str(row["platform_reason"]) if paused and row["platform_reason"] else None
