"""Reports as files: XLSX, CSV (UTF-8 with BOM, as Excel reads it) and JSON. No cell is ever a formula.

Rows are written as they come; nothing holds a whole report but the sheet by school, one workbook's own temporary files.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, cast

import orjson
import xlsxwriter

from lti_tool.reports.catalogue import Report

#: Where a cell begins like this, spreadsheets take it for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDEST, _NARROWEST = 40, 8


def safe_text(text: str) -> str:
    """A text that no spreadsheet calculates: an apostrophe goes before what would begin a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def plain_text(text: str) -> str:
    """What `safe_text` made safe, as it was."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` at the end: whoever looks finds the old one or the whole new one.

    If writing it fails, the old one stays.
    """
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as partial:
        place = Path(partial.name)
        try:
            yield cast("BinaryIO", partial)
        except BaseException:
            place.unlink()
            raise
    place.chmod(0o644)
    place.replace(path)


def write_csv(report: Report, out: BinaryIO) -> int:
    """Write a report as CSV; the number of rows."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(report.heading.columns.values())
    number = 0
    for row in report.rows:
        writer.writerow([_csv_cell(row[code]) for code in report.heading.columns])
        number += 1
    text.detach()
    return number


def write_json(report: Report, out: BinaryIO) -> int:
    """Write a report as one JSON object {"report", "title", "columns", "rows"}; the number of rows."""
    head = {"report": report.name, "title": report.heading.title, "columns": dict(report.heading.columns)}
    out.write(orjson.dumps(head)[:-1] + b',"rows":[')
    number = 0
    for row in report.rows:
        cells = {code: row[code] for code in report.heading.columns}
        out.write((b",\n" if number else b"\n") + orjson.dumps(cells, default=_plain))
        number += 1
    out.write(b"\n]}\n")
    return number


def write_xlsx(report: Report, out: BinaryIO) -> int:
    """Write a report as a workbook: a summary sheet first, then a sheet for each school; the number of rows."""
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": False})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    summary = book.add_worksheet("汇总")
    sheets: dict[str, tuple[Any, int]] = {}
    for row in report.rows:
        school = row["school_name"]
        sheet, line = sheets.get(school) or (_new_sheet(book, report, school, len(sheets), bold), 1)
        for column, code in enumerate(report.heading.columns):
            _write_cell(sheet, line, column, row[code])
        sheets[school] = (sheet, line + 1)
    if not sheets:
        _new_sheet(book, report, report.heading.title, 0, bold)
    numbers = {school: line - 1 for school, (_, line) in sheets.items()}
    _write_summary(summary, report, numbers, bold)
    book.close()
    return sum(numbers.values())


WRITERS: Mapping[str, Callable[[Report, BinaryIO], int]] = {"xlsx": write_xlsx, "csv": write_csv, "json": write_json}


def _new_sheet(book: Any, report: Report, school: str, number: int, bold: Any) -> Any:
    sheet = book.add_worksheet(_sheet_name(school, number))
    sheet.freeze_panes(1, 0)
    for column, label in enumerate(report.heading.columns.values()):
        sheet.write_string(0, column, label, bold)
        sheet.set_column(column, column, min(_WIDEST, max(_NARROWEST, 2 * len(label) + 2)))
    return sheet


def _sheet_name(school: str, number: int) -> str:
    """At most 31 characters, none of those that Excel forbids, and unlike any other whatever the case."""
    kept = "".join(sign for sign in school if sign not in "[]:*?/\\'").strip()
    return f"{number + 1} {kept}"[:31].rstrip()


def _write_summary(sheet: Any, report: Report, numbers: Mapping[str, int], bold: Any) -> None:
    sheet.set_column(0, 0, _WIDEST)
    sheet.write_string(0, 0, report.heading.title, bold)
    sheet.write_string(1, 0, "学校名称", bold)
    sheet.write_string(1, 1, "行数", bold)
    for line, (school, number) in enumerate(numbers.items(), 2):
        sheet.write_string(line, 0, school)
        sheet.write_number(line, 1, number)
    sheet.write_string(len(numbers) + 2, 0, "合计", bold)
    sheet.write_number(len(numbers) + 2, 1, sum(numbers.values()))


def _write_cell(sheet: Any, line: int, column: int, value: object) -> None:
    """Numbers as numbers, everything else as text: a text is never a formula in a workbook."""
    if isinstance(value, int | Decimal):
        sheet.write_number(line, column, value)
    elif value:
        sheet.write_string(line, column, str(value))


def _csv_cell(value: object) -> object:
    return safe_text(value) if isinstance(value, str) else _plain(value)


def _plain(value: object) -> Any:
    """Credits as the number they are, with one decimal place at most."""
    return float(value) if isinstance(value, Decimal) else value
