"""Reports as files: what stands in them when a spreadsheet opens them, and that nothing in them calculates."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from lti_tool.reports.archive import write_archive
from lti_tool.reports.catalogue import Report
from lti_tool.reports.columns import Heading
from lti_tool.reports.source import Source
from lti_tool.reports.writing import WRITERS, safe_text
from tests.support.clock import FakeClock

HEADING = Heading("试验", {"school_name": "学校名称", "name": "姓名", "credits": "学分"})
HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tx", '=HYPERLINK("http://evil.example")']


def report(*rows: Mapping[str, Any]) -> Report:
    return Report("trial", HEADING, iter([dict(row) for row in rows]))


def row(name: str = "张老师", school: str = "示例小学", credits_: Any = Decimal("24.9")) -> dict[str, Any]:
    return {"school_name": school, "name": name, "credits": credits_}


def written(format_: str, *rows: Mapping[str, Any]) -> bytes:
    out = io.BytesIO()
    assert WRITERS[format_](report(*rows), out) == len(rows)
    return out.getvalue()


def sheets_of(data: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_csv_opens_in_excel_with_its_labels() -> None:
    data = written("csv", row())

    assert data.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) == [
        ["学校名称", "姓名", "学分"],
        ["示例小学", "张老师", "24.9"],
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_of_a_csv_calculates(name: str) -> None:
    [_, cells] = csv.reader(io.StringIO(written("csv", row(name)).decode("utf-8-sig")))

    assert cells[1] == f"'{name}"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_of_a_workbook_calculates(name: str) -> None:
    data = written("xlsx", row(name))

    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = [book.read(part).decode() for part in book.namelist() if part.endswith((".xml", ".rels"))]
    assert not [part for part in parts if "<f>" in part or "<hyperlink" in part]
    assert sheets_of(data)["1 示例小学"][1][1] == name.strip("\t") or sheets_of(data)["1 示例小学"][1][1] == name


@pytest.mark.parametrize("text", ["张老师", "", "a=b", "3-4", "'quoted"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert safe_text(text) == text


def test_a_workbook_has_a_summary_and_a_sheet_for_each_school() -> None:
    sheets = sheets_of(written("xlsx", row(), row("王老师", "示例中学"), row("陈老师")))

    assert list(sheets) == ["汇总", "1 示例小学", "2 示例中学"]
    assert [line[:2] for line in sheets["汇总"][2:]] == [["示例小学", 2.0], ["示例中学", 1.0], ["合计", 3.0]]
    assert sheets["1 示例小学"] == [
        ["学校名称", "姓名", "学分"],
        ["示例小学", "张老师", 24.9],
        ["示例小学", "陈老师", 24.9],
    ]


def test_names_of_schools_that_no_sheet_may_have() -> None:
    names = ["A/B[C]:*?\\", "x" * 40, "X" * 40, "'", "示例小学"]

    sheets = sheets_of(written("xlsx", *(row(school=name) for name in names)))

    assert len(sheets) == len(names) + 1
    assert all(len(name) <= 31 for name in sheets)


@pytest.mark.parametrize("format_", WRITERS)
def test_a_report_without_rows_still_tells_its_columns(format_: str) -> None:
    data = written(format_)

    found = str(sheets_of(data)) if format_ == "xlsx" else data.decode("utf-8-sig")
    assert "姓名" in found


def test_json_has_codes_and_numbers() -> None:
    found = json.loads(written("json", row(), row("王老师", credits_=Decimal(50))))

    assert found["title"] == "试验"
    assert found["columns"]["name"] == "姓名"
    assert [line["credits"] for line in found["rows"]] == [24.9, 50]


@pytest.mark.parametrize("format_", WRITERS)
def test_an_archive_holds_every_school_with_hashes_that_can_be_checked(
    source: Source, clock: FakeClock, format_: str
) -> None:
    out = io.BytesIO()

    number = write_archive(source, out, format_, clock())

    with zipfile.ZipFile(out) as archive:
        index = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))
        assert len(index) == number == len(archive.namelist()) - 1
        for line in index:
            assert hashlib.sha256(archive.read(line["文件"])).hexdigest() == line["SHA-256"]
    folders = {line["文件"].split("/")[0] for line in index}
    assert folders == {"3301000123 示例小学", "3301000456 示例中学"}
    ledger = next(line for line in index if "示例小学/校本实践台账" in line["文件"])
    assert ledger["行数"] == "3"
