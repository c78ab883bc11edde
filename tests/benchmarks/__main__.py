"""`make bench`: every bench_*.py in turn, a table for people, the same rows for machines under var/bench/.

A bench module has `run(scale) -> list[dict]`; XUEFEN_BENCH_SCALE (default 1.0) makes everything smaller or larger.
Name modules on the command line to run only those.
"""

import importlib
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
OUTPUT = Path("var/bench")


def main(only: list[str]) -> None:
    scale = float(os.environ.get("XUEFEN_BENCH_SCALE", "1"))
    names = [path.stem for path in sorted(HERE.glob("bench_*.py"))]
    console = Console()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for name in names:
        if only and name.removeprefix("bench_") not in only:
            continue
        rows = importlib.import_module(f"tests.benchmarks.{name}").run(scale)
        console.print(_table(name, rows))
        report = {"bench": name, "at": datetime.now(UTC).isoformat(), "scale": scale, **_machine(), "rows": rows}
        (OUTPUT / f"{name}.json").write_text(json.dumps(report, indent=2, ensure_ascii=False, default=str))


def _machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "python": platform.python_version(), "processor": platform.machine()}


def _table(name: str, rows: list[dict[str, Any]]) -> Table:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = Table(*columns, title=name)
    for row in rows:
        table.add_row(*(_shown(row.get(column, "")) for column in columns))
    return table


def _shown(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main(sys.argv[1:])
