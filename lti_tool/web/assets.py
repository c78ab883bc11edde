"""Scripts and styles: served by WhiteNoise, addressed with a mark of their content so that browsers may keep them."""

import hashlib
from functools import lru_cache

from flask import Flask, request
from whitenoise import WhiteNoise

from lti_tool.paths import shipped

_KEEP_SECONDS = 600
_PREFIX = "static/"


def serve_assets(app: Flask) -> None:
    """Serve `static/` under /static, to any origin: the heartbeat's tag may stand on other sites' pages."""
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=shipped("static"), prefix=_PREFIX, max_age=_KEEP_SECONDS
    )


def static_url(name: str) -> str:
    """The address of a file of `static/`."""
    return f"{request.script_root}/{_PREFIX}{name}?v={_mark(name)}"


@lru_cache(maxsize=256)
def _mark(name: str) -> str:
    return hashlib.sha256((shipped("static") / name).read_bytes()).hexdigest()[:10]
