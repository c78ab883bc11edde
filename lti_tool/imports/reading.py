"""Files as rows of texts: workbooks by calamine, CSV in what spreadsheets save. Nothing here knows what the rows mean.

A cell is one text, however it was written: 3301000123.0 is `3301000123`, a moment is `2026-11-07 08:30:00`. Of a
formula its last result counts.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from lti_tool.reports.writing import plain_text

Row = list[str]

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_DELIMITERS = (",", "\t", ";")
_HEADER_WITHIN = 10  # rows in which the separator of a CSV file shows
_REFERENCE = re.compile(rb"""\sr=["']([A-Z]{0,3})([0-9]{1,7})["']""")
_LONGEST_REFERENCE = 16
_PIECE = 1 << 20
_INVISIBLE = "\ufeff\u200b"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be."""

    size: int = 50 * 1024 * 1024  # bytes
    unpacked: int = 300 * 1024 * 1024  # bytes of a workbook's parts
    cells: int = 8_000_000  # of a sheet, empty ones between others included: all are held at once
    rows: int = 200_000  # with anything in them, of all sheets


class FileProblem(Exception):  # noqa: N818 - it is one
    """The file cannot be imported; `problems` lists everything that is wrong with it as (place, sentence)."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{place}: {sentence}" for place, sentence in problems))


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that have anything in them, each with its number in the sheet; a CSV file is a sheet without name."""

    name: str
    rows: Sequence[tuple[int, Row]]


def read_sheets(path: Path, count_known: Callable[[Row], int], limits: Limits | None = None) -> list[Sheet]:
    """The sheets of a file; raises FileProblem where it is none, or too large.

    `count_known` says how many columns of a header are known: by it the separator of a CSV file is told.
    """
    bounds = limits or Limits()
    size = path.stat().st_size
    if size > bounds.size:
        raise _too_large(path.name, f"it has {size:,} bytes", f"{bounds.size:,} bytes")
    data = path.read_bytes()
    if data.startswith(_OLD_WORKBOOK):
        raise FileProblem((path.name, "is an old (.xls) or protected workbook; save it as .xlsx without a password"))
    if data.startswith(b"PK"):
        sheets = list(_read_workbook(path.name, data, bounds))
    else:
        sheets = [Sheet("", _kept(_read_csv(path.name, data, count_known), path.name, bounds))]
    if sum(len(sheet.rows) for sheet in sheets) > bounds.rows:
        raise _too_many_rows(path.name, bounds)
    return sheets


def _read_workbook(name: str, data: bytes, limits: Limits) -> Iterator[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            _measure(name, parts, limits)
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for title in book.sheet_names:
                rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
                yield Sheet(title, _kept(([_text(cell) for cell in row] for row in rows), name, limits))
    except (zipfile.BadZipFile, CalamineError, NotImplementedError, RuntimeError, EOFError) as error:
        raise FileProblem((name, f"is not a workbook (.xlsx) that can be read: {error}")) from error


def _measure(name: str, parts: zipfile.ZipFile, limits: Limits) -> None:
    """Look before calamine does: it unpacks everything, and makes room for every cell up to the farthest one."""
    unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > limits.unpacked:
        raise _too_large(name, f"it unpacks to {unpacked:,} bytes", f"{limits.unpacked:,} bytes")
    for part in parts.infolist():
        if part.filename.endswith(".xml"):
            with parts.open(part) as file:
                rows, columns = _extent(iter(lambda: file.read(_PIECE), b""))
            if rows * columns > limits.cells:
                said = f"a sheet of it reaches to row {rows:,}, column {columns:,}"
                raise _too_large(name, said, f"{limits.cells:,} cells; delete what stands far off")


def _extent(pieces: Iterator[bytes]) -> tuple[int, int]:
    """The last row and column that the references of a sheet's cells name."""
    rows, columns, rest = 0, 1, b""
    for piece in pieces:
        text = rest + piece
        for letters, digits in _REFERENCE.findall(text):
            rows = max(rows, int(digits))
            columns = max(columns, _column(letters))
        rest = text[-_LONGEST_REFERENCE:]
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _read_csv(name: str, data: bytes, count_known: Callable[[Row], int]) -> Iterator[Row]:
    text = _decode(name, data)
    delimiter = max(_DELIMITERS, key=lambda one: _best_header(text, one, count_known))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield [_text(cell) for cell in row]
    except csv.Error as error:
        raise FileProblem((f"{name}, line {reader.line_num}", f"cannot be read as CSV: {error}")) from error


def _decode(name: str, data: bytes) -> str:
    """UTF-8 wherever it is valid; else what Chinese spreadsheets save. UTF-16 says so itself by its first bytes."""
    says_utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if says_utf_16 else ["utf-8-sig", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileProblem((name, "is neither a workbook (.xlsx) nor text in UTF-8 or GB18030"))


def _best_header(text: str, delimiter: str, count_known: Callable[[Row], int]) -> int:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return max((count_known(row) for row, _ in zip(reader, range(_HEADER_WITHIN), strict=False)), default=0)
    except csv.Error:
        return 0


def _kept(rows: Iterator[Row], name: str, limits: Limits) -> list[tuple[int, Row]]:
    """The rows with anything in them, numbered; reading ends with the first too many."""
    kept = []
    for number, row in enumerate(rows, 1):
        if any(row):
            kept.append((number, row))
            if len(kept) > limits.rows:
                raise _too_many_rows(name, limits)
    return kept


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return plain_text(cell.strip()).strip().strip(_INVISIBLE)
    if isinstance(cell, datetime):
        return f"{cell + timedelta(microseconds=500_000):%Y-%m-%d %H:%M:%S}"  # a spreadsheet's own are fractions
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _too_large(name: str, said: str, most: str) -> FileProblem:
    return FileProblem((name, f"is too large: {said}; at most {most}"))


def _too_many_rows(name: str, limits: Limits) -> FileProblem:
    return FileProblem((name, f"has more than {limits.rows:,} rows; import it in parts"))
