"""Files as clerks send them: whatever saved them, the same rows come out; what cannot be read says why."""

from collections.abc import Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.imports.columns import layouts
from lti_tool.imports.reading import FileProblem, Limits
from lti_tool.imports.tables import Table, read_table
from tests.imports.sheets import Rows, typed, write_csv, write_xlsx

ROSTER = layouts()["roster"]
HEADER = ["教师编号", "姓名", "研修群体"]
PEOPLE = [HEADER, ["t1", "张老师", "数学教研组"], ["t2", "陈老师；组长", "数学教研组, 一年级"]]


def cells(table: Table) -> list[tuple[str, str, str]]:
    return [(line["participant"], line["name"], line["group"]) for line in table.lines]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_in_whatever_a_spreadsheet_saves(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = write_csv(tmp_path / "people.csv", PEOPLE, encoding=encoding, delimiter=delimiter)

    assert cells(read_table(path, ROSTER)) == [tuple(row) for row in PEOPLE[1:]]


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.text(st.characters(codec="gb18030", exclude_categories=["C", "Z"]), min_size=1), min_size=1),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    delimiter=st.sampled_from([",", "\t", ";"]),
)
def test_any_name_comes_out_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, names: Sequence[str], encoding: str, delimiter: str
) -> None:
    plain = [name.removeprefix("'") or "x" for name in names]  # an apostrophe before a formula is none of the text
    rows = [HEADER, *([f"t{n}", name, "g"] for n, name in enumerate(plain))]
    path = write_csv(tmp_path_factory.mktemp("any") / "people.csv", rows, encoding=encoding, delimiter=delimiter)

    assert [line["name"] for line in read_table(path, ROSTER).lines] == plain


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (3301000123, "3301000123"),
        (3301000123.0, "3301000123"),
        (12.5, "12.5"),
        ("  张　老师 ", "张　老师"),
        ("'=cmd", "=cmd"),
        (typed("2026-11-07 08:30"), "2026-11-07 08:30:00"),
        (typed("2026-11-07 16:31:02"), "2026-11-07 16:31:02"),
        (date(2026, 11, 7), "2026-11-07"),
        (time(8, 30), "08:30:00"),
        (True, "true"),
        (('="t"&"1"', "t1"), "t1"),
        (("=1+1", 2), "2"),
        (("=NA()", "#N/A"), ""),
    ],
)
def test_a_cell_of_a_workbook_is_a_text(tmp_path: Path, cell: Any, text: str) -> None:
    path = write_xlsx(tmp_path / "people.xlsx", {"名单": [HEADER, ["t1", cell, "g"]]})

    assert read_table(path, ROSTER).lines[0]["name"] == text


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([["参训教师名单"], [], HEADER, [], ["t1", "张老师", "g"], ["", " ", ""]], [("t1", "张老师", "g")]),
        ([["姓 名", " 研修群体", "*教师编号"], ["张老师", "g", "t1"]], [("t1", "张老师", "g")]),
        ([["participant", "Name", "GROUP"], ["t1", "张老师", "g"]], [("t1", "张老师", "g")]),
        ([["研修群体代码", "教师姓名", "工号"], ["g", "张老师", "t1"]], [("t1", "张老师", "g")]),
        ([HEADER], []),
    ],
)
def test_headings_by_label_or_code_in_any_order(tmp_path: Path, rows: Rows, found: list[tuple[str, str, str]]) -> None:
    assert cells(read_table(write_csv(tmp_path / "people.csv", rows), ROSTER)) == found
    assert cells(read_table(write_xlsx(tmp_path / "people.xlsx", {"1": rows}), ROSTER)) == found


def test_brackets_may_be_wide(tmp_path: Path) -> None:
    """县（市、区） is a column of our own sheets, so that nobody is told of it."""
    rows = [[*HEADER, "县（市、区）", "学校名称", "电话"], ["t1", "张老师", "g", "西湖区", "示例小学", "1"]]

    assert read_table(write_csv(tmp_path / "people.csv", rows), ROSTER).unknown == ["电话"]


def test_rows_are_named_by_their_place(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "people.csv", [["名单"], [], HEADER, ["t1", "张老师", "g"]])
    book = write_xlsx(tmp_path / "people.xlsx", {"一": [HEADER], "二": [HEADER, [], ["t2", "陈老师", "g"]]})

    assert [line.place for line in read_table(path, ROSTER).lines] == ["row 4"]
    assert [line.place for line in read_table(book, ROSTER).lines] == ['sheet "二", row 3']


def test_a_workbook_has_as_many_sheets_as_it_likes(tmp_path: Path) -> None:
    """Our own have a summary first, then one for each school."""
    sheets = {"汇总": [["名单"], ["学校", "行数"]], "1": [HEADER, ["t1", "张", "g"]], "2": [HEADER, ["t2", "陈", "g"]]}
    table = read_table(write_xlsx(tmp_path / "people.xlsx", {**sheets, "空": []}), ROSTER)

    assert cells(table) == [("t1", "张", "g"), ("t2", "陈", "g")]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["教师编号", "姓名"], 'no column "group" (研修群体, 研修群体代码)'),
        (["教师编号", "姓名", "研修群体", "工号"], '"participant" stands there 2 times (教师编号, 工号)'),
        (["a", "b"], 'no column "participant"'),
        ([], 'no column "participant"'),
    ],
)
def test_a_header_that_lacks_something_says_what_may_stand_there(tmp_path: Path, header: list[str], said: str) -> None:
    with pytest.raises(FileProblem) as problem:
        read_table(write_csv(tmp_path / "people.csv", [header, ["1", "2", "3"]]), ROSTER)

    assert said in str(problem.value)


@pytest.mark.parametrize(
    ("kind", "header", "said"),
    [
        ("attendance", ["班级代码", "场次", "姓名", "签到时间"], 'or column "account" (平台账号, accounts)'),
        ("attendance", ["班级代码", "场次", "姓名", "工号"], 'column "signed_in" (签到时间)'),
        ("assessments", ["姓名", "工号", "类型"], 'column "result" (结论, 考评结论, verdict) or column "process"'),
    ],
)
def test_of_some_columns_one_is_enough(tmp_path: Path, kind: str, header: list[str], said: str) -> None:
    with pytest.raises(FileProblem) as problem:
        read_table(write_csv(tmp_path / "sheet.csv", [header]), layouts()[kind])

    assert said in str(problem.value)


def _far_off(path: Path) -> Path:
    rows: list[list[str]] = [HEADER, *([] for _ in range(3000)), [""] * 4000 + ["x"]]
    return write_xlsx(path, {"1": rows})


@pytest.mark.parametrize(
    ("make", "limits", "said"),
    [
        (lambda path: write_csv(path, [HEADER] * 12), Limits(rows=10), "more than 10 rows"),
        (lambda path: write_xlsx(path, {"1": [HEADER] * 6, "2": [HEADER] * 6}), Limits(rows=10), "more than 10 rows"),
        (lambda path: write_csv(path, PEOPLE), Limits(size=20), "at most 20 bytes"),
        (lambda path: write_xlsx(path, {"1": PEOPLE}), Limits(unpacked=100), "unpacks to"),
        (_far_off, Limits(), "reaches to row 3,002, column 4,001"),
    ],
)
def test_what_is_too_large_is_refused_before_it_is_read(tmp_path: Path, make: Any, limits: Limits, said: str) -> None:
    with pytest.raises(FileProblem) as problem:
        read_table(make(tmp_path / "people"), ROSTER, limits)

    assert said in str(problem.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(100), "save it as .xlsx"),
        (b"PK\x03\x04 not really", "is not a workbook"),
        (b"\x81", "neither a workbook (.xlsx) nor text"),
        ("教师编号,姓名,研修群体\n".encode() + b'"' + b"x" * 200_000, "cannot be read as CSV"),
    ],
)
def test_what_is_no_sheet_says_so(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(data)

    with pytest.raises(FileProblem) as problem:
        read_table(path, ROSTER)

    assert said in str(problem.value)
