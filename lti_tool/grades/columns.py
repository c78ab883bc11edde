"""Columns: found in the course by resource id and tag, made once when there is none, closed with a reason."""

import random
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from lti_tool.clock import Clock
from lti_tool.grades import ags
from lti_tool.grades.answers import refusal_of_column
from lti_tool.grades.exchanges import Exchanges
from lti_tool.grades.paces import Paces
from lti_tool.grades.reasons import REASONS, Level
from lti_tool.grades.settings import MirrorSettings
from lti_tool.grades.wire import CallFailedError
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_claims as queries
from lti_tool.storage.queries.grades_desired import forget_confirmed

_BATCH = 50


class Columns:
    """Opens the columns that are missing. A lease keeps two workers from making the same one."""

    def __init__(
        self,
        db: Database,
        exchanges: Exchanges,
        paces: Paces,
        clock: Clock,
        owner: str,
        settings: MirrorSettings,
        chance: random.Random,
    ) -> None:
        self._db = db
        self._exchanges = exchanges
        self._paces = paces
        self._clock = clock
        self._owner = owner
        self._settings = settings
        self._chance = chance

    def run(self, programme_id: str | None) -> Counter[str]:
        """Open what is due; {outcome: number}."""
        now = self._clock()
        with self._db.begin() as conn:
            items = queries.claim_line_items(
                conn, self._owner, now, now + self._settings.lease, programme_id=programme_id, limit=_BATCH
            )
        return Counter(self._open(item) for item in items)

    def close(self, line_item_id: int, reason: str, detail: str) -> None:
        """Nothing is sent to this column until it is found or made again, or its reason is gone."""
        patience = REASONS[reason].patience
        again = None if patience is None else self._clock() + timedelta(seconds=patience.first)
        values: dict[str, Any] = {"state": "blocked", "reason": reason, "detail": detail[:1000], "lease_owner": None}
        if reason == "item_gone":  # looked for at once; made again if it is really gone
            values |= {"state": "missing", "url": None, "from_launch": False}
            again = self._clock()
        with self._db.begin() as conn:
            queries.record_line_item(conn, line_item_id, {**values, "next_attempt_at": again})

    def _open(self, item: Mapping[str, Any]) -> str:
        if item["url"]:
            return self._opened(item, item["url"])  # its reason may be gone: the next score will tell
        if not item["lineitems_url"]:
            self.close(item["id"], "no_service", "")
            return "no_service"
        try:
            url = self._find(item) or self._create(item)
        except CallFailedError as error:
            if REASONS[error.reason].level is Level.PLATFORM:
                self._paces.failed(item["platform_id"], error.reason, error.detail, self._chance)
                with self._db.begin() as conn:
                    again = {"next_attempt_at": self._clock(), "lease_owner": None, "reason": error.reason}
                    queries.record_line_item(conn, item["id"], again)
            else:
                self.close(item["id"], error.reason if error.reason != "item_gone" else "no_create", error.detail)
            return error.reason
        return self._opened(item, url)

    def _opened(self, item: Mapping[str, Any], url: str) -> str:
        now = self._clock()
        calm = {"reason": None, "detail": None, "attempts": 0, "lease_owner": None, "next_attempt_at": None}
        with self._db.begin() as conn:
            queries.record_line_item(conn, item["id"], {"url": url, "state": "open", **calm})
            if url != item["url"]:
                forget_confirmed(conn, item["id"], now)
        return "column"

    def _find(self, item: Mapping[str, Any]) -> str | None:
        call = ags.find_call(item["lineitems_url"], _resource_id(item), item["tag"])
        answer = self._exchanges.call(item["platform_id"], call, ags.LINE_ITEM_SCOPE, kind="find", row=item)
        refusal = refusal_of_column(answer)
        if refusal is not None:
            raise CallFailedError(refusal, answer.text[:500])
        try:
            found = ags.read_line_items(answer)
        except (ValueError, TypeError) as error:
            raise CallFailedError("unreadable", answer.text[:500]) from error
        ours = (one for one in found if one.get("resourceId") == _resource_id(item) and one.get("tag") == item["tag"])
        return next((one["id"] for one in ours), None)

    def _create(self, item: Mapping[str, Any]) -> str:
        call = ags.create_call(item["lineitems_url"], item["label"], item["maximum"], _resource_id(item), item["tag"])
        answer = self._exchanges.call(item["platform_id"], call, ags.LINE_ITEM_SCOPE, kind="create", row=item)
        refusal = refusal_of_column(answer)
        if refusal is not None:
            raise CallFailedError(refusal, answer.text[:500])
        made = ags.read_line_items(type(answer)(answer.status, answer.headers, b"[" + answer.body + b"]"))
        if not made:
            raise CallFailedError("unreadable", answer.text[:500])
        return str(made[0]["id"])


def _resource_id(item: Mapping[str, Any]) -> str:
    return f"xuefen:{item['programme_id']}"
