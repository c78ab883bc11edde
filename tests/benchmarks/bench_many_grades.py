"""A whole province's gradebooks: first sends, then a change of every cell, on PostgreSQL with 1, 2 and 4 workers.

Courses of up to 5,000 learners on four platforms that answer after 50 ms. XUEFEN_BENCH_SCALE=50 takes 100,000 cells.
The memory of the workers and the calls for each change should not depend on the number of cells.
"""

import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_grades import Case, Homes, measure
from tests.support.postgres import postgresql_server

CELLS = 2_000
CASES = tuple(Case("PostgreSQL", 0.05, 4, workers, CELLS) for workers in (1, 2, 4))


def run(scale: float) -> list[dict[str, Any]]:
    """One row per number of workers."""
    with tempfile.TemporaryDirectory() as folder, postgresql_server() as server:
        homes = Homes(Path(folder), server)
        return [measure(homes, case, int(case.cells * scale)) for case in CASES]
