"""What we ask a platform to register: what Moodle needs, what Canvas needs, and the same by hand."""

from urllib.parse import urlsplit

from lti_tool.lti.canvas_json import canvas_configuration
from lti_tool.storage.queries import lti
from tests.lti.registrar import AGS_SCOPE, CANVAS, CONFIGURATION, Registrar, register
from tests.support.platform import TOOL, Platform, Tool


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
