"""One cell made equal: look if need be, write the attempt down, send, record what came of it.

Before a score leaves, its attempt is written down as in doubt; so whatever kills this process between call and record,
the next look asks the platform what it holds before anything is sent again. Every record names the claim it was made
under: a worker that was held up past its lease changes nothing any more.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
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
from lti_tool.grades.rows import grade_columns, plan_columns, to_cell, to_grade
from lti_tool.grades.settings import MirrorSettings
from lti_tool.grades.values import CellState, Row
from lti_tool.grades.wire import Answer, CallFailedError
from lti_tool.lti.platforms import find_quirks
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_claims as queries
from lti_tool.storage.queries.grades_cells import list_sent

_log = structlog.get_logger(__name__)
_SENT, _UNCHANGED, _TAKEN = "sent", "unchanged", "taken"
_LONGEST_OWN = 60.0  # seconds that a single cell waits after the whole platform failed on it


class LostClaimError(Exception):
    """Somebody else has this cell now."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A cell after a look: as it is known now, and what the look showed (None: it could not be read)."""

    row: Row
    manner: Manner
    finding: Finding | None
    result: ags.Result | None


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
        self._chance = chance

    def handle(self, row: Row, owner: str) -> str:
        """Send one cell, or find that there is nothing to send; what became of it, in a word."""
        begun = self._clock()
        if _is_foreign(row):
            return self._refuse(row, owner, "foreign", "", begun)
        try:
            return self._work(row, owner)
        except CallFailedError as error:
            doubt = True if error.may_have_arrived else None
            return self._refuse(row, owner, error.reason, error.detail, begun, in_doubt=doubt, wait=error.retry_after)
        except LostClaimError:
            return _TAKEN
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - one cell that cannot be handled must not stop the rest
            _log.exception("a cell could not be handled", cell=row["id"])
            return self._refuse(row, owner, "own_fault", type(error).__name__, begun)

    def _work(self, row: Row, owner: str) -> str:
        manner = self._settings.manner(row["product"], can_read=self._columns.can_read(row))
        decision = decide_send(to_cell(row), self._clock(), manner)
        if isinstance(decision, Look):
            seen = self._look(row, owner, manner)
            row, manner = seen.row, seen.manner
            if row["state"] == CellState.OVERRIDDEN:
                return self._rest(row, owner)
            decision = decide_send(to_cell(row), self._clock(), manner)
        if isinstance(decision, Send):
            return self._send(row, owner, decision.timestamp, manner)
        return self._settle(row, owner, manner)

    def _look(self, row: Row, owner: str, manner: Manner) -> "_Seen":
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

    def _send(self, row: Row, owner: str, timestamp: datetime, manner: Manner) -> str:
        grade = to_grade(row, "desired")
        if grade is None:
            return self._settle(row, owner, manner)
        attempt = {**grade_columns("attempted", grade), "attempted_timestamp": timestamp, "in_doubt": True}
        resend = row["attempted_value"] is not None
        begun = self._clock()
        self._record(row, owner, {**attempt, "last_attempt_at": begun})
        row = {**row, **attempt}
        extensions = find_quirks(row["product"]).score_extensions(resend=resend)
        call = ags.score_call(row["url"], row["sub"], grade, timestamp, extensions)
        answer, exchange = self._exchanges.call_for(call, ags.SCORE_SCOPE, kind="score", row=row, value=grade.value)
        refusal = answers.refusal_of_score(answer)
        if refusal is None:
            self._paces.well(row["platform_id"], answer.headers)
            return self._confirm(row, owner, exchange, manner)
        with self._db.begin() as conn:
            queries.add_exchange(conn, exchange)
        if refusal == "older":
            return self._resolve_older(row, owner, answer, manner)
        doubt = refusal == "server_fault" or (answer.status > 500 and answer.status != 503)
        wait = answers.retry_after(answer, self._clock())
        return self._refuse(row, owner, refusal, answer.text, begun, in_doubt=doubt, wait=wait)

    def _confirm(self, row: Row, owner: str, exchange: Mapping[str, Any] | None, manner: Manner) -> str:
        """The platform has what was attempted; whatever changed meanwhile is planned anew."""
        now = self._clock()
        with self._db.begin() as conn:
            if exchange is not None:
                queries.add_exchange(conn, exchange)
            locked = _locked(conn, row, owner)
            values = confirm_columns(locked, to_grade(row, "attempted"), now)
            planned = plan_columns({**locked, **values}, now, manner)
            queries.record_cell(conn, row["id"], {**values, **planned, "lease_owner": None}, owner=owner)
            if row["column_attempts"]:
                queries.record_line_item(conn, row["line_item_id"], {"attempts": 0})
        return _SENT

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
        return self._refuse(row, owner, "older", answer.text, begun)

    def _settle(self, row: Row, owner: str, manner: Manner) -> str:
        """Nothing is to be sent now; when it will be follows from what is known."""
        now = self._clock()
        with self._db.begin() as conn:
            planned = plan_columns(_locked(conn, row, owner), now, manner)
            queries.record_cell(conn, row["id"], {**planned, "lease_owner": None}, owner=owner)
        return _UNCHANGED

    def _rest(self, row: Row, owner: str) -> str:
        self._record(row, owner, {"lease_owner": None, "next_attempt_at": None})
        return "overridden"

    def _record(self, row: Row, owner: str, values: Mapping[str, Any]) -> None:
        with self._db.begin() as conn:
            if not queries.record_cell(conn, row["id"], values, owner=owner):
                raise LostClaimError

    def _refuse(
        self,
        row: Row,
        owner: str,
        reason: str,
        detail: str,
        begun: datetime,
        *,
        in_doubt: bool | None = None,
        wait: float | None = None,
    ) -> str:
        """Write down why a cell is not sent and when it is worth another attempt; the reason."""
        now, level = self._clock(), REASONS[reason].level
        values: dict[str, Any] = {"lease_owner": None, "detail": detail[:1000], "reason": reason}
        values |= {"attempts": row["attempts"] + 1}
        if in_doubt is not None:
            values["in_doubt"] = in_doubt
        if level is Level.CELL:
            values |= self._cell_refusal(row, reason, now)
        elif level is Level.COLUMN:
            values |= {"state": CellState.RETRYING.value, "next_attempt_at": now}
        else:  # the others first: it may be this very cell that the platform stumbles over
            again = now + timedelta(seconds=min(2.0 ** min(row["attempts"], 30), _LONGEST_OWN))
            values |= {"state": CellState.RETRYING.value, "next_attempt_at": again, "retry_at": again}
        # The larger thing first: no other lane must find the cell due while its column or platform seems well.
        if level is Level.PLATFORM:
            self._paces.failed(row["platform_id"], reason, detail, begun=begun, retry_after=wait)
        elif level is Level.COLUMN:
            self._columns.close(row["line_item_id"], reason, detail, url=row["url"])
        elif reason == "server_fault":
            self._paces.fault(row["platform_id"], detail, begun=begun)
        with self._db.begin() as conn:
            queries.record_cell(conn, row["id"], values, owner=owner)
        return reason

    def _cell_refusal(self, row: Row, reason: str, now: datetime) -> dict[str, Any]:
        patience = REASONS[reason].patience
        counted = {"refusals": row["refusals"] + 1}
        if patience is None:
            return {**counted, "state": CellState.BLOCKED.value, "next_attempt_at": None, "retry_at": None}
        seconds = min(patience.first * 2.0 ** min(row["refusals"], 30), patience.most)
        retry = now + timedelta(seconds=seconds * self._chance.uniform(0.75, 1.25))
        return {**counted, "state": CellState.RETRYING.value, "next_attempt_at": retry, "retry_at": retry}


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
