"""What an assignable unit finds outside the record store: its token, and the page to leave to."""

from flask import Blueprint, Response, jsonify, render_template, request

from lti_tool.web.actions.cmi5 import FetchError, hand_out_token
from lti_tool.web.services import services

blueprint = Blueprint("cmi5", __name__, url_prefix="/cmi5")

#: Units live on any origin; the address itself is the secret, cookies play no part.
_CORS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
_PREFLIGHT = {**_CORS, "Access-Control-Allow-Methods": "POST, OPTIONS", "Access-Control-Allow-Headers": "*"}


@blueprint.route("/fetch/<key>/<secret>", methods=["POST", "OPTIONS"], provide_automatic_options=False)
def fetch(key: str, secret: str) -> Response:
    """The token of a session, once (cmi5 8.2): errors, too, are answered with 200. Browsers of content on other origins
    may ask beforehand whether they may.
    """
    if request.method == "OPTIONS":
        return Response(status=204, headers=_PREFLIGHT)
    answer = jsonify(_token(key, secret))
    answer.headers.update(_CORS)
    return answer


@blueprint.get("/finished")
def show_finished() -> str:
    """Where a unit goes when the learner leaves it; it knows nothing of the launch, which is not the content's."""
    return render_template("finished.html")


def _token(key: str, secret: str) -> dict[str, str]:
    try:
        return {"auth-token": hand_out_token(services(), key, secret)}
    except FetchError as error:
        return {"error-code": error.code, "error-text": error.text}
