"""`import roster|attendance|assessments`, as an administrator types them."""

import json
from pathlib import Path

import pytest

from lti_tool.cli import imports
from tests.imports.sheets import read_errors, write_csv, write_xlsx
from tests.support.command_line import CommandLine

ROSTER = ["教师编号", "姓名", "研修群体"]
ATTENDANCE = ["班级代码", "场次", "姓名", "教师编号", "签到时间", "日志时间"]
HERE = ("--programme", "hz-2026")


@pytest.fixture
def loaded(xuefen: CommandLine) -> CommandLine:
    xuefen.ok("programme", "load", "examples/programme.toml")
    return xuefen


@pytest.mark.parametrize(("kind", "rows"), [("roster", 3), ("attendance", 5), ("assessments", 3)])
def test_the_examples_can_be_imported_once_and_again(loaded: CommandLine, kind: str, rows: int) -> None:
    if kind != "roster":
        loaded.ok("import", "roster", "examples/roster.csv", *HERE)

    assert f"{rows} rows read: " in loaded.ok("import", kind, f"examples/{kind}.csv", *HERE)
    again = loaded.json("import", kind, f"examples/{kind}.csv", *HERE)
    assert (again["read"], again["done"], again["known"], again["errors"]) == (rows, 0, rows, None)


def test_what_was_imported_is_in_the_credits(loaded: CommandLine, tmp_path: Path) -> None:
    loaded.ok("import", "roster", "examples/roster.csv", *HERE)
    loaded.ok("import", "attendance", "examples/attendance.csv", *HERE)
    loaded.ok("recompute", *HERE)

    listed = json.loads(loaded.ok("export", "attendance", *HERE, "--format", "json"))["rows"]
    credits_ = {}
    for row in listed:
        credits_[row["name"]] = credits_.get(row["name"], 0) + row["credits"]
    assert (credits_["张老师"], credits_["陈老师"], credits_["许老师"]) == (4, 0, 4)


def test_rows_set_aside_are_mended_and_imported_by_themselves(loaded: CommandLine, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "sign-in.csv", [ATTENDANCE, ["cls-0007", "1", "张老师", "a6f1", "2026-11-07 08:26", ""]]
    )
    result = loaded.run("import", "attendance", str(path), *HERE)
    errors = tmp_path / "sign-in.csv.errors.csv"

    assert result.exit_code == 1
    assert "1 rows read: 0 done, 0 already there, 1 set aside." in result.output
    assert str(errors) in result.output
    assert "没有教师编号" in read_errors(errors)[0]["原因"]

    errors.write_text(errors.read_text(encoding="utf-8-sig").replace(",a6f1,", ",a6f10c3e,"), encoding="gbk")
    assert "1 done" in loaded.ok("import", "attendance", str(errors), *HERE)
    path.write_text(errors.read_text(encoding="gbk"), encoding="gbk")
    assert "1 already there" in loaded.ok("import", "attendance", str(path), *HERE)
    assert not errors.exists()


def test_where_rows_set_aside_go(loaded: CommandLine, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "people.csv", [ROSTER, ["t1", "何老师", "无"]])
    elsewhere = tmp_path / "wrong.csv"

    result = loaded.run("import", "roster", str(path), *HERE, "--errors-to", str(elsewhere), "--json")

    assert result.exit_code == 1
    assert json.loads(result.output)["errors"] == str(elsewhere)
    assert [row["教师编号"] for row in read_errors(elsewhere)] == ["t1"]
    for impossible in (path, tmp_path / "nowhere" / "wrong.csv"):
        assert loaded.run("import", "roster", str(path), *HERE, "--errors-to", str(impossible)).exit_code == 2
    assert path.exists()


def test_what_was_passed_over_or_renamed_is_told(loaded: CommandLine, tmp_path: Path) -> None:
    sheets = {"说明": [["填写说明"]], "名单": [[*ROSTER, "电话"], ["a6f10c3e", "张晓明", "数学教研组", "571"]]}
    path = write_xlsx(tmp_path / "people.xlsx", sheets)

    said = loaded.ok("import", "roster", str(path), *HERE)

    assert 'The column "电话" is not known and was ignored.' in said
    assert 'The sheet "说明" has none of the columns and was skipped.' in said
    assert "a6f10c3e was called 张老师, and is called 张晓明 now." in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("roster", "examples/attendance.csv", *HERE), 'there is no column "group" (研修群体'),
        (("attendance", "examples/roster.csv", *HERE), 'there is no column "class" (班级代码)'),
        (("assessments", "examples/programme.toml", *HERE), 'there is no column "name"'),
        (("roster", "examples/roster.csv", "--programme", "none"), 'no programme "none"'),
        (("roster", "examples/none.csv", *HERE), "does not exist"),
        (("roster", "examples/roster.csv"), "--programme"),
        (("people", "examples/roster.csv", *HERE), "people"),
    ],
)
def test_what_cannot_be_imported_changes_nothing(loaded: CommandLine, words: tuple[str, ...], said: str) -> None:
    result = loaded.run("import", *words)

    assert result.exit_code == 2
    assert said in result.output
    assert loaded.json("credential", "list") == []
    assert "10 people would change" in loaded.ok("recompute", *HERE, "--dry-run")


def test_every_kind_of_sheet_has_its_command() -> None:
    assert set(imports.import_.commands) == set(imports.layouts())
