"""Pages of an administrator about the one learning platform that they launched from."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.web.access import administrators_only, launch, launched_blueprint
from lti_tool.web.actions import choosing, gradebook, key_pairs, voiding
from lti_tool.web.errors import not_found
from lti_tool.web.pages import administrator, administrator_grades, administrator_statements
from lti_tool.web.rendering import notice, render
from lti_tool.web.services import services

blueprint = launched_blueprint("administrator")

_LARGEST = 2**31 - 1


@blueprint.get("/administration")
@administrators_only
def show_platform() -> str:
    page = administrator.platform_page(services(), launch(), read_number("after") or 0)
    return render("administrator/platform.html", page)


@blueprint.get("/administration/courses/<int:course>")
@administrators_only
def show_course(course: int) -> str:
    page = administrator.course_page(services(), launch(), _checked(course), request.args.get("after", ""))
    return render("administrator/course.html", page)


@blueprint.post("/administration/courses/<int:course>")
@administrators_only
def change_programme(course: int) -> Response | tuple[str, int]:
    chosen = request.form.get("programme", "")
    if not chosen:
        page = administrator.course_page(services(), launch(), _checked(course), "")
        return render("administrator/course.html", page, nothing_chosen=True), 422
    choosing.change_programme(services(), launch(), _checked(course), chosen)
    return redirect(url_for("administrator.show_platform", done=notice("programme")))


@blueprint.post("/administration/courses/<int:course>/trial")
@administrators_only
def try_course(course: int) -> Response:
    gradebook.try_course(services(), launch().platform_id, _checked(course))
    return redirect(url_for("administrator.show_course", course=course, done=notice("trial"), _anchor="trial"))


@blueprint.get("/administration/launches")
@administrators_only
def show_launches() -> str:
    page = administrator.launches_page(services(), launch(), request.args.get("seen", ""), read_number("refused"))
    return render("administrator/launches.html", page)


@blueprint.get("/administration/credentials")
@administrators_only
def show_credentials() -> str:
    page = administrator.credentials_page(services(), launch(), read_number("before"))
    return render("administrator/credentials.html", page)


@blueprint.post("/administration/credentials")
@administrators_only
def make_credential() -> tuple[str, int]:
    made, problems = key_pairs.make_credential(services(), launch().platform_id, request.form)
    page = administrator.credentials_page(services(), launch(), None)
    shown = render("administrator/credentials.html", page, made=made, problems=problems, given=request.form)
    return shown, 422 if problems else 201


@blueprint.post("/administration/credentials/revoke")
@administrators_only
def revoke_credential() -> Response:
    key_pairs.revoke_credential(services(), launch().platform_id, request.form.get("key", ""))
    return redirect(url_for("administrator.show_credentials", done=notice("revoked")))


@blueprint.get("/administration/grades")
@administrators_only
def show_grades() -> str:
    page = administrator_grades.grades_page(
        services(),
        launch(),
        request.args.get("show", "refused"),
        read_number("after") or 0,
        read_number("columns") or 0,
    )
    gradebook.watch_platform(services(), launch())
    return render("administrator/grades.html", page)


@blueprint.post("/administration/grades/retry")
@administrators_only
def retry_grades() -> Response:
    gradebook.retry_everything(services(), launch().platform_id)
    return redirect(url_for("administrator.show_grades", done=notice("retry_all")))


@blueprint.post("/administration/grades/<int:cell>/<action>")
@administrators_only
def act_on_cell(cell: int, action: str) -> Response:
    said = gradebook.act_on_cell(services(), launch().platform_id, _checked(cell), action)
    return redirect(url_for("administrator.show_grades", done=notice(said), show=request.args.get("show")))


@blueprint.post("/administration/columns/<int:column>/retry")
@administrators_only
def retry_column(column: int) -> Response:
    said = gradebook.retry_column(services(), launch().platform_id, _checked(column))
    return redirect(url_for("administrator.show_grades", done=notice(said)))


@blueprint.get("/administration/exchanges")
@administrators_only
def show_exchanges() -> str:
    page = administrator_grades.exchanges_page(services(), launch(), read_number("cell"), read_number("before"))
    return render("administrator/exchanges.html", page)


@blueprint.get("/administration/statements")
@administrators_only
def show_statements() -> str:
    page = administrator_statements.statements_page(services(), launch(), request.args)
    return render("administrator/statements.html", page)


@blueprint.get("/administration/statements/<programme>/<uuid:statement>")
@administrators_only
def show_statement(programme: str, statement: object) -> str:
    page = administrator_statements.statement_page(services(), launch(), str(statement), programme)
    return render("administrator/statement.html", page)


@blueprint.post("/administration/statements/<programme>/<uuid:statement>")
@administrators_only
def void_statement(programme: str, statement: object) -> Response | tuple[str, int]:
    problems = voiding.void_statement(services(), launch(), str(statement), programme, request.form)
    if problems:
        page = administrator_statements.statement_page(services(), launch(), str(statement), programme)
        return render("administrator/statement.html", page, problems=problems, given=request.form), 422
    here = url_for("administrator.show_statement", statement=statement, programme=programme, done=notice("voided"))
    return redirect(here)


def read_number(name: str) -> int | None:
    """A number of the address; None where there is none, not found for anything else."""
    text = request.args.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise not_found()
    return _checked(int(text))


def _checked(number: int) -> int:
    """No row has a number that the database could not hold."""
    if number > _LARGEST:
        raise not_found()
    return number
