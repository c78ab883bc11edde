"""The demo as a newcomer starts it: one command, one address."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page

from tests.support.ports import free_port

COURSE = "/course/42"
GRADEBOOK = "/gradebook/42"
_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Demo:
    """A running demo: the platform's address, the tool's, and its configuration for other commands."""

    platform: str
    tool: str
    config: Path

    def log_in(self, page: Page, name: str, language: str = "zh") -> None:
        page.goto(f"{self.platform}/?lang={language}")
        page.get_by_role("button", name=name, exact=True).click()

    def open_activity(self, page: Page, title: str) -> FrameLocator:
        """Open an activity of the course; what is inside its frame."""
        page.goto(self.platform + COURSE)
        page.get_by_role("link", name=title).first.click()  # other tests may add more
        return page.frame_locator("#contentframe")

    def launch_alone(self, page: Page, title: str) -> str:
        """Launch an activity and take the tool's page out of the frame; its address, as a new window would have it."""
        self.open_activity(page, title)
        for _ in range(200):
            address = next((frame.url for frame in page.frames if frame.url.startswith(self.tool + "/at/")), None)
            if address:
                page.goto(address)
                return address
            page.wait_for_timeout(100)
        raise AssertionError("the launch led to no page of the tool")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`xuefen demo` until the tests end; what it prints is what a newcomer has to go by."""
    directory = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "lti_tool", "demo", "--directory", str(directory)]
    command += ["--port", str(free_port()), "--platform-port", str(free_port())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        platform = _read_address(process)
        tool = re.search(r"public_url = '([^']+)'", (directory / "xuefen.toml").read_text(encoding="utf-8"))
        assert tool, "the demo writes its configuration down"
        yield Demo(platform, tool.group(1), directory / "xuefen.toml")
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _read_address(process: "subprocess.Popen[str]") -> str:
    """The address that the printed guide says to open."""
    assert process.stdout
    watchdog = threading.Timer(_PATIENCE_SECONDS, process.kill)
    watchdog.start()
    address = None
    for line in process.stdout:
        found = re.search(r"Open\s+(http://\S+)", line)
        address = found.group(1) if found else address
        if "Ctrl+C" in line and address:
            watchdog.cancel()
            return address
    raise AssertionError("the demo ended before it said what to open")
