"""Every call to a platform is kept, without secrets, so that an administrator can read what was said."""

import time
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from lti_tool.clock import Clock
from lti_tool.grades.network import Network
from lti_tool.grades.values import Row
from lti_tool.grades.wire import Answer, Call, CallFailedError
from lti_tool.lti.platforms import find_quirks
from lti_tool.storage.database import Database
from lti_tool.storage.queries.grades_claims import add_exchanges

_KEPT = 1000


class Exchanges:
    """Calls over the network, written down."""

    def __init__(self, db: Database, network: Network, clock: Clock) -> None:
        self._db = db
        self._network = network
        self._clock = clock

    def call(self, call: Call, scope: str, *, kind: str, row: Row) -> Answer:
        """The platform's answer; raises CallFailedError. Either way the exchange is kept."""
        answer, kept = self.call_for(call, scope, kind=kind, row=row)
        with self._db.begin() as conn:
            add_exchanges(conn, [kept])
        return answer

    def call_for(
        self, call: Call, scope: str, *, kind: str, row: Row, value: Decimal | None = None
    ) -> tuple[Answer, dict[str, Any]]:
        """The platform's answer, and the exchange for the caller to keep in the unit of work that records it.

        Raises CallFailedError; then the exchange has been kept. Addresses that are not the platform's own are not
        called, whoever gave them: an access token must not leave for another server.
        """
        kept = self._begin(call, kind, row, value)
        begun = time.monotonic()
        try:
            if not _is_own(call.url, row):
                raise CallFailedError("elsewhere", call.url)
            answer = self._network.call(row["platform_id"], call, scope)
        except CallFailedError as error:
            failed: dict[str, Any] = {"status": None, "answer": error.detail[:_KEPT], "outcome": error.reason}
            with self._db.begin() as conn:
                add_exchanges(conn, [{**kept, **failed, "milliseconds": _since(begun)}])
            raise
        outcome = "accepted" if answer.status < 300 else "refused"
        said = {"status": answer.status, "answer": answer.text[:_KEPT], "outcome": outcome}
        return answer, {**kept, **said, "milliseconds": _since(begun)}

    def _begin(self, call: Call, kind: str, row: Row, value: Decimal | None) -> dict[str, Any]:
        is_cell = "line_item_id" in row
        return {
            "at": self._clock(),
            "platform_id": row["platform_id"],
            "line_item_id": row["line_item_id"] if is_cell else row["id"],
            "cell_id": row["id"] if is_cell else None,
            "programme_id": row["programme_id"],
            "kind": kind,
            "method": call.method,
            "url": _without_query(call.url),
            "request": call.body.decode("utf-8", "replace")[:_KEPT] if call.body else None,
            "value": value,
            "previous": row.get("confirmed_value"),
        }


def _is_own(url: str, row: Row) -> bool:
    registered = (row["issuer"], row["auth_login_url"], row["auth_token_url"], row["key_set_url"])
    return find_quirks(row["product"]).serves_from(url, registered, row["lineitems_url"])


def _since(begun: float) -> int:
    return round(1000 * (time.monotonic() - begun))


def _without_query(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(query=""))
