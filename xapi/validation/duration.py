"""ISO 8601 durations (xAPI 1.0.3 Data 4.6; ISO 8601:2004 4.4.3.2, not the alternative format)."""

import re
from typing import Any

from xapi.validation.problems import Path, Problems

_NUMBER = r"\d+(?:[.,]\d+)?"
_DURATION = re.compile(
    rf"P(?:{_NUMBER}W|(?=[\dT])(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
)
_FRACTION_INSIDE = re.compile(r"[.,]\d+[A-Z](?=.)")
_BEYOND_HUNDREDTHS = re.compile(r"([.,]\d\d)\d+(?=S$)")
_EMPTY_FRACTION = re.compile(r"[.,]0*(?=S$)|(?<=[.,]\d)0(?=S$)")


def is_duration(text: str) -> bool:
    """Whether a text is a duration; only its smallest part may have decimals."""
    return _DURATION.fullmatch(text) is not None and _FRACTION_INSIDE.search(text) is None


def truncate_duration(text: str) -> str:
    """A duration as statements are compared: nothing beyond hundredths of a second (xAPI 2.0 4.2.7)."""
    return _EMPTY_FRACTION.sub("", _BEYOND_HUNDREDTHS.sub(r"\1", text))


def check_duration(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not str or not is_duration(value):
        problems.add(path, "duration", "must be an ISO 8601 duration, such as PT38M20S")
