"""Language tags and language maps (xAPI 1.0.3 Data 4.2; RFC 5646)."""

import re
from functools import lru_cache
from typing import Any

from xapi.validation.problems import Path, Problems

_TAG = re.compile(
    r"""
    (?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})   # language, extended languages
    (?:-[a-z]{4})?                                         # script
    (?:-(?:[a-z]{2}|[0-9]{3}))?                            # region
    (?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)
    (?P<extensions>(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*)
    (?:-x(?:-[a-z0-9]{1,8})+)?                             # private use
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PRIVATE = re.compile(r"x(?:-[a-z0-9]{1,8})+", re.IGNORECASE)
_SINGLETON = re.compile(r"-([0-9a-wy-z])(?=-)", re.IGNORECASE)
_GRANDFATHERED = re.compile(
    r"en-gb-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)"
    r"|sgn-(?:be-fr|be-nl|ch-de)|art-lojban|cel-gaulish|no-bok|no-nyn|zh-(?:guoyu|hakka|min|min-nan|xiang)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def is_language_tag(text: str) -> bool:
    """Whether a text is a well-formed RFC 5646 tag; no variant and no extension letter may come twice."""
    found = _TAG.fullmatch(text)
    if found is None:
        return _GRANDFATHERED.fullmatch(text) is not None or _PRIVATE.fullmatch(text) is not None
    variants = found["variants"].lower().split("-")[1:]
    singletons = [letter.lower() for letter in _SINGLETON.findall(found["extensions"])]
    return len(set(variants)) == len(variants) and len(set(singletons)) == len(singletons)


def check_language(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not str or not is_language_tag(value):
        problems.add(path, "language_tag", "must be an RFC 5646 language tag, such as zh-CN")


def check_language_map(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "language_map", 'must be a language map, such as {"zh-CN": "学习"}')
        return
    for tag, text in value.items():
        if not is_language_tag(tag):
            problems.add((path, tag), "language_tag", "the key must be an RFC 5646 language tag, such as zh-CN")
        if type(text) is not str:
            problems.add((path, tag), "string", "must be a text")
