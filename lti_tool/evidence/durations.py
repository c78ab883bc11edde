"""ISO 8601 durations and times as statements carry them."""

import re
from datetime import UTC, datetime

_DURATION = re.compile(
    r"P(?:(?P<years>[\d.,]+)Y)?(?:(?P<months>[\d.,]+)M)?(?:(?P<weeks>[\d.,]+)W)?(?:(?P<days>[\d.,]+)D)?"
    r"(?:T(?:(?P<hours>[\d.,]+)H)?(?:(?P<minutes>[\d.,]+)M)?(?:(?P<seconds>[\d.,]+)S)?)?"
)
_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def parse_duration(text: object) -> float | None:
    """Seconds of an ISO 8601 duration; None where it has no fixed length (years, months), is zero or is none."""
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
    return sum(amounts.get(unit, 0.0) * length for unit, length in _SECONDS.items())


def parse_time(text: object) -> datetime | None:
    """The aware UTC moment of an RFC 3339 time with zone; None where it is none."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
