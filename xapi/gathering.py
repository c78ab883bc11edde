"""Work that waits for the same thing at the same time is done together.

Whoever comes while nothing is under way does their work at once. Whoever comes meanwhile waits; when it is done, the
first who waits does the work of all who wait, in one go. Nobody waits for others to come, so that one client alone is
as fast as without; the more come at once, the less each costs.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

_Job = TypeVar("_Job")
_Answer = TypeVar("_Answer")


class Gathering(Generic[_Job, _Answer]):
    """`do_all(jobs)` answers each job, in their order, with its answer or with the exception that its caller shall see.

    `most`: how much is done in one go, as `weigh` weighs jobs; a job that weighs more is done alone.
    """

    def __init__(
        self,
        do_all: Callable[[Sequence[_Job]], Sequence[_Answer | Exception]],
        *,
        most: int,
        weigh: Callable[[_Job], int],
    ) -> None:
        self._do_all = do_all
        self._most = most
        self._weigh = weigh
        self._lock = Lock()
        self._waiting: list[_Ticket[_Job, _Answer]] = []
        self._is_led = False

    def do(self, job: _Job) -> _Answer:
        """Do a job, with others or alone; its answer, or its exception raised."""
        ticket: _Ticket[_Job, _Answer] = _Ticket(job)
        with self._lock:
            self._waiting.append(ticket)
            has_to_wait, self._is_led = self._is_led, True
        if has_to_wait:
            ticket.wait()
        if not ticket.answers:
            self._lead()
        [answer] = ticket.answers
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _lead(self) -> None:
        """Do what waits, one's own job first among it, and let the next one lead."""
        with self._lock:
            tickets = self._take()
        answers: Sequence[_Answer | Exception] = [RuntimeError("interrupted while others waited")] * len(tickets)
        try:
            answers = self._do_all([ticket.job for ticket in tickets])
        finally:
            with self._lock:
                following = self._waiting[:1]
                self._is_led = bool(following)
            for ticket, answer in zip(tickets, answers, strict=True):
                ticket.answers.append(answer)
            for ticket in (*following, *tickets[1:]):
                ticket.wake()

    def _take(self) -> "list[_Ticket[_Job, _Answer]]":
        """Take the first of those who wait, and as many after it as are done in one go."""
        number, weight = 1, self._weigh(self._waiting[0].job)
        for ticket in self._waiting[1:]:
            weight += self._weigh(ticket.job)
            if weight > self._most:
                break
            number += 1
        taken, self._waiting = self._waiting[:number], self._waiting[number:]
        return taken


class _Ticket(Generic[_Job, _Answer]):
    """A job that waits; woken without an answer, it is its turn to lead."""

    __slots__ = ("_turn", "answers", "job")

    def __init__(self, job: _Job) -> None:
        self.job = job
        self.answers: list[_Answer | Exception] = []
        self._turn = Lock()
        self._turn.acquire()

    def wait(self) -> None:
        self._turn.acquire()

    def wake(self) -> None:
        self._turn.release()
