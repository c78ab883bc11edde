"""Timestamps (xAPI 1.0.3 Data 4.5: ISO 8601; xAPI 2.0: RFC 3339)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from xapi.validation.problems import Path, Problems

_TIMESTAMP = re.compile(
    r"(?P<minute>\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r"(?P<zone>Z|[+\-]\d\d(?::?\d\d)?)?"
)
_UNKNOWN_OFFSETS = frozenset({"-00", "-0000", "-00:00"})


def read_timestamp(text: str) -> datetime | None:
    """The moment of a timestamp in UTC, cut to microseconds; nothing if it is malformed.

    Without a zone it is taken as UTC. The offset -00:00 ("local offset unknown") is refused (Data 4.5).
    A leap second (23:59:60) is the first moment of the next minute.
    """
    found = _TIMESTAMP.fullmatch(text)
    if found is None or found["zone"] in _UNKNOWN_OFFSETS:
        return None
    second = found["second"] or "00"
    leap = second == "60"
    zone = "+00:00" if found["zone"] in (None, "Z") else found["zone"]
    micros = (found["fraction"] or "0")[:6].ljust(6, "0")
    try:
        moment = datetime.fromisoformat(f"{found['minute']}:{'59' if leap else second}.{micros}{zone}")
        return (moment + timedelta(seconds=1) if leap else moment).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def check_timestamp(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not str or read_timestamp(value) is None:
        problems.add(path, "timestamp", "must be an ISO 8601 timestamp with its zone, such as 2026-10-12T11:40:12Z")
