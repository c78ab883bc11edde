"""A file's sheets as one table: which cell belongs to which column, and how the row stood there."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lti_tool.imports.columns import Layout, is_reason
from lti_tool.imports.reading import FileProblem, Limits, Row, Sheet, read_sheets

_HEADER_WITHIN = 5  # rows: sheets like to begin with a title
_Column = tuple[str, int]  # its label, and which of several of that label it is


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file."""

    place: str  # "row 7", with its sheet where it has one
    cells: Mapping[str, str]  # {code: text}; of columns that are not there, and of empty cells, nothing
    columns: tuple[_Column, ...]
    row: Row

    def __getitem__(self, code: str) -> str:
        """The text of a column's cell; empty where it says nothing."""
        return self.cells.get(code, "")

    def written(self) -> Mapping[_Column, str]:
        """The whole row as it stood there."""
        return dict(zip(self.columns, self.row, strict=False))


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a file that are to be imported."""

    columns: Sequence[_Column]  # of all its sheets, without the reasons of an earlier run
    lines: Sequence[Line]
    unknown: Sequence[str]  # labels of columns that nobody looks at
    skipped: Sequence[str]  # sheets that have no column of this kind

    @property
    def labels(self) -> list[str]:
        return [label for label, _ in self.columns]


def read_table(path: Path, layout: Layout, limits: Limits | None = None) -> Table:
    """The table of a file; raises FileProblem with everything that is wrong with the file as such."""
    columns: dict[_Column, None] = {}
    lines: list[Line] = []
    unknown: dict[str, None] = {}
    skipped: list[str] = []
    problems: list[tuple[str, str]] = []
    sheets = read_sheets(path, layout.count_known, limits)
    for sheet in sheets:
        at, header = _find_header(sheet, layout)
        if not layout.is_meant(header) and len(sheets) > 1:
            skipped += [sheet.name] if sheet.rows else []
            continue
        problems += [(_place(sheet, path.name), sentence) for sentence in layout.find_problems(header)]
        own = _number(header)
        columns.update(dict.fromkeys(one for one in own if not is_reason(one[0])))
        unknown.update(dict.fromkeys(layout.list_unknown(header)))
        codes = [layout.code_of(label) for label in header]
        lines += [_line(sheet, number, row, own, codes) for number, row in sheet.rows[at + 1 :]]
    if not columns and not problems:
        problems = [(path.name, f"{sentence} in any sheet") for sentence in layout.find_problems([])]
    if problems:
        raise FileProblem(*problems)
    return Table(list(columns), lines, list(unknown), skipped)


def _find_header(sheet: Sheet, layout: Layout) -> tuple[int, Row]:
    """Where the header stands, and what it says, as wide as the widest row: the first rows may be a title."""
    first = [row for _, row in sheet.rows[:_HEADER_WITHIN]]
    if not first:
        return 0, []
    at = max(range(len(first)), key=lambda n: (layout.count_known(first[n]), -n))
    width = max(len(row) for _, row in sheet.rows)
    return at, first[at] + [""] * (width - len(first[at]))


def _number(header: Row) -> tuple[_Column, ...]:
    seen: Counter[str] = Counter()
    columns = []
    for label in header:
        columns.append((label, seen[label]))
        seen[label] += 1
    return tuple(columns)


def _line(sheet: Sheet, number: int, row: Row, columns: tuple[_Column, ...], codes: Sequence[str | None]) -> Line:
    cells = {code: text for code, text in zip(codes, row, strict=False) if code is not None and text}
    return Line(_place(sheet, "", number), cells, columns, row)


def _place(sheet: Sheet, name: str, number: int | None = None) -> str:
    parts = [f'sheet "{sheet.name}"' if sheet.name else name, f"row {number}" if number else ""]
    return ", ".join(part for part in parts if part)
