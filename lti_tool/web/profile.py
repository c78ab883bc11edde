"""`/xapi/profile`: the programme's xAPI Profile, beside the record store, which knows nothing of it."""

import hashlib

import orjson
from flask import Blueprint, Response, request

from lti_tool.evidence.profile.document import profile_document
from lti_tool.web.services import services

blueprint = Blueprint("profile", __name__)
_AN_HOUR = 3600


@blueprint.get("/xapi/profile")
def show_profile() -> Response:
    """The profile in the installation's own vocabulary base; public, like every vocabulary, and on any origin."""
    body = orjson.dumps(profile_document(services().vocabulary.base))
    answer = Response(body, mimetype="application/ld+json")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.cache_control.public, answer.cache_control.max_age = True, _AN_HOUR
    answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
