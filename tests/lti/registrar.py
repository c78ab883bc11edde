"""A platform that takes registrations, and what becomes of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask, Response, jsonify, request
from werkzeug.test import TestResponse

from lti_tool.lti import invitations
from lti_tool.lti.errors import SENTENCES
from lti_tool.storage.queries import lti
from lti_tool.storage.tables import lti as t
from tests.support.platform import TOOL, Tool
from tests.support.server import serve

PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
CANVAS = "https://canvas.instructure.com/lti/"
MOODLE = {"product_family_code": "moodle", "version": "4.5.6 (Build: 20250811)"}
AGS_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"


@dataclass
class Registrar:
    """The side of a platform that takes registrations; `configuration` and `answer` can be changed by a test."""

    url: str = ""
    product: dict[str, Any] = field(default_factory=lambda: dict(MOODLE))
    configuration: dict[str, Any] = field(default_factory=dict)
    answer: Any = None
    seen: list[tuple[str, str | None, Any]] = field(default_factory=list)  # path, Authorization, body

    @contextmanager
    def serving(self) -> Iterator["Registrar"]:
        app = Flask("registrar")

        @app.get("/openid")
        def openid() -> Any:
            self.seen.append((request.full_path, request.headers.get("Authorization"), None))
            return jsonify(self.configuration)

        @app.post("/register")
        def register() -> Any:
            self.seen.append((request.path, request.headers.get("Authorization"), request.get_json()))
            return self.answer if isinstance(self.answer, Response) else jsonify(self.answer)

        with serve(app) as url:
            self.url = url
            self.configuration = {
                "issuer": url,
                "authorization_endpoint": f"{url}/auth",
                "token_endpoint": f"{url}/token",
                "jwks_uri": f"{url}/jwks",
                "registration_endpoint": f"{url}/register",
                PLATFORM: self.product,
            }
            self.answer = {"client_id": "new-client", CONFIGURATION: {"deployment_id": "3"}}
            yield self

    @property
    def body(self) -> dict[str, Any]:
        """What the tool asked to be registered."""
        found: dict[str, Any] = self.seen[-1][2]
        return found


def invite(tool: Tool) -> str:
    url = invitations.create(tool.db, TOOL, tool.clock()).url
    return parse_qs(urlsplit(url).query)["invitation"][0]


def register(tool: Tool, registrar: Registrar, **changes: str | None) -> TestResponse:
    query = {
        "invitation": None if "invitation" in changes else invite(tool),
        "openid_configuration": f"{registrar.url}/openid",
        "registration_token": "platform-token",
        **changes,
    }
    sent = {name: value for name, value in query.items() if value is not None}
    return tool.client.get(tool.url("/lti/register"), query_string=sent)


def refused(tool: Tool, answer: TestResponse, code: str, because: str = "") -> None:
    assert (answer.status_code, answer.text) == (SENTENCES[code].status, f"refused: {code}")
    assert tool.count(t.lti_platforms, t.lti_deployments) == {"lti_platforms": 0, "lti_deployments": 0}
    with tool.db.read() as conn:
        [entry] = lti.list_refusals(conn)
    assert entry["code"] == code
    assert because in entry["detail"]
