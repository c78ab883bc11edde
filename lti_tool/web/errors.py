"""One shape for every error: JSON to programs, a page with a plain sentence and what to do next to people."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

_PROGRAMS = ("/api/", "/xapi/", "/cmi5/fetch/", "/healthz", "/readyz", "/metrics")


class WebError(Exception):
    """Something that the person or program at the other end should know.

    `code` is stable and for programs; `message` is one plain sentence; `advice` says what to do next.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        advice: str = "",
        details: Sequence[Any] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.advice = advice
        self.details = list(details)
        self.headers = headers or {}
        super().__init__(code)


def not_found() -> WebError:
    """There is no such thing here, or it is not yours: the two look the same from outside."""
    return WebError(
        404,
        "not_found",
        gettext("There is nothing at this address."),
        advice=gettext("Go back to your course and open the activity again."),
    )


def forbidden() -> WebError:
    """Your role does not reach this far."""
    return WebError(
        403,
        "forbidden",
        gettext("Your role in this course does not include this page."),
        advice=gettext("If you think it should, ask the administrator of your course."),
    )


def expired() -> WebError:
    """The page's launch is over, or it was opened in another browser."""
    return WebError(
        401,
        "session_expired",
        gettext("This page is no longer open to you."),
        advice=gettext("Go back to your course and open the activity again. Nothing has been lost."),
    )


def register_error_handlers(app: Flask) -> None:
    """Answer every failure in the one shape."""
    app.register_error_handler(WebError, _answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_fault)


def wants_json() -> bool:
    """Whether a program is asking: by its path, or by what it accepts."""
    if request.path.startswith(_PROGRAMS):
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def _answer(error: WebError) -> Response:
    if wants_json():
        body = {"error": {"code": error.code, "message": error.message, "details": error.details}}
        response = make_response(jsonify(body), error.status)
    else:
        response = make_response(render_template("error.html", error=error), error.status)
    response.headers.update(error.headers)
    return response


def _answer_http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    found = not_found() if error.code == 404 else _translate(error)
    valid = getattr(error, "valid_methods", None)
    if valid:
        found.headers["Allow"] = ", ".join(sorted(valid))
    return _answer(found)


def _translate(error: HTTPException) -> WebError:
    status = error.code or 500
    sentences = {
        405: gettext("This address does not accept what was asked of it."),
        413: gettext("What was sent is too large."),
        429: gettext("Too many requests in a short time."),
    }
    code = error.name.lower().replace(" ", "_")
    message = sentences.get(status) or gettext("The request could not be understood.")
    return WebError(status, code, message, advice=gettext("Go back and try again."))


def _answer_fault(error: Exception) -> Response:
    """A fault of ours: logged with its trace, answered without it."""
    current_app.logger.exception("%s %s failed", request.method, request.path, exc_info=error)
    return _answer(
        WebError(
            500,
            "internal_error",
            gettext("Something went wrong on our side."),
            advice=gettext("Try again in a moment. What you had already done is safe."),
        )
    )
