"""Both READMEs promise the same commands, and every one of them does what it says."""

import re
import shlex
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.support.command_line import CommandLine

READMES = ("README.md", "README.zh-CN.md")
#: What CI itself runs (`make …`), what ends only when stopped (the browser tests start it), and other programs.
ELSEWHERE = {"make", "pip", "xuefen serve"}


def commands(readme: str) -> list[str]:
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", Path(readme).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_both_languages_promise_the_same_commands() -> None:
    english, chinese = ([_without_names(line) for line in commands(readme)] for readme in READMES)
    assert english == chinese


def _without_names(line: str) -> str:
    """A command without the names that people choose."""
    return re.sub(r'"[^"]*"', '"…"', line)


@pytest.mark.parametrize("readme", READMES)
def test_every_command_works_in_the_order_given(readme: str, empty_database_url: URL, tmp_path: Path) -> None:
    line = CommandLine(empty_database_url, {"XUEFEN_FILES__DIRECTORY": str(tmp_path)})
    ran = 0
    for command in commands(readme):
        if any(command.startswith(prefix) for prefix in ELSEWHERE):
            continue
        program, *words = shlex.split(command)
        assert program == "xuefen", command
        line.ok(*words)
        ran += 1
    assert ran >= 10


@pytest.mark.parametrize("readme", READMES)
def test_make_targets_and_linked_files_exist(readme: str) -> None:
    text = Path(readme).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", Path("Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {command.split()[1] for command in commands(readme) if command.startswith("make ")} <= targets
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if not link.startswith("http")]
    assert [link for link in links if not Path(link).exists()] == []
