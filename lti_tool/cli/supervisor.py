"""Several processes that live and die together: the web server, and the sync worker beside it."""

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from types import FrameType

import structlog

_log = structlog.get_logger(__name__)

_POLL_SECONDS = 0.2
_GRACE_SECONDS = 35
_LONGEST_PAUSE = 30.0


class Supervisor:
    """Runs `main` until it ends or a signal comes, and keeps each helper running beside it.

    A helper that dies is started again after a pause that doubles each time; when `main` ends, so does everything.
    """

    def __init__(self, main: Sequence[str], helpers: Mapping[str, Sequence[str]]) -> None:
        self._main = main
        self._helpers = helpers
        self._stopping = False

    def run(self) -> int:
        """Run to the end; the exit status of `main`, 0 after a signal."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        main = subprocess.Popen(self._main)  # noqa: S603 - our own command line
        helpers = {name: _Helper(name, command) for name, command in self._helpers.items()}
        while main.poll() is None and not self._stopping:
            for helper in helpers.values():
                helper.keep_running(time.monotonic())
            time.sleep(_POLL_SECONDS)
        _end([main, *(helper.process for helper in helpers.values())])
        return 0 if self._stopping else main.returncode

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True


class _Helper:
    def __init__(self, name: str, command: Sequence[str]) -> None:
        self._name = name
        self._command = command
        self._pause = 1.0
        self._start_at = 0.0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command)  # noqa: S603 - our own command line

    def keep_running(self, now: float) -> None:
        if self.process.poll() is None:
            return
        if not self._start_at:
            _log.warning("helper ended; starting it again", helper=self._name, status=self.process.returncode)
            self._start_at = now + self._pause
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        elif now >= self._start_at:
            self._start_at = 0.0
            self.process = self._start()


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + _GRACE_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
