"""The worker: only the loop. Credits are computed, gradebooks made equal, again and again until it is told to stop.

Beside it the rosters of courses are read as they become due: a slow one keeps no grade waiting.
"""

import os
import signal
import threading
from types import FrameType

import structlog
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.credits.service import Credits
from lti_tool.credits.snapshots import Snapshots
from lti_tool.grades.reconcile import Mirror
from lti_tool.lti.leftovers import Leftovers
from lti_tool.lti.rosters import Rosters
from lti_tool.storage.database import Database
from lti_tool.storage.queries.programmes import list_programmes

_PASS_SECONDS = 15.0  # then credits that became stale meanwhile have their turn
_LAST_SECONDS = 2.0  # for a roster that is being written down; one that is being read is read again later
_log = structlog.get_logger(__name__)


class Worker:
    """Any number of these may run on one database; `run` ends after a SIGTERM, a SIGINT or its parent's death."""

    def __init__(
        self,
        db: Database,
        credits_: Credits,
        mirror: Mirror,
        rosters: Rosters,
        leftovers: Leftovers,
        snapshots: Snapshots,
        *,
        poll_seconds: float,
    ) -> None:
        self._db = db
        self._credits = credits_
        self._mirror = mirror
        self._rosters = rosters
        self._leftovers = leftovers
        self._snapshots = snapshots
        self._reader: threading.Thread | None = None
        self._poll = poll_seconds
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until told to stop. An unreachable database is waited for, not died of."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        parent = os.getppid()
        while not self._stop.is_set() and os.getppid() == parent:
            self._keep_reading()
            try:
                self.run_pass()
            except SQLAlchemyError as error:
                cause = getattr(error, "orig", None) or error  # its message may hold figures of people
                _log.warning("the database cannot be used now", error=type(cause).__name__)
            self._stop.wait(self._poll)
        self._stop.set()
        if self._reader is not None:
            self._reader.join(_LAST_SECONDS)

    def run_pass(self) -> None:
        """Compute whoever is stale, then send what is due; from time to time keep the indicators, and take away what is
        over.
        """
        self._leftovers.remove_if_due()
        for programme_id in self._programmes():
            if self._stop.is_set():
                return
            self._credits.catch_up(programme_id)
            self._snapshots.take_if_due(programme_id)
        report = self._mirror.run_pass(budget=_PASS_SECONDS, stop=self._stop)
        if report.did_something:
            _log.info("gradebooks", **report.outcomes)

    def _keep_reading(self) -> None:
        """Rosters are read in a thread of their own, and in another one should it ever die of something."""
        if self._reader is None or not self._reader.is_alive():
            self._reader = threading.Thread(target=self._rosters.run, args=(self._stop,), name="rosters", daemon=True)
            self._reader.start()

    def _programmes(self) -> list[str]:
        found: list[str] = []
        while True:
            with self._db.read() as conn:
                page = list_programmes(conn, after=found[-1] if found else "")
            if not page:
                return found
            found += [row["id"] for row in page]

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()
