"""The application: what is mounted where, and in which manner everything answers."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from lti_tool.clock import Clock, utc_now
from lti_tool.config import Settings
from lti_tool.storage.database import Database
from lti_tool.web import health, profile
from lti_tool.web.api import views as api
from lti_tool.web.assets import serve_assets
from lti_tool.web.errors import register_error_handlers
from lti_tool.web.formatting import install_filters
from lti_tool.web.language import install_languages
from lti_tool.web.launches import frame_ancestors, mount_lti
from lti_tool.web.rendering import install_rendering
from lti_tool.web.security import KnownAncestors, protect
from lti_tool.web.services import Services, attach, open_services
from lti_tool.web.views import (
    administrator,
    cmi5,
    content,
    monitor,
    packages,
    picker,
    programme,
    school,
    sign_in,
    tasks,
    trainee,
    trainer,
)
from xapi import create_blueprint

_PAGES = (programme, trainee, trainer, school, monitor, administrator, picker, packages, sign_in, tasks)


def create_app(settings: Settings, *, clock: Clock = utc_now, db: Database | None = None) -> Flask:
    """The whole tool as a WSGI application; `db` is an open database to use instead of opening the settings' own."""
    app = Flask("lti_tool.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.xapi.max_body_bytes
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    opened = open_services(settings, clock, db)
    attach(app, opened)
    install_languages(app)
    install_filters(app)
    install_rendering(app)
    register_error_handlers(app)
    protect(app, KnownAncestors(lambda: frame_ancestors(opened), clock))
    _mount(app, opened)
    serve_assets(app)
    _believe_proxies(app, settings.server.trusted_proxies)
    return app


def _mount(app: Flask, opened: Services) -> None:
    app.register_blueprint(create_blueprint(opened.store), url_prefix="/xapi")
    app.register_blueprint(profile.blueprint)
    app.register_blueprint(cmi5.blueprint)
    app.register_blueprint(sign_in.scanned)
    app.register_blueprint(content.blueprint)
    mount_lti(app, opened)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(health.blueprint)
    for room in _PAGES:
        app.register_blueprint(room.blueprint)


def _believe_proxies(app: Flask, number: int) -> None:
    """Take scheme, host and client from X-Forwarded-* of so many proxies; with none the headers are ignored."""
    if number:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number, x_host=number, x_port=number)  # type: ignore[method-assign]
