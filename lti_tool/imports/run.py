"""A table row by row, as many at once as one unit of work takes; what was set aside goes into the errors file."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lti_tool.imports.errors_file import SetAside, replace_errors_file
from lti_tool.imports.outcomes import Did, Importer
from lti_tool.imports.tables import Table
from lti_tool.storage.queries.people import chunks

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of the rows of a file."""

    read: int
    done: int
    known: int
    blank: int
    set_aside: int


def run_import(
    importer: Importer, table: Table, *, errors_to: Path, progress: Progress = lambda _done, _size: None
) -> ImportResult:
    """Import a table; `progress(done, size)` is told, in rows, after every unit of work."""
    counts: Counter[Did] = Counter()
    set_aside: list[SetAside] = []
    done = 0
    for some in chunks(table.lines, importer.at_once):
        for line, outcome in zip(some, importer.take(some), strict=True):
            if isinstance(outcome, Did):
                counts[outcome] += 1
            else:
                set_aside.append((line, outcome))
        done += len(some)
        progress(done, len(table.lines))
    replace_errors_file(errors_to, table, set_aside)
    return ImportResult(done, counts[Did.DONE], counts[Did.KNOWN], counts[Did.BLANK], len(set_aside))
