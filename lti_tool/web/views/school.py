"""Pages of a school management team 校级管理团队: what waits for its approval, and the school's plan."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.web.access import (
    is_staff,
    launch,
    launched_blueprint,
    programme_id,
    staff_or_team_only,
    team_only,
    team_school,
)
from lti_tool.web.actions import approvals as actions
from lti_tool.web.pages import approvals, plan
from lti_tool.web.rendering import notice, render
from lti_tool.web.services import services

blueprint = launched_blueprint("school")


@blueprint.get("/approvals")
@team_only
def show_approvals() -> str:
    page = approvals.approvals_page(services(), launch(), str(team_school()), after=request.args.get("after", ""))
    return render("school/approvals.html", page)


@blueprint.post("/approvals/<participant>/<practice>")
@team_only
def decide(participant: str, practice: str) -> Response | tuple[str, int]:
    school = str(team_school())
    problems = actions.decide(services(), launch(), school, participant, practice, request.form)
    if problems:
        page = approvals.one_approval_page(services(), launch(), school, participant, practice)
        return render("school/approvals.html", page, problems=problems, given=request.form), 422
    return redirect(url_for("school.show_approvals", done=notice("decided")))


@blueprint.get("/plan")
@staff_or_team_only
def show_plan() -> str:
    only = None if is_staff() else team_school()
    page = plan.plan_page(services(), programme_id(), only_school=only, after=request.args.get("after", ""))
    return render("school/plan.html", page)
