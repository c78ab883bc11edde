"""The whole error vocabulary of the record store: a status and a code for programs, a sentence for people."""

# ruff: noqa: N818 - the names say what happened; a suffix would say it is an error a second time

from collections.abc import Sequence
from typing import Any


class XapiError(Exception):
    """The request cannot be served.

    Every error answers with `status` and the body
    `{"error": {"code": …, "message": …, "details": [{"path": …, "rule": …, "message": …}]}}`.
    The message is the class's docstring unless a better one is given.
    """

    status = 400
    code = "bad_request"

    def __init__(self, message: str | None = None, *, details: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().split("\n")[0])
        self.details = list(details)
        self.headers: dict[str, str] = {}

    @property
    def message(self) -> str:
        return str(self.args[0])

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, "details": self.details}}


class InvalidRequest(XapiError):
    """The request does not follow the xAPI specification."""

    code = "invalid_request"


class InvalidJson(XapiError):
    """The body is not JSON."""

    code = "invalid_json"


class InvalidStatement(XapiError):
    """A statement breaks a rule of the xAPI specification; nothing of the request was stored."""

    code = "invalid_statement"


class InvalidParameter(XapiError):
    """A query parameter is missing, unknown or malformed."""

    code = "invalid_parameter"


class UnsupportedVersion(XapiError):
    """Send the header X-Experience-API-Version with 1.0.x or 2.0.x."""

    code = "unsupported_version"


class Unauthenticated(XapiError):
    """Send HTTP Basic credentials: the key and the secret of a credential that is valid now."""

    status = 401
    code = "unauthenticated"


class Forbidden(XapiError):
    """This credential may not do that."""

    status = 403
    code = "forbidden"


class NotFound(XapiError):
    """There is nothing here."""

    status = 404
    code = "not_found"


class MethodNotAllowed(XapiError):
    """The resource does not take this method."""

    status = 405
    code = "method_not_allowed"


class StatementConflict(XapiError):
    """A different statement with this id is already stored; nothing of the request was stored."""

    status = 409
    code = "statement_conflict"


class DocumentConflict(XapiError):
    """The document exists: read it, then send If-Match with its ETag, or If-None-Match: * to create only."""

    status = 409
    code = "document_conflict"


class PreconditionFailed(XapiError):
    """The document is not in the state that If-Match or If-None-Match demands; it was left alone."""

    status = 412
    code = "precondition_failed"


class TooLarge(XapiError):
    """The body is larger than this server accepts."""

    status = 413
    code = "too_large"


class TooManyRequests(XapiError):
    """This credential sends faster than it is allowed to; wait and send again."""

    status = 429
    code = "too_many_requests"


class Unavailable(XapiError):
    """The database is busy; nothing was stored, send the request again."""

    status = 503
    code = "unavailable"
