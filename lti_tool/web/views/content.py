"""Uploaded content, for whoever knows its address; nothing here looks at cookies (`web/sandbox.py`)."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.packages.served import content_type_of
from lti_tool.packages.values import Kind
from lti_tool.storage.queries.packages import ROOM
from lti_tool.web.actions.packages import open_shelf
from lti_tool.web.assets import static_url
from lti_tool.web.contents import content_root
from lti_tool.web.errors import not_found
from lti_tool.web.launches import frame_ancestors
from lti_tool.web.sandbox import is_content_host, let_frame, sandbox, with_script
from lti_tool.web.services import services

blueprint = Blueprint("content", __name__, url_prefix=ROOM.rstrip("/"))

_FOREVER = "public, max-age=31536000, immutable"  # a package never changes
_ASK_AGAIN = "private, no-cache"  # who may frame it does
_LARGEST_PAGE = 16 << 20


@blueprint.before_app_request
def keep_apart() -> Response | None:
    """On the host that is set aside for content there is nothing else."""
    if is_content_host(services().settings, request.host) and not request.path.startswith(ROOM):
        return make_response(render_template("error.html", error=not_found()), 404)
    return None


@blueprint.get("/<package>/")
def show_package(package: str) -> AnyResponse:
    """The player of an H5P package; the first page of others."""
    about = open_shelf(services().settings).about(package)
    if about is None:
        raise not_found()
    if about["kind"] != Kind.H5P:
        return redirect(_first_page(about))
    page = render_template("content/h5p.html", title=about["title"], script=_script("packages/h5p.js"))
    return _page(page.encode(), package, is_entry=True, is_theirs=False)


@blueprint.get("/<package>/<path:path>")
def serve_file(package: str, path: str) -> Response:
    """A file of a package, whole or in part."""
    shelf = open_shelf(services().settings)
    file, kind = shelf.find(package, path), content_type_of(path)
    if file is None or kind is None:
        raise not_found()
    if kind == "text/html" and file.stat().st_size <= _LARGEST_PAGE:
        about = shelf.about(package) or {}
        return _page(file.read_bytes(), package, is_entry=path in about.get("entries", ()), is_theirs=True)
    return _file(file, kind, package)


@blueprint.get("/player/<path:path>")
def serve_player(path: str) -> Response:
    """A file of the H5P player that this installation has."""
    root = services().settings.files.h5p_player
    found = safe_join(str(Path(root).resolve()), path) if root else None
    kind = content_type_of(path)
    if found is None or kind is None or not Path(found).is_file():
        raise not_found()
    return _file(Path(found), kind, "", keep="public, max-age=86400")


def _file(file: Path, kind: str, package: str, *, keep: str = _FOREVER) -> Response:
    response = make_response(send_file(file, mimetype=kind, conditional=True))
    response.headers["Content-Type"] = kind
    response.headers["Cache-Control"] = keep
    sandbox(response, is_apart=_is_apart(package))
    return response


def _page(body: bytes, package: str, *, is_entry: bool, is_theirs: bool) -> Response:
    """A page. Without an origin it has no storage, on which many pages rely without asking: it is lent one."""
    is_apart = _is_apart(package)
    if not is_apart:
        body = with_script(body, _script("packages/storage.js"))
    response = make_response(body)
    response.headers["Content-Type"] = "text/html" if is_theirs else "text/html; charset=utf-8"
    response.headers["Cache-Control"] = _ASK_AGAIN
    response.set_etag(sha256(body).hexdigest()[:32])
    sandbox(response, is_apart=is_apart)
    if is_entry:
        let_frame(response, services().settings, frame_ancestors(services()))
    return make_response(response.make_conditional(request))


def _first_page(about: Mapping[str, Any]) -> str:
    """The page that a package opens with, where it has one of its own."""
    first = next((entry for entry in about["entries"] if not urlsplit(entry).scheme), None)
    if first is None:
        raise not_found()
    return quote(first)


def _script(name: str) -> str:
    """The address of a script of ours, from wherever the content is shown."""
    return services().settings.server.public_url + static_url(name).removeprefix(request.script_root)


def _is_apart(package: str) -> bool:
    """Whether this request came to the content's own host."""
    settings = services().settings
    own = urlsplit(content_root(settings, package)).netloc
    return is_content_host(settings, request.host) and request.host == own
