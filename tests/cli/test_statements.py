"""`statements import` and `statements forward`, as an administrator types them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lti_tool.storage.database import open_database
from tests.support import databases
from tests.support.command_line import CommandLine
from tests.support.lrs import Lrs
from tests.support.statements import ADL, LESSON, statement


def write(path: Path, *lines: Any) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def learned() -> dict[str, Any]:
    return statement(ADL + "experienced", LESSON)


def test_a_file_is_imported_and_its_wrong_lines_are_set_aside(xuefen: CommandLine, tmp_path: Path) -> None:
    path = write(tmp_path / "old.jsonl", learned(), {"actor": 7}, learned())
    result = xuefen.run("statements", "import", str(path))
    assert result.exit_code == 1
    assert "2 statements stored, 0 were known, 1 lines set aside." in result.output
    [entry] = (tmp_path / "old.jsonl.errors.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(entry)["line"] == 2
    again = xuefen.json("statements", "import", str(path))
    assert again == {"stored": 0, "known": 0, "set_aside": 0, "resumed_after": 3, "errors": None}


def test_imported_statements_stand_under_the_credential_that_is_named(xuefen: CommandLine, tmp_path: Path) -> None:
    made = xuefen.json("credential", "create", "archive", "--scope", "statements/write")
    path = write(tmp_path / "old.jsonl", learned())
    assert xuefen.json("statements", "import", str(path), "--credential", made["key"])["stored"] == 1
    refused = xuefen.run("statements", "import", str(path), "--credential", "nobody")
    assert (refused.exit_code, "no credential" in refused.output) == (2, True)
    assert xuefen.run("statements", "import", str(path), "--credential", "x", "--evidence", "all").exit_code == 2


def test_imports_share_one_credential_per_kind_of_evidence(xuefen: CommandLine, tmp_path: Path) -> None:
    for name, evidence in (("a", "offline"), ("b", "offline"), ("c", "practice")):
        path = write(tmp_path / f"{name}.jsonl", learned())
        xuefen.ok("statements", "import", str(path), "--evidence", evidence)
    made = [one["evidence"] for one in xuefen.json("credential", "list") if one["name"] == "import"]
    assert sorted(made) == [["offline"], ["practice"]]


@pytest.fixture
def other(sqlite_template: Path, tmp_path: Path) -> Lrs:
    folder = tmp_path / "there"
    folder.mkdir()
    return Lrs(open_database(databases.clone_sqlite(sqlite_template, folder)), folder)


def test_statements_are_forwarded(
    xuefen: CommandLine, tmp_path: Path, other: Lrs, live_server: Callable[[Any], str]
) -> None:
    speaker = other.speaker("all")
    sent = [learned() for _ in range(120)]
    xuefen.ok("statements", "import", str(write(tmp_path / "old.jsonl", *sent)))
    to = ["--to", live_server(other.app) + "/xapi", "--key", speaker.key]
    wrong = xuefen.run("statements", "forward", *to, "--secret", "wrong")
    assert (wrong.exit_code, "answered 401" in wrong.output) == (1, True)
    assert xuefen.json("statements", "forward", *to, "--secret", speaker.secret) == {"sent": 120, "refused": []}
    assert speaker.find(ascending=True) == [one["id"] for one in sent]
    assert "0 statements forwarded" in xuefen.ok("statements", "forward", *to, given=speaker.secret + "\n")
    other.database.close()
