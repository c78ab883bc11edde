"""Pages of a trainer 培训者: everybody of the course, and whoever or whatever has no match yet."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.lti.claims import SUBMISSION_REVIEW
from lti_tool.web.access import is_staff, launch, launched_blueprint, programme_id, staff_only
from lti_tool.web.actions import gradebook, links, rosters
from lti_tool.web.errors import forbidden, not_found
from lti_tool.web.pages import course, reviewing, unmatched
from lti_tool.web.pages.credits import credits_page, day_page, statement_page
from lti_tool.web.rendering import notice, render
from lti_tool.web.services import services
from lti_tool.web.views.trainee import read_day

blueprint = launched_blueprint("trainer")


@blueprint.get("/course")
@staff_only
def show_course() -> str:
    page = course.course_page(services(), launch(), request.args)
    gradebook.watch_course(services(), launch(), is_staff=True)
    return render("trainer/course.html", page)


@blueprint.get("/review")
def show_review() -> Response:
    """Whom the trainer opened in the gradebook (Submission Review 1.0); learners may open themselves."""
    if launch().message_type != SUBMISSION_REVIEW:
        raise not_found()
    if not is_staff() and launch().for_user != launch().sub:
        raise forbidden()
    if not is_staff():
        return redirect(url_for("trainee.show_credits"))
    if launch().programme_id is None:
        return redirect(url_for("programme.show_start"))
    return redirect(url_for("trainer.show_participant", participant=reviewing.find_reviewed(services(), launch())))


@blueprint.get("/participants/<participant>")
@staff_only
def show_participant(participant: str) -> str:
    page = credits_page(services(), programme_id(), participant, is_own=False)
    gradebook.watch_course(services(), launch(), is_staff=True)
    return render("trainee/credits.html", page)


@blueprint.get("/participants/<participant>/days/<day>")
@staff_only
def show_day(participant: str, day: str) -> str:
    page = day_page(services(), programme_id(), participant, read_day(day), is_own=False)
    return render("trainee/day.html", page)


@blueprint.get("/participants/<participant>/statements/<uuid:statement>")
@staff_only
def show_statement(participant: str, statement: object) -> str:
    page = statement_page(services(), programme_id(), participant, str(statement), is_own=False)
    return render("trainee/statement.html", page)


@blueprint.get("/unmatched")
@staff_only
def show_unmatched() -> str:
    page = unmatched.unmatched_page(services(), launch(), request.args)
    return render("trainer/unmatched.html", page)


@blueprint.post("/roster")
@staff_only
def read_roster() -> Response:
    said = rosters.read_roster(services(), launch())
    return redirect(url_for("trainer.show_unmatched", _anchor="roster", done=notice(said) if said else None))


@blueprint.post("/unmatched/<int:member>/link")
@staff_only
def link_member(member: int) -> Response:
    links.link_member(services(), launch(), member, request.form.get("participant", ""))
    return redirect(url_for("trainer.show_unmatched", _anchor="linked", done=notice("linked")))


@blueprint.post("/unmatched/<int:member>/unlink")
@staff_only
def unlink_member(member: int) -> Response:
    links.unlink_member(services(), launch(), member)
    return redirect(url_for("trainer.show_unmatched", _anchor="people", done=notice("unlinked")))
