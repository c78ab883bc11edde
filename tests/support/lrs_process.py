"""The record store in a process of its own, which tests may kill, and raw HTTP to it."""

import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from sqlalchemy.engine import URL

ROOT = Path(__file__).parent.parent.parent
_BIND_SECONDS = 60


class LrsProcess:
    """gunicorn with two workers on a port of loopback; `kill` is SIGKILL for all of it, `start` begins again."""

    def __init__(self, url: URL, folder: Path, application: str = "tests.support.lrs:from_environment()") -> None:
        self._application = application
        self._folder = folder
        self._environment = {
            **os.environ,
            "LRS_DATABASE": url.render_as_string(hide_password=False),
            "LRS_FOLDER": str(folder),
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "--workers", "2"]
        command += ["--worker-class", "gthread", "--threads", "8", "--keep-alive", "60"]
        command += ["--log-level", "warning", "--no-control-socket"]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, self._application],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + _BIND_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise AssertionError((self._folder / "server.log").read_text(encoding="utf-8"))
            time.sleep(0.02)

    def kill(self) -> None:
        """End the server and its workers at once, in the midst of whatever they do."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def workers(self) -> list[int]:
        """The processes that answer (on Linux)."""
        assert self._process is not None
        master = self._process.pid
        return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def post(self, body: bytes, headers: dict[str, str]) -> int | None:
        """The status of a POST to statements; None if no whole answer came."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", "/xapi/statements", body, headers)
            response = connection.getresponse()
            response.read()
            return response.status
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/xapi/about")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
