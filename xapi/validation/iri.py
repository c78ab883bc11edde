"""IRIs and UUIDs (xAPI 1.0.3 Data 2.4.1 and 4.0; RFC 3987, RFC 4122)."""

import re
from functools import lru_cache
from typing import Any

from xapi.validation.problems import Path, Problems

# A scheme, a colon, and no character that RFC 3987 forbids everywhere; a percent sign begins an escape.
_IRI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.\-]*:"
    r"(?:[^\x00-\x20<>\"{}|\\^`%\x7f-\xa0\ud800-\udfff\ufff0-\uffff]|%[0-9A-Fa-f]{2})+"
)
_WEB_WITHOUT_HOST = re.compile(r"https?:(?!//[^/?#])", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


@lru_cache(maxsize=32768)
def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI; an http(s) one must name a host."""
    return _IRI.fullmatch(text) is not None and _WEB_WITHOUT_HOST.match(text) is None


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in its standard form, in either case."""
    return _UUID.fullmatch(text) is not None


def check_iri(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not str or not is_iri(value):
        problems.add(path, "iri", "must be an absolute IRI, such as https://example.org/activity/1")


def check_uuid(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not str or _UUID.fullmatch(value) is None:
        problems.add(path, "uuid", "must be a UUID, such as 6690e6c9-3ef0-4ed3-8b37-7f3964730bee")
