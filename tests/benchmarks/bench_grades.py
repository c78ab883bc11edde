"""Cells of gradebooks made equal per second by real worker processes: by the latency of the LMS, the number of
workers and the number of platforms.

A platform is never called more than 32 times at once, over all workers (`grades.settings`), so with a latency of 0.3 s
it takes at most 107 scores a second: that is the limit which one platform sets, and "share of limit" tells how much of
it was reached. Beyond it only more platforms help, or more cores.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from lti_tool.clock import utc_now
from lti_tool.grades.settings import MirrorSettings
from lti_tool.storage.database import Database, open_database
from tests.benchmarks.gradebooks import count_settled, earn, enrol
from tests.benchmarks.slow_lms import SlowLms, slow_lms
from tests.support import databases
from tests.support.postgres import postgresql_server

_PATIENCE = 600.0  # seconds for one part of a run, and for each thousand of its cells
_WRITING = 0.002  # seconds for writing one cell's credits down, before all are due at once
_QUIET = 6.0  # seconds without a score, after which what stands in a whole column is believed
_SETTINGS = MirrorSettings()


@dataclass(frozen=True, slots=True)
class Case:
    """One run."""

    database: str
    latency: float
    platforms: int
    workers: int
    cells: int


#: Each takes a few seconds: as many cells as that allows.
CASES = (
    Case("SQLite", 0.0, 1, 1, 1_000),
    Case("SQLite", 0.05, 1, 1, 500),
    Case("SQLite", 0.3, 1, 1, 200),
    *(Case("PostgreSQL", 0.0, 4, workers, 1_500) for workers in (1, 2, 4)),
    *(Case("PostgreSQL", 0.05, 4, workers, 1_500) for workers in (1, 2, 4)),
    *(Case("PostgreSQL", 0.3, 1, workers, 300) for workers in (1, 2, 4)),
    *(Case("PostgreSQL", 0.3, 4, workers, 600) for workers in (1, 2, 4)),
)


def run(scale: float) -> list[dict[str, Any]]:
    """First sends of courses, then changes of all their cells."""
    with tempfile.TemporaryDirectory() as folder, postgresql_server() as server:
        homes = Homes(Path(folder), server)
        return [measure(homes, case, max(50, int(case.cells * scale))) for case in CASES]


class Homes:
    """Databases with the whole schema, as many as are asked for."""

    def __init__(self, folder: Path, server: URL) -> None:
        self.folder = folder
        self._server = server
        self._sqlite = databases.make_sqlite_template(folder)
        self._postgresql = databases.make_postgresql_template(server)
        self._number = 0

    @contextmanager
    def open(self, kind: str) -> Iterator[URL]:
        self._number += 1
        if kind == "PostgreSQL":
            with databases.clone_postgresql(self._server, self._postgresql) as url:
                yield url
            return
        folder = self.folder / str(self._number)
        folder.mkdir()
        yield databases.clone_sqlite(self._sqlite, folder)


def measure(homes: Homes, case: Case, cells: int) -> dict[str, Any]:
    """Run a case; every cell must end as it should, in the LMS and in our own books."""
    with ExitStack() as stack:
        lms = stack.enter_context(slow_lms(case.latency))
        url = stack.enter_context(homes.open(case.database))
        db = open_database(url)
        stack.callback(db.close)
        enrol(db, lms.url, cells, case.platforms)
        workers = stack.enter_context(_workers(homes.folder, url, case.workers))
        first, _ = _reconcile(db, lms, cells, 20, pause=1)
        before, cpu = lms.seen(), -sum(map(_cpu, workers))
        again, follow = _reconcile(db, lms, cells, 30, pause=_QUIET)
        after, peak = lms.seen(), max(map(_peak, workers))
        cpu += sum(map(_cpu, workers))
    limit = case.platforms * _SETTINGS.parallel / case.latency if case.latency else None
    return {
        "database": case.database,
        "latency ms": round(case.latency * 1000),
        "platforms": case.platforms,
        "workers": case.workers,
        "cells": cells,
        "first sends/s": cells / first,
        "changes/s": cells / again,
        "share of limit": cells / again / limit if limit else "",
        "scores per change": (after.scores - before.scores) / cells,
        "calls per change": (after.calls - before.calls) / cells,
        "worker CPU ms/change": cpu / cells * 1000,
        "most at once": after.at_once if case.latency else "",
        "follow/s": cells / follow,
        "peak MB": peak,
    }


def _reconcile(db: Database, lms: SlowLms, cells: int, credits_: int, *, pause: float) -> tuple[float, float]:
    """Seconds from the moment when all cells are due until the LMS has the last, and those for writing them down."""
    sent, wait = lms.seen().scores, _WRITING * cells + pause
    begun = time.monotonic() + wait
    follow = earn(db, cells, credits_, utc_now() + timedelta(seconds=wait))
    deadline = begun + _PATIENCE * max(1, cells // 1_000)
    while lms.seen().scores < sent + cells or count_settled(db) < cells:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{lms.seen().scores - sent} of {cells} cells were sent in time")
        time.sleep(0.2)
    took = lms.seen().last_score - begun
    wrong = [sub for sub, points in lms.standing().items() if points != credits_]
    if wrong:
        raise AssertionError(f"{len(wrong)} cells do not show {credits_}, the first of them {wrong[0]}'s")
    return took, follow


@contextmanager
def _workers(folder: Path, url: URL, number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many processes of `xuefen worker`, ended as an operator would end them."""
    config = folder / "bench.toml"
    address = url.render_as_string(hide_password=False)
    config.write_text(
        f'[database]\nurl = "{address}"\n[lti]\nallow_private_hosts = true\n'
        '[grades]\nsettle_seconds = 0.0\npoll_seconds = 0.2\n[log]\nlevel = "warning"\n'
    )
    command = [sys.executable, "-m", "lti_tool", "--config", str(config), "worker"]
    processes = [subprocess.Popen(command) for _ in range(number)]
    try:
        while not all(_is_up(process) for process in processes):
            time.sleep(0.1)
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _is_up(process: subprocess.Popen[bytes]) -> bool:
    """Whether the worker is in its loop: beside it there is a thread that reads rosters."""
    if process.poll() is not None:
        raise RuntimeError(f"a worker ended with status {process.returncode}")
    return _status(process, "Threads") > 1


def _peak(process: subprocess.Popen[bytes]) -> float:
    """The most memory that a process has had, in MB."""
    return _status(process, "VmHWM") / 1024


def _status(process: subprocess.Popen[bytes], name: str) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0])


def _cpu(process: subprocess.Popen[bytes]) -> float:
    """The seconds of a core that a process has used."""
    used = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")
