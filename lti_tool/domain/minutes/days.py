"""§3b step 6: days begin at midnight in the programme's zone, and may have a limit."""

from collections.abc import Iterable, Iterator

from lti_tool.domain.cycle import Cycle
from lti_tool.domain.minutes.union import Share
from lti_tool.domain.times import HOUR

_LONG_DAY = 16 * HOUR

#: (length in microseconds, position of the interval, position of the day in `Cycle.days`)
Part = tuple[int, int, int]


def split_at_midnight(shares: Iterable[Share], cycle: Cycle) -> Iterator[Part]:
    """Each share cut at midnights: 23:30–00:45 is 30 minutes of one day and 45 of the next (M5)."""
    midnights = cycle.midnights
    day = 0
    for start, end, position in shares:
        if start >= midnights[day + 1]:
            day = cycle.day_at(start)
        begin = start
        while end > midnights[day + 1]:
            yield midnights[day + 1] - begin, position, day
            day += 1
            begin = midnights[day]
        yield end - begin, position, day


def find_long_days(parts: Iterable[Part]) -> frozenset[int]:
    """The days with more than 16 hours of study, whatever a limit leaves of them: these are always flagged."""
    studied: dict[int, int] = {}
    for amount, _, day in parts:
        studied[day] = studied.get(day, 0) + amount
    return frozenset(day for day, amount in studied.items() if amount > _LONG_DAY)


def cap_days(parts: Iterable[Part], most: int) -> Iterator[Part]:
    """The earliest `most` microseconds of each day (A-23, M6)."""
    spent: dict[int, int] = {}
    for amount, position, day in parts:
        left = min(amount, most - spent.get(day, 0))
        if left > 0:
            spent[day] = spent.get(day, 0) + left
            yield left, position, day
