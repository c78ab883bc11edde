"""Packages of content: trainers and administrators upload them, say what they count for, and take them away."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.web.access import launch, launched_blueprint, refuse_nul_in, staff_only
from lti_tool.web.actions import packages as actions
from lti_tool.web.pages import packages
from lti_tool.web.pages.package_words import sentences
from lti_tool.web.rendering import notice, render
from lti_tool.web.services import services

blueprint = launched_blueprint("packages", takes_files=True)


@blueprint.get("/packages")
@staff_only
def show_packages() -> str:
    page = packages.packages_page(services(), launch(), request.args.get("after", ""))
    return render("trainer/packages.html", page)


@blueprint.post("/packages")
@staff_only
def upload() -> Response | tuple[str, int]:
    key, problems = actions.upload_package(services(), launch())
    if key is None:
        page = packages.packages_page(services(), launch(), "")
        return render("trainer/packages.html", page, problems=sentences(problems)), 422
    return redirect(url_for("packages.show_package", key=key, done=notice("uploaded")))


@blueprint.get("/packages/<uuid:key>")
@staff_only
def show_package(key: object) -> str:
    return render("trainer/package.html", packages.package_page(services(), launch(), str(key)))


@blueprint.post("/packages/<uuid:key>/course")
@staff_only
def assign(key: object) -> Response:
    refuse_nul_in(request.form.values())
    actions.assign_course(services(), launch(), str(key), request.form.get("course", ""))
    return redirect(url_for("packages.show_package", key=key, done=notice("assigned")))


@blueprint.post("/packages/<uuid:key>/remove")
@staff_only
def remove(key: object) -> Response | tuple[str, int]:
    page = packages.package_page(services(), launch(), str(key))
    if "sure" not in request.form:
        return render("trainer/package.html", page, is_unsure=True), 422
    actions.remove_package(services(), launch(), str(key))
    return redirect(url_for("packages.show_packages", done=notice("removed")))
