"""Lists that platforms hand out in pages: where the next page is (RFC 8288)."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

#: Moodle writes some of its links with typographic quotes.
_NEXT = re.compile(r"<([^<>]*)>[^,<]*?;\s*rel\s*=[^a-z,;]*next(?![a-z-])", re.IGNORECASE)


def next_address(headers: Mapping[str, str], url: str) -> str | None:
    """The address of the page after the one that `url` gave with these (lower-case) headers; None after the last."""
    found = _NEXT.search(headers.get("link", ""))
    return urljoin(url, found[1]) if found else None


def with_query(url: str, more: Mapping[str, str]) -> str:
    """The address with further query parameters; one that it has already stays as it is."""
    parts = urlsplit(url)
    given = parse_qsl(parts.query, keep_blank_values=True)
    added = [(name, value) for name, value in more.items() if name not in dict(given)]
    return urlunsplit(parts._replace(query=urlencode([*given, *added])))


def same_place(url: str, other: str) -> bool:
    """Whether two addresses are served by the same scheme, host and port."""
    return _place(url) == _place(other)


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
