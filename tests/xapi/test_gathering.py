"""What waits for the same thing is done together: who waits, who leads, and whose failure is whose."""

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from lti_tool.storage.database import Database
from tests.support.lrs import Lrs, Speaker
from tests.support.statements import ADL, LESSON, statement
from xapi.credentials import revoke
from xapi.gathering import Gathering

_LONG = 30.0


class Workshop:
    """Does jobs when it is let: the first of them waits for `open`, so that others come meanwhile."""

    def __init__(self, *, most: int = 100) -> None:
        self.done: list[list[str]] = []
        self.open = threading.Event()
        self.begun = threading.Event()
        self._pool = ThreadPoolExecutor(20)
        self._gathering: Gathering[str, str] = Gathering(self._do, most=most, weigh=len)

    def bring(self, job: str) -> "Future[str]":
        """A job from a thread of its own, which is waiting when this returns."""
        future = self._pool.submit(self._gathering.do, job)
        until(lambda: future.done() or job in self.waiting or any(job in done for done in self.done))
        return future

    @property
    def waiting(self) -> list[str]:
        return [ticket.job for ticket in self._gathering._waiting]

    def _do(self, jobs: Sequence[str]) -> list[str | Exception]:
        self.done.append(list(jobs))
        self.begun.set()
        assert self.open.wait(_LONG)
        if "broken" in jobs:
            raise KeyboardInterrupt
        return [ValueError(job) if job.startswith("bad") else job.upper() for job in jobs]


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LONG
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_one_alone_is_done_at_once() -> None:
    workshop = Workshop()
    workshop.open.set()
    assert [workshop.bring(job).result(_LONG) for job in ("a", "b")] == ["A", "B"]
    assert workshop.done == [["a"], ["b"]]


def test_those_who_come_meanwhile_are_done_together_and_in_their_order() -> None:
    workshop = Workshop()
    brought = [workshop.bring(job) for job in "abcd"]
    workshop.open.set()
    assert [one.result(_LONG) for one in brought] == ["A", "B", "C", "D"]
    assert workshop.done == [["a"], ["b", "c", "d"]]


def test_no_more_is_done_in_one_go_than_is_allowed() -> None:
    """Six units at once; what weighs more goes alone."""
    workshop = Workshop(most=6)
    brought = [workshop.bring(job) for job in ("a", "bbb", "ccc", "d", "eeeeeeeee", "f")]
    workshop.open.set()
    assert [one.result(_LONG) for one in brought] == ["A", "BBB", "CCC", "D", "EEEEEEEEE", "F"]
    assert workshop.done == [["a"], ["bbb", "ccc"], ["d"], ["eeeeeeeee"], ["f"]]


def test_a_failure_meets_the_one_whom_it_concerns() -> None:
    workshop = Workshop()
    brought = [workshop.bring(job) for job in ("a", "bad one", "c", "bad two")]
    workshop.open.set()
    assert [brought[number].result(_LONG) for number in (0, 2)] == ["A", "C"]
    for number, said in ((1, "bad one"), (3, "bad two")):
        with pytest.raises(ValueError, match=said):
            brought[number].result(_LONG)


def test_who_waits_for_somebody_who_is_interrupted_is_told_and_the_next_goes_on() -> None:
    workshop = Workshop(most=12)
    first, broken, companion, after = [workshop.bring(job) for job in ("a", "broken", "mate", "later on")]
    workshop.open.set()
    assert first.result(_LONG) == "A"
    with pytest.raises(KeyboardInterrupt):
        broken.result(_LONG)
    with pytest.raises(RuntimeError, match="interrupted"):
        companion.result(_LONG)
    assert after.result(_LONG) == "LATER ON"


# The store, which stores together what comes while it is busy.


class Counter:
    """A way to begin that counts, and holds the first unit of work open until it is told to go on."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.units = 0
        self.failure: Exception | None = None
        """What meets all but the first."""
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> Any:
        self.units += 1
        if self.units == 1:
            self.begun.set()
            assert self.go_on.wait(_LONG)
        elif self.failure is not None:
            raise self.failure
        return self.database.begin()


class Busy:
    """A store that is busy with somebody's statement while others send theirs."""

    def __init__(self, host: Lrs) -> None:
        self.host = host
        self.counter = Counter(host.database)
        self._pool = ThreadPoolExecutor(20)
        self._sent: list[Future[Any]] = []

    def post(self, speaker: Speaker, *sent: dict[str, Any]) -> "Future[Any]":
        """Post, and return when the first is under way, or another waits for it."""
        self.host.store.begin = self.counter
        future = self._pool.submit(speaker.post, list(sent))
        gathering, number = self.host.store._gathering, len(self._sent)
        until(lambda: self.counter.begun.is_set() and len(gathering._waiting) == number)
        self._sent.append(future)
        return future

    def answers(self) -> list[int]:
        self.counter.go_on.set()
        return [one.result(_LONG).status_code for one in self._sent]


@pytest.fixture
def busy(lrs: Lrs, tmp_path: Path) -> Busy:
    return Busy(Lrs(lrs.database, tmp_path))


def learned(**parts: Any) -> dict[str, Any]:
    return statement(ADL + "experienced", LESSON, **parts)


def test_requests_that_wait_are_stored_in_one_unit_of_work(busy: Busy) -> None:
    """Each under its own credential, in its own tenant and version; the host is told of all of them once."""
    speakers = [busy.host.speaker("all", version=("1.0.3", "2.0.0")[number % 2]) for number in range(6)]
    sent = [learned() for _ in speakers]
    for speaker, one in zip(speakers, sent, strict=True):
        busy.post(speaker, one)
    assert busy.answers() == [200] * 6
    assert busy.counter.units == 2
    for speaker, one in zip(speakers, sent, strict=True):
        assert speaker.find() == [one["id"]]
        found = speaker.one(one["id"])
        assert found["authority"]["account"]["name"] == speaker.key
        assert found["version"] == {"1.0.3": "1.0.0", "2.0.0": "2.0.0"}[speaker.version or ""]
    assert [(told.id, told.credential.key) for told in busy.host.told] == [
        (one["id"], speaker.key) for speaker, one in zip(speakers, sent, strict=True)
    ]


def test_what_is_refused_of_one_is_stored_of_the_others(busy: Busy) -> None:
    first, conflicting, revoked, good, again = (busy.host.speaker("all") for _ in range(5))
    taken, known = conflicting.send(learned())[0], again.send(learned())[0]
    revoked.send(learned())  # its credential is remembered from now on
    with busy.host.database.begin() as conn:
        revoke(conn, revoked.key)
    sent = learned()
    busy.post(first, learned())
    busy.post(conflicting, learned(), learned(id=taken, result={"success": False}))
    busy.post(revoked, learned())
    busy.post(good, sent)
    busy.post(again, again.one(known))
    assert busy.answers() == [200, 409, 401, 200, 200]
    assert busy.counter.units == 2
    assert [len(one.find()) for one in (first, conflicting, good, again)] == [1, 1, 1, 1]


def test_two_who_send_the_same_id_are_judged_one_after_the_other(busy: Busy) -> None:
    first, early, late = (busy.host.speaker("all") for _ in range(3))
    sent = learned()
    busy.post(first, learned())
    busy.post(early, sent)
    busy.post(late, sent)
    assert busy.answers() == [200, 200, 409]
    assert [len(one.find()) for one in (early, late)] == [1, 0]


REFUSALS = [LookupError("the host cannot take this"), IntegrityError("INSERT", {}, Exception("NOT NULL"))]


@pytest.mark.parametrize("refusal", REFUSALS, ids=["its own reason", "what looks like a race"])
def test_what_the_host_refuses_of_one_is_stored_of_the_others(lrs: Lrs, tmp_path: Path, refusal: Exception) -> None:
    def refuse(_conn: Any, batch: Sequence[Any]) -> None:
        if any("poison" in one.statement["object"]["id"] for one in batch):
            raise refusal

    busy = Busy(Lrs(lrs.database, tmp_path, on_stored=refuse))
    first, poisoned, good = (busy.host.speaker("all") for _ in range(3))
    busy.post(first, learned())
    busy.post(poisoned, statement(ADL + "experienced", "https://example.org/poison"))
    busy.post(good, learned())
    assert busy.answers() == [200, 503 if isinstance(refusal, IntegrityError) else 500, 200]
    assert [len(one.find()) for one in (first, poisoned, good)] == [1, 0, 1]


def test_what_was_rolled_back_with_another_is_said_when_it_is_stored_alone(lrs: Lrs, tmp_path: Path) -> None:
    """A definition that one said for two, and that went with the one who was refused, is not taken for kept."""

    def refuse(_conn: Any, batch: Sequence[Any]) -> None:
        if any(one.statement["result"]["success"] for one in batch if "result" in one.statement):
            raise LookupError("the host cannot take this")

    iri = f"https://example.org/activities/{uuid.uuid4()}"
    said = {"object": {"definition": {"name": {"en": "Lesson"}}}}
    busy = Busy(Lrs(lrs.database, tmp_path, on_stored=refuse))
    first, refused = busy.host.speaker("all"), busy.host.speaker("all")
    good = busy.host.speaker("statements/write", "statements/read")
    busy.post(first, learned())
    busy.post(refused, statement(ADL + "experienced", iri, result={"success": True}, **said))
    busy.post(good, statement(ADL + "experienced", iri, **said))
    assert busy.answers() == [200, 500, 200]
    assert good.get("activities", activityId=iri).json["definition"] == {"name": {"en": "Lesson"}}


def test_nobody_asks_for_a_database_that_another_did_not_find(busy: Busy) -> None:
    """Where connecting takes long, those who wait would wait once more for each of them."""
    first, *others = (busy.host.speaker("all") for _ in range(4))
    for speaker in (first, *others):
        busy.post(speaker, learned())
    lost = Exception("the server is away")
    lost.sqlstate = None  # type: ignore[attr-defined]  # as psycopg says it
    busy.counter.failure = OperationalError("BEGIN", {}, lost)
    assert busy.answers() == [200, 503, 503, 503]
    assert busy.counter.units == 2
    assert [len(one.find()) for one in (first, *others)] == [1, 0, 0, 0]


@pytest.mark.parametrize("number", [51, 60])
def test_large_batches_do_not_wait_for_others(busy: Busy, number: int) -> None:
    first, large = busy.host.speaker("all"), busy.host.speaker("all")
    busy.post(first, learned())
    if busy.host.database.is_sqlite:
        busy.counter.go_on.set()  # it has one writer
    assert large.post([learned() for _ in range(number)]).status_code == 200
    assert busy.answers() == [200]
