"""The cycle 周期: from the first day's midnight to the end of the last day, in the programme's zone (R-038, A-15)."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from lti_tool.domain.rules import RuleSet
from lti_tool.domain.settings import Settings, Window
from lti_tool.domain.times import days_between, midnight
from lti_tool.domain.values import Programme


@dataclass(frozen=True, slots=True)
class Cycle:
    """The cycle with its days. Moments are microseconds since 1970 UTC; `end` and `grace_end` are excluded."""

    start: int
    end: int
    grace_end: int
    days: tuple[date, ...]
    midnights: tuple[int, ...]  # at which each day begins, and last of all the end

    def day_at(self, moment: int) -> int:
        """The position in `days` of the day on which a moment of the cycle lies."""
        return bisect_right(self.midnights, moment) - 1


def cohort_window(programme: Programme, window: Window) -> tuple[date, date]:
    """First and last day of the cohort 期 that the programme lies in, or overlaps most.

    每期九月份开始，次年六月份结束: a programme of 2026-08-28 – 2027-06-30 belongs to 2026-09-01 – 2027-06-30.
    """
    years = range(programme.start.year - 1, programme.end.year + 1)
    windows = [_window_from(year, window) for year in years]
    return max(windows, key=lambda days: (min(days[1], programme.end) - max(days[0], programme.start)).days)


def build_cycle(programme: Programme, settings: Settings) -> Cycle:
    """The days on which evidence counts: the programme's own, as far as they lie in the cohort's window (A-15)."""
    zone = ZoneInfo(zone_of(programme, settings))
    first, last = programme.start, programme.end
    if settings.cohort is not None:
        opens, closes = cohort_window(programme, settings.cohort)
        first, last = max(first, opens), min(last, closes)
    days = tuple(days_between(first, last))
    after = last + timedelta(days=1)
    midnights = (*(midnight(day, zone) for day in days), midnight(after, zone))
    return Cycle(
        start=midnights[0],
        end=midnights[-1],
        grace_end=midnight(after + timedelta(days=settings.grace_days), zone),
        days=days,
        midnights=midnights,
    )


def first_semester_ends(programme: Programme, rules: RuleSet) -> date:
    """The last day of the programme's first semester: 1 学年（2 学期）, 31 January in Zhejiang (R-019, A-15)."""
    ends = _day(programme.start.year, rules.thresholds.semester_ends)
    return ends if ends >= programme.start else _day(programme.start.year + 1, rules.thresholds.semester_ends)


def zone_of(programme: Programme, settings: Settings) -> str:
    """The programme's zone, unless its own settings name another."""
    return settings.zone if "zone" in programme.settings else programme.zone


def _window_from(year: int, window: Window) -> tuple[date, date]:
    """The cohort that begins in `year`; one that ends before it begins ends in the next year."""
    turns = window.last < window.first
    return _day(year, window.first), _day(year + turns, window.last)


def _day(year: int, month_and_day: tuple[int, int]) -> date:
    """A day of a year; 29 February is the 28th where there is none."""
    month, day = month_and_day
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, 28)
