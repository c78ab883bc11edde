"""Some of the worked cases C1–C20 once more, from statements as they are sent: JSON's numbers, times and zones included."""

# ruff: noqa: E501 - tables

from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from lti_tool.domain.values import PracticeActivity
from lti_tool.programmes.store import apply_programme
from tests.credits.conftest import EXAMPLE, Tool
from tests.credits.learners import assessments, attendance, void
from tests.support.clock import FakeClock
from tests.support.statements import approval, slice_, stage

PROGRAMME, ZHANG = "hz-2026", "a6f10c3e"


class Case(NamedTuple):
    """900 minutes end at `until`; practice as "point credits"; then what comes out."""

    until: str = "11:00:00"
    first_day: str = "2026-10-12"
    half_days: str = "1234"
    practice: str = "T2 10, T7 15"
    granted: str = ""  # credits of the first approval, where they differ from the catalogue's
    settings: dict[str, Any] = {}  # noqa: RUF012 - a table's default, never changed
    voided: bool = False  # the last approval
    accrued: str = "50"
    unmet: str = ""
    recorded: str = "50"


CASES = {
    "C1": Case(),
    "C2": Case(until="10:59:59", accrued="33", unmet="online", recorded="0"),
    "C2b": Case(until="10:59:59", settings={"online_award": "proportional"}, accrued="49.9", unmet="online", recorded="0"),
    "C4": Case(practice="T2 25", granted="24.9", accrued="49.9", unmet="practice", recorded="0"),
    "C5": Case(practice="T2 10, T7 20"),
    "C11": Case(half_days="123", accrued="48", unmet="offline", recorded="0"),
    "C13": Case(half_days="", accrued="42", unmet="offline", recorded="0"),
    "C16": Case(practice="T2 20, T8 5", accrued="45", unmet="practice", recorded="0"),
    "C18": Case(
        settings={"structure": {"online": 15, "offline": 8, "practice": 27}}, accrued="48", unmet="practice", recorded="0"
    ),
    "C19": Case(practice="T2 20, T7 5", voided=True, accrued="45", unmet="practice", recorded="0"),
    "C20": Case(first_day="2026-08-31", accrued="33", unmet="online", recorded="0"),
}  # fmt: skip


def study(case: Case) -> list[dict[str, Any]]:
    days = [case.first_day, "2026-10-13", "2026-10-14", "2026-10-15"]
    mornings = [slice_(f"{day}T08:00:00+08:00", f"{day}T11:00:00+08:00") for day in days]
    return [*mornings, slice_("2026-10-16T08:00:00+08:00", f"2026-10-16T{case.until}+08:00")]


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_case(tool: Tool, clock: FakeClock, case: Case) -> None:
    parts = [part.split() for part in case.practice.split(",")]
    stages = ("plan", "lesson", "reflection")
    catalogue = {
        f"x{n}": PracticeActivity(f"x{n}", f"x{n}", Decimal(worth), (point,), stages)
        for n, (point, worth) in enumerate(parts)
    }
    changed = replace(EXAMPLE.programme, settings=case.settings, practice_activities=catalogue)
    with tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, programme=changed), clock())
    approvals = [approval(name, float(case.granted or catalogue[name].credits)) for name in catalogue]
    half_days = [
        one for one in attendance() if one["object"]["id"].split("/offline-sessions/cls-0007/")[1][0] in case.half_days
    ]

    tool.send(*study(case), *half_days, *(stage(name, part) for name in catalogue for part in stages), *approvals)
    tool.send(*assessments(), *([void(approvals[-1])] if case.voided else []))
    tool.credits.refresh(PROGRAMME)

    row = tool.results()[ZHANG]
    assert (row["accrued"], " ".join(row["unmet"]), row["recorded"]) == (
        Decimal(case.accrued),
        case.unmet,
        Decimal(case.recorded),
    )
