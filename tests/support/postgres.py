"""A private PostgreSQL cluster for the tests: made in a temporary folder, thrown away at the end.

Where a server already runs, `XUEFEN_TEST_POSTGRESQL_URL` (a superuser's SQLAlchemy URL) is used instead.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL, make_url

ADVICE = (
    "PostgreSQL's server programs were not found. Install them (Debian: apt install postgresql), or name a running"
    " server in XUEFEN_TEST_POSTGRESQL_URL, or test on SQLite alone with XUEFEN_TEST_DATABASES=sqlite."
)


@contextmanager
def postgresql_server(*, durable: bool = False) -> Iterator[URL]:
    """The URL of a server on which databases may be created; stopped at the end if it was started here.

    Tests need no durability and run faster without it; benchmarks want it as it is in earnest.
    """
    given = os.environ.get("XUEFEN_TEST_POSTGRESQL_URL")
    if given:
        yield make_url(given)
        return
    binaries = _find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="xuefen-pg-"))
    try:
        yield from _run_cluster(binaries, folder, durable=durable)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find_binaries() -> Path:
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    if candidates:
        return candidates[0].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise RuntimeError(ADVICE)


def _run_cluster(binaries: Path, folder: Path, *, durable: bool) -> Iterator[URL]:
    as_owner = _unprivileged(folder)
    data, port = folder / "data", _free_port()
    _run([*as_owner, binaries / "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", data], folder=folder)
    syncing = "" if durable else " -c fsync=off -c full_page_writes=off"
    settings = f"-p {port} -k {folder} -h 127.0.0.1 -c max_connections=200{syncing}"
    control = [*as_owner, binaries / "pg_ctl", "-D", data, "-w"]
    _run([*control, "-o", settings, "-l", folder / "log", "start"], folder=folder)
    try:
        yield URL.create("postgresql+psycopg", "postgres", host="127.0.0.1", port=port, database="postgres")
    finally:
        _run([*control, "-m", "immediate", "stop"], folder=folder)


def _run(command: Sequence[str | Path], *, folder: Path) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd=folder, check=True)


def _unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: then it runs as the system's `postgres`."""
    if os.geteuid() != 0:
        return []
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition, *, seconds: float = 10.0, step: float = 0.02) -> None:
    """Wait for something another thread or process does; fails loudly instead of hanging."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(step)
