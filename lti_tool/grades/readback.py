"""Whole columns read back, page by page, and compared with what was sent."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from lti_tool.clock import Clock
from lti_tool.grades import ags, answers
from lti_tool.grades.columns import Columns
from lti_tool.grades.exchanges import Exchanges
from lti_tool.grades.lookback import Finding, Look, is_ours, look
from lti_tool.grades.paces import Paces
from lti_tool.grades.reasons import REASONS, Level
from lti_tool.grades.settings import MirrorSettings
from lti_tool.grades.values import Row
from lti_tool.grades.wire import CallFailedError
from lti_tool.lti.platforms import find_quirks
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_cells, grades_claims

_MARGIN = timedelta(seconds=5)  # between the clocks of our own workers
_WHOLE_AGAIN = timedelta(minutes=1)  # between two readings of a whole column
_MOST_PAGES = 1000
_CHUNK = 200


class ReadBack:
    """Compares columns with what was confirmed: what a person changed is noticed, what was lost is sent again."""

    def __init__(
        self,
        db: Database,
        exchanges: Exchanges,
        paces: Paces,
        columns: Columns,
        clock: Clock,
        settings: MirrorSettings,
    ) -> None:
        self._db = db
        self._exchanges = exchanges
        self._paces = paces
        self._columns = columns
        self._clock = clock
        self._settings = settings

    def run(self, platform_id: int, owner: str, programme_id: str | None) -> Counter[str]:
        """Compare the columns of a platform whose turn it is; {finding: number of cells}."""
        found: Counter[str] = Counter()
        while not self._paces.is_paused(platform_id):
            item = self._claim(platform_id, owner, programme_id)
            if item is None:
                break
            try:
                found.update(self._compare(item, owner))
            finally:
                with self._db.begin() as conn:
                    grades_claims.release_cells(conn, item["id"], owner, self._clock())
        return found

    def _claim(self, platform_id: int, owner: str, programme_id: str | None) -> Row | None:
        """A column whose turn it is, or one of which so much is due that reading it whole saves calls."""
        now, settings = self._clock(), self._settings
        chosen: dict[str, Any] = {"platform_id": platform_id, "programme_id": programme_id}
        with self._db.begin() as conn:
            item = grades_claims.claim_read_back(conn, now, now - settings.read_back_every, **chosen)
            return item or grades_claims.claim_crowded(
                conn,
                owner,
                now,
                now + settings.lease,
                stale_before=now - settings.look_again_after,
                quiet_since=now - _MARGIN,
                read_before=now - _WHOLE_AGAIN,
                **chosen,
            )

    def _compare(self, item: Row, owner: str) -> Counter[str]:
        """Compare one column; what differs is respected or sent again, as the settings say."""
        if not self._columns.can_read(item):
            return Counter()
        begun, found, seen = self._clock(), Counter[str](), set[str]()
        try:
            for page in self._pages(item):
                seen.update(result.sub for result in page)
                found.update(self._note_page(item, page, begun, owner))
        except CallFailedError as error:
            self._failed(item, error, begun)
            return found
        found.update(self._note_missing(item, seen, begun, owner))
        return Counter({name: number for name, number in found.items() if name != Finding.AS_SENT})

    def _failed(self, item: Row, error: CallFailedError, begun: datetime) -> None:
        """An unread column is no reason to stop sending; only trouble of the whole platform is."""
        sooner = begun - self._settings.read_back_every + self._settings.look_again_after
        with self._db.begin() as conn:
            grades_claims.record_line_item(conn, item["id"], {"read_back_at": sooner})
        if error.reason == "no_access":
            self._columns.cannot_read(item)
        elif error.reason in {"item_gone", "course_gone"}:
            self._columns.close(item["id"], error.reason, error.detail, url=item["url"])
        elif REASONS[error.reason].level is Level.PLATFORM:
            self._paces.failed(
                item["platform_id"], error.reason, error.detail, begun=begun, retry_after=error.retry_after
            )

    def _pages(self, item: Row) -> Iterator[list[ags.Result]]:
        call = ags.results_call(item["url"], paged=find_quirks(item["product"]).pages_results)
        for _ in range(_MOST_PAGES):
            answer = self._exchanges.call(call, ags.RESULT_SCOPE, kind="results", row=item)
            refusal = answers.refusal_of_column(answer)
            if refusal is not None:
                wait = answers.retry_after(answer, self._clock())
                raise CallFailedError(refusal, answer.text[:500], retry_after=wait)
            try:
                yield ags.read_results(answer)
            except (ValueError, TypeError) as error:
                raise CallFailedError("unreadable", answer.text[:500]) from error
            following = ags.next_page(answer, call)
            if following is None:
                return
            call = following

    def _note_page(self, item: Row, page: list[ags.Result], begun: datetime, owner: str) -> Counter[str]:
        found: Counter[str] = Counter()
        results = {result.sub: result for result in page}
        subs, quiet = sorted(results), begun - _MARGIN
        for start in range(0, len(subs), _CHUNK):
            some = subs[start : start + _CHUNK]
            with self._db.begin() as conn:
                rows = grades_cells.lock_quiet_cells(conn, item["id"], some, quiet, owner)
                found.update(self._note(conn, item, [(row, results[row["sub"]]) for row in rows]))
        return found

    def _note_missing(self, item: Row, seen: set[str], begun: datetime, owner: str) -> Counter[str]:
        """Grades that were confirmed, but that the platform lists no more."""
        found: Counter[str] = Counter()
        after, quiet = 0, begun - _MARGIN
        while True:
            with self._db.begin() as conn:
                rows = grades_cells.lock_quiet_confirmed(conn, item["id"], quiet, owner, after=after, limit=_CHUNK)
                found.update(self._note(conn, item, [(row, None) for row in rows if row["sub"] not in seen]))
            if not rows:
                return found
            after = rows[-1]["id"]

    def _note(self, conn: Connection, item: Row, read: Sequence[tuple[Row, ags.Result | None]]) -> Counter[str]:
        """Write down what was read of some cells, which nobody holds any more afterwards; {finding: number}."""
        found: Counter[str] = Counter()
        changes = []
        for row, result in read:
            if row["confirmed_value"] is None and not row["in_doubt"]:
                found[Finding.AS_SENT] += 1  # nothing of ours stands there, so nothing can have changed
                continue
            shown = self._look(conn, item, row, result)
            found[shown.finding] += 1
            changes.append({"id": row["id"], "lease_owner": None, **shown.values})
        grades_cells.write_cells(conn, changes)
        return found

    def _look(self, conn: Connection, item: Row, row: Row, result: ags.Result | None) -> Look:
        manner = self._settings.manner(item["product"])
        now, respect = self._clock(), self._settings.respect_overrides
        found = look(row, result, now, manner, is_ours=False, respect=respect)
        if found.finding is Finding.CHANGED:
            ours = is_ours(row, result, grades_cells.list_sent(conn, row["id"]))
            found = look(row, result, now, manner, is_ours=ours, respect=respect)
        return found
