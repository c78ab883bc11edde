"""The demo platform: a small learning management system that speaks LTI 1.3 Advantage, for a machine of one's own.

It keeps everything in memory, asks nobody for a password and must not be put on a network.
"""

import secrets

from flask import Flask

from lti_tool.demo import deep_linking, launch, pages, registration
from lti_tool.demo.grades import add_grade_services
from lti_tool.demo.memberships import add_membership_service
from lti_tool.demo.state import PlatformConfig, State
from lti_tool.demo.temperaments import TEMPERAMENTS
from lti_tool.demo.tokens import add_token_service

__all__ = ["PlatformConfig", "State", "create_platform"]


def create_platform(config: PlatformConfig) -> Flask:
    """The platform as a WSGI application; `app.extensions["platform"]` is its `State`."""
    app = Flask(__name__)
    app.secret_key = secrets.token_bytes(32)
    port = config.base_url.rpartition(":")[2].strip("/")
    # Cookies know no ports: on one host, the tool and a second platform must not share the name.
    app.config["SESSION_COOKIE_NAME"] = "platform_" + "".join(c for c in port if c.isalnum())
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    temperament = TEMPERAMENTS[config.temperament]()
    temperament.state = state = State(config, temperament)
    app.extensions["platform"] = state
    app.register_blueprint(launch.blueprint)
    app.register_blueprint(deep_linking.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(registration.blueprint)
    add_token_service(app, state)
    add_grade_services(app, state)
    add_membership_service(app, state)
    return app
