"""Deep linking: a trainer or administrator chooses what the course gets."""

from flask import request
from werkzeug.wrappers import Response

from lti_tool.lti.claims import DEEP_LINK
from lti_tool.lti.deep_linking import read_request
from lti_tool.web.access import launch, launched_blueprint, staff_only
from lti_tool.web.actions.linking import send_back
from lti_tool.web.contexts_linking import SendBack
from lti_tool.web.errors import not_found
from lti_tool.web.pages import picker
from lti_tool.web.rendering import render
from lti_tool.web.security import let_post_to
from lti_tool.web.services import services

blueprint = launched_blueprint("picker")


@blueprint.get("/pick")
@staff_only
def show_picker() -> str:
    _require_request()
    page = picker.pick_page(services(), launch(), package=request.args.get("package", ""))
    return render("trainer/pick.html", page)


@blueprint.post("/pick")
@staff_only
def pick() -> str | tuple[str, int] | Response:
    _require_request()
    action = request.form.get("action", "")
    if action == "cancel":
        return _leave(send_back(services(), launch(), []))
    wishes = read_request(launch().deep_linking)
    choice = picker.check_choice(services(), launch(), picker.read_choice(request.form, wishes))
    if action == "more":
        return render("trainer/pick.html", picker.pick_page(services(), launch(), choice, more=1))
    if action != "add":
        return render("trainer/pick.html", picker.pick_page(services(), launch(), choice))
    problem = picker.problem_of(choice, wishes)
    if problem is not None:
        return render("trainer/pick.html", picker.pick_page(services(), launch(), choice, problem=problem)), 422
    return _leave(send_back(services(), launch(), picker.to_items(services(), launch(), choice)))


def _require_request() -> None:
    """Only a deep linking launch has somewhere to send a choice."""
    if launch().message_type != DEEP_LINK:
        raise not_found()


def _leave(answer: SendBack) -> str:
    let_post_to(answer.url)
    return render("trainer/picked.html", answer)
