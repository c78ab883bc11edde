"""The HTTP surface: every resource at its path, and what all of them have in common."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from flask import Blueprint, Response, current_app, request
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from xapi.answers import PREFLIGHT_HEADERS, Answer, json_answer
from xapi.calls import ANSWERED_VERSIONS, Call, read_basic, read_call, read_version
from xapi.credentials import authenticate, digest_of, is_in_force
from xapi.dialects import is_unavailable
from xapi.errors import MethodNotAllowed, Unauthenticated, Unavailable, UnsupportedVersion, XapiError
from xapi.reserves import LARGE_BODY, ROOM_FOR_LARGE, give_back
from xapi.resources import RESOURCES, Resource
from xapi.store import Store
from xapi.tables import statements
from xapi.values import Credential

_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")


def create_blueprint(store: Store, name: str = "xapi") -> Blueprint:
    """The record store as a blueprint; mount it where the xAPI endpoint shall be, such as /xapi."""
    blueprint = Blueprint(name, __name__)
    for path, resource in RESOURCES.items():
        blueprint.add_url_rule(
            path,
            endpoint=resource.name,
            view_func=_view(store, resource, path),
            methods=_METHODS,
            provide_automatic_options=False,
        )
    blueprint.register_error_handler(Exception, _answer_failure)
    return blueprint


def _view(store: Store, resource: Resource, path: str):  # type: ignore[no-untyped-def]
    def view() -> Response:
        if request.method == "OPTIONS":
            return Response(status=204, headers=PREFLIGHT_HEADERS)
        return _serve(store, resource, request.path.removesuffix(path))

    return view


def _serve(store: Store, resource: Resource, root: str) -> Response:
    """Read the call, find out who speaks which version, and let the resource answer."""
    major: int | None = None
    credential: Credential | None = None
    is_large = False
    try:
        call = read_call(request, root, store.max_body_bytes)
        is_large = len(call.body) >= LARGE_BODY
        major = read_version(call)
        key_pair = None if resource.public else read_basic(call)
        with _connection(store, resource, call):
            if key_pair is not None:
                credential = call.credential = _identify(store, resource, call, *key_pair)
                store.limits.spend(credential)
            if major is None and not resource.public:
                raise UnsupportedVersion
            call.major = major or 1
            with ROOM_FOR_LARGE if is_large else nullcontext():
                answer = _dispatch(store, resource, call)
    except DBAPIError as error:
        if not is_unavailable(error):
            raise
        answer = _refuse(store, resource, Unavailable())
    except XapiError as error:
        answer = _refuse(store, resource, _doubt(store, credential, error))
    response = answer.to_response(ANSWERED_VERSIONS[major or _spoken_before(store, credential)])
    if is_large:
        response.call_on_close(give_back)
    return response


def _dispatch(store: Store, resource: Resource, call: Call) -> Answer:
    method = "GET" if call.method == "HEAD" else call.method
    route = resource.methods.get(method)
    if route is None:
        error = MethodNotAllowed()
        error.headers["Allow"] = ", ".join(sorted({*resource.methods, "OPTIONS"}))
        raise error
    return route(store, call)


@contextmanager
def _connection(store: Store, resource: Resource, call: Call) -> Iterator[None]:
    """One connection for a call that only reads; whoever writes must not hold one while it waits for its turn."""
    if resource.public or call.method not in ("GET", "HEAD"):
        yield
        return
    with store.read() as call.conn:
        yield


def _identify(store: Store, resource: Resource, call: Call, key: str, secret: str) -> Credential:
    """Whose call it is; from memory where the method itself makes sure that the credential is in force."""
    if call.method in resource.confirming:
        known = store.remembered.find(key, secret, store.clock())
        if known is not None:
            return known
    with call.reading(store.read) as conn:
        found = authenticate(conn, key, secret, store.clock())
    if found is None:
        raise Unauthenticated
    if call.method in resource.confirming:
        store.remembered.remember(found, digest_of(secret))
    return found


def _doubt(store: Store, credential: Credential | None, error: XapiError) -> XapiError:
    """What to answer in place of an error: that the credential, which came from memory, is in force no more."""
    if credential is None or not store.remembered.knows(credential):
        return error
    if not isinstance(error, Unauthenticated):
        with store.read() as conn:
            if is_in_force(conn, credential.id, store.clock()):
                return error
    store.remembered.forget(credential)
    return Unauthenticated()


def _spoken_before(store: Store, credential: Credential | None) -> int:
    """The version to answer in where the request names none: what this credential's last statement spoke."""
    if credential is None:
        return 1
    mine = statements.c.credential_id == credential.id
    with store.read() as conn:
        found = conn.scalar(select(statements.c.major).where(mine).order_by(statements.c.seq.desc()).limit(1))
    return found or 1


def _refuse(store: Store, resource: Resource, error: XapiError) -> Answer:
    if isinstance(error, Unavailable):
        current_app.logger.warning("xapi: %s %s found no database", request.method, request.path, exc_info=True)
    answer = answer_error(error)
    answer.headers.update(resource.headers_of_failures(store, error.status))
    return answer


def answer_error(error: XapiError) -> Answer:
    """An error in the one shape that all errors have."""
    if isinstance(error, Unauthenticated):
        error.headers["WWW-Authenticate"] = 'Basic realm="xAPI", charset="UTF-8"'
    return json_answer(error.body(), error.status, error.headers)


def _answer_failure(error: Exception) -> Response:
    """A fault of ours: logged with its trace, answered without it."""
    current_app.logger.exception("xapi: %s %s failed", request.method, request.path, exc_info=error)
    failure = {"error": {"code": "internal_error", "message": "the server failed; the request was not carried out"}}
    return json_answer({**failure}, 500).to_response(ANSWERED_VERSIONS[1])
