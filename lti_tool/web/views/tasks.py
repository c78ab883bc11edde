"""A practice task 实践任务 as an activity of the course: the learner's own, and who has handed in what."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.web.access import is_staff, launch, launched_blueprint, participants_only, staff_only, team_school
from lti_tool.web.actions import submissions
from lti_tool.web.pages import tasks
from lti_tool.web.rendering import notice, render
from lti_tool.web.services import services

blueprint = launched_blueprint("tasks")


@blueprint.get("/task")
def show_activity() -> Response:
    """The activity that a deep link made."""
    practice = launch().custom.get("practice")
    if practice and is_staff() and launch().programme_id is not None:
        return redirect(url_for("tasks.show_people", practice=practice))
    if practice and launch().participant_id is not None:
        return redirect(url_for("tasks.show_task", practice=practice))
    return redirect(url_for("programme.show_start"))


@blueprint.get("/tasks/<practice>")
@participants_only
def show_task(practice: str) -> str:
    return _task(practice)


@blueprint.post("/tasks/<practice>/<stage>")
@participants_only
def hand_in(practice: str, stage: str) -> Response | tuple[str, int]:
    tasks.find_activity(services(), launch(), practice, is_staff=False)
    problems = submissions.hand_in_stage(services(), launch(), practice, stage, request.form)
    if problems:
        return _task(practice, problems=problems, given=request.form, at=stage), 422
    return redirect(url_for("tasks.show_task", practice=practice, done=notice("handed_in")))


@blueprint.get("/tasks/<practice>/people")
@staff_only
def show_people(practice: str) -> str:
    page = tasks.overview_page(services(), launch(), practice, request.args)
    return render("trainer/task.html", page)


def _task(practice: str, **more: object) -> str:
    page = tasks.task_page(services(), launch(), practice, is_team=team_school() is not None)
    return render("trainee/task.html", page, **more)
