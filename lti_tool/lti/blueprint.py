"""The routes under `/lti` (contract §3): parse, one call, answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, make_response, redirect, request

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.lti import keys
from lti_tool.lti.canvas_json import canvas_configuration
from lti_tool.lti.errors import LtiError
from lti_tool.lti.handover import Handover, may_lack_cookies, storage_target
from lti_tool.lti.http import PlatformHttp
from lti_tool.lti.key_sets import KeySets
from lti_tool.lti.launch import LaunchRequest, accept_launch
from lti_tool.lti.login import STATE_LIFETIME, begin_login, state_cookie_name
from lti_tool.lti.record import Launched
from lti_tool.lti.register import register_platform
from lti_tool.lti.sessions import cookie_name
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LtiPages:
    """The pages that the host application makes: an error, a finished registration, the page for browsers that may lack
    cookies (`handover`), and where a launch leads.
    """

    error: Callable[[LtiError], Any]
    registered: Callable[[str], Any]
    handover: Callable[[Handover], Any]
    after_launch: Callable[[Launched], str]  # the address below the session's own, such as "credits"


def create_blueprint(db: Database, settings: Settings, http: PlatformHttp, clock: Clock, pages: LtiPages) -> Blueprint:
    """The LTI routes on a database, with the host's pages."""
    blueprint = Blueprint("lti", __name__, url_prefix="/lti")
    key_sets = KeySets(db, http, clock)

    @blueprint.errorhandler(LtiError)
    def refused(error: LtiError) -> Any:
        _log.info("lti refused", code=error.code, platform=error.platform_id, detail=error.detail)
        with db.begin() as conn:
            lti.add_refusal(conn, clock(), error.platform_id, error.code, error.detail)
        return pages.error(error)

    @blueprint.route("/login", methods=["GET", "POST"])
    def login() -> Any:
        parameters = request.values.to_dict()
        begun = begin_login(db, parameters, settings.server.public_url, clock)
        needs_page = may_lack_cookies(request.headers.get("Sec-Fetch-Dest"), storage_target(parameters))
        response = pages.handover(begun.handover) if needs_page else redirect(begun.redirect_url)
        seconds = int(STATE_LIFETIME.total_seconds())
        return with_cookie(response, settings, state_cookie_name(begun.state), begun.cookie, seconds)

    @blueprint.post("/launch")
    def launch() -> Any:
        posted = LaunchRequest(request.form.to_dict(), request.cookies.to_dict())
        launched = accept_launch(db, key_sets, settings, clock, posted)
        if isinstance(launched, Handover):
            return pages.handover(launched)
        opened = launched.opened
        response = redirect(f"{settings.server.public_url}/at/{opened.token}/{pages.after_launch(launched)}", 303)
        if opened.cookie is None:
            return response
        with_cookie(response, settings, state_cookie_name(posted.form["state"]), "", 0)
        seconds = settings.lti.session_hours * 3600
        return with_cookie(response, settings, cookie_name(opened.token), opened.cookie, seconds)

    @blueprint.get("/jwks")
    def jwks() -> Any:
        response = jsonify(keys.published(db, clock()))
        response.headers["Cache-Control"] = f"public, max-age={int(keys.KEY_SET_LIFETIME.total_seconds())}"
        return response

    @blueprint.get("/register")
    def register() -> Any:
        return pages.registered(register_platform(db, http, settings, request.args.to_dict(), clock))

    @blueprint.get("/canvas.json")
    def canvas() -> Any:
        return jsonify(canvas_configuration(settings))

    return blueprint


def with_cookie(response: Any, settings: Settings, name: str, value: str, seconds: int) -> Response:
    """Set a cookie, or take it away with no `seconds`.

    So that an iframe on another site may keep it (contract §3): Secure, SameSite=None and Partitioned on https; none of
    the three on plain http, where browsers would refuse them.
    """
    answer = make_response(response)
    https = settings.server.is_https
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        secure=https,
        samesite="None" if https else None,
        partitioned=https,
        path="/",
    )
    return answer
