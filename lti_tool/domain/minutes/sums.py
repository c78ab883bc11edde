"""§3b step 7: seconds from microseconds, so that the parts add up to the whole in every figure."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date

from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.minutes.days import Part
from lti_tool.domain.minutes.interval import Interval
from lti_tool.domain.times import SECOND


@dataclass(frozen=True, slots=True)
class Sums:
    """Whole seconds by day, course, focus point and interval; `kept` are the intervals' exact microseconds."""

    total: int
    by_day: Mapping[date, int]
    by_course: Mapping[str, int]
    by_focus_point: Mapping[str, int]
    by_interval: Sequence[int]
    kept: Sequence[int]
    on_long_days: Set[int]  # intervals on a day of more than 16 hours


def add_up(
    intervals: Sequence[Interval], parts: Iterable[Part], long_days: frozenset[int], context: LearnerContext
) -> Sums:
    """The sums of all parts, which must be in time order; intervals that count on one of `long_days` are noted.

    A part's whole seconds are what it adds to the running total cut to seconds: three thirds of a second are 0 + 0 + 1.
    """
    kept, seconds = [0] * len(intervals), [0] * len(intervals)
    of_day: dict[int, int] = {}
    reached = total = 0
    on_long_days: set[int] = set()
    for amount, position, day in parts:
        kept[position] += amount
        reached += amount
        added = reached // SECOND - total
        total += added
        seconds[position] += added
        of_day[day] = of_day.get(day, 0) + added
        if day in long_days:
            on_long_days.add(position)
    by_course, by_point = _by_content(intervals, seconds, context)
    return Sums(
        total=total,
        by_day={context.cycle.days[day]: amount for day, amount in of_day.items()},
        by_course=by_course,
        by_focus_point=by_point,
        by_interval=seconds,
        kept=kept,
        on_long_days=on_long_days,
    )


def _by_content(
    intervals: Sequence[Interval], seconds: Sequence[int], context: LearnerContext
) -> tuple[dict[str, int], dict[str, int]]:
    """Seconds by course and by focus point: the course's points, the statement's only where it has none (§3a)."""
    by_course: dict[str, int] = {}
    by_points: dict[tuple[str, ...], int] = {}
    for interval, amount in zip(intervals, seconds, strict=True):
        if amount:
            course = context.courses.get(interval.evidence.activity)
            points = course.focus_points or interval.evidence.focus_points
            by_course[course.iri] = by_course.get(course.iri, 0) + amount
            by_points[points] = by_points.get(points, 0) + amount
    by_point: dict[str, int] = {}
    for points, amount in sorted(by_points.items()):
        for point, share in split_seconds(amount, points):
            by_point[point] = by_point.get(point, 0) + share
    return by_course, by_point


def split_seconds(seconds: int, points: Sequence[str]) -> Iterable[tuple[str, int]]:
    """Seconds of a course shared evenly by its focus points, the first getting what is left over; "" for none."""
    names = tuple(dict.fromkeys(points)) or ("",)
    share, over = divmod(seconds, len(names))
    return ((name, share + (position < over)) for position, name in enumerate(names))
