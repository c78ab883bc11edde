"""Dynamic registration: by invitation, once, with the platform's own server and nobody else's (Registration 1.0)."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from flask import Response

from lti_tool.lti.http import Answer
from lti_tool.lti.sessions import hash_of
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti
from lti_tool.storage.tables import lti as t
from tests.lti.registrar import CONFIGURATION, PLATFORM, Registrar, invite, refused, register
from tests.support.clock import FakeClock
from tests.support.platform import Platform, Tool


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
