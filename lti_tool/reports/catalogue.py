"""The reports that there are, by name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lti_tool.reports import attendance, entering, minutes, plan, practice, shortfall
from lti_tool.reports.columns import Heading, headings
from lti_tool.reports.source import Source

REPORTS: Mapping[str, Callable[[Source], Iterator[dict[str, Any]]]] = {
    "credits": entering.rows,
    "shortfall": shortfall.rows,
    "minutes": minutes.rows,
    "practice": practice.rows,
    "attendance": attendance.rows,
}
#: Further sheets of a school's archive.
PLAN: Mapping[str, Callable[[Source], Iterator[dict[str, Any]]]] = {
    "groups": plan.groups,
    "team": plan.team,
    "records": plan.records,
}


@dataclass(frozen=True, slots=True)
class Report:
    """A report's heading and its rows, which are made as they are read."""

    name: str
    heading: Heading
    rows: Iterator[dict[str, Any]]


def make_report(name: str, source: Source) -> Report:
    """One of `REPORTS` or `PLAN` about a programme, or about one of its schools."""
    return Report(name, headings()[name], {**REPORTS, **PLAN}[name](source))
