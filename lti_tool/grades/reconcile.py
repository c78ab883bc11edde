"""Making gradebooks equal: claim and commit, then call, then record. No call ever happens inside a transaction.

A worker has lanes, each making one call at a time. A lane serves one platform as long as something is due there; how
many lanes a platform gets is bounded over all workers (`paces`), and no platform gets so many of this worker's that
the others would wait for it.
"""

import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

from lti_tool.clock import Clock
from lti_tool.grades.cells import Cells
from lti_tool.grades.columns import Columns
from lti_tool.grades.exchanges import Exchanges
from lti_tool.grades.network import Network
from lti_tool.grades.paces import Paces
from lti_tool.grades.readback import ReadBack
from lti_tool.grades.reasons import REASONS, Level
from lti_tool.grades.refresh import catch_up
from lti_tool.grades.settings import MirrorSettings
from lti_tool.grades.trials import Trials
from lti_tool.storage.database import Database
from lti_tool.storage.queries import grades_claims as queries
from lti_tool.storage.queries.grades_reports import drop_exchanges, hasten_cells

_EMBEDDED_LANES = 12  # SQLite has one writer: still more threads would only wait for each other
_CATCH_UP_SHARE = 20  # looking for what the hooks missed takes at most this part of the time: 1/20
_SPARED = 5  # one lane of so many is kept for platforms that may come: the others may all hang on a sick one
_TIDY_EVERY = 3600.0
_CLAIM_SECONDS = 2.0  # a lane claims as many cells as take about this long
_LEAST_CLAIMED, _MOST_CLAIMED = 4, 50


@dataclass(slots=True)
class PassReport:
    """What one pass did: {outcome: number}. Outcomes are `sent`, `unchanged`, `column`, findings, codes of reasons."""

    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def did_something(self) -> bool:
        return bool(self.outcomes)


@dataclass(frozen=True, slots=True)
class _Lane:
    platform_id: int
    number: int
    owner: str


class _Pass:
    """One run: what is asked for, and when it must end."""

    def __init__(self, programme_id: str | None, budget: float | None, stop: threading.Event | None) -> None:
        self.programme_id = programme_id
        self._end = None if budget is None else time.monotonic() + budget
        self._stop = stop

    @property
    def is_over(self) -> bool:
        told = self._stop is not None and self._stop.is_set()
        return told or (self._end is not None and time.monotonic() > self._end)


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
        self.clock = self._clock = clock
        self._settings = settings
        chance = chance or random.Random()  # noqa: S311 - spreads retries
        self._name = secrets.token_hex(8)
        self._numbers = count()
        exchanges = Exchanges(db, network, clock)
        self._paces = Paces(db, clock, settings, chance)
        self._columns = Columns(db, exchanges, self._paces, clock, settings)
        self._read_back = ReadBack(db, exchanges, self._paces, self._columns, clock, settings)
        self._trials = Trials(db, exchanges, clock, settings)
        self._cells = Cells(db, exchanges, self._paces, self._columns, clock, settings, chance)
        self._lanes = min(settings.lanes, _EMBEDDED_LANES) if db.is_sqlite else settings.lanes
        self._next_catch_up = self._next_tidy = 0.0

    def prepare(self) -> None:
        """Write down what should stand in the gradebooks, without asking any platform."""
        catch_up(self._db, self._clock(), self._settings)

    def without_settling(self, programme_id: str | None) -> "Mirror":
        """A mirror that sends now whatever waits for its value to stand still, or for another attempt."""
        hurried = replace(self._settings, settle=timedelta(0))
        catch_up(self._db, self._clock(), hurried)
        with self._db.begin() as conn:
            hasten_cells(conn, programme_id, self._clock())
        return Mirror(self._db, self._network, self._clock, hurried)

    def run_pass(
        self,
        programme_id: str | None = None,
        *,
        budget: float | None = None,
        stop: threading.Event | None = None,
        watch: Callable[[], None] | None = None,
    ) -> PassReport:
        """Find or make columns, then send what is due (of one programme, if given), until nothing is due now.

        `budget`: seconds after which no further work is begun; `stop`: the same at any time; `watch`: called about
        twice a second meanwhile.
        """
        this, report = _Pass(programme_id, budget, stop), PassReport()
        self._catch_up(programme_id)
        self._tidy()
        busy = self._busy(this)
        if not busy:
            return report
        with ThreadPoolExecutor(self._lanes, thread_name_prefix="lane") as pool:
            running: dict[Future[Counter[str]], _Lane] = {}
            renewed = time.monotonic()
            while True:
                if not this.is_over:
                    self._start_lanes(pool, running, busy, this)
                if not running:
                    return report
                done, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    lane = running.pop(future)
                    self._paces.free_lane(lane.platform_id, lane.number, lane.owner)
                    report.outcomes.update(future.result())
                if watch is not None:
                    watch()
                if running and time.monotonic() - renewed > self._settings.renew_every:
                    self._renew(running.values())
                    renewed = time.monotonic()
                busy = self._busy(this)

    def _busy(self, this: _Pass) -> list[int]:
        now = self._clock()
        with self._db.read() as conn:
            return queries.list_busy_platforms(
                conn, now, now - self._settings.read_back_every, programme_id=this.programme_id
            )

    def _start_lanes(
        self, pool: ThreadPoolExecutor, running: dict[Future[Counter[str]], _Lane], busy: list[int], this: _Pass
    ) -> None:
        """Lanes for the platforms that have work, in turn, as long as there are any."""
        waiting = list(busy)
        spared = self._lanes // _SPARED if len(busy) == 1 else 0
        most = max(1, self._lanes // max(1, len(busy)) - spared)
        while waiting and len(running) < self._lanes:
            for platform_id in list(waiting):
                mine = sum(lane.platform_id == platform_id for lane in running.values())
                lane = self._take_lane(platform_id) if mine < most and len(running) < self._lanes else None
                if lane is None:
                    waiting.remove(platform_id)
                else:
                    running[pool.submit(self._serve, lane, this)] = lane

    def _take_lane(self, platform_id: int) -> _Lane | None:
        if self._paces.is_paused(platform_id):
            return None
        owner = f"{self._name}.{next(self._numbers)}"
        number = self._paces.take_lane(platform_id, owner)
        return None if number is None else _Lane(platform_id, number, owner)

    def _renew(self, lanes: Iterable[_Lane]) -> None:
        owners = [lane.owner for lane in lanes]
        with self._db.begin() as conn:
            queries.renew_claims(conn, owners, self._clock() + self._settings.lease)
        self._paces.renew(owners)

    def _serve(self, lane: _Lane, this: _Pass) -> Counter[str]:
        """Work for one platform until nothing is due there, or it must be left alone."""
        outcomes: Counter[str] = Counter()
        look_at_columns, limit = True, self._settings.batch

        def is_over() -> bool:
            return this.is_over or self._paces.is_paused(lane.platform_id)

        while not is_over():
            if look_at_columns:
                outcomes.update(self._trials.run(lane.platform_id, lane.owner))
                outcomes.update(self._columns.run(lane.platform_id, lane.owner, this.programme_id))
                outcomes.update(self._read_back.run(lane.platform_id, lane.owner, this.programme_id))
            now = self._clock()
            with self._db.begin() as conn:
                rows = queries.claim_cells(
                    conn,
                    lane.owner,
                    now,
                    now + self._settings.lease,
                    platform_id=lane.platform_id,
                    programme_id=this.programme_id,
                    limit=limit,
                )
            if not rows:
                break
            begun = time.monotonic()
            done = self._cells.handle(rows, lane.owner, is_over)
            limit = _next_claim(len(rows), time.monotonic() - begun)
            outcomes.update(done)
            look_at_columns = any(name in REASONS and REASONS[name].level is Level.COLUMN for name in done)
        return outcomes

    def _catch_up(self, programme_id: str | None) -> None:
        """Whatever a crash made the hooks miss is mirrored now; at once where one programme is asked for."""
        begun = time.monotonic()
        if begun < self._next_catch_up and programme_id is None:
            return
        catch_up(self._db, self._clock(), self._settings)
        took = time.monotonic() - begun
        self._next_catch_up = begun + _CATCH_UP_SHARE * took if took > self._settings.poll / _CATCH_UP_SHARE else 0.0

    def _tidy(self) -> None:
        begun = time.monotonic()
        if begun < self._next_tidy:
            return
        self._next_tidy = begun + _TIDY_EVERY
        with self._db.begin() as conn:
            drop_exchanges(conn, self._clock() - self._settings.keep_exchanges)


def _next_claim(number: int, took: float) -> int:
    """How many cells to claim after so many took so long: few where calls are slow, so that no lane ends long after
    the others."""
    return max(_LEAST_CLAIMED, min(_MOST_CLAIMED, int(_CLAIM_SECONDS * number / max(took, 0.001))))
