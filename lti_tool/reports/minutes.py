"""学时明细: the minutes of each day and course, and why the rest of that day's records did not count.

A stretch that passes midnight stands at the day of its record, which is its end, so that the sheet adds up.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from lti_tool.credits.service import Explained
from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Component, Outcome
from lti_tool.reports.source import Source, local, place_columns


def rows(source: Source) -> Iterator[dict[str, Any]]:
    """One row for each day and course on which somebody has an online record."""
    for one in source.everybody():
        yield from _rows_of(one)


def _rows_of(one: Explained) -> Iterator[dict[str, Any]]:
    together: dict[tuple[date, str], list[Outcome]] = {}
    for outcome in one.credit.explanation:
        if outcome.component is Component.ONLINE and outcome.timestamp:
            course = one.context.courses.find(outcome.activity)
            key = (local(outcome.timestamp, one.context).date(), course.title if course else "")
            together.setdefault(key, []).append(outcome)
    for (day, title), outcomes in sorted(together.items()):
        seconds = sum(outcome.seconds or 0 for outcome in outcomes)
        counted = sum(outcome.counted for outcome in outcomes)
        yield {
            **place_columns(one.context),
            "day": day.isoformat(),
            "course": title,
            "activity": "" if title else "；".join(sorted({outcome.activity for outcome in outcomes})),
            "minutes": seconds // 60,
            "seconds": seconds,
            "counted": counted,
            "uncounted": len(outcomes) - counted,
            "reasons": "；".join(_reasons(outcomes)),
        }


def _reasons(outcomes: Sequence[Outcome]) -> list[str]:
    found: dict[str, None] = {}
    for outcome in outcomes:
        codes = outcome.flags if outcome.counted else (outcome.reason, *outcome.flags)
        found.update((Reason(code).text_zh.rstrip("。"), None) for code in codes)
    return list(found)
