"""Workers as processes of their own, to be killed, and a clock that all of them share and that runs fast."""

import multiprocessing
import random
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from lti_tool.grades.network import Network
from lti_tool.grades.reconcile import Mirror
from lti_tool.grades.settings import MirrorSettings
from lti_tool.lti.http import PlatformHttp
from lti_tool.lti.tokens import AccessTokens
from lti_tool.storage.database import open_database

_NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
SETTINGS = replace(
    MirrorSettings(),
    components=True,
    timeout=0.5,
    lanes=4,
    lease=timedelta(seconds=60),  # of the fast clock
    renew_every=0.3,
    poll=0.05,
    appears_within=timedelta(seconds=60),
)


@dataclass(frozen=True)
class FastClock:
    """`speed` seconds pass in each second."""

    started: float
    speed: float

    def __call__(self) -> datetime:
        return _NOON + timedelta(seconds=(time.time() - self.started) * self.speed)


def work(url: str, clock: FastClock, seed: int) -> None:
    """What one worker does until it is killed."""
    db = open_database(url)
    http = PlatformHttp(allow_private_hosts=True, timeout=SETTINGS.timeout)
    mirror = Mirror(db, Network(http, AccessTokens(db, http, clock)), clock, SETTINGS, random.Random(seed))
    while True:
        mirror.run_pass()
        time.sleep(SETTINGS.poll)


class Workers:
    """Three workers; whichever is killed is replaced."""

    def __init__(self, url: str, clock: FastClock) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.grades.chaos"])
        self._url = url
        self._clock = clock
        self._started = 0
        self._processes = [self._start() for _ in range(3)]

    def _start(self) -> multiprocessing.process.BaseProcess:
        self._started += 1
        process = self._context.Process(target=work, args=(self._url, self._clock, self._started), daemon=True)
        process.start()
        return process

    def kill(self, number: int) -> None:
        """Without a word, in the middle of whatever it does."""
        self._processes[number].kill()
        self._processes[number].join()
        self._processes[number] = self._start()

    @property
    def all_alive(self) -> bool:
        return all(process.is_alive() for process in self._processes)

    def stop(self) -> None:
        for process in self._processes:
            process.kill()
            process.join()
