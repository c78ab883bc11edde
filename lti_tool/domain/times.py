"""Moments as whole microseconds since 1970 UTC: exact, and fast to compare, cut and add."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware moment."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def midnight(day: date, zone: ZoneInfo) -> int:
    """The moment at which `day` begins in `zone`, in microseconds since 1970 UTC."""
    return to_microseconds(datetime.combine(day, time(), tzinfo=zone))


def days_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included; none if they are reversed."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
