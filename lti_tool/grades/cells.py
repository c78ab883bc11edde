"""Claimed cells made equal: look where need be, write the attempts down, send, record what came of them.

Before scores leave, their attempts are written down as in doubt; so whatever kills this process between call and
record, the next look asks the platform what it holds before anything is sent again. Every record names the claim it
was made under: a worker that was held up past its lease changes nothing any more. Attempts and confirmations of a
claim are written together, each cell's call stands alone.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.clock import Clock
from lti_tool.grades import ags, answers
from lti_tool.grades.columns import Columns
from lti_tool.grades.decide import SPACING, Look, Manner, Send, decide_send
from lti_tool.grades.exchanges import Exchanges
from lti_tool.grades.lookback import Finding, confirm_columns, is_ours, look
from lti_tool.grades.paces import Paces
from lti_tool.grades.reasons import REASONS, Level
from lti_tool.grades.refusals import Refusals
from lti_tool.grades.rows import grade_columns, plan_columns, to_cell, to_grade
from lti_tool.grades.settings import MirrorSettings
from lti_tool.grades.values import CellState, Grade, Row
from lti_tool.grades.wire import Answer, CallFailedError
from lti_tool.lti.platforms import find_quirks
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_claims as queries
from lti_tool.storage.queries.grades_cells import list_sent, write_cells

_log = structlog.get_logger(__name__)
_SENT, _UNCHANGED, _TAKEN = "sent", "unchanged", "taken"
_UNWRITTEN = 2.0  # seconds that what the platform took waits to be written down, at most


class LostClaimError(Exception):
    """Somebody else has this cell now."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A cell after a look: as it is known now, and what the look showed (None: it could not be read)."""

    row: Row
    manner: Manner
    finding: Finding | None
    result: ags.Result | None


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A score that is about to leave; `row` is the cell as it was claimed."""

    row: Row
    grade: Grade
    timestamp: datetime
    manner: Manner

    @property
    def columns(self) -> dict[str, Any]:
        """What the cell says of it."""
        return {**grade_columns("attempted", self.grade), "attempted_timestamp": self.timestamp, "in_doubt": True}

    @property
    def columns_before(self) -> dict[str, Any]:
        """What it said before: for an attempt that was never made."""
        return {name: self.row[name] for name in self.columns}


@dataclass(slots=True)
class _Work:
    """One claim under way. `taken`: what the platform took and is not written down yet, with when it was sent."""

    owner: str
    is_over: Callable[[], bool]
    outcomes: Counter[str] = field(default_factory=Counter)
    closed: set[int] = field(default_factory=set)
    ready: list[_Attempt] = field(default_factory=list)
    taken: list[tuple[_Attempt, dict[str, Any], datetime]] = field(default_factory=list)
    unbegun: list[Row] = field(default_factory=list)
    unsent: list[_Attempt] = field(default_factory=list)
    written: float = field(default_factory=time.monotonic)

    def count(self, outcome: str, number: int) -> None:
        if number:
            self.outcomes[outcome] += number

    def note(self, row: Row, outcome: str) -> None:
        self.outcomes[outcome] += 1
        if outcome in REASONS and REASONS[outcome].level is Level.COLUMN:
            self.closed.add(row["line_item_id"])

    def must_leave(self, row: Row) -> bool:
        """Whether nothing more may be asked about this cell now."""
        return row["line_item_id"] in self.closed or self.is_over()


class Cells:
    """Handles claimed cells."""

    def __init__(
        self,
        db: Database,
        exchanges: Exchanges,
        paces: Paces,
        columns: Columns,
        clock: Clock,
        settings: MirrorSettings,
        chance: random.Random,
    ) -> None:
        self._db = db
        self._exchanges = exchanges
        self._paces = paces
        self._columns = columns
        self._clock = clock
        self._settings = settings
        self._refusals = Refusals(db, paces, columns, clock, chance)

    def handle(self, rows: Sequence[Row], owner: str, is_over: Callable[[], bool]) -> Counter[str]:
        """Send claimed cells, or find that there is nothing to send; {outcome: number}.

        What is not begun before it `is_over`, or before its column turns out closed, is given back.
        """
        work = _Work(owner, is_over)
        for row in rows:
            self._prepare(row, work)
        for attempt in self._write_down(work.ready, work):
            self._send(attempt, work)
        self._confirm(work)
        self._give_back(work)
        return work.outcomes

    @contextmanager
    def _guarded(self, row: Row, work: _Work) -> Iterator[None]:
        """One cell that cannot be handled must not stop the rest."""
        begun, owner = self._clock(), work.owner
        try:
            yield
        except CallFailedError as error:
            doubt = True if error.may_have_arrived else None
            refused = self._refusals.record(
                row, owner, error.reason, error.detail, begun, in_doubt=doubt, wait=error.retry_after
            )
            work.note(row, refused)
        except LostClaimError:
            work.note(row, _TAKEN)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - it is recorded, and the other cells go on
            _log.exception("a cell could not be handled", cell=row["id"])
            work.note(row, self._refusals.record(row, owner, "own_fault", type(error).__name__, begun))

    def _prepare(self, row: Row, work: _Work) -> None:
        """Find out whether a score is to be sent now, and which."""
        if work.must_leave(row):
            work.unbegun.append(row)
            return
        if _is_foreign(row):
            work.note(row, self._refusals.record(row, work.owner, "foreign", "", self._clock()))
            return
        with self._guarded(row, work):
            self._decide(row, work)

    def _decide(self, row: Row, work: _Work) -> None:
        manner = self._settings.manner(row["product"], can_read=self._columns.can_read(row))
        decision = decide_send(to_cell(row), self._clock(), manner)
        if isinstance(decision, Look):
            seen = self._look(row, work.owner, manner)
            row, manner = seen.row, seen.manner
            if row["state"] == CellState.OVERRIDDEN:
                work.note(row, self._rest(row, work.owner))
                return
            decision = decide_send(to_cell(row), self._clock(), manner)
        grade = to_grade(row, "desired")
        if isinstance(decision, Send) and grade is not None:
            work.ready.append(_Attempt(row, grade, decision.timestamp, manner))
            return
        self._settle(row, work.owner, manner)
        work.note(row, _UNCHANGED)

    def _look(self, row: Row, owner: str, manner: Manner) -> _Seen:
        """The cell as it is known after reading it; where results cannot be read: the manner without reading."""
        try:
            result = self._read(row)
        except CallFailedError as error:
            if error.reason != "no_access":
                raise
            self._columns.cannot_read(row)
            return _Seen(row, self._settings.manner(row["product"], can_read=False), None, None)
        with self._db.begin() as conn:
            before = {**row, **_locked(conn, row, owner)}
            ours = is_ours(before, result, list_sent(conn, row["id"]))
            respect = self._settings.respect_overrides
            found = look(before, result, self._clock(), manner, is_ours=ours, respect=respect)
            kept = {name: value for name, value in found.values.items() if name != "next_attempt_at"}
            queries.record_cell(conn, row["id"], kept, owner=owner)
        return _Seen({**before, **kept}, manner, found.finding, result)

    def _read(self, row: Row) -> ags.Result | None:
        """What the platform holds for this person."""
        call = ags.result_call(row["url"], row["sub"])
        answer = self._exchanges.call(call, ags.RESULT_SCOPE, kind="result", row=row)
        self._raise_refusal(answers.refusal_of_column(answer), answer)
        try:
            return next((one for one in ags.read_results(answer) if one.sub == row["sub"]), None)
        except (ValueError, TypeError, KeyError) as error:
            raise CallFailedError("unreadable", answer.text[:500]) from error

    def _raise_refusal(self, refusal: str | None, answer: Answer) -> None:
        if refusal is not None:
            wait = answers.retry_after(answer, self._clock())
            raise CallFailedError(refusal, answer.text[:500], retry_after=wait)

    def _write_down(self, attempts: Sequence[_Attempt], work: _Work) -> list[_Attempt]:
        """Put on record what is about to be sent; the attempts whose cells are still ours."""
        if not attempts:
            return []
        begun = self._clock()
        rows = [{"id": one.row["id"], **one.columns, "last_attempt_at": begun} for one in attempts]
        with self._db.begin() as conn:
            held = queries.record_cells(conn, rows, owner=work.owner)
        work.count(_TAKEN, len(attempts) - len(held))
        return [one for one in attempts if one.row["id"] in held]

    def _send(self, attempt: _Attempt, work: _Work) -> None:
        if work.must_leave(attempt.row):
            work.unsent.append(attempt)
            return
        if time.monotonic() - work.written > _UNWRITTEN:
            self._confirm(work)
        row, begun = {**attempt.row, **attempt.columns}, self._clock()
        with self._guarded(row, work):
            resend = attempt.row["attempted_value"] is not None
            extensions = find_quirks(row["product"]).score_extensions(
                resend=resend, replaces=self._replaces(attempt.row)
            )
            call = ags.score_call(row["url"], row["sub"], attempt.grade, attempt.timestamp, extensions)
            answer, exchange = self._exchanges.call_for(
                call, ags.SCORE_SCOPE, kind="score", row=row, value=attempt.grade.value
            )
            refusal = answers.refusal_of_score(answer)
            if refusal is None:
                self._paces.well(row["platform_id"], answer.headers)
                work.taken.append((attempt, exchange, begun))
                return
            with self._db.begin() as conn:
                queries.add_exchanges(conn, [exchange])
            work.note(row, self._refused(row, work.owner, refusal, answer, attempt.manner, begun))

    def _replaces(self, row: Row) -> bool:
        """Whether a teacher's grade, too, is to be replaced: always, or because an administrator asked for it here
        (then nothing counts as confirmed, though something was sent)."""
        asked = row["attempted_value"] is not None and row["confirmed_value"] is None
        return asked or not self._settings.respect_overrides

    def _refused(self, row: Row, owner: str, refusal: str, answer: Answer, manner: Manner, begun: datetime) -> str:
        if refusal == "older":
            return self._resolve_older(row, owner, answer, manner)
        doubt = refusal == "server_fault" or (answer.status > 500 and answer.status != 503)
        wait = answers.retry_after(answer, self._clock())
        return self._refusals.record(row, owner, refusal, answer.text, begun, in_doubt=doubt, wait=wait)

    def _confirm(self, work: _Work) -> None:
        """The platform has what was attempted; whatever changed meanwhile is planned anew."""
        taken, work.taken, work.written = work.taken, [], time.monotonic()
        if not taken:
            return
        now, changes = self._clock(), []
        with self._db.begin() as conn:
            queries.add_exchanges(conn, [exchange for _, exchange, _ in taken])
            locked = queries.lock_claimed(conn, [attempt.row["id"] for attempt, _, _ in taken], work.owner)
            for attempt, _, sent_at in taken:
                if (row := locked.get(attempt.row["id"])) is not None:
                    values = confirm_columns(row, attempt.grade, now)
                    planned = plan_columns({**row, **values}, now, attempt.manner)
                    fresh = {"id": row["id"], "last_attempt_at": sent_at, "lease_owner": None}
                    changes.append({**fresh, **values, **planned})
            write_cells(conn, changes)
            tired = {attempt.row["line_item_id"] for attempt, _, _ in taken if attempt.row["column_attempts"]}
            for line_item_id in tired:
                queries.record_line_item(conn, line_item_id, {"attempts": 0})
        work.count(_SENT, len(changes))
        work.count(_TAKEN, len(taken) - len(changes))

    def _give_back(self, work: _Work) -> None:
        """What was not begun is due again at once, as if it had never been claimed."""
        if not work.unbegun and not work.unsent:
            return
        now = self._clock()
        ids = [row["id"] for row in work.unbegun]
        with self._db.begin() as conn:
            rows = [{"id": one.row["id"], **one.columns_before} for one in work.unsent]
            ids += queries.record_cells(conn, rows, owner=work.owner)
            queries.give_back(conn, ids, work.owner, now)

    def _resolve_older(self, row: Row, owner: str, answer: Answer, manner: Manner) -> str:
        """The platform has a newer grade: ours that arrived before, somebody's own, or a clock ahead of ours."""
        begun, told = self._clock(), [answers.newer_than(answer.text)]
        if manner.look_again_after is not None:
            seen = self._look(row, owner, manner)
            row = seen.row
            if seen.finding is Finding.AS_SENT:
                self._settle(row, owner, manner)
                return _SENT
            if row["state"] == CellState.OVERRIDDEN:
                return self._rest(row, owner)
            told.append(seen.result.timestamp if seen.result else None)
        known = [moment for moment in told if moment is not None]
        step = timedelta(0) if known else 5 * SPACING * (1 + row["refusals"])
        latest = max([*known, row["attempted_timestamp"] or begun, begun]) + step
        self._record(row, owner, {"attempted_timestamp": latest, "in_doubt": False})
        return self._refusals.record(row, owner, "older", answer.text, begun)

    def _settle(self, row: Row, owner: str, manner: Manner) -> None:
        """Nothing is to be sent now; when it will be follows from what is known."""
        now = self._clock()
        with self._db.begin() as conn:
            planned = plan_columns(_locked(conn, row, owner), now, manner)
            queries.record_cell(conn, row["id"], {**planned, "lease_owner": None}, owner=owner)

    def _rest(self, row: Row, owner: str) -> str:
        self._record(row, owner, {"lease_owner": None, "next_attempt_at": None})
        return "overridden"

    def _record(self, row: Row, owner: str, values: Mapping[str, Any]) -> None:
        with self._db.begin() as conn:
            if not queries.record_cell(conn, row["id"], values, owner=owner):
                raise LostClaimError


def _locked(conn: Connection, row: Row, owner: str) -> Row:
    found = queries.lock_cell(conn, row["id"], owner)
    if found is None:
        raise LostClaimError
    return found


def _is_foreign(row: Row) -> bool:
    """Nothing is sent across courses, programmes or platforms (architecture.md, decision 5)."""
    member = (row["member_context_id"], row["member_participant_id"])
    return (
        member != (row["context_id"], row["participant_id"])
        or row["context_programme_id"] != row["programme_id"]
        or row["line_item_platform_id"] != row["platform_id"]
    )
