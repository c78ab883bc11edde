"""The pages of monitors 监测: figures of an area and samples to visit, nobody's name."""

from flask import request

from lti_tool.web.access import launched_blueprint, monitored_area, monitors_only, programme_id
from lti_tool.web.pages import indicators, sampling
from lti_tool.web.rendering import render
from lti_tool.web.services import services

blueprint = launched_blueprint("monitor")


@blueprint.get("/indicators")
@monitors_only
def show_indicators() -> str:
    page = indicators.indicators_page(services(), programme_id(), monitored_area() or {}, request.args)
    return render("monitor/indicators.html", page)


@blueprint.get("/indicators/sample")
@monitors_only
def show_sample() -> str:
    page = sampling.sample_page(services(), programme_id(), monitored_area() or {}, request.args)
    return render("monitor/sample.html", page)
