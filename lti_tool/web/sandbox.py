"""The headers of uploaded content, which may be anything: what it may do, and what it is kept from.

The policy `sandbox` takes its origin away: it reads no cookie, no storage and no page of this tool, and sends nothing
in anybody's name. On a host of its own (`files.content_url`) it may keep an origin.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from flask import Response

from lti_tool.config import Settings
from lti_tool.lti.addresses import origin_of

_ALLOWED = (
    "allow-scripts",
    "allow-forms",
    "allow-modals",
    "allow-popups",
    "allow-popups-to-escape-sandbox",  # other sites that it opens work; its own pages come with this policy anyway
    "allow-downloads",
    "allow-pointer-lock",
    "allow-orientation-lock",
    "allow-presentation",
)
_PDF = "application/pdf"  # browsers show none in a sandbox, and run nothing of it outside
_PLACES = (
    re.compile(rb"<head(?:\s[^>]*)?>", re.IGNORECASE),
    re.compile(rb"<html(?:\s[^>]*)?>", re.IGNORECASE),
    re.compile(rb"<!doctype[^>]*>", re.IGNORECASE),
    re.compile(rb"\A(?:\xef\xbb\xbf)?"),
)
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_HEAD_BYTES = 1 << 16


def is_content_host(settings: Settings, host: str) -> bool:
    """Whether a request's host is the one that is set aside for content."""
    own = urlsplit(settings.files.content_url).netloc
    return bool(own) and fnmatchcase(host.lower(), own.lower())


def sandbox(response: Response, *, is_apart: bool) -> None:
    """Keep what is answered from everything that is not its own; on a host of its own it may have an origin."""
    headers = response.headers
    if response.mimetype != _PDF:
        allowed = [*_ALLOWED, "allow-same-origin"] if is_apart else _ALLOWED
        headers["Content-Security-Policy"] = f"sandbox {' '.join(allowed)}"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin"  # never the address, which is a secret and may carry a learner's token
    headers["Access-Control-Allow-Origin"] = "*"  # without an origin, its own files are somebody else's to it
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def let_frame(response: Response, settings: Settings, platforms: Sequence[str]) -> None:
    """Let the study page alone show the first page of a package; its inner frames are nobody's that could be named."""
    ancestors = " ".join(["'self'", origin_of(settings.server.public_url), *platforms])
    policy = response.headers.get("Content-Security-Policy")
    if policy is not None:
        response.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors {ancestors}"


def with_script(page: bytes, address: str) -> bytes:
    """A page with a script before all of its own; as it is where it is written in no encoding that contains ASCII."""
    if page.startswith(_WIDE):
        return page
    tag = f'<script src="{address}"></script>'.encode()
    found = next(match for place in _PLACES if (match := place.search(page, 0, _HEAD_BYTES)))
    return page[: found.end()] + tag + page[found.end() :]
