"""Dynamic registration: by invitation, once, with the platform's own server and nobody else's (Registration 1.0)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from flask import Flask, Response, jsonify, request
from werkzeug.test import TestResponse

from lti_tool.lti import invitations
from lti_tool.lti.canvas_json import canvas_configuration
from lti_tool.lti.errors import SENTENCES
from lti_tool.lti.http import Answer
from lti_tool.lti.sessions import hash_of
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti
from lti_tool.storage.tables import lti as t
from tests.support.clock import FakeClock
from tests.support.platform import TOOL, Platform, Tool
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


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    with Registrar().serving() as registrar:
        yield registrar


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


class TestTheInvitation:
    def test_registers_a_platform_with_one_address(self, tool: Tool, registrar: Registrar) -> None:
        answer = register(tool, registrar)

        assert answer.text == "registered: 127.0.0.1"
        with tool.db.read() as conn:
            platform = lti.find_platform(conn, registrar.url, "new-client")
            assert platform is not None
            deployments = [row["deployment_id"] for row in lti.list_deployments(conn, platform["id"])]
        assert platform["auth_login_url"] == f"{registrar.url}/auth"
        assert platform["auth_token_url"] == f"{registrar.url}/token"
        assert platform["key_set_url"] == f"{registrar.url}/jwks"
        assert (platform["product"], platform["learns_deployments"]) == ("moodle", False)
        assert deployments == ["3"]

    def test_works_once(self, tool: Tool, registrar: Registrar) -> None:
        token = invite(tool)
        assert register(tool, registrar, invitation=token).status_code == 200

        assert register(tool, registrar, invitation=token).status_code == 403
        assert len(registrar.seen) == 2

    def test_ends_after_a_week(self, tool: Tool, registrar: Registrar, clock: FakeClock) -> None:
        token = invite(tool)
        clock.advance(timedelta(days=7, seconds=1).total_seconds())

        refused(tool, register(tool, registrar, invitation=token), "no_invitation", "expired")
        assert registrar.seen == []

    @pytest.mark.parametrize("token", [None, "", "guessed"])
    def test_is_needed(self, tool: Tool, registrar: Registrar, token: str | None) -> None:
        refused(tool, register(tool, registrar, invitation=token), "no_invitation")
        assert registrar.seen == []

    def test_is_given_back_when_the_platform_fails(self, tool: Tool, registrar: Registrar) -> None:
        token = invite(tool)
        good, registrar.answer = registrar.answer, Response("Fatal error", 500)
        assert register(tool, registrar, invitation=token).status_code == 502

        registrar.answer = good
        assert register(tool, registrar, invitation=token).status_code == 200

    def test_is_not_needed_where_registration_is_open(
        self, db: Database, clock: FakeClock, registrar: Registrar
    ) -> None:
        tool = Tool(db, clock, open_registration=True)

        assert register(tool, registrar, invitation=None).status_code == 200

    def test_that_was_used_stays_used_where_registration_is_open(
        self, db: Database, clock: FakeClock, registrar: Registrar
    ) -> None:
        closed, opened = Tool(db, clock), Tool(db, clock, open_registration=True)
        token = invite(closed)
        register(closed, registrar, invitation=token)
        registrar.answer = Response("no", 400)
        register(opened, registrar, invitation=token)

        assert register(closed, registrar, invitation=token).status_code == 403

    def test_may_be_taken_by_one_of_two_at_the_same_time(self, tool: Tool, clock: FakeClock) -> None:
        token = invite(tool)
        with tool.db.begin() as conn:
            taken = [lti.use_invitation(conn, hash_of(token), clock()) for _ in range(2)]
        assert taken == [True, False]


class TestThePlatformsToken:
    def test_is_sent_to_the_platform_as_a_bearer(self, tool: Tool, registrar: Registrar) -> None:
        register(tool, registrar)

        assert [(path.rstrip("?"), authorization) for path, authorization, _ in registrar.seen] == [
            ("/openid", "Bearer platform-token"),
            ("/register", "Bearer platform-token"),
        ]

    def test_may_be_missing(self, tool: Tool, registrar: Registrar) -> None:
        """D2L Brightspace sends none, and takes no Authorization header then."""
        assert register(tool, registrar, registration_token=None).status_code == 200
        assert [authorization for _, authorization, _ in registrar.seen] == [None, None]

    def test_stays_with_the_host_that_sent_it(self, tool: Tool, registrar: Registrar) -> None:
        with Registrar().serving() as other:
            registrar.configuration["registration_endpoint"] = f"{other.url}/register"

            refused(tool, register(tool, registrar), "bad_registration", "another host")
            assert other.seen == []

    @pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "令牌"])
    def test_must_be_one(self, tool: Tool, registrar: Registrar, token: str) -> None:
        refused(tool, register(tool, registrar, registration_token=token), "bad_registration", "token")
        assert registrar.seen == []

    def test_in_the_configurations_address_is_left_there(self, tool: Tool, registrar: Registrar) -> None:
        """Canvas reads it from the query."""
        register(tool, registrar, openid_configuration=f"{registrar.url}/openid?registration_token=abc.def")

        assert registrar.seen[0][0] == "/openid?registration_token=abc.def"


class TestNobody:
    """Nobody registers in another's name or makes us call inside our own network."""

    def test_registers_for_an_issuer_elsewhere(self, tool: Tool, registrar: Registrar) -> None:
        registrar.configuration["issuer"] = "https://moodle.good-school.edu"

        refused(tool, register(tool, registrar), "bad_registration", "moodle.good-school.edu")
        assert len(registrar.seen) == 1

    def test_takes_over_a_registration_with_keys_of_his_own(
        self, tool: Tool, registrar: Registrar, clock: FakeClock
    ) -> None:
        known = Platform(issuer=registrar.url, client_id="new-client", base_url="https://keys.example.org")
        known.register(tool.db, clock())

        assert register(tool, registrar).status_code == 502

        with tool.db.read() as conn:
            platform = lti.get_platform(conn, known.number)
            [entry] = lti.list_refusals(conn)
        assert platform is not None
        assert platform["key_set_url"] == "https://keys.example.org/jwks"
        assert entry["platform_id"] == known.number
        assert "remove that registration first" in entry["detail"]

    def test_but_the_platform_itself_may_register_again(self, tool: Tool, registrar: Registrar) -> None:
        assert register(tool, registrar).status_code == 200
        registrar.answer = {"client_id": "new-client", CONFIGURATION: {"deployment_id": "4"}}

        assert register(tool, registrar).status_code == 200
        assert tool.count(t.lti_platforms, t.lti_deployments) == {"lti_platforms": 1, "lti_deployments": 2}

    @pytest.mark.parametrize(
        "address",
        [
            "http://127.0.0.1:1/openid",
            "https://127.0.0.1/openid",
            "https://localhost/openid",
            "https://[::1]/openid",
            "https://10.0.0.1/openid",
            "https://169.254.169.254/latest/meta-data",
            "https://0/openid",
            "https://2130706433/openid",
            "https://user@127.0.0.1/openid",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            "https://[broken",
            "nonsense",
        ],
    )
    def test_has_us_fetch_a_configuration_inside(
        self, db: Database, clock: FakeClock, registrar: Registrar, address: str
    ) -> None:
        tool = Tool(db, clock, allow_private_hosts=False)

        refused(tool, register(tool, registrar, openid_configuration=address), "bad_registration", "configuration")

    @pytest.mark.parametrize("name", ["registration_endpoint", "token_endpoint", "jwks_uri"])
    @pytest.mark.parametrize("address", ["https://10.1.2.3/x", "https://169.254.169.254/x", "http://127.0.0.1/x"])
    def test_names_endpoints_inside(
        self, db: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, name: str, address: str
    ) -> None:
        """The configuration itself comes from the open Internet, which a stand-in answers for here."""
        tool = Tool(db, clock, allow_private_hosts=False)
        host = "https://93.184.215.14"
        configuration = {
            "issuer": host,
            "authorization_endpoint": f"{host}/auth",
            "token_endpoint": f"{host}/token",
            "jwks_uri": f"{host}/jwks",
            "registration_endpoint": f"{host}/register",
            PLATFORM: {"product_family_code": "canvas"},
            name: address,
        }
        called = answer_for_the_internet(tool, monkeypatch, configuration)

        answer = register(tool, Registrar(host))

        refused(tool, answer, "bad_registration", f"{name} may not be called")
        assert called == [f"GET {host}/openid"]

    def test_is_followed_to_another_place(self, tool: Tool, registrar: Registrar) -> None:
        registrar.answer = Response("", 302, {"Location": "http://169.254.169.254/"})

        refused(tool, register(tool, registrar), "bad_registration", "302")


def answer_for_the_internet(tool: Tool, monkeypatch: pytest.MonkeyPatch, configuration: dict[str, Any]) -> list[str]:
    """Every call that passed the guard is noted and answered with `configuration`."""
    called: list[str] = []

    def call(method: str, url: str, **_: Any) -> Answer:
        tool.http.check(url)
        called.append(f"{method} {url}")
        return Answer(200, {}, orjson.dumps(configuration))

    monkeypatch.setattr(tool.http, "call", call)
    return called


class TestBadAnswers:
    @pytest.mark.parametrize(
        "name", ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"]
    )
    @pytest.mark.parametrize("value", [None, "", 5, "ftp://example.org", "https://[x"], ids=str)
    def test_of_the_configuration_are_told(self, tool: Tool, registrar: Registrar, name: str, value: Any) -> None:
        registrar.configuration[name] = value

        refused(tool, register(tool, registrar), "bad_registration", name)

    @pytest.mark.parametrize(
        ("answer", "because"),
        [
            (Response('{"errorMessage": "JWT did not include expected contents"}', 401), "did not include"),
            (Response('{"errors": ["unknown placement"]}', 422), "unknown placement"),
            (Response("missing required attribute client_name", 400), "missing required attribute"),
            (Response("<html>Error</html>", 200), "<html>"),
            (Response("[]", 200), "[]"),
            (Response('{"client_name": "x"}', 200), "client_id"),
            (Response('{"client_id": ""}', 200), "client_id"),
            (Response('{"client_id": {"a": 1}}', 200), "client_id"),
            (Response('{"client_id": "a\\u0000"}', 200), "200"),
        ],
        ids=lambda value: value.get_data(as_text=True)[:30] if isinstance(value, Response) else "",
    )
    def test_of_the_registration_are_told(
        self, tool: Tool, registrar: Registrar, answer: Response, because: str
    ) -> None:
        registrar.answer = answer

        refused(tool, register(tool, registrar), "bad_registration", because)

    @pytest.mark.parametrize("section", ["moodle", 5, ["x"], {}, {"product_family_code": 7}], ids=str)
    def test_a_strange_platform_section_does_no_harm(self, tool: Tool, registrar: Registrar, section: Any) -> None:
        registrar.configuration[PLATFORM] = section

        assert register(tool, registrar).status_code == 200

    def test_a_missing_configuration_is_told(self, tool: Tool, registrar: Registrar) -> None:
        refused(tool, register(tool, registrar, openid_configuration=None), "missing_parameter")

    def test_a_platform_that_is_away_is_told(self, tool: Tool, registrar: Registrar) -> None:
        answer = register(tool, registrar, openid_configuration="http://127.0.0.1:9/openid")

        refused(tool, answer, "bad_registration", "no connection")


class TestWhatWeAskFor:
    def test_is_what_moodle_needs(self, tool: Tool, registrar: Registrar) -> None:
        register(tool, registrar)

        body = registrar.body
        configuration = body[CONFIGURATION]
        assert "id_token" in body["response_types"]
        assert body["initiate_login_uri"] == f"{TOOL}/lti/login"
        assert body["redirect_uris"] == [f"{TOOL}/lti/launch"]
        assert body["jwks_uri"] == f"{TOOL}/lti/jwks"
        assert body["token_endpoint_auth_method"] == "private_key_jwt"
        assert body["application_type"] == "web"
        assert body["client_name"]
        assert {f"{AGS_SCOPE}{name}" for name in ("lineitem", "score", "result.readonly")} < set(body["scope"].split())
        assert configuration["domain"] == urlsplit(configuration["target_link_uri"]).netloc
        assert {"name", "given_name", "family_name", "email"} < set(configuration["claims"])
        assert "LtiDeepLinkingRequest" in {message["type"] for message in configuration["messages"]}

    def test_is_what_canvas_needs(self, tool: Tool) -> None:
        """Canvas: one issuer, a school's own address for registrations, no deployment in the answer, a number as id."""
        product = {
            "product_family_code": "canvas",
            "version": "vCloud",
            f"{CANVAS}account_name": "杭州第一中学",
        }
        with Registrar(product=product).serving() as issuer, Registrar().serving() as school:
            issuer.configuration["registration_endpoint"] = f"{school.url}/register"
            school.answer = {"client_id": 10000000000001, CONFIGURATION: {}}

            answer = register(tool, issuer)

            assert answer.text == "registered: 杭州第一中学"
            body = school.body
            with tool.db.read() as conn:
                platform = lti.find_platform(conn, issuer.url, "10000000000001")
        assert platform is not None
        assert (platform["product"], platform["learns_deployments"]) == ("canvas", True)
        assert {"client_credentials", "implicit"} <= set(body["grant_types"])
        configuration = body[CONFIGURATION]
        assert "://" not in configuration["domain"]
        assert configuration[f"{CANVAS}privacy_level"] == "public"
        types = [message["type"] for message in configuration["messages"]]
        assert types == ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"]
        assert all(message["placements"] for message in configuration["messages"])

    def test_a_double_of_canvas_may_use_its_shared_issuer_where_private_hosts_are_allowed(self, tool: Tool) -> None:
        with Registrar(product={"product_family_code": "canvas"}).serving() as double:
            double.configuration["issuer"] = "https://canvas.instructure.com"

            assert register(tool, double).status_code == 200

    def test_the_first_launch_brings_the_deployment(self, tool: Tool, registrar: Registrar) -> None:
        with Platform(deployment_id="9:d89e").serving() as platform:
            registrar.configuration["jwks_uri"] = f"{platform.base_url}/jwks"
            registrar.answer = {"client_id": "new-client"}
            register(tool, registrar)
            platform.issuer, platform.client_id = registrar.url, "new-client"

            session = tool.session(tool.launch(platform))

        assert session is not None
        assert session.deployment_id == "9:d89e"

    def test_canvas_json_for_a_key_made_by_hand(self, tool: Tool) -> None:
        served = tool.client.get(tool.url("/lti/canvas.json")).get_json()

        assert served == canvas_configuration(tool.settings)
        assert served["oidc_initiation_url"] == f"{TOOL}/lti/login"
        assert served["target_link_uri"] == f"{TOOL}/lti/launch"
        assert served["public_jwk_url"] == f"{TOOL}/lti/jwks"
        assert served["extensions"][0]["domain"] == "tool.example.org"
        assert all(isinstance(value, str) for value in served["custom_fields"].values())
