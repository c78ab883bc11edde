"""Every call to a platform is kept, without secrets, so that an administrator can read what was said."""

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from lti_tool.clock import Clock
from lti_tool.grades.network import Network
from lti_tool.grades.wire import Answer, Call, CallFailedError
from lti_tool.storage.database import Database
from lti_tool.storage.queries.grades_claims import add_exchange

_KEPT = 1000


class Exchanges:
    """Calls over the network, written down."""

    def __init__(self, db: Database, network: Network, clock: Clock) -> None:
        self._db = db
        self._network = network
        self._clock = clock

    def call(
        self,
        platform_id: int,
        call: Call,
        scope: str,
        *,
        kind: str,
        row: Mapping[str, Any],
        value: Decimal | None = None,
    ) -> Answer:
        """The platform's answer; raises CallFailedError. Either way the exchange is kept."""
        begun = time.monotonic()
        kept: dict[str, Any] = {
            "at": self._clock(),
            "platform_id": platform_id,
            "line_item_id": row.get("line_item_id", row["id"]),
            "cell_id": row["id"] if "line_item_id" in row else None,
            "programme_id": row["programme_id"],
            "kind": kind,
            "method": call.method,
            "url": _without_query(call.url),
            "request": call.body.decode("utf-8", "replace")[:_KEPT] if call.body else None,
            "value": value,
            "previous": row.get("confirmed_value"),
        }
        try:
            answer = self._network.call(platform_id, call, scope)
        except CallFailedError as error:
            self._keep(kept, begun, status=None, answer=error.detail, outcome=error.reason)
            raise
        outcome = "accepted" if answer.status < 300 else "refused"
        self._keep(kept, begun, status=answer.status, answer=answer.text, outcome=outcome)
        return answer

    def _keep(self, kept: dict[str, Any], begun: float, *, status: int | None, answer: str, outcome: str) -> None:
        said = {"status": status, "answer": answer[:_KEPT], "outcome": outcome}
        with self._db.begin() as conn:
            add_exchange(conn, {**kept, **said, "milliseconds": round(1000 * (time.monotonic() - begun))})


def _without_query(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(query=""))
