"""A learning platform in a test's hands: real keys behind a real address, id_tokens as right or wrong as asked.

`Platform.launch` walks a browser through login and launch; each step can be taken alone and tampered with.
"""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, Response, jsonify
from flask.testing import FlaskClient
from sqlalchemy import Table, func, select
from werkzeug.test import TestResponse

from lti_tool.clock import Clock
from lti_tool.config import Lti, Server, Settings
from lti_tool.lti.blueprint import LtiPages, create_blueprint
from lti_tool.lti.handover import Handover
from lti_tool.lti.http import PlatformHttp
from lti_tool.lti.registration import NewPlatform, add
from lti_tool.lti.sessions import LtiSession, cookie_name, find_session
from lti_tool.storage.database import Database
from tests.support.server import serve

TOOL = "https://tool.example.org"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"

Claims = dict[str, Any]


@lru_cache(maxsize=16)
def rsa_key(number: int, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The same key for the same number, since making them takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def public_jwk(key: rsa.RSAPrivateKey, kid: str, **more: Any) -> dict[str, Any]:
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", **more}


@dataclass
class Platform:
    """A registered platform; `keys` is what its key set serves, `answer` replaces the key set's answer."""

    issuer: str = "https://moodle.example.org"
    client_id: str = "client-1"
    deployment_id: str = "1"
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa_key(1))
    kid: str = "key-1"
    base_url: str = ""
    number: int = 0
    keys: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[], Any] | None = None
    asked: int = 0  # how often the key set was fetched

    def __post_init__(self) -> None:
        self.keys = self.keys or [public_jwk(self.key, self.kid)]

    @contextmanager
    def serving(self) -> Iterator["Platform"]:
        """The key set on loopback."""
        app = Flask("platform")

        @app.get("/jwks")
        def key_set() -> Any:
            self.asked += 1
            return self.answer() if self.answer else jsonify({"keys": self.keys})

        with serve(app) as url:
            self.base_url = url
            yield self

    def register(self, db: Database, now: datetime, **changes: Any) -> "Platform":
        """Enter this platform at the tool, as an administrator does by hand."""
        values: dict[str, Any] = {
            "issuer": self.issuer,
            "client_id": self.client_id,
            "auth_login_url": f"{self.issuer}/auth",
            "auth_token_url": f"{self.issuer}/token",
            "key_set_url": f"{self.base_url}/jwks",
            "deployment_ids": (self.deployment_id,),
        }
        self.number = add(db, NewPlatform(**{**values, **changes}), now)
        return self

    def login_form(self, **changes: str | None) -> dict[str, str]:
        form = {
            "iss": self.issuer,
            "client_id": self.client_id,
            "login_hint": "42",
            "lti_message_hint": '{"cmid": 7}',
            "target_link_uri": f"{TOOL}/lti/launch",
            "lti_deployment_id": self.deployment_id,
            **changes,
        }
        return {name: value for name, value in form.items() if value is not None}

    def claims(self, nonce: str, now: datetime) -> Claims:
        """A trainee's launch with everything a platform may send."""
        issued = int(now.timestamp())
        return {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": "42",
            "exp": issued + 60,
            "iat": issued,
            "nonce": nonce,
            "name": "张三",
            "given_name": "三",
            "family_name": "张",
            "email": "zhang.san@example.org",
            LTI + "version": "1.3.0",
            LTI + "message_type": "LtiResourceLinkRequest",
            LTI + "deployment_id": self.deployment_id,
            LTI + "target_link_uri": f"{TOOL}/lti/launch",
            LTI + "roles": [f"{MEMBERSHIP}#Learner"],
            LTI + "context": {"id": "c1", "title": "信息技术应用能力提升", "label": "IT2", "type": ["CourseSection"]},
            LTI + "resource_link": {"id": "r1", "title": "我的学分"},
            LTI + "launch_presentation": {"locale": "zh_cn", "document_target": "iframe", "return_url": self.issuer},
            LTI + "tool_platform": {"guid": "g", "name": "Moodle", "product_family_code": "moodle"},
            LTI + "custom": {"colour": "red"},
            AGS: {
                "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
                "lineitems": f"{self.issuer}/lineitems",
                "lineitem": f"{self.issuer}/lineitems/1",
            },
            NRPS: {"context_memberships_url": f"{self.issuer}/members", "service_versions": ["2.0"]},
        }

    def deep_linking(self, claims: Claims) -> None:
        """Turn a launch's claims into those of a deep linking request."""
        del claims[LTI + "resource_link"]
        claims[LTI + "message_type"] = "LtiDeepLinkingRequest"
        claims[DEEP_LINKING] = {
            "deep_link_return_url": f"{self.issuer}/return?sesskey=1",
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe", "window"],
            "accept_multiple": True,
        }

    def sign(self, claims: Claims, **changes: Any) -> str:
        """An id_token; `key`, `algorithm` and `headers` to sign wrongly."""
        headers = {"kid": self.kid, **changes.get("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        payload = json.dumps(claims).encode()  # not by `jwt.encode`, which knows too much of what claims should be
        return jwt.PyJWS().encode(payload, changes.get("key", self.key), changes.get("algorithm", "RS256"), headers)


@dataclass
class Begun:
    """A login that was begun: what the tool asked the platform for."""

    response: TestResponse
    asked: dict[str, str]

    @property
    def state(self) -> str:
        return self.asked["state"]

    @property
    def nonce(self) -> str:
        return self.asked["nonce"]


class Tool:
    """The LTI room alone in a bare application, with a browser (`client`) in front of it."""

    def __init__(self, db: Database, clock: Clock, **lti: Any) -> None:
        self.db = db
        self.clock = clock
        public_url = lti.pop("public_url", TOOL)
        self.settings = Settings(server=Server(public_url=public_url), lti=Lti(**{"allow_private_hosts": True, **lti}))
        self.http = PlatformHttp(allow_private_hosts=self.settings.lti.allow_private_hosts, timeout=2)
        self.shown: list[Handover] = []  # pages for browsers that may lack cookies
        self.pages = LtiPages(
            error=lambda error: Response(f"refused: {error.code}", error.sentence.status),
            registered=lambda name: f"registered: {name}",
            handover=lambda handover: self.shown.append(handover) or "handover",
            after_launch=lambda _: "credits",
        )
        self.app = Flask("tool")
        self.app.register_blueprint(create_blueprint(db, self.settings, self.http, clock, self.pages))
        self.client = self.browser()

    def browser(self, *, cookies: bool = True) -> FlaskClient:
        return self.app.test_client(use_cookies=cookies)

    def url(self, path: str) -> str:
        return self.settings.server.public_url + path

    def login(self, form: dict[str, str], *, client: FlaskClient | None = None, method: str = "POST") -> Begun:
        sent = {"data": form} if method == "POST" else {"query_string": form}
        response = (client or self.client).open(self.url("/lti/login"), method=method, **sent)
        location = urlsplit(response.headers.get("Location", ""))
        return Begun(response, {name: values[0] for name, values in parse_qs(location.query).items()})

    def post_launch(self, form: dict[str, str], *, client: FlaskClient | None = None) -> TestResponse:
        return (client or self.client).post(self.url("/lti/launch"), data=form)

    def launch(
        self,
        platform: Platform,
        change: Callable[[Claims], Any] = lambda _: None,
        *,
        client: FlaskClient | None = None,
        login: dict[str, str | None] | None = None,
        method: str = "POST",
        **signing: Any,
    ) -> TestResponse:
        """Login and launch, with the claims changed in place by `change`."""
        begun = self.login(platform.login_form(**(login or {})), client=client, method=method)
        if begun.response.status_code != 302:
            return begun.response
        claims = copy.deepcopy(platform.claims(begun.nonce, self.clock()))
        change(claims)
        return self.post_launch({"state": begun.state, "id_token": platform.sign(claims, **signing)}, client=client)

    def session(self, response: TestResponse, *, client: FlaskClient | None = None) -> LtiSession | None:
        """What the page behind a finished launch finds, with the cookies that the browser kept."""
        assert response.status_code == 303, (response.status_code, response.text)
        token = response.headers["Location"].removeprefix(self.url("/at/")).removesuffix("/credits")
        kept = (client or self.client).get_cookie(cookie_name(token), domain=urlsplit(self.url("")).hostname or "")
        with self.db.read() as conn:
            return find_session(conn, token, kept.value if kept else None, self.clock())

    def count(self, *tables: Table) -> dict[str, int]:
        """How many rows stand in some tables."""
        with self.db.read() as conn:
            return {table.name: conn.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}
