"""JSONPath as profiles may use it (xAPI Profiles, Part Two 8.1): children, indices, `*`, `..`, unions and `|`.

Filters and scripts are not part of it, so nothing is ever evaluated.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(
    r"""(?P<deep>\.\.)?(?:
        \.?(?P<child>\*|[^.\[\]'"|\s*]+)
      | \[(?P<inside>(?:'[^']*'|"[^"]*"|[^\]'"])+)\]
    )""",
    re.VERBOSE,
)
_PART = re.compile(r"""\s*(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<index>\d+)|(?P<star>\*))\s*(?:,|$)""")
_ALTERNATIVE = re.compile(r"""((?:'[^']*'|"[^"]*"|[^|'"])+)""")
_EVERY = object()


class BadPathError(ValueError):
    """A text that is no such JSONPath."""


@dataclass(frozen=True, slots=True)
class _Step:
    names: tuple[Any, ...]  # texts, numbers or _EVERY
    deep: bool


def find_values(value: Any, path: str) -> list[Any]:
    """Every value at a path, in the order of the document; raises BadPathError."""
    return [found for steps in _parse(path) for found in _walk(value, steps)]


@lru_cache(512)
def _parse(path: str) -> tuple[tuple[_Step, ...], ...]:
    found = tuple(_parse_one(part.strip()) for part in _ALTERNATIVE.findall(path))
    if not found:
        raise BadPathError(path)
    return found


def _parse_one(path: str) -> tuple[_Step, ...]:
    rest = path.removeprefix("$")
    if rest == path:
        rest = "." + rest  # "context.registration" stands for "$.context.registration"
    steps = []
    place = 0
    while place < len(rest):
        match = _TOKEN.match(rest, place)
        if match is None:
            raise BadPathError(path)
        inside, child = match["inside"], match["child"]
        names = _inside(inside, path) if inside is not None else (_EVERY if child == "*" else child,)
        steps.append(_Step(names, deep=match["deep"] is not None))
        place = match.end()
    return tuple(steps)


def _inside(text: str, path: str) -> tuple[Any, ...]:
    names: list[Any] = []
    place = 0
    while place < len(text):
        match = _PART.match(text, place)
        if match is None:
            raise BadPathError(path)
        if match["star"]:
            names.append(_EVERY)
        elif match["index"] is not None:
            names.append(int(match["index"]))
        else:
            names.append(match["single"] if match["single"] is not None else match["double"])
        place = match.end()
    return tuple(names)


def _walk(value: Any, steps: tuple[_Step, ...]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    first, rest = steps[0], steps[1:]
    for place in _descend(value) if first.deep else (value,):
        for name in first.names:
            for found in _children(place, name):
                yield from _walk(found, rest)


def _children(value: Any, name: Any) -> Iterator[Any]:
    if name is _EVERY:
        yield from _all(value)
    elif isinstance(value, dict) and str(name) in value:
        yield value[str(name)]
    elif isinstance(value, list) and str(name).isdigit() and int(name) < len(value):
        yield value[int(name)]


def _all(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _descend(value: Any) -> Iterator[Any]:
    """The value and everything within it."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += reversed(_all(found))
