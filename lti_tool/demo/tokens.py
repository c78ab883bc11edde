"""Access tokens for signed assertions (LTI Security Framework 1.0, 4.1)."""

import json

import jwt
from flask import Flask, Response, request

from lti_tool.demo import vocabulary as v
from lti_tool.demo.records import Json, Registration, ServiceError
from lti_tool.demo.services import add_service
from lti_tool.demo.state import State


def add_token_service(app: Flask, state: State) -> None:
    add_service(app, state, "/token", "token", {"POST": token})


def token(state: State) -> Response:
    """Client credentials for the scopes asked for."""
    try:
        tool = _authenticated_tool(state)
        scopes = state.temperament.granted_scopes(tool, request.form["scope"].split())
    except ServiceError as error:
        return state.temperament.token_error(error)
    text, granted = state.temperament.access_token(tool, scopes)
    answer = {
        "access_token": text,
        "token_type": "Bearer",
        "expires_in": int((granted.expires - state.now()).total_seconds()),
        "scope": " ".join(scopes),
    }
    return Response(json.dumps(answer), 200, content_type=state.temperament.json_type)


def _authenticated_tool(state: State) -> Registration:
    form = request.form
    if form.get("grant_type") != "client_credentials":
        raise ServiceError(400, "unsupported_grant_type")
    if form.get("client_assertion_type") != v.ASSERTION_TYPE or not form.get("scope"):
        raise ServiceError(400, "invalid_request")
    assertion = form.get("client_assertion", "")
    try:
        unverified: Json = jwt.decode(assertion, options={"verify_signature": False})
        tool = state.registrations.get(str(unverified.get("sub")))
        if tool is None:
            raise ServiceError(400, "invalid_client", description="unknown client")
        state.temperament.check_assertion(state.tool_keys.verify(assertion, tool.jwks_url))
    except jwt.InvalidTokenError as error:
        raise ServiceError(400, "invalid_client", description=str(error)) from error
    return tool
