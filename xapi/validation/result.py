"""Results and scores (xAPI 1.0.3 Data 2.4.5)."""

from typing import Any

from xapi.validation.duration import check_duration
from xapi.validation.extensions import check_extensions
from xapi.validation.problems import Path, Problems

_RESULT_KEYS = frozenset({"score", "success", "completion", "response", "duration", "extensions"})
_SCORE_KEYS = frozenset({"scaled", "raw", "min", "max"})


def check_result(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "object", "must be a Result")
        return
    if not value.keys() <= _RESULT_KEYS:
        problems.unknown(path, value, _RESULT_KEYS)
    for name, check in _RESULT_CHECKS:
        if name in value:
            check(value[name], (path, name), problems)


def _check_score(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "object", "must be a Score")
        return
    if not value.keys() <= _SCORE_KEYS:
        problems.unknown(path, value, _SCORE_KEYS)
    wrong = [name for name in value if name in _SCORE_KEYS and type(value[name]) not in (int, float)]
    for name in wrong:
        problems.add((path, name), "number", "must be a number")
    if not wrong:
        _check_score_bounds(value, path, problems)


def _check_score_bounds(score: dict[str, Any], path: Path, problems: Problems) -> None:
    if not -1 <= score.get("scaled", 0) <= 1:
        problems.add((path, "scaled"), "range", "must lie between -1 and 1")
    low, raw, high = score.get("min"), score.get("raw"), score.get("max")
    if low is not None and high is not None and low >= high:
        problems.add((path, "min"), "range", "min must be less than max")
    if raw is not None and ((low is not None and raw < low) or (high is not None and raw > high)):
        problems.add((path, "raw"), "range", "must lie between min and max")


def _check_boolean(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not bool:
        problems.add(path, "boolean", "must be true or false")


def _check_response(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not str:
        problems.add(path, "string", "must be a text")


_RESULT_CHECKS = (
    ("score", _check_score),
    ("success", _check_boolean),
    ("completion", _check_boolean),
    ("response", _check_response),
    ("duration", check_duration),
    ("extensions", check_extensions),
)
