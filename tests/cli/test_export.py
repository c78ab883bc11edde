"""`export`: files appear whole or not at all, and what cannot be is said."""

import csv
import io
import json
from pathlib import Path

import pytest

from lti_tool.reports.writing import WRITERS
from tests.support.command_line import CommandLine

EXAMPLE = "examples/programme.toml"


@pytest.fixture
def loaded(xuefen: CommandLine) -> CommandLine:
    xuefen.ok("programme", "load", EXAMPLE)
    return xuefen


def test_a_report_goes_to_standard_output(loaded: CommandLine) -> None:
    text = loaded.ok("export", "shortfall", "--programme", "hz-2026", "--format", "csv")

    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {line["姓名"] for line in lines} >= {"张老师", "陈老师"}


@pytest.mark.parametrize("report", ["credits", "shortfall", "minutes", "practice", "attendance"])
@pytest.mark.parametrize("format_", ["xlsx", "csv", "json"])
def test_every_report_in_every_format(loaded: CommandLine, tmp_path: Path, report: str, format_: str) -> None:
    target = tmp_path / f"out.{format_}"

    said = loaded.ok("export", report, "--programme", "hz-2026", "--format", format_, "-o", str(target))

    assert "rows." in said
    assert target.stat().st_size > 0


def test_an_archive(loaded: CommandLine, tmp_path: Path) -> None:
    assert "16 files." in loaded.ok("export", "archive", "--programme", "hz-2026", "-o", str(tmp_path / "a.zip"))


def test_one_school(loaded: CommandLine) -> None:
    text = loaded.ok("export", "shortfall", "--programme", "hz-2026", "--format", "json", "--school", "3301000456")

    assert {row["school"] for row in json.loads(text)["rows"]} == {"3301000456"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("credits", "--programme", "none"), 'no programme "none"'),
        (("credits", "--programme", "hz-2026", "--school", "0"), 'no school "0"'),
        (("grades", "--programme", "hz-2026"), "shortfall"),
        (("credits", "--programme", "hz-2026", "--format", "pdf"), "xlsx"),
    ],
)
def test_what_cannot_be_is_said(loaded: CommandLine, words: tuple[str, ...], said: str) -> None:
    result = loaded.run("export", *words)

    assert result.exit_code == 2
    assert said in result.output


def test_a_failed_export_leaves_the_old_file(
    loaded: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")

    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setitem(WRITERS, "csv", broken)  # type: ignore[arg-type]
    result = loaded.run("export", "credits", "--programme", "hz-2026", "--format", "csv", "-o", str(target))

    assert result.exit_code != 0
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.glob(".out*")] == []
