"""Learners recomputed per second, how much memory that takes, and what one long history costs on a page.

Every learner has 300 statements: slices of the heartbeat client, cmi5 sessions, videos, attendance, practice and
assessments. "Rules alone" computes evidence that lies in memory; "from the database" is what `recompute` does: read
the evidence of 50 learners, compute, write the results. Learners come in waves whose evidence is removed afterwards,
so that any number of them fits on the disk; the processes stay. Memory is the peak of a process over all its waves.
The time of the processor is given beside that of the clock: it says how much work a learner is, whatever else the
machine is doing.
"""

import multiprocessing
import resource
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing.pool import Pool
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import delete, insert
from sqlalchemy.engine import URL

from lti_tool.cli.memory import keep_what_is_loaded
from lti_tool.credits.service import Credits
from lti_tool.domain.credits import assess
from lti_tool.domain.identifiers import account_key
from lti_tool.domain.learner import ProgrammeIndex
from lti_tool.domain.values import Component, Evidence, Kind, Participant, Person, Verb
from lti_tool.evidence.recognise import Recognised
from lti_tool.evidence.rows import to_row
from lti_tool.programmes.file import ProgrammeFile, read_programme_file
from lti_tool.programmes.store import apply_programme
from lti_tool.rule_sets import load_rule_set
from lti_tool.storage.database import open_database
from lti_tool.storage.queries import people
from lti_tool.storage.queries.evidence import add_evidence
from lti_tool.storage.tables.programmes import identifiers, participants
from tests.support import databases
from tests.support.postgres import postgresql_server
from tests.support.statements import MOODLE
from tests.web.classroom import ACCOUNTS, ZHANG, Classroom

STATEMENTS = 300
WAVE = 500
_DIFFERENT = 100
_NOBODY = "nobody yet"
#: Learners for each figure at scale 1; XUEFEN_BENCH_SCALE=100 reads 100,000 from each database.
ALONE, STORED = 10_000, 1_000
_FILE: ProgrammeFile = read_programme_file(Path("examples/programme.toml"))
_PROGRAMME = _FILE.programme
_NOW = datetime(2027, 6, 30, tzinfo=UTC)
_TRUSTED = frozenset(Component)
_B = "https://ts2.example.org/xapi"


def run(scale: float) -> list[dict[str, Any]]:
    """Rules alone, from either database, on one core and on two; then one learner with 5,000 statements."""
    rows = [_alone(int(ALONE * scale), processes) for processes in (1, 2)]
    for name in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, _database(name, Path(folder)) as url:
            _prepare(url)
            small, large = max(WAVE, int(STORED * scale) // 2), max(WAVE, int(STORED * scale))
            rows += [
                _stored(name, url, learners, processes) for learners, processes in ((small, 1), (large, 1), (large, 2))
            ]
    with tempfile.TemporaryDirectory() as folder, _database("sqlite", Path(folder)) as url:
        rows.append(_one_learner(url, Path(folder), 5_000))
    return rows


# ── what a learner has ──────────────────────────────────────────────────────────────────────────────


def make_evidence(account: str, statements: int, seed: int) -> Iterator[Evidence]:
    """A school year of one learner of the example programme: eight of ten statements are slices of study."""
    chance = Random(seed)
    begin = datetime(2026, 9, 1, 11, tzinfo=UTC)
    kept = [*_attended(account), *_practised(account), *_assessed(account)]
    yield from kept
    lessons = [course.iri.replace("*", "3") for course in _PROGRAMME.courses]
    for number in range(statements - len(kept)):
        evening, place = divmod(number, 12)
        at = begin + timedelta(days=evening * 7 % 290, minutes=6 * place, seconds=chance.randrange(60))
        plain = _plain(account, chance, at + timedelta(minutes=5), lessons[evening % len(lessons)])
        online = replace(plain, kind=Kind.ONLINE, verb=Verb.EXPERIENCED, session=f"{seed}-{evening}")
        kind = place % 6
        if kind < 4:
            yield replace(online, interval=(at, at + timedelta(minutes=5)), duration=290.0)
        elif kind == 4:
            session = {"session": f"{seed}-{evening}-cmi5-{place // 6}", "registration": f"{seed}"}
            verb = Verb.INITIALIZED if place < 6 else Verb.TERMINATED
            yield replace(online, verb=verb, duration=None if place < 6 else 1_500.0, **session)
        else:
            video = {"session": f"{seed}-{evening}-video", "is_video": True, "video_time": float(place * 50)}
            yield replace(online, verb=Verb.PLAYED if place < 6 else Verb.PAUSED, **video)


def _plain(account: str, chance: Random, at: datetime, activity: str) -> Evidence:
    return Evidence(
        statement=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        kind=Kind.UNMAPPED,
        verb=Verb.OTHER,
        activity=activity,
        timestamp=at,
        stored=at + timedelta(seconds=2),
        account=account,
        trusted_as=_TRUSTED,
    )


def _attended(account: str) -> Iterator[Evidence]:
    for name in "1234":
        plain = _plain(
            account, Random(account + name), datetime(2026, 11, 7, tzinfo=UTC), f"{_B}/offline-sessions/cls-0007/{name}"
        )
        at_class = replace(plain, class_id="cls-0007", offline_session=name)
        yield replace(at_class, kind=Kind.ATTENDED, verb=Verb.ATTENDED, completion=True)
        yield replace(at_class, statement=f"{plain.statement[:-1]}z", kind=Kind.LOG, verb=Verb.SUBMITTED)


def _practised(account: str) -> Iterator[Evidence]:
    chance = Random(account)
    for activity in ("p1", "p2", "p3"):
        for stage in _PROGRAMME.practice_activities[activity].required_stages:
            plain = _plain(account, chance, datetime(2026, 12, 1, tzinfo=UTC), f"{_B}/practice/{activity}/{stage}")
            yield replace(plain, kind=Kind.STAGE, verb=Verb.SUBMITTED, practice_activity=activity, stage=stage)
        plain = _plain(account, chance, datetime(2026, 12, 5, tzinfo=UTC), f"{_B}/practice/{activity}")
        yield replace(plain, kind=Kind.VERDICT, verb=Verb.APPROVED, practice_activity=activity, by_person="77b0d1aa")


def _assessed(account: str) -> Iterator[Evidence]:
    chance = Random(account + "assessed")
    for kind in ("process", "final"):
        plain = _plain(account, chance, datetime(2027, 6, 15, tzinfo=UTC), f"{_B}/assessments/x/{kind}")
        yield replace(plain, kind=Kind.ASSESSMENT, verb=Verb.PASSED, assessment=kind)


# ── rules alone ─────────────────────────────────────────────────────────────────────────────────────


def _alone(learners: int, processes: int) -> dict[str, Any]:
    share = max(1, learners // processes)
    with _pool(processes) as pool:
        done = _in_processes(pool, _compute_alone, [(share, number) for number in range(processes)])
    return _row("rules alone", "–", share * processes, processes, done)


def _compute_alone(learners: int, seed: int) -> tuple[float, float]:
    """The time that the rules take; a hundred different learners, generated here, by turns."""
    team = {"77b0d1aa": Person("77b0d1aa", position="principal", school="3301000123")}
    index = ProgrammeIndex.build(_PROGRAMME, load_rule_set("zj-ts2-2021-10"), people=team)
    context = index.context(Participant("p", "p", "grp-math-01"))
    different = [list(make_evidence(f"account|x|{seed}-{n}", STATEMENTS, n)) for n in range(_DIFFERENT)]
    begun, working = time.perf_counter(), time.process_time()
    for n in range(learners):
        credit = assess(different[n % len(different)], context, _NOW)
    spent = time.perf_counter() - begun, time.process_time() - working
    assert credit.recorded == credit.accrued == credit.maximum, credit.unmet
    return spent


# ── from the database ───────────────────────────────────────────────────────────────────────────────


def _stored(name: str, url: URL, learners: int, processes: int) -> dict[str, Any]:
    waves = max(1, learners // WAVE)
    done: list[Measured] = []
    spent = 0.0
    address = url.render_as_string(hide_password=False)
    with _pool(processes) as pool:
        for wave in range(waves):
            ids = [f"w{wave}-{n}" for n in range(WAVE)]
            shares = [(address, ids[n::processes]) for n in range(processes)]
            pool.starmap(_write, shares, chunksize=1)
            found = _in_processes(pool, _recompute, shares)
            spent += max(one.seconds for one in found)
            done += found
            _remove(url, ids)
    return _row("from the database", name, waves * WAVE, processes, done, spent)


def _recompute(url: str, ids: list[str]) -> tuple[float, float]:
    credits_ = _service(url)
    begun, working = time.perf_counter(), time.process_time()
    changed = credits_.refresh(_PROGRAMME.id, ids)
    spent = time.perf_counter() - begun, time.process_time() - working
    assert len(changed) == len(ids)
    return spent


@cache
def _service(url: str) -> Credits:
    """One for each process, as a worker has it: it opens its database once."""
    credits_ = Credits(open_database(url), lambda: _NOW)
    credits_.programme(_PROGRAMME.id)
    keep_what_is_loaded()
    return credits_


def _prepare(url: URL) -> None:
    database = open_database(url)
    with database.begin() as conn:
        apply_programme(conn, _FILE, _NOW)
    Credits(database, lambda: _NOW).refresh(_PROGRAMME.id)
    database.close()


def _write(url: str, ids: list[str]) -> None:
    """A wave of learners with their evidence; not part of what is measured."""
    database = open_database(url)
    with database.begin() as conn:
        plain = {"programme_id": _PROGRAMME.id, "group_id": "grp-math-01", "school_id": "3301000123"}
        rows = [
            {**plain, "id": id_, "name": id_, "position": "teacher", "extra_groups": [], "joined": None, "touched": 1}
            for id_ in ids
        ]
        people.add_participants(conn, rows)
        keys = [{"programme_id": _PROGRAMME.id, "key": _key(id_), "person_id": id_, "source": "file"} for id_ in ids]
        conn.execute(insert(identifiers), keys)
        for number, id_ in enumerate(ids):
            add_evidence(conn, _history(_key(id_), number % _DIFFERENT))
    database.close()


def _history(account: str, seed: int) -> list[dict[str, Any]]:
    """The rows of one learner; there are a hundred different histories, each made once."""
    own = {"subject_key": account, "actor_key": account}
    return [
        {**row, "statement": str(uuid.uuid4()), **(own if row["actor_key"] == _NOBODY else {"subject_key": account})}
        for row in _rows(seed)
    ]


@cache
def _rows(seed: int) -> list[dict[str, Any]]:
    return [_row_of(one) for one in make_evidence(_NOBODY, STATEMENTS, seed)]


def _row_of(said: Evidence) -> dict[str, Any]:
    speaker = ACCOUNTS["77b0d1aa"] if said.kind is Kind.VERDICT else said.account
    key = account_key(MOODLE, speaker) if said.kind is Kind.VERDICT else speaker
    return to_row(Recognised(replace(said, statement=str(uuid.uuid4())), key), None)


def _remove(url: URL, ids: list[str]) -> None:
    database = open_database(url)
    with database.begin() as conn:
        conn.exec_driver_sql("DELETE FROM evidence" if database.is_sqlite else "TRUNCATE evidence")
        for chunk in people.chunks(ids):
            conn.execute(delete(identifiers).where(identifiers.c.person_id.in_(chunk)))
            conn.execute(delete(participants).where(participants.c.id.in_(chunk)))
    database.close()


def _key(participant: str) -> str:
    return account_key("https://bench.example.org", participant)


# ── one learner, on a page ──────────────────────────────────────────────────────────────────────────


def _one_learner(url: URL, folder: Path, statements: int) -> dict[str, Any]:
    """What computing a long history takes of the page that shows it."""
    database = open_database(url)
    room = Classroom.on(database, lambda: _NOW, folder)
    with database.begin() as conn:
        add_evidence(conn, [_row_of(one) for one in make_evidence(account_key(MOODLE, ACCOUNTS[ZHANG]), statements, 1)])
        people.touch(conn, [(_PROGRAMME.id, ZHANG)])
    credits_ = Credits(database, lambda: _NOW)
    trainee = room.participant(ZHANG)
    computing = _median(lambda: credits_.explain(_PROGRAMME.id, ZHANG))
    page = _median(lambda: trainee.get("credits"))
    assert trainee.get("credits").status == 200
    database.close()
    return {
        "what": f"one learner, {statements:,} statements",
        "database": "sqlite",
        "learners": 1,
        "processes": 1,
        "ms each": computing * 1_000,
        "page view ms": page * 1_000,
        "share of the page view": f"{computing / page:.0%}",
    }


def _median(action: Callable[[], object], times: int = 9) -> float:
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        spent.append(time.perf_counter() - begun)
    return sorted(spent)[times // 2]


# ── how it is measured ──────────────────────────────────────────────────────────────────────────────


class Measured(NamedTuple):
    """What one process took."""

    seconds: float
    processor: float  # seconds
    peak: float  # MB


def _pool(processes: int) -> Pool:
    return multiprocessing.get_context("spawn").Pool(processes)


def _in_processes(
    pool: Pool, work: Callable[..., tuple[float, float]], shares: list[tuple[Any, ...]]
) -> list[Measured]:
    """`work` with each share, as many as the pool has processes; it returns its seconds by clock and of processor."""
    return pool.starmap(_measured, [(work, share) for share in shares], chunksize=1)


def _measured(work: Callable[..., tuple[float, float]], share: tuple[Any, ...]) -> Measured:
    return Measured(*work(*share), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024)


def _row(
    what: str, database: str, learners: int, processes: int, done: list[Measured], spent: float = 0.0
) -> dict[str, Any]:
    seconds = spent or max(one.seconds for one in done)
    return {
        "what": what,
        "database": database,
        "learners": learners,
        "processes": processes,
        "learners/s": learners / seconds,
        "ms each": seconds / learners * processes * 1_000,
        "processor ms each": sum(one.processor for one in done) / learners * 1_000,
        "peak MB": max(one.peak for one in done),
    }


@contextmanager
def _database(name: str, folder: Path) -> Iterator[URL]:
    if name == "sqlite":
        template = databases.make_sqlite_template(folder)
        (folder / "bench").mkdir()
        yield databases.clone_sqlite(template, folder / "bench")
        return
    with postgresql_server() as server:
        template_name = databases.make_postgresql_template(server)
        with databases.clone_postgresql(server, template_name) as url:
            yield url
