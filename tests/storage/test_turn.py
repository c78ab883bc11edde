"""Whose turn it is to write to a SQLite file."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lti_tool.storage.database import open_database
from lti_tool.storage.turn import Turn

_HOLD = """
import sys
from pathlib import Path
from lti_tool.storage.turn import Turn
with Turn(Path(sys.argv[1])):
    print("mine", flush=True)
    sys.stdin.read()
"""
_LONG_SECONDS, _A_WHILE_SECONDS = 30, 0.2


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "xuefen.db-turn"


@pytest.fixture
def turn(path: Path) -> Iterator[Turn]:
    turn = Turn(path)
    yield turn
    turn.close()


@contextmanager
def _another_process(path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process whose turn it is, until its input ends."""
    command = [sys.executable, "-c", _HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"mine\n"
        yield process
        process.kill()


def _take(turn: Turn) -> tuple[threading.Thread, threading.Event]:
    """Somebody who waits for the turn, and what tells that they had it."""
    had = threading.Event()

    def work() -> None:
        with turn:
            had.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread, had


def test_a_process_waits_until_another_is_done(path: Path, turn: Turn) -> None:
    with _another_process(path) as other:
        waiter, had = _take(turn)
        assert not had.wait(_A_WHILE_SECONDS)
        other.communicate()
        assert had.wait(_LONG_SECONDS)
    waiter.join(_LONG_SECONDS)


def test_a_process_that_dies_gives_up_its_turn(path: Path, turn: Turn) -> None:
    with _another_process(path) as other:
        waiter, had = _take(turn)
        other.kill()
        assert had.wait(_LONG_SECONDS)
    waiter.join(_LONG_SECONDS)


def test_a_thread_that_has_the_turn_may_ask_for_it_again(turn: Turn) -> None:
    with turn:
        with turn:
            pass
        waiter, had = _take(turn)
        assert not had.wait(_A_WHILE_SECONDS), "it ended with the inner one"
    assert had.wait(_LONG_SECONDS)
    waiter.join(_LONG_SECONDS)


def test_a_turn_that_cannot_be_had_blocks_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    turn = Turn(folder / "xuefen.db-turn")
    with pytest.raises(FileNotFoundError), turn:
        pass
    folder.mkdir()
    waiter, had = _take(turn)
    assert had.wait(_LONG_SECONDS)
    waiter.join(_LONG_SECONDS)
    turn.close()


def test_a_database_writes_in_turn_and_reads_at_once(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'xuefen.db'}")
    written = threading.Event()

    def write() -> None:
        with database.begin() as conn:
            conn.exec_driver_sql("CREATE TABLE notes (text TEXT)")
        written.set()

    with _another_process(tmp_path / "xuefen.db-turn") as other:
        thread = threading.Thread(target=write, daemon=True)
        thread.start()
        assert not written.wait(_A_WHILE_SECONDS)
        with database.read() as conn:
            assert conn.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar() == 0
        other.communicate()
        assert written.wait(_LONG_SECONDS)
    thread.join(_LONG_SECONDS)
    database.close()
