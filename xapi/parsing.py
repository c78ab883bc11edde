"""From bytes to JSON: strict, with the place of the mistake.

orjson keeps the last of two equal keys without a word, while xAPI allows each property once (Data 2.2). The
number of keys in the text and in what was parsed is compared first, which costs almost nothing; only where
they differ (a repeated key, or a text that contains `":`) the slow parser looks for the repetition.
"""

import json
from typing import Any

import orjson

from xapi.errors import InvalidJson

_DEEPEST = 254  # orjson writes no deeper than this


def parse_json(body: bytes) -> Any:
    """The JSON value of a body; `InvalidJson` with line and column if it is none."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise InvalidJson(
            f"the body is not JSON: {error.msg} ({place})",
            details=[
                {
                    "path": "",
                    "rule": "json",
                    "message": error.msg,
                    "line": error.lineno,
                    "column": error.colno,
                }
            ],
        ) from error
    try:
        again = orjson.dumps(value)
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise InvalidJson(f"the JSON is nested more than {_DEEPEST} levels deep") from error
    if again.count(b'":') != body.count(b'":'):
        _refuse_repeated_keys(body)
    return value


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; `InvalidJson` if it is anything else."""
    value = parse_json(body)
    if type(value) is not dict:
        raise InvalidJson("the body must be a JSON object")
    return value


def _refuse_repeated_keys(body: bytes) -> None:
    try:
        json.loads(body, object_pairs_hook=_unique)
    except RecursionError as error:
        raise InvalidJson(f"the JSON is nested more than {_DEEPEST} levels deep") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidJson(
                f'the property "{name}" stands twice in one object',
                details=[{"path": name, "rule": "repeated_property", "message": "a property may stand only once"}],
            )
        found[name] = value
    return found
