"""The rows set aside: a clerk mends that very file and imports it, as often as it takes."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.imports.columns import layouts
from lti_tool.imports.errors_file import replace_errors_file
from lti_tool.imports.reasons import because
from lti_tool.imports.tables import read_table
from lti_tool.reports.writing import plain_text, safe_text
from tests.imports.conftest import CHEN, ZHANG, Office
from tests.imports.sheets import read_errors, typed, write_csv, write_xlsx

HEADER = ["班级代码", "场次", "姓名", "教师编号", "签到时间", "日志时间", "单位电话", "单位电话"]
GOOD = ["cls-0007", "1", "陈老师", CHEN, "2026-11-07 08:26", "2026-11-07 20:15", "1", "2"]
WRONG = ["cls-0007", "1", "张老师", "a6f10", "2026/11/7 8:26", "2026-11-07 20:15", "=1+1", "-4"]


def test_it_has_the_same_columns_in_the_same_order_and_the_reason_last(office: Office) -> None:
    office.hand_in("attendance", [HEADER, GOOD, WRONG])

    lines = list(csv.reader(io.StringIO(office.errors.read_bytes().decode("utf-8-sig"), newline="")))
    assert lines[0] == [*HEADER, "原因"]
    assert lines[1] == [
        *WRONG[:-2],
        "'=1+1",
        "'-4",
        "名单中没有教师编号“a6f10”。 No participant has the number “a6f10”.",
    ]
    assert len(lines) == 2


def test_mended_it_is_imported_as_it_is(office: Office) -> None:
    office.hand_in("attendance", [HEADER, GOOD, WRONG])
    again = office.folder / "mended.csv"
    again.write_text(office.errors.read_text(encoding="utf-8-sig").replace("a6f10,", f"{ZHANG},"), encoding="gbk")

    result = office.hand_in("attendance", again)

    assert (result.read, result.done, result.set_aside) == (1, 1, 0)
    assert office.offline(ZHANG) == Decimal(2)
    assert not office.errors.exists()  # nothing is left of the run before


def test_not_mended_it_comes_back_as_it_is(office: Office) -> None:
    office.hand_in("attendance", [HEADER, WRONG])
    first = office.errors.read_bytes()
    again = office.folder / "again.csv"
    again.write_bytes(first)

    assert office.hand_in("attendance", again).set_aside == 1
    assert office.errors.read_bytes() == first


def test_dates_of_a_workbook_stand_there_as_they_are_read_again(office: Office, tmp_path: Path) -> None:
    row = ["cls-0007", 1, "张老师", "a6f10", typed("2026-11-07 08:26"), typed("2026-11-07 20:15"), 57101234.0, ""]
    office.hand_in("attendance", write_xlsx(tmp_path / "sheet.xlsx", {"1": [HEADER, row]}))

    [found] = read_errors(office.errors)
    assert (found["场次"], found["签到时间"]) == ("1", "2026-11-07 08:26:00")
    assert "57101234" in office.errors.read_text(encoding="utf-8-sig")


def test_sheets_whose_columns_stand_in_another_order(office: Office, tmp_path: Path) -> None:
    other = ["教师编号", "姓名", "场次", "班级代码", "签到时间"]
    sheets = {"1": [HEADER, WRONG], "2": [other, ["x9", "何老师", "1", "cls-0007", "2026-11-07 08:26"]]}

    office.hand_in("attendance", write_xlsx(tmp_path / "sheet.xlsx", sheets))

    assert [(row["教师编号"], row["班级代码"]) for row in read_errors(office.errors)] == [
        ("a6f10", "cls-0007"),
        ("x9", "cls-0007"),
    ]


def test_a_sheet_with_codes_gets_its_reason_under_a_code(office: Office) -> None:
    office.hand_in("attendance", [["class", "session", "name", "participant", "signed_in"], ["x", "1", "y", "z", "0"]])

    assert office.errors.read_text(encoding="utf-8-sig").splitlines()[0].endswith(",reason")


def test_every_mistake_of_a_row_is_named(office: Office) -> None:
    office.hand_in("attendance", [HEADER, ["cls-9", "1", "章老师", ZHANG, "昨天", "", "", ""]])

    [reason] = office.reasons()
    assert all(said in reason for said in ("没有班级", "不是日期和时间", "姓名为“张老师”"))


@given(text=st.text())
def test_what_is_made_safe_is_read_as_it_was(text: str) -> None:
    assert plain_text(safe_text(plain_text(text))) == plain_text(text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(cells=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), min_size=3, max_size=3))
def test_whatever_stood_in_a_row_stands_there_again(tmp_path: Path, cells: list[str]) -> None:
    layout = layouts()["roster"]
    header = ["教师编号", "姓名", "研修群体"]
    table = read_table(write_csv(tmp_path / "given.csv", [header, ["t1", "张老师", "g"], cells]), layout)
    errors = tmp_path / "errors.csv"

    replace_errors_file(errors, table, [(line, [because("nobody_named")]) for line in table.lines])
    again = read_table(errors, layout)

    assert [line.cells for line in again.lines] == [line.cells for line in table.lines]


def test_a_failure_leaves_the_old_file(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.hand_in("attendance", [HEADER, WRONG])
    before = office.errors.read_bytes()

    def broken(_: str) -> str:
        raise OSError("no space left")

    monkeypatch.setattr("lti_tool.imports.errors_file.safe_text", broken)
    with pytest.raises(OSError, match="no space"):
        office.hand_in("attendance", [HEADER, [*WRONG[:3], "x9", *WRONG[4:]]])

    assert office.errors.read_bytes() == before
    assert [path.name for path in office.folder.glob(".errors*")] == []
