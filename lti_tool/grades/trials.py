"""Trying a course's gradebook before anything depends on it: a column and a grade of their own, made, read, removed.

Asked for by an administrator, made by a worker: no page waits for the LMS. Each step that failed says why, in the
words of `reasons`.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from lti_tool.clock import Clock
from lti_tool.grades import ags, answers
from lti_tool.grades.exchanges import Exchanges
from lti_tool.grades.settings import MirrorSettings
from lti_tool.grades.values import Grade, Progress, Row
from lti_tool.grades.wire import Answer, Call, CallFailedError
from lti_tool.lti.platforms import find_quirks
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_trials as queries

_T = TypeVar("_T")
_RESOURCE, _TAG, _LABEL = "xuefen:trial", "trial", "学分（测试）"
_GRADE = Grade(Decimal(1), Decimal(50), "学分：成绩回传测试，稍后自动删除", Progress.IN_PROGRESS)


class Step(StrEnum):
    """What is tried, in this order."""

    MAKE = "make"  # a column
    SEND = "send"  # a grade of one learner
    READ = "read"  # that grade
    REMOVE = "remove"  # the column


OK, NOBODY, DIFFERENT = "ok", "nobody", "different"


@dataclass(slots=True)
class _Trial:
    row: Row
    steps: list[tuple[str, str, str]] = field(default_factory=list)

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        """Note how a step went; it failed, so does everything that follows."""
        try:
            yield
        except CallFailedError as error:
            self.steps.append((step, error.reason, error.detail[:500]))
            raise
        self.steps.append((step, OK, ""))


class Trials:
    """Makes the trials that were asked for."""

    def __init__(self, db: Database, exchanges: Exchanges, clock: Clock, settings: MirrorSettings) -> None:
        self._db = db
        self._exchanges = exchanges
        self._clock = clock
        self._settings = settings

    def run(self, platform_id: int, owner: str) -> Counter[str]:
        """Make a trial that is due on a platform, if there is one; {"trial": number}."""
        now = self._clock()
        with self._db.begin() as conn:
            row = queries.claim_trial(conn, owner, now, now + self._settings.lease, platform_id=platform_id)
            sub = None if row is None else queries.find_somebody(conn, row["context_id"])
        if row is None:
            return Counter()
        trial = _Trial({**row, "line_item_id": None, "id": None, "programme_id": row["context_programme_id"]})
        with suppress(CallFailedError):  # the step has said so
            self._try(trial, sub)
        with self._db.begin() as conn:
            queries.record_trial(conn, row["context_id"], trial.steps, self._clock(), owner=owner)
        return Counter(trial=1)

    def _try(self, trial: _Trial, sub: str | None) -> None:
        with trial.step(Step.MAKE):
            self._remove_all(trial.row)  # what a worker that was killed has left behind
            column = self._make(trial.row)
        try:
            self._try_grade(trial, column, sub)
        finally:
            with trial.step(Step.REMOVE):
                self._remove_all(trial.row)

    def _try_grade(self, trial: _Trial, column: str, sub: str | None) -> None:
        if sub is None:
            trial.steps.append((Step.SEND, NOBODY, ""))
            return
        with trial.step(Step.SEND):
            extensions = find_quirks(trial.row["product"]).score_extensions(resend=False)
            call = ags.score_call(column, sub, _GRADE, self._clock(), extensions)
            self._call(trial.row, call, ags.SCORE_SCOPE, "score", answers.refusal_of_score)
        with trial.step(Step.READ):
            call = ags.result_call(column, sub)
            answer = self._call(trial.row, call, ags.RESULT_SCOPE, "result", answers.refusal_of_column)
            shown = _read(ags.read_results, answer)
            if not any(one.sub == sub and one.shows(_GRADE.value, _GRADE.maximum) for one in shown):
                raise CallFailedError(DIFFERENT, answer.text)

    def _make(self, row: Row) -> str:
        if not row["lineitems_url"]:
            raise CallFailedError("no_service", "")
        call = ags.create_call(row["lineitems_url"], _LABEL, _GRADE.maximum, _RESOURCE, _TAG)
        answer = self._call(row, call, ags.LINE_ITEM_SCOPE, "create", answers.refusal_of_column)
        return str(_read(ags.read_line_item, answer)["id"])

    def _remove_all(self, row: Row) -> None:
        if not row["lineitems_url"]:
            return
        call = ags.find_call(row["lineitems_url"], _RESOURCE, _TAG)
        answer = self._call(row, call, ags.LINE_ITEM_SCOPE, "find", answers.refusal_of_column)
        for item in _read(ags.read_line_items, answer):
            if (item.get("resourceId"), item.get("tag")) == (_RESOURCE, _TAG):
                removal = ags.delete_call(item["id"])
                self._call(row, removal, ags.LINE_ITEM_SCOPE, "delete", answers.refusal_of_column)

    def _call(self, row: Row, call: Call, scope: str, kind: str, refusal_of: Callable[[Answer], str | None]) -> Answer:
        answer = self._exchanges.call(call, scope, kind=kind, row=row)
        refusal = refusal_of(answer)
        if refusal is not None:
            raise CallFailedError(refusal, answer.text)
        return answer


def _read(read: Callable[[Answer], _T], answer: Answer) -> _T:
    try:
        return read(answer)
    except (ValueError, TypeError, KeyError) as error:
        raise CallFailedError("unreadable", answer.text) from error
