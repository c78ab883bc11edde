"""The way back from deep linking: content items become activities (LTI Deep Linking 2.0, 4)."""

import jwt
from flask import Blueprint, Response, g, make_response, render_template, request

from lti_tool.demo import vocabulary as v
from lti_tool.demo.launch import current_person, platform_state
from lti_tool.demo.records import DeepLinkingReturn, Json, Link, ServiceError
from lti_tool.demo.state import State
from lti_tool.demo.texts import texts

blueprint = Blueprint("deep_linking", __name__)


@blueprint.post("/deep-linking-return")
def receive() -> Response:
    """Create what the tool's signed answer names, say what came of it, and lead back to the course."""
    state = platform_state()
    if state.temperament.posts_again and current_person() is None and "repost" not in request.form:
        fields = {**request.form.to_dict(), "repost": "true"}
        return make_response(render_template("post.html", action=request.url, fields=fields))
    try:
        back, claims = _checked(state)
        with state.lock:
            state.temperament.use_deep_linking(back)
            created, refused = _create(state, back, claims)
    except ServiceError as error:
        return state.temperament.deep_linking_error(error)
    page = render_template(
        "added.html",
        course=state.courses[back.course_id],
        created=created,
        refused=refused,
        message=claims.get(v.DEEP_LINKING + "msg"),
        error=claims.get(v.DEEP_LINKING + "errormsg"),
    )
    return make_response(page)


def _checked(state: State) -> tuple[DeepLinkingReturn, Json]:
    back = state.deep_linking_returns.get(request.args.get("data", ""))
    person = current_person()
    if back is None or person is None or person.sub != back.sub:
        raise ServiceError(400, "no such deep linking dialogue for the person logged in")
    tool = state.registrations[back.client_id]
    try:
        claims = state.tool_keys.verify(request.form.get("JWT", ""), tool.jwks_url)
        _check_message(claims)
        state.temperament.check_deep_linking(back, claims)
    except jwt.InvalidTokenError as error:
        raise ServiceError(400, str(error)) from error
    return back, claims


def _check_message(claims: Json) -> None:
    """What no platform can read otherwise: the list of items, each an object."""
    items = claims.get(v.DEEP_LINKING + "content_items", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ServiceError(400, "content_items must be a list of objects")


def _create(state: State, back: DeepLinkingReturn, claims: Json) -> tuple[list[Link], list[str]]:
    """The activities made and why others were not; nothing is made beside an error message, or where the course's page
    must be around the answer's and is not.
    """
    created: list[Link] = []
    refused: list[str] = []
    tool = state.registrations[back.client_id]
    if claims.get(v.DEEP_LINKING + "errormsg"):
        return created, refused
    items = claims.get(v.DEEP_LINKING + "content_items") or []
    if state.temperament.links_through_frame and request.headers.get("Sec-Fetch-Dest") == "document":
        return created, [texts(g.get("lang", "zh"))["nobody_waits"]] * bool(items)
    if not back.settings.get("accept_multiple"):
        refused += ["only one item is accepted"] * (len(items) > 1)
        items = items[:1]
    for item in items:
        try:
            created.append(state.temperament.add_content(tool, back.course_id, item))
        except ServiceError as error:
            refused.append(error.message)
    return created, refused
