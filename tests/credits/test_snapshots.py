"""Routine monitoring (R-070): the indicators of each week, kept as they stood when it began."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lti_tool.credits.snapshots import Snapshots
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.queries.indicators import sum_snapshots
from tests.credits.conftest import EXAMPLE, Tool
from tests.support.clock import FakeClock
from tests.support.statements import slice_

PROGRAMME = EXAMPLE.programme.id
PEOPLE = len(EXAMPLE.participants)
#: A Monday's noon in China.
MONDAY = datetime(2026, 10, 12, 4, tzinfo=UTC)


def weeks(tool: Tool, **area: str) -> dict[date, Mapping[str, Any]]:
    with tool.db.read() as conn:
        return {row["week"]: row for row in sum_snapshots(conn, PROGRAMME, area, most=100)}


@pytest.fixture
def look(tool: Tool, clock: FakeClock) -> Callable[[datetime], None]:
    """A worker that comes by at a moment, having just been started."""

    def come_by(moment: datetime) -> None:
        clock.now = moment
        tool.credits.catch_up(PROGRAMME)
        Snapshots(tool.db, tool.credits, clock).take_if_due(PROGRAMME)

    return come_by


def test_a_week_stands_as_it_was_when_it_was_first_looked_at(tool: Tool, look: Callable[[datetime], None]) -> None:
    look(MONDAY)
    tool.send(slice_("2026-10-12T08:00:00+08:00", "2026-10-12T08:30:00+08:00"))
    look(MONDAY + timedelta(days=1))
    look(MONDAY + timedelta(days=7))

    found = weeks(tool)

    assert [(day, row["people"], row["begun"]) for day, row in found.items()] == [
        (date(2026, 10, 19), PEOPLE, 1),
        (date(2026, 10, 12), PEOPLE, 0),
    ]


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        ("2026-10-18T23:59:59+08:00", date(2026, 10, 12)),
        ("2026-10-19T00:00:00+08:00", date(2026, 10, 19)),  # still Sunday in UTC
        ("2026-09-01T00:00:00+08:00", date(2026, 8, 31)),  # the programme's first day
        ("2026-08-31T23:59:59+08:00", None),
        ("2027-09-29T12:00:00+08:00", date(2027, 9, 27)),  # thirteen weeks after its last
        ("2027-09-30T00:00:00+08:00", None),
    ],
)
def test_weeks_begin_on_mondays_of_the_programmes_zone(
    tool: Tool, look: Callable[[datetime], None], moment: str, week: date | None
) -> None:
    look(datetime.fromisoformat(moment))
    assert list(weeks(tool)) == ([week] if week else [])


def test_a_worker_that_goes_on_keeps_each_week_once(tool: Tool, clock: FakeClock) -> None:
    snapshots = Snapshots(tool.db, tool.credits, clock)
    for days in (0, 1, 7, 8):
        clock.now = MONDAY + timedelta(days=days)
        snapshots.take_if_due(PROGRAMME)
    assert len(weeks(tool)) == 2


def test_who_joins_in_the_week_is_counted_from_the_next(tool: Tool, look: Callable[[datetime], None]) -> None:
    look(MONDAY)
    newcomer = replace(EXAMPLE.participants[0], id="newcomer", name="新老师")
    with tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, participants=(*EXAMPLE.participants, newcomer)), MONDAY)
    look(MONDAY + timedelta(days=3))
    assert [row["people"] for row in weeks(tool).values()] == [PEOPLE]
    look(MONDAY + timedelta(days=7))
    assert [row["people"] for row in weeks(tool).values()] == [PEOPLE + 1, PEOPLE]


def test_an_area_has_the_figures_of_its_schools(tool: Tool, look: Callable[[datetime], None]) -> None:
    look(MONDAY)
    by_school = {school: weeks(tool, school=school) for school in EXAMPLE.programme.schools}

    assert sum(row["people"] for found in by_school.values() for row in found.values()) == PEOPLE
    assert sum(row["people"] for row in weeks(tool, county="西湖区").values()) == PEOPLE
    assert weeks(tool, county="滨江区") == {}
