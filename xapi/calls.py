"""A request as the resources see it: method, parameters, headers and body, whatever syntax brought them.

xAPI 1.0.3 lets a client that cannot set headers put everything into a form (Communication 1.3); from here
on such a call looks like any other.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from flask import Request
from sqlalchemy import Connection
from werkzeug.datastructures import EnvironHeaders, Headers, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from xapi.errors import InvalidParameter, InvalidRequest, TooLarge, Unauthenticated, UnsupportedVersion
from xapi.values import Credential

VERSION_HEADER = "X-Experience-API-Version"
#: What we answer as, by major version: the latest patch of each.
ANSWERED_VERSIONS = {1: "1.0.3", 2: "2.0.0"}

_VERSION = re.compile(r"(?P<major>1|2)\.0(?:\.\d+)?")
_FORM = "application/x-www-form-urlencoded"
_FORM_HEADERS = {
    name.lower(): name
    for name in (
        "Authorization",
        VERSION_HEADER,
        "Content-Type",
        "Content-Length",
        "If-Match",
        "If-None-Match",
        "Accept-Language",
        "Accept",
    )
}
_MOST_FIELDS = 100


@dataclass(slots=True)
class Call:
    """One request."""

    method: str
    params: dict[str, str]
    headers: Headers | EnvironHeaders
    body: bytes
    root: str
    """The path that the blueprint is mounted at, such as /xapi."""
    major: int = 1
    conn: Connection | None = None
    """Whoever only reads looks for the credential and for the answer over one connection."""
    _credential: Credential | None = field(default=None)

    @property
    def credential(self) -> Credential:
        if self._credential is None:
            raise Unauthenticated
        return self._credential

    @credential.setter
    def credential(self, value: Credential) -> None:
        self._credential = value

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "")

    @contextmanager
    def reading(self, connect: Callable[[], AbstractContextManager[Connection]]) -> Iterator[Connection]:
        """The connection of this call, or one that `connect` gives."""
        if self.conn is not None:
            yield self.conn
            return
        with connect() as conn:
            yield conn

    def allow_params(self, *names: str) -> None:
        """Refuse parameters that are not named here (XAPI-00324); names are compared with their case."""
        for name in self.params:
            if name not in names:
                raise wrong_param(name, "unknown_parameter", "this resource has no such parameter (case counts)")

    def param(self, name: str) -> str:
        """A parameter that must be there."""
        if name not in self.params:
            raise wrong_param(name, "required", "the parameter is required")
        return self.params[name]


def read_call(request: Request, root: str, max_body_bytes: int) -> Call:
    """The call in a request; raises for bodies that are too large and for broken alternate syntax."""
    body = _read_body(request, max_body_bytes)
    params = _single(request.args)
    if request.method == "POST" and "method" in params:
        return _read_alternate(request, params, body, root)
    return Call(request.method, params, request.headers, body, root)


def read_version(call: Call) -> int | None:
    """The major version that a call names (1 or 2); None if it names none; raises for others."""
    named = call.headers.get(VERSION_HEADER)
    if named is None:
        return None
    found = _VERSION.fullmatch(named.strip())
    if found is None:
        raise UnsupportedVersion(f"this server speaks xAPI 1.0.x and 2.0.x, not {named[:40]!r}")
    return int(found["major"])


def read_basic(call: Call) -> tuple[str, str]:
    """Key and secret of HTTP Basic authentication."""
    scheme, _, encoded = call.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise Unauthenticated
    try:
        key, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise Unauthenticated("the Authorization header is not well-formed HTTP Basic") from error
    if not colon:
        raise Unauthenticated("the Authorization header is not well-formed HTTP Basic")
    return key, secret


def _read_body(request: Request, limit: int) -> bytes:
    request.max_content_length = limit
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise _too_large(limit) from error
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        return body
    if encoding != "gzip":
        raise InvalidRequest(f"bodies may come plain or gzipped, not as {encoding[:40]!r}")
    return _unzip(body, limit)


def _unzip(body: bytes, limit: int) -> bytes:
    """Unpack at most `limit` bytes, so that a small body cannot fill the memory."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise InvalidRequest("the body is not gzipped as Content-Encoding says") from error
    if len(plain) > limit:
        raise _too_large(limit)
    if not unpacker.eof:
        raise InvalidRequest("the gzipped body is cut off")
    return plain


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the body is larger than {limit} bytes; send it in smaller batches")


def _single(args: MultiDict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, values in args.lists():
        if len(values) > 1:
            raise wrong_param(name, "repeated_parameter", "the parameter may stand only once")
        if "\x00" in values[0] or "\x00" in name:
            raise wrong_param(name, "string", "the parameter may not contain NUL")
        found[name] = values[0]
    return found


def _read_alternate(request: Request, params: dict[str, str], body: bytes, root: str) -> Call:
    if len(params) > 1:
        raise InvalidRequest("with ?method= all other parameters belong into the form")
    if not request.headers.get("Content-Type", "").startswith(_FORM):
        raise InvalidRequest(f"with ?method= the body must be a form ({_FORM})")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InvalidRequest("the form is malformed") from error
    fields = _single(MultiDict(pairs))
    headers = Headers([(name, value) for name, value in request.headers if name.lower() != "content-type"])
    form = {_FORM_HEADERS[name.lower()]: value for name, value in fields.items() if name.lower() in _FORM_HEADERS}
    for name, value in form.items():
        headers[name] = value.replace("\r", " ").replace("\n", " ")
    content = fields.pop("content", None)
    method = params["method"].upper()
    _check_alternate(headers, method, content)
    rest = {name: value for name, value in fields.items() if name.lower() not in _FORM_HEADERS}
    return Call(method, rest, headers, (content or "").encode(), root)


def _check_alternate(headers: Headers, method: str, content: str | None) -> None:
    if headers.get(VERSION_HEADER, "").startswith("2"):
        raise InvalidRequest("xAPI 2.0 has no alternate request syntax")
    if method in ("PUT", "POST") and content is None:
        raise InvalidRequest('the form must carry the body in its field "content"')
    if content is not None and "Content-Type" not in headers:
        headers["Content-Type"] = "application/json"


def wrong_param(name: str, rule: str, message: str) -> InvalidParameter:
    details: list[dict[str, Any]] = [{"path": f"?{name}", "rule": rule, "message": message}]
    return InvalidParameter(f"parameter {name[:80]!r}: {message}", details=details)
