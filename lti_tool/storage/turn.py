"""Whose turn it is to write to a SQLite file."""

import fcntl
from io import BufferedWriter
from pathlib import Path
from threading import RLock


class Turn:
    """A lock that one writer holds. The threads of a process queue for it, and processes by a file beside the database.

    SQLite lets those who wait for its own lock sleep and look again, ever more seldom, so that it lies idle
    between two writers while others wait. Here the system wakes the next one at once. It keeps no
    one out who does not ask for a turn: SQLite's lock is taken as well.

    `with turn:` may be nested within a thread. A process that dies gives up its turn.
    """

    def __init__(self, path: Path | None) -> None:
        """`path`: the file to lock, which is made when first needed; None: there are no other processes."""
        self._path = path
        self._file: BufferedWriter | None = None
        self._threads = RLock()
        self._depth = 0

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            if not self._depth:
                self._wait_for_others()
        except BaseException:
            self._threads.release()
            raise
        self._depth += 1

    def __exit__(self, *_failure: object) -> None:
        self._depth -= 1
        if not self._depth and self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def close(self) -> None:
        with self._threads:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _wait_for_others(self) -> None:
        if self._path is None:
            return
        if self._file is None:
            self._file = self._path.open("ab")
        fcntl.flock(self._file, fcntl.LOCK_EX)
