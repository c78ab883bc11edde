"""The rows that were set aside, as they stood in the file and with their reasons: to be mended and imported again."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from lti_tool.imports.columns import reason_label
from lti_tool.imports.reasons import Reason, sentence
from lti_tool.imports.tables import Line, Table
from lti_tool.reports.writing import replacing, safe_text

SetAside = tuple[Line, Sequence[Reason]]


def replace_errors_file(path: Path, table: Table, rows: Sequence[SetAside]) -> None:
    """Write the rows in place of what an earlier run set aside; without any, no file is left.

    CSV in UTF-8 with BOM, as spreadsheets want it; no cell is a formula.
    """
    if not rows:
        path.unlink(missing_ok=True)
        return
    with replacing(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        writer.writerow(map(safe_text, [*table.labels, reason_label(table.labels)]))
        for line, reasons in rows:
            written = line.written()
            cells = [written.get(column, "") for column in table.columns]
            writer.writerow(map(safe_text, [*cells, sentence(reasons)]))
        text.flush()
        text.detach()
