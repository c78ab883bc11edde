"""Making the gradebook equal: claim and commit, then call, then record. No call ever happens inside a transaction.

Before a score leaves, its attempt is written down as in doubt; so whatever kills this process between call and record,
the next look asks the platform what it holds before anything is sent again.
"""

import random
import secrets
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lti_tool.clock import Clock
from lti_tool.grades import ags
from lti_tool.grades.answers import refusal_of_score
from lti_tool.grades.columns import Columns
from lti_tool.grades.decide import SPACING, Send, decide_send
from lti_tool.grades.exchanges import Exchanges
from lti_tool.grades.network import Network
from lti_tool.grades.paces import Paces
from lti_tool.grades.reasons import REASONS, Level
from lti_tool.grades.refresh import refresh_many
from lti_tool.grades.rows import grade_columns, plan_columns, to_cell, to_grade
from lti_tool.grades.settings import MirrorSettings
from lti_tool.grades.values import CellState
from lti_tool.grades.wire import CallFailedError
from lti_tool.lti.platforms import find_quirks
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_claims as queries
from lti_tool.storage.queries.grades_desired import list_unmirrored

_UNMIRRORED = 500


@dataclass(slots=True)
class PassReport:
    """What one pass did: {outcome: number}, and the lines of what was refused."""

    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def did_something(self) -> bool:
        return bool(self.outcomes)


class Mirror:
    """Keeps gradebooks equal to the computed credits. Any number of these may work on one database."""

    def __init__(
        self,
        db: Database,
        network: Network,
        clock: Clock,
        settings: MirrorSettings,
        chance: random.Random | None = None,
    ) -> None:
        self._db = db
        self._network = network
        self._clock = clock
        self._settings = settings
        self._chance = chance or random.Random()  # noqa: S311 - spreads retries
        self._owner = secrets.token_hex(8)
        self._exchanges = Exchanges(db, network, clock)
        self._paces = Paces(db, clock)
        self._columns = Columns(db, self._exchanges, self._paces, clock, self._owner, settings, self._chance)

    def run_pass(self, programme_id: str | None = None) -> PassReport:
        """Find or make columns, then send what is due (of one programme, if given), until nothing is due now."""
        report = PassReport()
        self._catch_up()
        report.outcomes.update(self._columns.run(programme_id))
        while True:
            now = self._clock()
            with self._db.begin() as conn:
                ids = queries.claim_cells(
                    conn,
                    self._owner,
                    now,
                    now + self._settings.lease,
                    programme_id=programme_id,
                    limit=self._settings.batch,
                )
            if not ids:
                return report
            self._work(ids, report)

    def _catch_up(self) -> None:
        """Whatever a crash made the hooks miss is mirrored now."""
        with self._db.read() as conn:
            missed = list_unmirrored(conn, limit=_UNMIRRORED)
        if missed:
            with self._db.begin() as conn:
                refresh_many(conn, missed, now=self._clock(), settings=self._settings)

    def _work(self, ids: Sequence[int], report: PassReport) -> None:
        begun = time.monotonic()
        paused: set[int] = set()
        for cell_id in ids:
            with self._db.read() as conn:
                row = queries.get_cell(conn, cell_id)
            if row is None:
                continue
            if row["platform_id"] in paused or time.monotonic() - begun > self._settings.batch_budget:
                self._give_back(cell_id)
                continue
            outcome = self._handle(row)
            report.outcomes[outcome] += 1
            if outcome in REASONS and REASONS[outcome].level is not Level.CELL:
                paused.add(row["platform_id"])

    def _give_back(self, cell_id: int) -> None:
        with self._db.begin() as conn:
            queries.record_cell(conn, cell_id, {"lease_owner": None, "next_attempt_at": self._clock()})

    def _handle(self, row: Mapping[str, Any]) -> str:
        """Send one cell, or find that there is nothing to send; what became of it, in a word."""
        foreign = _foreign(row)
        if foreign:
            return self._refuse(row, foreign, "")
        try:
            if row["in_doubt"]:
                self._ask(row)
                with self._db.read() as conn:
                    row = queries.get_cell(conn, row["id"]) or row
            decision = decide_send(to_cell(row), self._clock(), self._settings.manner)
            if not isinstance(decision, Send):
                return self._settle(row)
            return self._send(row, decision.timestamp)
        except CallFailedError as error:
            return self._refuse(row, error.reason, error.detail, in_doubt=error.may_have_arrived)

    def _send(self, row: Mapping[str, Any], timestamp: datetime) -> str:
        grade = to_grade(row, "desired")
        if grade is None:
            return self._settle(row)
        attempt = {**grade_columns("attempted", grade), "attempted_timestamp": timestamp, "in_doubt": True}
        with self._db.begin() as conn:
            queries.record_cell(conn, row["id"], {**attempt, "last_attempt_at": self._clock()})
        resend = row["attempted_value"] is not None
        extensions = find_quirks(row["product"]).score_extensions(resend=resend)
        call = ags.score_call(row["url"], row["sub"], grade, timestamp, extensions)
        answer = self._exchanges.call(
            row["platform_id"], call, ags.SCORE_SCOPE, kind="score", row=row, value=grade.value
        )
        refusal = refusal_of_score(answer)
        if refusal == "older":
            return self._resolve_older(row, answer.text)
        if refusal is not None:
            return self._refuse(row, refusal, answer.text, in_doubt=False)
        self._paces.well(row["platform_id"])
        self._confirm(row["id"], attempt)
        return "sent"

    def _ask(self, row: Mapping[str, Any]) -> ags.Result | None:
        """What the platform holds, after an attempt whose answer was lost; equal to the attempt means it arrived."""
        result = self._read_result(row)
        attempted = to_grade(row, "attempted")
        arrived = result is not None and attempted is not None and _shows(result, attempted.value, attempted.maximum)
        if arrived:
            self._confirm(row["id"], grade_columns("attempted", attempted))
        else:
            with self._db.begin() as conn:
                queries.record_cell(conn, row["id"], {"in_doubt": False})
        return result

    def _resolve_older(self, row: Mapping[str, Any], detail: str) -> str:
        """The platform has a newer grade: ours that arrived before, somebody's own, or a clock ahead of ours."""
        result = self._read_result(row)
        desired, confirmed = to_grade(row, "desired"), to_grade(row, "confirmed")
        if result is not None and desired is not None and _shows(result, desired.value, desired.maximum):
            self._confirm(row["id"], grade_columns("attempted", desired))
            return "sent"
        known = confirmed is not None and result is not None and _shows(result, confirmed.value, confirmed.maximum)
        if result is not None and result.value is not None and not known and self._settings.respect_overrides:
            return self._refuse(row, "overridden", detail)
        with self._db.begin() as conn:
            ahead = max(self._clock(), row["attempted_timestamp"] or self._clock()) + 5 * SPACING
            queries.record_cell(conn, row["id"], {"attempted_timestamp": ahead})
        return self._refuse(row, "older", detail, in_doubt=False)

    def _read_result(self, row: Mapping[str, Any]) -> ags.Result | None:
        call = ags.result_call(row["url"], row["sub"])
        answer = self._exchanges.call(row["platform_id"], call, ags.RESULT_SCOPE, kind="result", row=row)
        refusal = refusal_of_score(answer)
        if refusal is not None:
            raise CallFailedError(refusal, answer.text[:500])
        try:
            result = ags.read_result(answer, row["sub"])
        except (ValueError, TypeError) as error:
            raise CallFailedError("unreadable", answer.text[:500]) from error
        with self._db.begin() as conn:
            held = {"lms_value": result.value if result else None, "lms_read_at": self._clock()}
            queries.record_cell(conn, row["id"], held)
        return result

    def _confirm(self, cell_id: int, attempt: Mapping[str, Any]) -> None:
        """The platform has this value; whatever changed meanwhile is planned anew."""
        now = self._clock()
        with self._db.begin() as conn:
            row = queries.lock_cell(conn, cell_id)
            if row is None:
                return
            confirmed = {
                name.replace("attempted", "confirmed"): value for name, value in attempt.items() if name in _GRADE
            }
            same = row["confirmed_value"] == confirmed["confirmed_value"] and row["in_gradebook_since"] is not None
            values = {
                **confirmed,
                "confirmed_at": now,
                "in_gradebook_since": row["in_gradebook_since"] if same else now,
                "in_doubt": False,
                **_CALM,
                "state": CellState.DUE.value,
            }
            planned = plan_columns({**row, **values}, now, self._settings.manner)
            queries.record_cell(conn, cell_id, {**values, **planned, "lease_owner": None})

    def _settle(self, row: Mapping[str, Any]) -> str:
        now = self._clock()
        with self._db.begin() as conn:
            locked = queries.lock_cell(conn, row["id"])
            if locked is not None:
                planned = plan_columns(locked, now, self._settings.manner)
                queries.record_cell(conn, row["id"], {**planned, "lease_owner": None})
        return "unchanged"

    def _refuse(self, row: Mapping[str, Any], reason: str, detail: str, *, in_doubt: bool | None = None) -> str:
        """Write down why a cell is not sent and when it is worth another attempt; the reason."""
        now = self._clock()
        entry = REASONS[reason]
        values: dict[str, Any] = {"lease_owner": None, "detail": detail[:1000]}
        if in_doubt is not None:
            values["in_doubt"] = in_doubt
        if entry.level is Level.CELL:
            values |= self._cell_refusal(row, reason, now)
        else:
            values |= {"next_attempt_at": now, "attempts": row["attempts"] + 1, "reason": reason}
            values |= {"state": CellState.RETRYING.value}
            self._hold(row, reason, detail)
        with self._db.begin() as conn:
            queries.record_cell(conn, row["id"], values)
        return reason

    def _cell_refusal(self, row: Mapping[str, Any], reason: str, now: datetime) -> dict[str, Any]:
        patience = REASONS[reason].patience
        counted = {"reason": reason, "refusals": row["refusals"] + 1, "attempts": row["attempts"] + 1}
        if patience is None:
            state = CellState.OVERRIDDEN if reason == "overridden" else CellState.BLOCKED
            return {**counted, "state": state.value, "next_attempt_at": None, "retry_at": None}
        seconds = min(patience.first * 2.0 ** min(row["attempts"], 30), patience.most)
        retry = now + timedelta(seconds=seconds * self._chance.uniform(0.75, 1.25))
        return {**counted, "state": CellState.RETRYING.value, "next_attempt_at": retry, "retry_at": retry}

    def _hold(self, row: Mapping[str, Any], reason: str, detail: str) -> None:
        """A column or a whole platform rests; its cells stay due and are claimed again when it opens."""
        if REASONS[reason].level is Level.PLATFORM:
            self._paces.failed(row["platform_id"], reason, detail, self._chance)
        else:
            self._columns.close(row["line_item_id"], reason, detail)


_GRADE = frozenset(grade_columns("attempted", None))
_CALM = {"reason": None, "detail": None, "retry_at": None, "attempts": 0, "refusals": 0}


def _foreign(row: Mapping[str, Any]) -> str | None:
    """Nothing is sent across courses, programmes or hosts (architecture.md, decision 5)."""
    if (row["member_context_id"], row["member_participant_id"]) != (row["context_id"], row["participant_id"]):
        return "foreign"
    if row["context_programme_id"] != row["programme_id"]:
        return "foreign"
    if not row["url"] or not ags.is_same_host(row["url"], row["lineitems_url"], row["issuer"], row["auth_token_url"]):
        return "elsewhere"
    return None


def _shows(result: ags.Result, value: Any, maximum: Any) -> bool:
    """Whether a result is this value on whatever scale the platform keeps it."""
    if result.value is None:
        return False
    if not result.maximum or not maximum:
        return bool(result.value == value)
    return abs(result.value * maximum - value * result.maximum) <= maximum * result.maximum / 10_000
