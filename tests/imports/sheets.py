"""Sheets as a clerk makes them: text in some encoding, or a workbook with real dates and numbers."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

Rows = Sequence[Sequence[Any]]


def typed(text: str) -> datetime:
    """A moment as a spreadsheet has it: without a zone."""
    return datetime.fromisoformat(text)


def write_csv(path: Path, rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """A workbook; a text that begins with = is a formula, a pair of a formula and its result has that result."""
    book = xlsxwriter.Workbook(str(path))
    formats = {
        datetime: book.add_format({"num_format": "yyyy/m/d h:mm"}),
        date: book.add_format({"num_format": "yyyy/m/d"}),
        time: book.add_format({"num_format": "h:mm"}),
    }
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if type(cell) in formats:
                    sheet.write_datetime(line, column, cell, formats[type(cell)])
                elif isinstance(cell, tuple):
                    sheet.write_formula(line, column, cell[0], None, cell[1])
                else:
                    sheet.write(line, column, cell)
    book.close()
    return path


def read_errors(path: Path) -> list[dict[str, str]]:
    """The rows of an errors file, as a spreadsheet shows them."""
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
