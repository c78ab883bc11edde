"""Moments: the clock, and the one way they are counted and written here.

In tables a moment is the number of microseconds since 1970-01-01 UTC; on the wire it is RFC 3339 in UTC with
six decimals, so that a `stored` that was read can be sent back as `since` and means the same moment.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since the epoch; exact."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The aware UTC moment of `to_microseconds`."""
    return _EPOCH + timedelta(microseconds=value)


def write_moment(moment: datetime) -> str:
    """`2026-11-24T02:00:00.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0") + "Z"
