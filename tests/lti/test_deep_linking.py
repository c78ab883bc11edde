"""The answer to a deep linking request (Deep Linking 2.0, 3 and 4), and what each platform gets of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import jwt
import pytest

from lti_tool.lti import keys
from lti_tool.lti.addresses import origin_of
from lti_tool.lti.canvas_json import canvas_configuration
from lti_tool.lti.deep_linking import Item, LineItem, Sender, content_items, read_request, response_claims
from lti_tool.lti.platforms import find_quirks
from lti_tool.storage.queries import lti_launches
from tests.support.clock import FakeClock
from tests.support.platform import DEEP_LINKING, LTI, MEMBERSHIP, TOOL, Claims, Platform, Tool

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LAUNCH = f"{TOOL}/lti/launch"
SENDER = Sender("client-1", "https://lms.example.org", "7")
COLUMN = LineItem("Credits", Decimal("50.0"), "xuefen:hz-2026", "total")
PANEL = Item("My credits", {"programme": "hz-2026"}, text="See your credits.", line_item=COLUMN)
LESSON = Item("Lesson", {"programme": "hz-2026", "content": "https://content.example.org/1", "title": "Two\nlines"})

GENERIC: dict[str, Any] = {
    "deep_link_return_url": "https://lms.example.org/return?data=1",
    "accept_types": ["ltiResourceLink"],
    "accept_presentation_document_targets": ["iframe", "window"],
    "accept_multiple": True,
}
MOODLE = {**GENERIC, "title": "Xuefen", "text": "", "accept_copy_advice": False, "can_confirm": False}
CANVAS_ASSIGNMENT = {**GENERIC, "accept_multiple": False, "accept_media_types": "application/vnd.ims.lti.v1.ltilink"}


def made(settings: dict[str, Any], items: list[Item], product: str = "generic") -> list[dict[str, Any]]:
    return content_items(read_request(settings), items, LAUNCH, find_quirks(product))


def test_an_item_is_a_resource_link_with_what_its_launches_need() -> None:
    panel, lesson = made(GENERIC, [PANEL, LESSON])

    assert panel == {
        "type": "ltiResourceLink",
        "title": "My credits",
        "text": "See your credits.",
        "url": LAUNCH,
        "custom": {"programme": "hz-2026"},
        "lineItem": {
            "label": "Credits",
            "scoreMaximum": 50,
            "resourceId": "xuefen:hz-2026",
            "tag": "total",
            "submissionReview": {"reviewableStatus": ["InProgress", "Submitted", "Completed"], "url": LAUNCH},
        },
    }
    assert lesson == {"type": "ltiResourceLink", "title": "Lesson", "url": LAUNCH, "custom": dict(LESSON.custom)}


@pytest.mark.parametrize(
    ("settings", "column"),
    [
        pytest.param(GENERIC, True, id="a platform that says nothing may make the column"),
        pytest.param({**GENERIC, "accept_lineitem": True}, True, id="one that will"),
        pytest.param({**GENERIC, "accept_lineitem": False}, False, id="one that will not"),
        pytest.param(MOODLE, True, id="Moodle, which says nothing and does"),
        pytest.param(CANVAS_ASSIGNMENT, True, id="Canvas, likewise"),
    ],
)
def test_the_column_goes_where_it_may_be_made(settings: dict[str, Any], column: bool) -> None:
    assert ("lineItem" in made(settings, [PANEL])[0]) is column


@pytest.mark.parametrize(
    ("settings", "items", "refused"),
    [
        pytest.param(GENERIC, [PANEL, LESSON], False, id="several where several are taken"),
        pytest.param({**GENERIC, "accept_multiple": False}, [PANEL], False, id="one where one is taken"),
        pytest.param({**GENERIC, "accept_multiple": False}, [PANEL, LESSON], True, id="two where one is taken"),
        pytest.param({**GENERIC, "accept_multiple": None}, [PANEL, LESSON], True, id="two where nothing is said"),
        pytest.param({**GENERIC, "accept_multiple": ["x"]}, [PANEL, LESSON], True, id="two where nonsense is said"),
        pytest.param({**GENERIC, "accept_types": ["link", "file"]}, [PANEL], True, id="links to tools not taken"),
        pytest.param({**GENERIC, "accept_types": []}, [PANEL], True, id="nothing taken"),
        pytest.param({**GENERIC, "accept_types": []}, [], False, id="nothing taken and nothing sent"),
    ],
)
def test_no_more_is_sent_than_is_taken(settings: dict[str, Any], items: list[Item], refused: bool) -> None:
    if refused:
        with pytest.raises(ValueError, match="the platform takes"):
            made(settings, items)
    else:
        assert len(made(settings, items)) == len(items)


def test_moodle_keeps_parameters_as_lines_so_none_has_two() -> None:
    assert made(MOODLE, [LESSON], "moodle")[0]["custom"]["title"] == "Two lines"
    assert made(GENERIC, [LESSON])[0]["custom"]["title"] == "Two\nlines"


def test_canvas_is_not_told_of_reviews() -> None:
    assert set(made(CANVAS_ASSIGNMENT, [PANEL], "canvas")[0]["lineItem"]) == {
        "label",
        "scoreMaximum",
        "resourceId",
        "tag",
    }


def test_a_maximum_with_halves_stays_what_it_is() -> None:
    half = Item("Half", {}, line_item=LineItem("Half", Decimal("24.5"), "r", "t"))

    assert made(GENERIC, [half])[0]["lineItem"]["scoreMaximum"] == 24.5


@pytest.mark.parametrize(
    ("data", "echoed"),
    [
        pytest.param("opaque|data", "opaque|data", id="a text"),
        pytest.param("", "", id="an empty text"),
        pytest.param(None, None, id="none"),
        pytest.param({"a": 1}, None, id="no text"),
    ],
)
def test_data_comes_back_unread(clock: FakeClock, data: Any, echoed: str | None) -> None:
    settings = {**GENERIC, "data": data}

    assert response_claims(read_request(settings), SENDER, [], clock()).get(DL + "data") == echoed


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_platform_whose_clock_is_off_still_takes_the_answer(clock: FakeClock, seconds: int) -> None:
    """Moodle allows no difference, Canvas takes nothing issued more than five minutes ago."""
    claims = response_claims(read_request(GENERIC), SENDER, [], clock())
    theirs = (clock() + timedelta(seconds=seconds)).timestamp()

    assert theirs - 300 <= claims["iat"] <= theirs < claims["exp"]


def test_the_answer_to_a_real_launch_verifies_with_our_published_key(
    tool: Tool, platform: Platform, clock: FakeClock
) -> None:
    session = launched(tool, platform, data="d")
    request = read_request(session.deep_linking)
    sender = Sender(platform.client_id, session.issuer, session.deployment_id)
    items = content_items(request, [PANEL, LESSON], LAUNCH, find_quirks("moodle"))
    with tool.db.begin() as conn:
        token = keys.sign(conn, response_claims(request, sender, items, clock()), clock())

    published = {key["kid"]: key for key in tool.client.get(tool.url("/lti/jwks")).get_json()["keys"]}
    header = jwt.get_unverified_header(token)
    unchecked: Any = {"verify_exp": False, "verify_iat": False}  # the test's clock stands still
    claims = jwt.decode(
        token,
        jwt.PyJWK(published[header["kid"]]),
        algorithms=["RS256"],
        audience=platform.issuer,
        issuer=platform.client_id,
        options=unchecked,
    )

    assert header["alg"] == "RS256"
    assert request.return_url == f"{platform.issuer}/return?sesskey=1"
    assert claims.pop("nonce")
    assert claims == {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "iat": int(clock().timestamp()) - 60,
        "exp": int(clock().timestamp()) + 300,
        LTI + "message_type": "LtiDeepLinkingResponse",
        LTI + "version": "1.3.0",
        LTI + "deployment_id": platform.deployment_id,
        DL + "content_items": items,
        DL + "data": "d",
    }


def test_an_answer_that_somebody_changed_does_not_verify(tool: Tool, clock: FakeClock) -> None:
    with tool.db.begin() as conn:
        token = keys.sign(conn, response_claims(read_request(GENERIC), SENDER, [], clock()), clock())
    head, _, signature = token.split(".")
    other = jwt.encode(response_claims(read_request(GENERIC), SENDER, [], clock()), "x" * 32, algorithm="HS256")
    published = keys.published(tool.db, clock())["keys"][0]

    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{head}.{other.split('.')[1]}.{signature}", jwt.PyJWK(published), algorithms=["RS256"])


def test_every_answer_has_a_nonce_of_its_own(clock: FakeClock) -> None:
    nonces = {response_claims(read_request(GENERIC), SENDER, [], clock())["nonce"] for _ in range(20)}

    assert len(nonces) == 20


def test_who_is_still_choosing_gets_no_column_made_meanwhile(tool: Tool, platform: Platform) -> None:
    """The chosen item may bring the column itself; the first launch of an activity tells where columns are made."""
    context = launched(tool, platform).context_id
    before = lineitems_of(tool, context)
    assert tool.launch(platform).status_code == 303

    assert before is None
    assert lineitems_of(tool, context) == f"{platform.issuer}/lineitems"


@pytest.mark.parametrize(
    "address",
    [
        "https://lms.example.org;script-src *",
        "https://lms.example.org'/return",
        "https://user:secret@lms.example.org/return",
        "https://lms.example.org:port/return",
        "https:///return",
        "https://[::1/return",
        "//lms.example.org/return",
        "data:text/html,x",
        "",
    ],
)
def test_a_way_back_that_a_policy_cannot_name_is_refused(tool: Tool, platform: Platform, address: str) -> None:
    answer = tool.launch(platform, asking(platform, deep_link_return_url=address))

    assert (answer.status_code, answer.text) == (400, "refused: bad_claim")


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://lms.example.org/a?b=c#d", "https://lms.example.org"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("https://[::1]:8443/x", "https://[::1]:8443"),
        ("HTTPS://LMS.Example.ORG", "https://lms.example.org"),
        ("https://学校.example.cn/x", "https://xn--48s290a.example.cn"),
    ],
)
def test_the_origin_of_an_address_is_fit_for_a_policy(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def test_canvas_by_hand_asks_for_deep_linking_where_activities_are_added(tool: Tool) -> None:
    placements = canvas_configuration(tool.settings)["extensions"][0]["settings"]["placements"]

    assert {one["placement"] for one in placements if one["message_type"] == "LtiDeepLinkingRequest"} == {
        "assignment_selection",
        "link_selection",
    }


@pytest.mark.parametrize(("product", "reviews"), [("generic", True), ("moodle", True), ("canvas", False)])
def test_registrations_ask_for_the_messages_that_a_platform_knows(product: str, reviews: bool) -> None:
    asked = {one["type"] for one in find_quirks(product).registration_messages(TOOL, "Xuefen")}

    assert {"LtiResourceLinkRequest", "LtiDeepLinkingRequest"} <= asked
    assert ("LtiSubmissionReviewRequest" in asked) is reviews


def asking(platform: Platform, **settings: Any) -> Any:
    def change(claims: Claims) -> None:
        platform.deep_linking(claims)
        claims[LTI + "roles"] = [f"{MEMBERSHIP}#Instructor"]
        claims[DEEP_LINKING] |= settings

    return change


def launched(tool: Tool, platform: Platform, **settings: Any) -> Any:
    session = tool.session(tool.launch(platform, asking(platform, **settings)))
    assert session is not None
    return session


def lineitems_of(tool: Tool, context_row: int) -> str | None:
    with tool.db.read() as conn:
        found: str | None = lti_launches.get_context(conn, context_row)["lineitems_url"]
    return found
