"""Cells of gradebooks reconciled per second: by the latency of the LMS, and by the number of workers on PostgreSQL."""

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import URL

from lti_tool.clock import utc_now
from lti_tool.grades.network import Network
from lti_tool.grades.reconcile import Mirror
from lti_tool.grades.refresh import refresh_desired
from lti_tool.grades.settings import MirrorSettings
from lti_tool.lti import registration
from lti_tool.lti.http import PlatformHttp
from lti_tool.lti.tokens import AccessTokens
from lti_tool.storage.database import Database, open_database
from lti_tool.storage.queries import lti, lti_launches
from lti_tool.storage.queries.results import save_results
from lti_tool.storage.tables.lti import lti_members
from lti_tool.storage.tables.programmes import participants, programmes
from tests.benchmarks.slow_lms import slow_lms
from tests.support import databases
from tests.support.postgres import postgresql_server

_PROGRAMME = "bench"
_SETTINGS = replace(MirrorSettings(), settle=timedelta(0))
_CHUNK = 1000


def run(scale: float) -> list[dict[str, Any]]:
    """First sends of a course, then changes of all its cells: on SQLite, and on PostgreSQL with 1, 2 and 4 workers."""
    few, many = max(50, int(1_000 * scale)), max(100, int(10_000 * scale))
    rows = []
    with tempfile.TemporaryDirectory() as folder, postgresql_server() as server:
        sqlite = databases.make_sqlite_template(Path(folder))
        template = databases.make_postgresql_template(server)
        for latency in (0.0, 0.05, 0.3):
            with _sqlite(sqlite, Path(folder) / f"{latency}") as url:
                rows.append(_measure("SQLite", url, few, latency, 1))
        for latency, cells in ((0.0, many), (0.05, few), (0.3, few)):
            for workers in (1, 2, 4):
                with databases.clone_postgresql(server, template) as url:
                    rows.append(_measure("PostgreSQL", url, cells, latency, workers))
    return rows


@contextmanager
def _sqlite(template: Path, folder: Path) -> Iterator[URL]:
    folder.mkdir()
    yield databases.clone_sqlite(template, folder)


def _measure(name: str, url: URL, cells: int, latency: float, workers: int) -> dict[str, Any]:
    with ExitStack() as stack:
        lms, calls = stack.enter_context(slow_lms(latency))
        db = open_database(url)
        stack.callback(db.close)
        _enrol(db, lms, cells)
        address = url.render_as_string(hide_password=False)
        _earn(db, cells, 20)
        first, _ = _work(address, workers)
        calls.send("")
        before = calls.recv()
        _earn(db, cells, 30)
        again, peak = _work(address, workers)
        calls.send("")
        after = calls.recv()
    return {
        "database": name,
        "latency ms": round(latency * 1000),
        "workers": workers,
        "cells": cells,
        "first sends/s": cells / first,
        "changes/s": cells / again,
        "scores per change": (after[0] - before[0]) / cells,
        "calls per change": (after[1] - before[1]) / cells,
        "peak MB": peak,
    }


def _work(url: str, workers: int) -> tuple[float, float]:
    """Seconds until nothing is due, and the largest worker's memory in MB. Starting the processes is not counted."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(workers + 1), context.SimpleQueue()
    processes = [context.Process(target=_worker, args=(url, barrier, results)) for _ in range(workers)]
    for process in processes:
        process.start()
    barrier.wait()
    begun = time.monotonic()
    peaks = [results.get() for _ in processes]
    took = time.monotonic() - begun
    for process in processes:
        process.join()
    return took, max(peaks)


def _worker(url: str, barrier: Any, results: Any) -> None:
    db = open_database(url, pool_size=_SETTINGS.lanes)
    http = PlatformHttp(allow_private_hosts=True)
    mirror = Mirror(db, Network(http, AccessTokens(db, http, utc_now)), utc_now, _SETTINGS)
    barrier.wait()
    while mirror.run_pass().did_something:
        pass
    results.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    db.close()


def _enrol(db: Database, lms: str, number: int) -> None:
    """A course of so many learners, each matched with a participant."""
    now = utc_now()
    platform = registration.NewPlatform(
        issuer=lms,
        client_id="bench",
        auth_login_url=f"{lms}/auth",
        auth_token_url=f"{lms}/token",
        key_set_url=f"{lms}/jwks",
        name="bench",
        product="moodle",
        deployment_ids=("1",),
    )
    platform_id = registration.add(db, platform, now)
    with db.begin() as conn:
        deployment = lti.find_deployment(conn, platform_id, "1")
        if deployment is None:
            raise LookupError("the deployment that was just written is not there")
        programme = {"title": "bench", "rule_set": "zj-ts2-2021-10", "zone": "Asia/Shanghai", "settings": {}}
        days = {"start": date(2026, 9, 1), "end": date(2027, 6, 30), "version": 1, "loaded_at": now}
        conn.execute(insert(programmes).values(id=_PROGRAMME, **programme, **days))
        course = {"platform_id": platform_id, "deployment_id": deployment["id"], "context_id": "1"}
        context = lti_launches.save_context(conn, {**course, "lineitems_url": f"{lms}/lineitems", "seen_at": now})
        lti_launches.link_context(conn, context["id"], _PROGRAMME)
        link = {"context_id": context["id"], "resource_link_id": "1", "custom": {}, "lineitem_url": f"{lms}/lineitem"}
        lti_launches.save_resource_link(conn, link)
        conn.execute(insert(participants), [_participant(one) for one in range(number)])
        conn.execute(insert(lti_members), [_member(one, context["id"], now) for one in range(number)])


def _participant(number: int) -> dict[str, Any]:
    person = {"programme_id": _PROGRAMME, "id": f"p{number:06}", "name": f"学员{number}", "group_id": "g"}
    return {**person, "school_id": "s", "position": "teacher", "extra_groups": []}


def _member(number: int, context_row: int, now: Any) -> dict[str, Any]:
    person = {"context_id": context_row, "sub": f"u{number}", "name": f"学员{number}", "roles": []}
    return {**person, "is_trainee": True, "participant_id": f"p{number:06}", "linked_by": "account", "seen_at": now}


def _earn(db: Database, number: int, credits_: int) -> None:
    for start in range(0, number, _CHUNK):
        now = utc_now()
        people = [f"p{one:06}" for one in range(start, min(start + _CHUNK, number))]
        with db.begin() as conn:
            save_results(conn, [_result(person, credits_, now) for person in people])
            refresh_desired(conn, _PROGRAMME, people, now=now, settings=_SETTINGS)


def _result(participant: str, credits_: int, now: Any) -> dict[str, Any]:
    zero = Decimal(0)
    return {
        "programme_id": _PROGRAMME,
        "participant_id": participant,
        "computed_touch": 1,
        "status": "in_progress",
        "computed_at": now,
        "changed_at": now,
        "accrued": Decimal(credits_),
        "maximum": Decimal(50),
        "online": zero,
        "online_maximum": Decimal(17),
        "online_seconds": 0,
        "online_required": 54_000,
        "offline": zero,
        "offline_maximum": Decimal(8),
        "practice": zero,
        "practice_maximum": Decimal(25),
        "online_met": False,
        "offline_met": False,
        "practice_met": False,
        "practice_surplus": zero,
        "unmet": ["online"],
        "recorded": zero,
        "focus_points": {},
        "obstacles": [],
        "rule_set": "zj-ts2-2021-10",
        "rule_set_hash": "0" * 64,
    }
