"""What all service calls share: faults, the log, the access token, media types, refusals."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, request

from lti_tool.demo.records import Json, LineItem, ReceivedCall, Registration, ServiceError
from lti_tool.demo.state import State

Act = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Caller:
    """The tool calling, in the course its call is about."""

    state: State
    tool: Registration
    course_id: str

    def item(self, item_id: str) -> LineItem:
        """The tool's own line item of this course."""
        found = self.state.line_items.get(item_id)
        if found is None or (found.course_id, found.client_id) != (self.course_id, self.tool.client_id):
            raise self.state.temperament.foreign_item(item_id)
        return found


def add_service(app: Flask, state: State, path: str, name: str, methods: dict[str, Act]) -> None:
    """Serve `path`: one function for each method, under the platform's faults, every call logged."""

    def answer(**arguments: str) -> Response:
        act = methods[request.method]
        response = _with_faults(state, lambda: _carry_out(state, act, arguments))
        _log(state, 0 if response is None else response.status_code)
        if response is None:
            return _close_connection(state)
        response.date = state.now()  # by the platform's own clock
        return response

    app.add_url_rule(path, name, answer, methods=list(methods), provide_automatic_options=False)


def _carry_out(state: State, act: Act, arguments: dict[str, str]) -> Response:
    try:
        with state.lock:
            return state.temperament.finish(act(state, **arguments))
    except ServiceError as error:
        return state.temperament.finish(state.temperament.error(error))


def _with_faults(state: State, act: Callable[[], Response]) -> Response | None:
    """The answer; None where the connection is to be closed instead."""
    faults = state.faults
    if faults.stall_seconds:
        time.sleep(faults.stall_seconds)
    with state.lock:
        refusal = faults.refusal()
    if refusal is not None:
        return None if refusal == "close" else _trouble(state, int(refusal), faults.retry_after)
    with state.lock:
        too_fast = state.temperament.admit()
    if too_fast is not None:
        return too_fast
    try:
        response = act()
        if faults.deliver_twice:
            response = act()
    finally:
        with state.lock:
            state.temperament.leave()
    if faults.drop_after_acting == "close":
        return None
    return _trouble(state, 500) if faults.drop_after_acting else response


def _trouble(state: State, status: int, retry_after: int | None = None) -> Response:
    answer = state.temperament.trouble(status)
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _close_connection(state: State) -> Response:
    """Hang up without a word, where the server lets us; otherwise answer 500."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(2)
    return _trouble(state, 500)


def _log(state: State, status: int) -> None:
    secret = request.path == "/token"
    body = "" if secret else request.get_data(as_text=True)
    state.requests.append(ReceivedCall(request.method, request.path, status, state.now(), body))


def caller(state: State, course_id: str, *scopes: str) -> Caller:
    """Who calls, holding at least one of `scopes`; refused otherwise in the platform's own words."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    refuse = state.temperament.unauthorized
    if kind.lower() != "bearer" or not token:
        raise refuse("missing")
    grant = state.grants.get(token)
    if grant is None or grant.client_id not in state.registrations:
        raise refuse("unknown")
    if grant.expires <= state.now():
        raise refuse("expired")
    if not grant.scopes.intersection(scopes):
        raise refuse("scope")
    if course_id not in state.courses:
        raise state.temperament.missing_course(course_id)
    return Caller(state, state.registrations[grant.client_id], course_id)


def json_body() -> Json:
    """The request's JSON object."""
    body: Any = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise ServiceError(400, "the body is not a JSON object")
    return body


def json_answer(content: Json | list[Any], content_type: str, status: int = 200) -> Response:
    return Response(current_app.json.dumps(content), status, content_type=content_type)


def page_of(
    state: State, rows: list[Any], start: int, size: int, drop: tuple[str, ...] = ()
) -> tuple[list[Any], str | None]:
    """The rows of one page and its Link header; size 0 is everything."""
    if not size:
        return rows[start:], None
    kept = {key: value for key, value in request.args.items() if key not in ("from", "limit", *drop)}
    query = "&".join(f"{key}={value}" for key, value in {**kept, "limit": size, "from": start + size}.items())
    url = f"{state.base_url}{request.path}?{query}"
    return rows[start : start + size], state.temperament.page_links(url, start, size, len(rows))
