"""The LTI room's blueprint with our pages, and who may frame them."""

from contextlib import suppress
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext

from lti_tool.lti.addresses import origin_of
from lti_tool.lti.blueprint import LtiPages, create_blueprint
from lti_tool.lti.claims import DEEP_LINK, SUBMISSION_REVIEW
from lti_tool.lti.errors import LtiError
from lti_tool.lti.handover import Handover
from lti_tool.lti.record import Launched
from lti_tool.storage.queries.lti import list_frame_hosts
from lti_tool.web.errors import WebError
from lti_tool.web.security import let_frame, let_post_to_platforms
from lti_tool.web.services import Services

#: Canvas signs as canvas.instructure.com and frames from the school's own host below instructure.com.
_WHOLE_DOMAINS = ("instructure.com",)

_ASKED_FOR = {DEEP_LINK: "pick", SUBMISSION_REVIEW: "review"}
#: Custom parameters of activities that a deep link made, and their pages.
_ACTIVITIES = {"practice": "task", "class": "sign-in"}


def mount_lti(app: Flask, services: Services) -> None:
    """Mount /lti."""
    pages = LtiPages(error=_show_error, registered=_show_registered, handover=_show_handover, after_launch=first_page)
    app.register_blueprint(create_blueprint(services.db, services.settings, services.http, services.clock, pages))


def frame_ancestors(services: Services) -> list[str]:
    """The origins of the registered platforms."""
    with services.db.read() as conn:
        addresses = list_frame_hosts(conn)
    origins = {_origin(address) for address in addresses} - {""}
    hosts = [urlsplit(address).hostname or "" for address in addresses]
    for domain in _WHOLE_DOMAINS:
        if any(host == domain or host.endswith(f".{domain}") for host in hosts):
            origins.add(f"https://*.{domain}")
    return sorted(origins)


def first_page(launched: Launched) -> str:
    """Where a launch leads: what was asked for, else the page of one's role."""
    if launched.message_type in _ASKED_FOR:
        return _ASKED_FOR[launched.message_type]
    if launched.programme_id is None:
        return "start"
    if launched.participant_id is not None and launched.custom.get("content"):
        return "study"
    activity = next((page for name, page in _ACTIVITIES.items() if launched.custom.get(name)), None)
    if activity is not None:
        return activity
    if launched.audience_role == "trainee":
        return "credits" if launched.participant_id is not None else "start"
    return "course"


def _show_error(error: LtiError) -> Response:
    _let_registering_platform_frame()
    sentence = error.sentence
    shown = WebError(sentence.status, error.code, gettext(sentence.what), advice=gettext(sentence.next_step))
    return make_response(render_template("error.html", error=shown), sentence.status)


def _show_handover(handover: Handover) -> str:
    """The page between the platform and us, for browsers that may keep no cookie of ours here.

    What is chosen in the new window that it may offer goes back to the platform from here (`static/handover.js`).
    """
    if handover.new_window_url:
        let_post_to_platforms()
    return render_template("handover.html", handover=handover)


def _show_registered(name: str) -> str:
    """The last page of a dynamic registration; it tells the platform to close its window."""
    _let_registering_platform_frame()
    return render_template("registered.html", name=name)


def _let_registering_platform_frame() -> None:
    """Platforms register in a frame of theirs, where they must see what came of it before they are known here.

    Those pages hold one sentence and nothing to press, so there is nothing to gain from framing them.
    """
    if request.endpoint == "lti.register":
        with suppress(ValueError):
            let_frame(request.args.get("openid_configuration", ""))


def _origin(address: str) -> str:
    """The origin of an address; nothing where it would say more in a policy than who may frame us."""
    try:
        return origin_of(address)
    except ValueError:
        return ""
