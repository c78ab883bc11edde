"""Pages of a participant 参训教师 about themselves."""

from datetime import date

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.web.access import launch, launched_blueprint, participant_id, participants_only, programme_id
from lti_tool.web.actions import gradebook, submissions
from lti_tool.web.errors import not_found
from lti_tool.web.pages import credits as credits_
from lti_tool.web.pages import study
from lti_tool.web.rendering import notice, render
from lti_tool.web.security import frame_content
from lti_tool.web.services import services

blueprint = launched_blueprint("trainee")


@blueprint.get("/credits")
@participants_only
def show_credits() -> str:
    page = credits_.credits_page(services(), programme_id(), participant_id(), is_own=True)
    gradebook.watch_course(services(), launch(), is_staff=False)
    return render("trainee/credits.html", page)


@blueprint.get("/days/<day>")
@participants_only
def show_day(day: str) -> str:
    page = credits_.day_page(services(), programme_id(), participant_id(), read_day(day), is_own=True)
    return render("trainee/day.html", page)


@blueprint.get("/statements/<uuid:statement>")
@participants_only
def show_statement(statement: object) -> str:
    page = credits_.statement_page(services(), programme_id(), participant_id(), str(statement), is_own=True)
    return render("trainee/statement.html", page)


@blueprint.get("/study")
@participants_only
def show_study() -> str:
    page = study.study_page(services(), launch())
    frame_content(page.origin)
    return render("trainee/study.html", page)


@blueprint.get("/practice/<practice>/<stage>")
@participants_only
def hand_in(practice: str, stage: str) -> str:
    page = submissions.stage_form(services(), programme_id(), practice, stage)
    return render("trainee/submission.html", page)


@blueprint.post("/practice/<practice>/<stage>")
@participants_only
def send_stage(practice: str, stage: str) -> Response | tuple[str, int]:
    problems = submissions.hand_in_stage(services(), launch(), practice, stage, request.form)
    if problems:
        page = submissions.stage_form(services(), programme_id(), practice, stage)
        return render("trainee/submission.html", page, problems=problems, given=request.form), 422
    return redirect(url_for("trainee.show_credits", _anchor="practice", done=notice("handed_in")))


@blueprint.get("/logs/<class_id>/<session>")
@participants_only
def write_log(class_id: str, session: str) -> str:
    page = submissions.log_form(services(), programme_id(), participant_id(), class_id, session)
    return render("trainee/submission.html", page)


@blueprint.post("/logs/<class_id>/<session>")
@participants_only
def send_log(class_id: str, session: str) -> Response | tuple[str, int]:
    problems = submissions.hand_in_log(services(), launch(), class_id, session, request.form)
    if problems:
        page = submissions.log_form(services(), programme_id(), participant_id(), class_id, session)
        return render("trainee/submission.html", page, problems=problems, given=request.form), 422
    return redirect(url_for("trainee.show_credits", _anchor="offline", done=notice("handed_in")))


def read_day(text: str) -> date:
    """A day of an address; anything else is not found."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise not_found() from None
