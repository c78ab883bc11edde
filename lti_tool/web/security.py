"""Headers that keep pages safe: a policy with nonces, framing by registered platforms only, no referrer."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from flask import Flask, Response, g, request

from lti_tool.clock import Clock
from lti_tool.lti.addresses import origin_of

#: Whoever may frame a page, as origins.
FrameAncestors = Callable[[], Sequence[str]]

_ANCESTORS_FOR = timedelta(seconds=2)
_DOCUMENTS = ("text/html", "application/xhtml+xml")


class KnownAncestors:
    """The registered platforms' origins, asked for again every two seconds: a new registration shows at once."""

    def __init__(self, ask: FrameAncestors, clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._known: Sequence[str] = ()
        self._until: datetime | None = None

    def __call__(self) -> Sequence[str]:
        now = self._clock()
        if self._until is None or now >= self._until or self._until - now > _ANCESTORS_FOR:
            self._known, self._until = self._ask(), now + _ANCESTORS_FOR
        return self._known


def nonce() -> str:
    """The nonce of this request's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def frame_content(origin: str) -> None:
    """Let the page of this request show content of `origin` in a frame."""
    g.framed_origin = origin


def let_post_to(address: str) -> None:
    """Let a form of the page of this request be sent to the site of `address`."""
    g.form_origin = origin_of(address)


def let_post_to_platforms() -> None:
    """Let a form of the page of this request be sent to the registered platforms."""
    g.posts_to_platforms = True


def let_frame(address: str) -> None:
    """Let the site of `address` frame the page of this request."""
    g.framing_origin = origin_of(address)


def protect(app: Flask, ancestors: FrameAncestors) -> None:
    """Add the headers to every answer that does not bring its own."""

    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        if response.mimetype in _DOCUMENTS:
            headers.setdefault("Content-Security-Policy", _policy(_framing(ancestors())))
            headers.setdefault("Cache-Control", "no-store")
            headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
            headers.setdefault("Cross-Origin-Opener-Policy", "unsafe-none")  # launches open windows that talk back
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

    app.after_request(add_headers)


def _framing(ancestors: Sequence[str]) -> Sequence[str]:
    asked = g.get("framing_origin")
    return ancestors if asked is None or asked in ancestors else [*ancestors, asked]


def _policy(ancestors: Sequence[str]) -> str:
    framed = g.get("framed_origin")
    posted_to = [g.form_origin] if "form_origin" in g else ancestors if "posts_to_platforms" in g else []
    parts = {
        "default-src": "'none'",
        "script-src": f"'self' 'nonce-{nonce()}'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": " ".join(["'self'", *posted_to]),
        "base-uri": "'none'",
        "frame-src": f"'self' {framed}" if framed else "'none'",
        "frame-ancestors": " ".join(["'self'", *ancestors]),
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())
