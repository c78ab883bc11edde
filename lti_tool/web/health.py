"""Whether the server is alive, whether it can work, and its metrics."""

from collections.abc import Sequence

from flask import Blueprint, Response, jsonify
from flask_babel import gettext
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.storage.migrate import pending_migrations
from lti_tool.web.errors import WebError
from lti_tool.web.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def show_health() -> Response:
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def show_readiness() -> Response:
    """Ready when the database answers and is migrated; 503 with what is missing otherwise."""
    try:
        with services().db.read() as conn:
            conn.execute(text("SELECT 1"))
        missing = pending_migrations(services().db)
    except SQLAlchemyError as error:
        raise _not_ready("database_unreachable", gettext("The database cannot be reached.")) from error
    if missing:
        raise _not_ready(
            "database_not_migrated", gettext("The database is not up to date: run xuefen db upgrade."), missing
        )
    return jsonify({"status": "ready"})


@blueprint.get("/metrics")
def show_metrics() -> Response:
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _not_ready(code: str, message: str, details: Sequence[str] = ()) -> WebError:
    return WebError(503, code, message, details=details)
