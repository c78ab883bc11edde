"""Columns: found in the course by resource id and tag, made once when there is none, closed with a reason."""

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import structlog

from lti_tool.clock import Clock
from lti_tool.grades import ags, answers
from lti_tool.grades.exchanges import Exchanges
from lti_tool.grades.paces import Paces
from lti_tool.grades.reasons import REASONS, Level
from lti_tool.grades.settings import MirrorSettings
from lti_tool.grades.values import Row, Tag
from lti_tool.grades.wire import Answer, Call, CallFailedError
from lti_tool.lti.platforms import find_quirks
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_claims as queries
from lti_tool.storage.queries.grades_desired import (
    find_launch_item,
    forget_confirmed,
    forget_launch_item,
    lock_programme,
)

_log = structlog.get_logger(__name__)
_READ_AGAIN = timedelta(hours=1)  # where results may not be read, that is tried again this late
_MOST_PAGES = 100


class Columns:
    """Opens the columns that are missing. A lease keeps two workers from making the same one."""

    def __init__(
        self, db: Database, exchanges: Exchanges, paces: Paces, clock: Clock, settings: MirrorSettings
    ) -> None:
        self._db = db
        self._exchanges = exchanges
        self._paces = paces
        self._clock = clock
        self._settings = settings
        self._lock = threading.Lock()
        self._unreadable: dict[int, datetime] = {}

    def run(self, platform_id: int, owner: str, programme_id: str | None) -> Counter[str]:
        """Open what is due on a platform; {outcome: number}."""
        outcomes: Counter[str] = Counter()
        while not self._paces.is_paused(platform_id):
            now = self._clock()
            with self._db.begin() as conn:
                item = queries.claim_line_item(
                    conn,
                    owner,
                    now,
                    now + self._settings.lease,
                    platform_id=platform_id,
                    programme_id=programme_id,
                )
            if item is None:
                break
            outcomes[self._open(item, owner)] += 1
        return outcomes

    def close(self, line_item_id: int, reason: str, detail: str, *, url: str | None) -> None:
        """Nothing is sent to this column (as long as `url` is its address) until it is found or made again, or its
        reason is gone."""
        now = self._clock()
        with self._db.begin() as conn:
            item = queries.get_line_item(conn, line_item_id)
            if item is not None:
                lock_programme(conn, item["programme_id"])
                item = queries.get_line_item(conn, line_item_id)
            if item is None or item["url"] != url or item["state"] != "open":
                return  # somebody has closed or mended it meanwhile
            values = self._closed(item, reason, detail, now)
            if reason == "item_gone":  # looked for at once; made again if it is really gone
                forget_launch_item(conn, item["context_id"], item["url"])
                other = find_launch_item(conn, item["context_id"]) if item["tag"] == Tag.TOTAL else None
                values |= {"state": "missing", "url": other, "url_maximum": None, "from_launch": other is not None}
                values |= {"next_attempt_at": now}
                forget_confirmed(conn, line_item_id, now)
            queries.record_line_item(conn, line_item_id, values)

    def _closed(self, item: Row, reason: str, detail: str, now: datetime) -> dict[str, Any]:
        patience = REASONS[reason].patience
        again = None
        if patience is not None:
            again = now + timedelta(seconds=min(patience.first * 2.0 ** min(item["attempts"], 30), patience.most))
        return {
            "state": "blocked",
            "reason": reason,
            "detail": detail[:1000],
            "attempts": item["attempts"] + 1,
            "next_attempt_at": again,
            "lease_owner": None,
        }

    def can_read(self, row: Row) -> bool:
        """Whether results of this course may be read, as far as is known."""
        if row["scopes"] and ags.RESULT_SCOPE not in row["scopes"]:
            return False
        with self._lock:
            refused = self._unreadable.get(row["context_id"])
        return refused is None or refused + _READ_AGAIN < self._clock()

    def cannot_read(self, row: Row) -> None:
        """The platform gives no results of this course."""
        with self._lock:
            self._unreadable[row["context_id"]] = self._clock()

    def _open(self, item: Row, owner: str) -> str:
        begun = self._clock()
        try:
            if item["url"]:
                return self._reopen(item, owner)
            if not item["lineitems_url"]:
                raise CallFailedError("no_service", "")
            ours = self._list(item)
            created = not ours
            if created:
                made = self._create(item)
                ours = self._list(item) or [made]  # a creation may have been carried out twice
        except CallFailedError as error:
            return self._failed(item, owner, error, begun)
        clean = self._remove_surplus(item, ours, ours[0]["id"]) and not created
        return self._opened(item, owner, ours[0]["id"], ags.maximum_of(ours[0]), clean=clean)

    def _failed(self, item: Row, owner: str, error: CallFailedError, begun: datetime) -> str:
        now = self._clock()
        reason = "course_gone" if error.reason == "item_gone" else error.reason
        if REASONS[reason].level is Level.COLUMN and item["state"] == "open":
            values: dict[str, Any] = {
                "url_maximum": None,
                "next_attempt_at": None,
                "lease_owner": None,
            }  # a smaller scale will do
        elif REASONS[reason].level is Level.COLUMN:
            values = self._closed(item, reason, error.detail, now)
        else:  # it stays due; where a column may have been made without a word, it is given time to appear
            grace = self._settings.appears_within if reason == "timeout" and error.may_have_arrived else timedelta(0)
            values = {"next_attempt_at": now + grace, "lease_owner": None, "reason": reason, "detail": error.detail}
        with self._db.begin() as conn:
            queries.record_line_item(conn, item["id"], values, owner=owner)
        if REASONS[reason].level is not Level.COLUMN:
            whole = reason if REASONS[reason].level is Level.PLATFORM else "platform_down"
            self._paces.failed(item["platform_id"], whole, error.detail, begun=begun, retry_after=error.retry_after)
        return reason

    def _reopen(self, item: Row, owner: str) -> str:
        """A column with an address: its reason may be gone (the next score will tell), or there is more to do."""
        url, known = item["url"], item["url_maximum"]
        if item["state"] != "open" or item["from_launch"] or not item["lineitems_url"]:
            return self._opened(item, owner, url, known, clean=True)
        if known is not None and known < item["maximum"]:
            answer = self._call(item, ags.item_call(url), "find")
            self._call(item, ags.rescale_call(url, _one(answer), item["maximum"]), "update")
            known = item["maximum"]
        clean = self._remove_surplus(item, self._list(item), url)
        return self._opened(item, owner, url, known, clean=clean)

    def _opened(self, item: Row, owner: str, url: str, maximum: Any, *, clean: bool) -> str:
        """Scores may be sent to it. Unless it is `clean`, a second one is looked for once more a little later."""
        now = self._clock()
        again = None if clean else now + self._settings.appears_within
        calm = {"reason": None, "detail": None, "lease_owner": None, "next_attempt_at": again}
        fresh = {"url": url, "url_maximum": maximum, "state": "open", **calm}
        if url != item["url"]:
            fresh |= {"attempts": 0, "read_back_at": None}
        with self._db.begin() as conn:
            lock_programme(conn, item["programme_id"])
            held = queries.record_line_item(conn, item["id"], fresh, owner=owner)
            if held and url != item["url"]:
                forget_confirmed(conn, item["id"], now)
        return "column"

    def _list(self, item: Row) -> list[dict[str, Any]]:
        """The course's columns that are ours, in the platform's order."""
        ours: list[dict[str, Any]] = []
        call: Call | None = ags.find_call(item["lineitems_url"], _resource_id(item), item["tag"])
        for _ in range(_MOST_PAGES):
            if call is None:
                break
            answer = self._call(item, call, "find")
            try:
                rows = ags.read_line_items(answer)
            except (ValueError, TypeError) as error:
                raise CallFailedError("unreadable", answer.text[:500]) from error
            mark = (_resource_id(item), item["tag"])
            ours += [row for row in rows if (row.get("resourceId"), row.get("tag")) == mark]
            call = ags.next_page(answer, call)
        return ours

    def _remove_surplus(self, item: Row, ours: list[dict[str, Any]], keep: str) -> bool:
        """Remove second columns with our mark, made when an answer was lost or a request was carried out twice.

        One in which any grade stands is somebody's, and stays. False if that could not be found out yet.
        """
        try:
            for surplus in (one["id"] for one in ours if one["id"] != keep):
                paged = find_quirks(item["product"]).pages_results
                call = ags.results_call(surplus, paged=paged)
                answer = self._exchanges.call(call, ags.RESULT_SCOPE, kind="results", row=item)
                refusal = answers.refusal_of_column(answer)
                if refusal is None and not any(one.value is not None for one in ags.read_results(answer)):
                    call = ags.delete_call(surplus)
                    refusal = answers.refusal_of_column(
                        self._exchanges.call(call, ags.LINE_ITEM_SCOPE, kind="delete", row=item)
                    )
                if refusal is not None and REASONS[refusal].level is not Level.COLUMN:
                    return False
        except (CallFailedError, ValueError, TypeError) as error:
            _log.warning("a second column could not be removed", programme=item["programme_id"], error=str(error))
            return False
        return True

    def _create(self, item: Row) -> dict[str, Any]:
        call = ags.create_call(item["lineitems_url"], item["label"], item["maximum"], _resource_id(item), item["tag"])
        return _one(self._call(item, call, "create"))

    def _call(self, item: Row, call: Call, kind: str) -> Answer:
        answer = self._exchanges.call(call, ags.LINE_ITEM_SCOPE, kind=kind, row=item)
        refusal = answers.refusal_of_column(answer)
        if refusal is None:
            self._paces.well(item["platform_id"], answer.headers)
            return answer
        if refusal == "no_access":  # scores may be welcome all the same, but there is no column to send them to
            refusal = "no_create"
        wait = answers.retry_after(answer, self._clock())
        raise CallFailedError(refusal, answer.text[:500], may_have_arrived=answer.status >= 500, retry_after=wait)


def _one(answer: Answer) -> dict[str, Any]:
    try:
        return ags.read_line_item(answer)
    except (ValueError, TypeError) as error:
        raise CallFailedError("unreadable", answer.text[:500]) from error


def _resource_id(item: Row) -> str:
    return f"xuefen:{item['programme_id']}"
