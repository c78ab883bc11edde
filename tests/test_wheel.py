"""The wheel carries everything: an installation without the checkout migrates, loads, and serves pages and scripts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROOF = """
import lti_tool, sys
from pathlib import Path
from lti_tool.config import load_settings
from lti_tool.web.app import create_app
assert Path(lti_tool.__file__).is_relative_to(sys.argv[1]), lti_tool.__file__
browser = create_app(load_settings()).test_client()
for path, kind in (("/readyz", "json"), ("/static/heartbeat.js", "javascript"), ("/lti/login", "html")):
    answer = browser.get(path)
    assert kind in answer.content_type, (path, answer.status, answer.content_type)
    print(path, answer.status_code)
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unpacked wheel, alone in a folder."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", tmp_path, "."], check=True)
    [wheel] = tmp_path.glob("xuefen-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", tmp_path / "site", wheel], check=True)
    return tmp_path / "site"


def test_an_installed_wheel_works_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed), "XUEFEN_DATABASE__URL": f"sqlite:///{tmp_path}/x.sqlite"}

    def run(*words: str | Path) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("-m", "lti_tool", "db", "upgrade")
    assert "10 participants" in run(
        "-m", "lti_tool", "programme", "load", installed / "lti_tool/_examples/programme.toml"
    )
    served = run("-c", _PROOF, installed)
    assert "/readyz 200" in served
    assert "/static/heartbeat.js 200" in served
