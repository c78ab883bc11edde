"""The cycle 周期: which days count, where they begin, and which cohort 期 a programme belongs to."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from lti_tool.domain.cycle import build_cycle, cohort_window, first_semester_ends, zone_of
from lti_tool.domain.settings import Window
from lti_tool.domain.times import days_between, midnight, to_microseconds
from tests.domain.notation import ZONE, moment, programme, rules_with

SCHOOL_YEAR = Window((9, 1), (6, 30))


def cycle(**changes: Any):
    settings = changes.pop("settings", {})
    return build_cycle(programme(settings=settings, **changes), rules_with(**settings).settings)


def test_it_begins_at_midnight_of_1_september_and_ends_at_24_00_of_30_june() -> None:
    found = cycle()

    assert found.start == to_microseconds(datetime(2026, 8, 31, 16, tzinfo=UTC))
    assert found.end == found.grace_end == to_microseconds(datetime(2027, 6, 30, 16, tzinfo=UTC))
    assert (found.days[0], found.days[-1], len(found.days)) == (date(2026, 9, 1), date(2027, 6, 30), 303)
    assert (found.midnights[0], found.midnights[-1], len(found.midnights)) == (found.start, found.end, 304)


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2026-08-28", "2027-06-30", "2026-09-01", "2027-06-30"),
        ("2026-09-01", "2027-08-31", "2026-09-01", "2027-06-30"),
        ("2026-10-01", "2027-05-31", "2026-10-01", "2027-05-31"),
        ("2026-06-30", "2027-09-01", "2026-09-01", "2027-06-30"),
        ("2027-01-04", "2027-06-30", "2027-01-04", "2027-06-30"),
    ],
)
def test_only_days_of_the_programme_and_of_its_cohort_count(start: str, end: str, first: str, last: str) -> None:
    found = cycle(start=date.fromisoformat(start), end=date.fromisoformat(end))

    assert (str(found.days[0]), str(found.days[-1])) == (first, last)


def test_a_programme_in_the_summer_holidays_has_no_days() -> None:
    found = cycle(start=date(2026, 7, 10), end=date(2026, 8, 20))

    assert (found.days, found.start) == ((), found.end)


@pytest.mark.parametrize(
    ("start", "end", "window", "expected"),
    [
        ("2026-08-28", "2027-06-30", SCHOOL_YEAR, ("2026-09-01", "2027-06-30")),
        ("2027-02-01", "2027-06-30", SCHOOL_YEAR, ("2026-09-01", "2027-06-30")),
        ("2026-05-01", "2026-10-15", SCHOOL_YEAR, ("2025-09-01", "2026-06-30")),  # 60 days there, 44 here
        ("2026-06-25", "2026-10-15", SCHOOL_YEAR, ("2026-09-01", "2027-06-30")),
        ("2026-02-01", "2026-11-30", Window((1, 1), (12, 31)), ("2026-01-01", "2026-12-31")),
        ("2026-02-01", "2027-01-31", Window((2, 1), (1, 31)), ("2026-02-01", "2027-01-31")),
        ("2026-03-01", "2026-05-01", Window((5, 1), (5, 1)), ("2026-05-01", "2026-05-01")),
        ("2027-09-01", "2028-02-20", Window((9, 1), (2, 29)), ("2027-09-01", "2028-02-29")),
        ("2026-09-01", "2027-02-20", Window((9, 1), (2, 29)), ("2026-09-01", "2027-02-28")),
    ],
)
def test_the_cohort_is_the_one_that_it_overlaps_most(
    start: str, end: str, window: Window, expected: tuple[str, str]
) -> None:
    found = cohort_window(programme(start=date.fromisoformat(start), end=date.fromisoformat(end)), window)

    assert tuple(map(str, found)) == expected


def test_days_of_grace_lie_after_the_end_and_are_no_days_of_study() -> None:
    found = cycle(settings={"grace_days": 2})

    assert found.grace_end - found.end == 2 * 86_400 * 1_000_000
    assert found.days[-1] == date(2027, 6, 30)


def test_the_day_of_a_moment() -> None:
    found = cycle()
    last = to_microseconds(moment("23:59:59.999999", "09-01"))

    assert [found.day_at(at) for at in (found.start, last, last + 1)] == [0, 0, 1]


@pytest.mark.parametrize(
    ("own", "settings", "expected"),
    [
        ("Asia/Shanghai", {}, "Asia/Shanghai"),
        ("Asia/Urumqi", {}, "Asia/Urumqi"),
        ("Asia/Urumqi", {"zone": "Asia/Tokyo"}, "Asia/Tokyo"),
    ],
)
def test_the_zone_is_the_programmes_unless_its_settings_name_another(
    own: str, settings: dict[str, Any], expected: str
) -> None:
    plan = programme(zone=own, settings=settings)

    assert zone_of(plan, rules_with(**settings).settings) == expected


def test_without_a_cohort_the_programmes_own_dates_count() -> None:
    open_ended = replace(rules_with().settings, cohort=None)
    plan = programme(start=date(2026, 7, 1), end=date(2026, 7, 31))

    assert len(build_cycle(plan, open_ended).days) == 31


def test_moments_are_whole_microseconds() -> None:
    assert to_microseconds(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert to_microseconds(datetime(1970, 1, 2, 0, 0, 1, 5, tzinfo=UTC)) == 86_401_000_005
    assert to_microseconds(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1
    assert midnight(date(1970, 1, 1), ZONE) == -8 * 3_600 * 1_000_000


def test_days_between() -> None:
    assert days_between(date(2027, 2, 27), date(2027, 3, 1)) == [date(2027, 2, 27), date(2027, 2, 28), date(2027, 3, 1)]
    assert days_between(date(2027, 3, 1), date(2027, 3, 1)) == [date(2027, 3, 1)]
    assert days_between(date(2027, 3, 2), date(2027, 3, 1)) == []


@pytest.mark.parametrize(
    ("start", "ends"),
    [
        ("2026-09-01", "2027-01-31"),
        ("2027-01-15", "2027-01-31"),
        ("2027-01-31", "2027-01-31"),
        ("2027-02-01", "2028-01-31"),
    ],
)
def test_the_first_semester_ends_on_31_january(start: str, ends: str) -> None:
    assert str(first_semester_ends(programme(start=date.fromisoformat(start)), rules_with())) == ends
