"""Login initiation and the authentication response (LTI Security Framework 1.0, 5.1)."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request, session

from lti_tool.demo import vocabulary as v
from lti_tool.demo.people import Person
from lti_tool.demo.records import DeepLinkingReturn, Json, Launch, Link, Registration, new_token
from lti_tool.demo.state import State

blueprint = Blueprint("launch", __name__)


def platform_state() -> State:
    """The state of the platform answering this request."""
    state: State = current_app.extensions["platform"]
    return state


def current_person() -> Person | None:
    """Who is logged in."""
    return platform_state().people.get(session.get("sub", ""))


def required_person() -> Person:
    person = current_person()
    if person is None:
        abort(403, "请先登录。 Log in first.")
    return person


def start_launch(
    state: State, person: Person, tool: Registration, course_id: str, link: Link | None, for_user: str | None = None
) -> tuple[str, dict[str, str]]:
    """Where to post the login initiation, and its fields; `link` None starts deep linking, `for_user` a review."""
    target = link.target_link_uri if link else tool.deep_linking_url or tool.target_link_uri
    locale = state.temperament.locales["en" if session.get("lang") == "en" else "zh"]
    launch = Launch(
        new_token(),
        person.sub,
        tool.client_id,
        course_id,
        link.id if link else None,
        locale,
        target,
        state.now(),
        for_user,
    )
    state.launches[launch.id] = launch
    return tool.login_url, state.temperament.login_fields(tool, launch)


@blueprint.get("/jwks")
def key_set() -> Response:
    """The platform's public keys."""
    state = platform_state()
    answer = make_response({"keys": [key.public() for key in state.keys]})
    if state.temperament.key_set_max_age is not None:
        answer.headers["Cache-Control"] = f"max-age={state.temperament.key_set_max_age}"
    return answer


@blueprint.route("/auth", methods=["GET", "POST"])
def authenticate() -> str:
    """Answer the tool's authentication request with an id_token, or with the error, both posted to it."""
    state, asked = platform_state(), request.values
    tool = state.registrations.get(asked.get("client_id", ""))
    if tool is None or not state.temperament.redirect_allowed(tool, asked.get("redirect_uri", "")):
        abort(400, "invalidrequest: unknown client_id or redirect_uri")
    fields = _answer(state, tool)
    if "state" in asked:
        fields["state"] = asked["state"]
    return render_template("post.html", action=asked["redirect_uri"], fields=fields)


def _answer(state: State, tool: Registration) -> dict[str, str]:
    refusal = _refusal(state, tool)
    if refusal:
        return {"error": refusal[0], "error_description": refusal[1]}
    launch_id = state.temperament.read_message_hint(request.values.get("lti_message_hint", ""))
    launch = state.launches.pop(launch_id or "", None)
    if launch is None or launch.client_id != tool.client_id:
        return {"error": state.temperament.used_launch_error, "error_description": "no such launch"}
    claims = id_token_claims(state, tool, launch, request.values["nonce"])
    return {"id_token": signing_key(state).sign(claims), **state.temperament.response_fields()}


def _refusal(state: State, tool: Registration) -> tuple[str, str] | None:
    asked, temperament = request.values, state.temperament
    missing = [name for name in temperament.required_auth if not asked.get(name)]
    fixed = {"response_type": "id_token", "response_mode": "form_post", "prompt": "none"}
    wrong = [name for name, value in fixed.items() if asked.get(name, value) != value]
    person = current_person()
    checks = [
        (not missing, temperament.invalid_request_error, "missing " + ", ".join(missing)),
        (asked.get("scope", "openid") == "openid", "invalid_scope", "scope must be openid"),
        ("response_type" not in wrong, "unsupported_response_type", "only id_token"),
        (not wrong, temperament.invalid_request_error, "wrong " + ", ".join(wrong)),
        (tool.active, "unauthorized_client", "the tool is not active"),
        (
            person is not None and temperament.login_hint(person) == asked.get("login_hint"),
            temperament.unauthorized_user_error,
            "Must have an active user session",
        ),
    ]
    return next(((error, why) for good, error, why in checks if not good), None)


def signing_key(state: State) -> Any:
    """The present key: where there are past, present and future, the middle one."""
    return state.keys[len(state.keys) // 2]


def id_token_claims(state: State, tool: Registration, launch: Launch, nonce: str) -> Json:
    """Everything the id_token says (LTI Core 1.3, 5.3 and 5.4)."""
    temperament = state.temperament
    person, course = state.people[launch.sub], state.courses[launch.course_id]
    link = state.links[launch.link_id] if launch.link_id else None
    issued = int(state.now().timestamp())
    kind = v.RESOURCE_LINK_REQUEST if link else v.DEEP_LINKING_REQUEST
    kind = v.SUBMISSION_REVIEW_REQUEST if launch.for_user else kind
    claims: Json = {
        "iss": state.issuer,
        "aud": tool.client_id,
        "sub": person.sub,
        "iat": issued,
        "exp": issued + temperament.id_token_seconds,
        "nonce": nonce,
        v.LTI + "version": "1.3.0",
        v.LTI + "message_type": kind,
        v.LTI + "deployment_id": tool.deployment_id,
        v.LTI + "target_link_uri": launch.target_link_uri,
        v.LTI + "roles": temperament.roles(person, course.id),
        v.LTI + "context": temperament.context_claim(course),
        v.LTI + "tool_platform": temperament.platform_claim(),
        v.LTI + "launch_presentation": {
            "locale": launch.locale,
            "document_target": "iframe",
            "return_url": f"{state.base_url}/course/{course.id}",
        },
        v.LTI + "custom": temperament.custom(tool, link),
        **temperament.person_claims(tool, person),
        **temperament.more_claims(tool, launch),
    }
    services = {
        v.AGS_CLAIM: temperament.grades_claim(tool, launch),
        v.NRPS_CLAIM: temperament.members_claim(tool, launch),
    }
    claims |= {name: claim for name, claim in services.items() if claim}
    return claims | _message_claims(state, tool, launch)


def _message_claims(state: State, tool: Registration, launch: Launch) -> Json:
    if launch.link_id:
        link = state.links[launch.link_id]
        reviewed = {v.LTI + "for_user": {"user_id": launch.for_user}} if launch.for_user else {}
        return {v.LTI + "resource_link": state.temperament.resource_link_claim(link), **reviewed}
    settings = state.temperament.deep_linking_settings(tool, launch)
    key = new_token()
    state.deep_linking_returns[key] = DeepLinkingReturn(tool.client_id, launch.course_id, launch.sub, settings)
    url = f"{state.base_url}/deep-linking-return?data={key}"
    return {v.DEEP_LINKING + "deep_linking_settings": {"deep_link_return_url": url, **settings}}
