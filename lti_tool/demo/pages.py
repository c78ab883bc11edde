"""The platform's pages: log in, course, activity, gradebook, tools."""

from urllib.parse import urlencode

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from lti_tool.demo.launch import current_person, platform_state, required_person, start_launch
from lti_tool.demo.people import Course, Person
from lti_tool.demo.texts import texts

blueprint = Blueprint("pages", __name__, static_folder="static", static_url_path="/platform-static")


@blueprint.before_app_request
def choose_language() -> None:
    """`?lang=en` or `?lang=zh`, kept for the session; Chinese otherwise."""
    if request.args.get("lang") in ("zh", "en"):
        session["lang"] = request.args["lang"]
    g.lang = session.get("lang", "zh")


@blueprint.app_context_processor
def common() -> dict[str, object]:
    """What every template may use."""
    lang = g.get("lang", "zh")
    return {
        "t": texts(lang),
        "lang": "en" if lang == "en" else "zh-CN",
        "person": current_person(),
        "platform_name": platform_state().temperament.platform_name,
    }


def _course(course_id: str) -> tuple[Person, Course]:
    person, course = required_person(), platform_state().courses.get(course_id)
    if course is None or person.role_in(course_id) is None:
        abort(404)
    return person, course


def _administrator() -> Person:
    person = required_person()
    if "administrator" not in person.roles.values():
        abort(403)
    return person


@blueprint.get("/")
def home() -> str:
    state = platform_state()
    return render_template("home.html", people=state.people.values(), courses=state.courses.values())


@blueprint.post("/login")
def login() -> Response:
    """Become the person `sub`; back to `next` if it is a path of this site."""
    sub = request.form.get("sub", "")
    if sub not in platform_state().people:
        abort(400)
    session["sub"] = sub
    target = request.form.get("next", "")
    local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return redirect(target if local else url_for("pages.home"))


@blueprint.post("/logout")
def logout() -> Response:
    session.pop("sub", None)
    return redirect(url_for("pages.home"))


@blueprint.get("/course/<course_id>")
def course(course_id: str) -> str:
    person, found = _course(course_id)
    state = platform_state()
    teaches = person.role_in(course_id) != "learner"
    links = [link for link in state.course_links(course_id) if link.published or teaches]
    tools = [tool for tool in state.registrations.values() if tool.active and tool.deep_linking_url]
    return render_template("course.html", course=found, links=links, teaches=teaches, tools=tools)


@blueprint.get("/course/<course_id>/link/<link_id>")
def link(course_id: str, link_id: str) -> str:
    """The activity: the tool in a frame, opened by a form that posts itself there."""
    person, found = _course(course_id)
    state = platform_state()
    activity = state.links.get(link_id)
    if activity is None or activity.course_id != course_id:
        abort(404)
    tool = state.registrations[activity.client_id]
    action, fields = start_launch(state, person, tool, course_id, activity)
    return render_template(
        "frame.html", course=found, title=activity.title, text=activity.text, action=action, fields=fields
    )


@blueprint.get("/course/<course_id>/link/<link_id>/review/<sub>")
def review(course_id: str, link_id: str, sub: str) -> str:
    """A learner's submission in the tool, from the gradebook (LTI Submission Review 1.0)."""
    person, found = _course(course_id)
    state = platform_state()
    activity = state.links.get(link_id)
    learner = state.people.get(sub)
    if activity is None or activity.course_id != course_id or learner is None or not state.temperament.reviews:
        abort(404)
    if person.role_in(course_id) == "learner" or not state.is_gradable(course_id, sub):
        abort(403)
    tool = state.registrations[activity.client_id]
    action, fields = start_launch(state, person, tool, course_id, activity, for_user=sub)
    title = f"{activity.title} · {learner.name}"
    return render_template("frame.html", course=found, title=title, text="", action=action, fields=fields)


@blueprint.post("/course/<course_id>/link/<link_id>/publish")
def publish(course_id: str, link_id: str) -> Response:
    """Show a draft activity to learners."""
    person, _ = _course(course_id)
    activity = platform_state().links.get(link_id)
    if activity is None or activity.course_id != course_id:
        abort(404)
    if person.role_in(course_id) == "learner":
        abort(403)
    activity.published = True
    return redirect(url_for("pages.course", course_id=course_id))


@blueprint.get("/course/<course_id>/add/<client_id>")
def add(course_id: str, client_id: str) -> str:
    """Let the tool offer something for the course: deep linking."""
    person, found = _course(course_id)
    state = platform_state()
    tool = state.registrations.get(client_id)
    if tool is None or tool.deep_linking_url is None:
        abort(404)
    if person.role_in(course_id) == "learner":
        abort(403)
    action, fields = start_launch(state, person, tool, course_id, None)
    return render_template("frame.html", course=found, title=tool.name, text="", action=action, fields=fields)


@blueprint.get("/gradebook/<course_id>")
def gradebook(course_id: str) -> str:
    """Everybody's grades for those who teach; one's own for a learner."""
    person, found = _course(course_id)
    state = platform_state()
    everybody = [each for each in state.members(course_id) if each.role_in(course_id) == "learner"]
    shown = [person] if person.role_in(course_id) == "learner" else everybody
    return render_template(
        "gradebook.html",
        course=found,
        people=shown,
        items=state.course_items(course_id),
        cells=state.cells,
        teaches=shown is everybody,
        reviews=state.temperament.reviews,
    )


@blueprint.post("/gradebook/<course_id>")
def set_grade(course_id: str) -> Response:
    """A teacher's own grade for one cell."""
    person, _ = _course(course_id)
    if person.role_in(course_id) == "learner":
        abort(403)
    score = request.form.get("score", type=float)
    item, learner = request.form.get("item", ""), request.form.get("sub", "")
    if not platform_state().is_gradable(course_id, learner):
        abort(400)
    platform_state().override(course_id, item, learner, score)
    return redirect(url_for("pages.gradebook", course_id=course_id))


@blueprint.get("/admin/tools")
def tools() -> str:
    _administrator()
    state = platform_state()
    return render_template("tools.html", tools=state.registrations.values(), state=state)


@blueprint.post("/admin/tools/register")
def start_registration() -> str:
    """Open the tool's registration page in a frame, with an invitation."""
    _administrator()
    url = request.form.get("url", "").strip()
    if not url.startswith(("http://", "https://")):
        abort(400)
    state = platform_state()
    token = state.registration_invitation()
    handed = {
        "openid_configuration": state.temperament.configuration_url(token),
        "registration_token": token,
    }
    target = url + ("&" if "?" in url else "?") + urlencode(handed)
    return render_template("register.html", target=target)


@blueprint.post("/admin/tools/<client_id>/activate")
def activate(client_id: str) -> Response:
    _administrator()
    tool = platform_state().registrations.get(client_id)
    if tool is None:
        abort(404)
    tool.active = True
    return redirect(url_for("pages.tools"))


@blueprint.get("/content/t7-data/1.html")
def lesson() -> str:
    """A lesson as a content server would hold it."""
    return render_template("lesson.html")
