"""`/api`: HTTP Basic with a credential of scope credits/read; nothing of another programme is ever seen."""

from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from flask_babel import gettext
from marshmallow import ValidationError

from lti_tool.credits.programme import UnknownProgramme
from lti_tool.web.access import refuse_nul
from lti_tool.web.api.openapi import describe
from lti_tool.web.api.reads import explain_credits, list_credits
from lti_tool.web.api.schemas import CreditListSchema, CreditQuerySchema, ExplainedCreditSchema
from lti_tool.web.errors import WebError
from lti_tool.web.services import services
from xapi import Credential, credentials

SCOPE = "credits/read"
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Xuefen", charset="UTF-8"'}

blueprint = Blueprint("api", __name__, url_prefix="/api")
blueprint.before_request(refuse_nul)


@blueprint.get("/openapi.json")
def show_description() -> Response:
    return jsonify(describe(services().settings.server.public_url))


@blueprint.get("/programmes/<programme_id>/credits")
def show_credits(programme_id: str) -> Response:
    _authorise(programme_id)
    found = _within_programme(lambda: list_credits(services(), programme_id, _read_query()))
    return jsonify(CreditListSchema().dump(found))


@blueprint.get("/programmes/<programme_id>/participants/<participant_id>/credits")
def show_participant(programme_id: str, participant_id: str) -> Response:
    _authorise(programme_id)
    found = _within_programme(lambda: explain_credits(services(), programme_id, participant_id))
    if found is None:
        raise WebError(404, "unknown_participant", gettext("The programme has no participant of this id."))
    return jsonify(ExplainedCreditSchema().dump(found))


def _authorise(programme_id: str) -> None:
    """Find the credential of the request; one that is bound to another programme sees none but its own."""
    credential = _authenticate()
    if SCOPE not in credential.scopes or credential.agent is not None:
        raise WebError(403, "forbidden", gettext("This credential lacks the scope credits/read."))
    if credential.tenant is not None and credential.tenant != programme_id:
        raise _unknown_programme()
    g.credential = credential


def _authenticate() -> Credential:
    given = request.authorization
    if given is None or given.type != "basic" or given.username is None or given.password is None:
        raise WebError(401, "unauthenticated", gettext("Send a key and its secret by HTTP Basic."), headers=_CHALLENGE)
    with services().db.read() as conn:
        found = credentials.authenticate(conn, given.username, given.password, services().clock())
    if found is None:
        raise WebError(401, "unauthenticated", gettext("The key or its secret is not valid."), headers=_CHALLENGE)
    return found


def _within_programme(ask: Any) -> Any:
    try:
        return ask()
    except UnknownProgramme:
        raise _unknown_programme() from None


def _unknown_programme() -> WebError:
    return WebError(404, "unknown_programme", gettext("There is no programme of this id."))


def _read_query() -> dict[str, Any]:
    try:
        return dict(CreditQuerySchema().load(request.args.to_dict()))
    except ValidationError as error:
        details = [
            {"field": name, "message": message}
            for name, messages in error.normalized_messages().items()
            for message in messages
        ]
        message = gettext("The query has mistakes.")
        raise WebError(400, "invalid_query", message, details=details) from None
