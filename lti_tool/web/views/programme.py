"""Before a programme's pages: which one the course shows, and who the person is there."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.lti.claims import DEEP_LINK, SUBMISSION_REVIEW
from lti_tool.lti.sessions import LtiSession
from lti_tool.web.access import TRAINEE, is_staff, launch, launched_blueprint, monitored_area
from lti_tool.web.actions import choosing
from lti_tool.web.errors import forbidden
from lti_tool.web.pages import start
from lti_tool.web.rendering import notice, render
from lti_tool.web.services import services

blueprint = launched_blueprint("programme")

#: What a deep link may have made besides the panel and study content, by its custom parameter.
_ACTIVITIES = {"practice": "tasks.show_activity", "class": "sign_in.show_activity"}
#: Messages that ask for a page of their own, whoever launches.
_ASKED_FOR = {DEEP_LINK: "picker.show_picker", SUBMISSION_REVIEW: "trainer.show_review"}


@blueprint.get("/start")
def show_start() -> Response | str:
    session = launch()
    if choosing.catch_up(services(), session):
        return redirect(url_for("programme.show_start"))
    onward = _onward(session)
    if onward is not None:
        return redirect(url_for(onward))
    if session.programme_id is None and is_staff():
        return _choose()
    page = start.waiting_page(services(), session)
    return render("programme/unknown.html" if session.programme_id else "programme/waiting.html", page)


@blueprint.post("/start")
def choose() -> Response | tuple[str, int]:
    if not is_staff():
        raise forbidden()
    chosen = request.form.get("programme", "")
    if launch().programme_id is not None:
        return redirect(url_for("programme.show_start"))
    if not chosen:
        return _choose(nothing_chosen=True), 422
    choosing.choose_programme(services(), launch(), chosen)
    return redirect(url_for(_ASKED_FOR.get(launch().message_type, "trainer.show_course"), done=notice("programme")))


def _choose(*, nothing_chosen: bool = False) -> str:
    page = start.choose_page(services(), launch(), request.args.get("after", ""))
    return render("programme/choose.html", page, nothing_chosen=nothing_chosen)


def _onward(session: LtiSession) -> str | None:
    """The page that this person was kept from; None as long as somebody must act."""
    if session.programme_id is None:
        return None
    if session.message_type in _ASKED_FOR and is_staff():
        return _ASKED_FOR[session.message_type]
    return _activity(session) or _home(session)


def _activity(session: LtiSession) -> str | None:
    """The page of the one thing that the resource link was made for."""
    if session.participant_id is not None and session.custom.get("content"):
        return "trainee.show_study"
    if session.participant_id is None and not is_staff():
        return None
    return next((page for name, page in _ACTIVITIES.items() if session.custom.get(name)), None)


def _home(session: LtiSession) -> str | None:
    """The page of one's role."""
    if session.audience_role != TRAINEE:
        return "trainer.show_course"
    if session.participant_id is not None:
        return "trainee.show_credits"
    return "monitor.show_indicators" if monitored_area() is not None else None
