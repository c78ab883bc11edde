"""ISO 8601 durations and times as statements carry them.

Whoever sends may write any number and any year. What leaves here can be added up and told in every zone.
"""

import re
from datetime import MAXYEAR, MINYEAR, UTC, datetime

_DURATION = re.compile(
    r"P(?:(?P<years>[\d.,]+)Y)?(?:(?P<months>[\d.,]+)M)?(?:(?P<weeks>[\d.,]+)W)?(?:(?P<days>[\d.,]+)D)?"
    r"(?:T(?:(?P<hours>[\d.,]+)H)?(?:(?P<minutes>[\d.,]+)M)?(?:(?P<seconds>[\d.,]+)S)?)?"
)
#: No number of a statement that means anything is as large: as seconds, it is 31,000 years.
LARGEST = 10**12

_FIRST, _LAST = datetime(MINYEAR, 1, 3, tzinfo=UTC), datetime(MAXYEAR, 12, 29, tzinfo=UTC)
_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def parse_duration(text: object) -> float | None:
    """Seconds of an ISO 8601 duration; None where it has no fixed length (years, months), is zero, endless or none."""
    return _seconds(text) or None


def is_no_time(text: object) -> bool:
    """Whether a text says, well formed, that no time passed: PT0S."""
    return _seconds(text) == 0


def _seconds(text: object) -> float | None:
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        amounts = {unit: float(value.replace(",", ".")) for unit, value in match.groupdict().items() if value}
    except ValueError:
        return None
    if amounts.get("years") or amounts.get("months"):
        return None
    seconds = sum(amounts.get(unit, 0.0) * length for unit, length in _SECONDS.items())
    return seconds if seconds < LARGEST else None


def parse_time(text: object) -> datetime | None:
    """The aware UTC moment of an RFC 3339 time with zone; None where it is none.

    In the first and the last year of the calendar its zone is left aside, and the outermost days are told as their
    inner neighbours, so that no zone leads out of the calendar.
    """
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None:
        return None
    if moment.year in {MINYEAR, MAXYEAR}:  # in the zone that it names it may not even have a time in UTC
        moment = min(max(moment.replace(tzinfo=UTC), _FIRST), _LAST)
    return moment.astimezone(UTC)
