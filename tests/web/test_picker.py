"""Deep linking: what a trainer chooses arrives at the platform that asked, signed, and nowhere else."""

import html
import re
from typing import Any

import jwt
import pytest

from lti_tool.lti import keys
from lti_tool.lti.record import Launched
from lti_tool.lti.sessions import Opened
from lti_tool.storage.queries import lti_launches, programmes
from lti_tool.web.launches import first_page
from tests.web.launching import Installation, Page, Visitor, another_programme

MOODLE = "https://moodle.example.org"
RETURN = "https://moodle.example.org/mod/lti/contentitem_return.php?course=7&sesskey=a%26b"
PROGRAMME = "hz-2026"
COURSE = "https://content.example.org/au/t7-data-literacy/1.html"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"


def asked(**changes: Any) -> dict[str, Any]:
    settings = {
        "deep_link_return_url": RETURN,
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
        "accept_multiple": True,
        **changes,
    }
    return {"message_type": "LtiDeepLinkingRequest", "deep_linking": settings}


@pytest.fixture
def moodle(tool: Installation) -> int:
    tool.load()
    return tool.register(MOODLE)


def chooser(tool: Installation, platform: int, course: int, role: str = "trainer", **changes: Any) -> Visitor:
    return tool.visit(platform, course, role, programme=PROGRAMME, **asked(**changes))


def row(
    content: str, title: str = "", *, track: str = "heartbeat", seen: str = "", activity: str = ""
) -> dict[str, str]:
    return {"content": content, "title": title, "track": track, "seen": seen, "activity": activity}


def form(*rows: dict[str, str], action: str = "add", **more: Any) -> dict[str, Any]:
    columns = {name: [one[name] for one in rows] for name in rows[0]} if rows else {}
    return {"action": action, **columns, **more}


def sent(tool: Installation, page: Page) -> tuple[str, dict[str, Any]]:
    """Where the form of a page goes, and what it carries, read as the platform does: with our published key."""
    assert page.status == 200, page.words
    address = html.unescape(re.findall(r'<form id="picked" method="post" action="([^"]+)"', page.text)[0])
    token = re.findall(r'name="JWT" value="([^"]+)"', page.text)[0]
    published = keys.published(tool.db, tool.clock())["keys"]
    kid = jwt.get_unverified_header(token)["kid"]
    key = jwt.PyJWK(next(one for one in published if one["kid"] == kid))
    unchecked: Any = {"verify_exp": False, "verify_iat": False}  # the test's clock stands still
    return address, jwt.decode(token, key, algorithms=["RS256"], audience=MOODLE, issuer="client", options=unchecked)


def items(tool: Installation, page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sent(tool, page)[1][DL + "content_items"]
    return found


def test_the_panel_and_two_lessons_go_back_to_the_platform_that_asked(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    lessons = (row(COURSE, "第一课"), row(f"{COURSE}#2", track="xapi", activity=COURSE))
    page = trainer.post("pick", form(*lessons, choice="credits", column="1"))
    address, claims = sent(tool, page)

    assert address == RETURN
    assert claims[LTI + "message_type"] == "LtiDeepLinkingResponse"
    assert claims[LTI + "deployment_id"] == "1"
    panel, first, second = claims[DL + "content_items"]
    assert panel["custom"] == {"programme": PROGRAMME}
    assert panel["lineItem"] | {"label": "", "submissionReview": ""} == {
        "label": "",
        "scoreMaximum": 50,
        "resourceId": f"xuefen:{PROGRAMME}",
        "tag": "total",
        "submissionReview": "",
    }
    assert first["title"] == "第一课"
    assert first["custom"] == {
        "programme": PROGRAMME,
        "content": COURSE,
        "title": "第一课",
        "track": "heartbeat",
    }
    assert "lineItem" not in first
    assert (second["custom"]["track"], second["custom"]["activity"]) == ("xapi", COURSE)
    assert all(item["url"].endswith("/lti/launch") for item in (panel, first, second))


def test_the_page_may_post_to_the_platform_alone(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    answer = tool.app.test_client()
    for name, value in trainer.cookies().items():
        answer.set_cookie(name, value)
    picker = answer.get(f"/at/{trainer.token}/pick")
    picked = answer.post(f"/at/{trainer.token}/pick", data=form(choice="credits"))

    assert "form-action 'self';" in picker.headers["Content-Security-Policy"]
    assert "form-action 'self' https://moodle.example.org;" in picked.headers["Content-Security-Policy"]
    assert picked.headers["Referrer-Policy"] == "no-referrer"


def test_the_course_becomes_linked_to_the_programme(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    trainer.post("pick", form(action="cancel"))
    with tool.db.read() as conn:
        assert programmes.find_linked_programme(conn, MOODLE, "course-1") is None
    trainer.post("pick", form(choice="credits"))

    with tool.db.read() as conn:
        assert programmes.find_linked_programme(conn, MOODLE, "course-1") == PROGRAMME


def test_a_link_made_on_purpose_stands(tool: Installation, moodle: int) -> None:
    tool.load(another_programme("nb-2027", "Ningbo 2027"))
    with tool.db.begin() as conn:
        programmes.link_course(conn, "nb-2027", MOODLE, "course-1")
    trainer = chooser(tool, moodle, tool.course(moodle))

    trainer.post("pick", form(choice="credits"))

    with tool.db.read() as conn:
        assert programmes.find_linked_programme(conn, MOODLE, "course-1") == "nb-2027"


def test_cancelling_sends_an_empty_list(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle), data="opaque")

    page = trainer.post("pick", form(row(COURSE), action="cancel", choice="credits"))
    address, claims = sent(tool, page)

    assert address == RETURN
    assert claims[DL + "content_items"] == []
    assert claims[DL + "data"] == "opaque"
    assert "Nothing is added." in page.text


def test_an_address_is_compared_with_the_programmes_courses(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    known = trainer.post("pick", form(row(COURSE), action="check"))
    unknown = trainer.post("pick", form(row("https://example.org/other"), action="check"))

    assert known.status == unknown.status == 200
    assert "Course of the programme:" in known.text
    assert "This content is not one of the programme's courses." in html.unescape(unknown.text)


def test_content_that_will_not_count_is_added_only_when_that_was_said(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))
    other = "https://example.org/other"

    asked_back = trainer.post("pick", form(row(other)))
    changed = trainer.post("pick", form(row(other + "2", seen=other)))
    confirmed = trainer.post("pick", form(row(other, seen=other)))

    assert (asked_back.status, changed.status) == (422, 422)
    assert "will not count yet" in asked_back.text
    assert f'name="seen" value="{other}"' in asked_back.text
    assert [item["title"] for item in items(tool, confirmed)] == ["example.org"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "ftp://example.org/a",
        "https://",
        "https://[x",
        "https://example.org;script-src *",
        "https://user@example.org/",
        "https://example.org/a b",
        "https://example.org/" + "a" * 2000,
        "example.org",
    ],
)
def test_what_is_no_web_address_is_sent_back_with_a_reason(tool: Installation, moodle: int, address: str) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    page = trainer.post("pick", form(row(address, "A", seen=address)))

    assert page.status == 422
    assert "This is not a web address." in page.text
    assert 'aria-invalid="true"' in page.text


def test_choosing_nothing_is_said(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    page = trainer.post("pick", form(row("")))

    assert page.status == 422
    assert "Choose at least one thing to add." in page.text


def test_more_rows_keep_what_was_filled_in(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    page = trainer.post("pick", form(row(COURSE, "第一课"), action="more"))

    assert page.text.count('name="content"') == 2
    assert 'value="第一课"' in page.text


def test_a_platform_that_takes_one_item_gets_one(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle), accept_multiple=False)

    page = trainer.get("pick")
    panel = items(tool, trainer.post("pick", form(row(COURSE), choice="credits")))
    lesson = items(tool, trainer.post("pick", form(row(COURSE), row(COURSE), choice="study")))

    assert 'type="radio"' in page.text
    assert "One more address" not in page.text
    assert [item["custom"].get("content") for item in panel] == [None]
    assert [item["custom"].get("content") for item in lesson] == [COURSE]


def test_a_platform_that_takes_no_activities_is_told_so(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle), accept_types=["link"])

    page = trainer.get("pick")
    refused = trainer.post("pick", form(choice="credits"))
    cancelled = trainer.post("pick", form(action="cancel"))

    assert "takes no activities at this place" in page.text
    assert refused.status == 422
    assert items(tool, cancelled) == []


def test_who_looked_at_another_page_finds_back_to_the_choice(tool: Installation, moodle: int) -> None:
    course = tool.course(moodle, shows=PROGRAMME)
    chosen, launched = chooser(tool, moodle, course), tool.visit(moodle, course, "trainer", programme=PROGRAMME)

    assert f'href="/at/{chosen.token}/pick' in chosen.get("unmatched").text
    assert "/pick" not in launched.get("unmatched").text


def test_a_column_is_offered_once(tool: Installation, moodle: int) -> None:
    course = tool.course(moodle)
    trainer = chooser(tool, moodle, course)
    fresh = trainer.get("pick")

    with tool.db.begin() as conn:
        link = {"context_id": course, "resource_link_id": "r", "title": "", "lineitem_url": f"{MOODLE}/1", "custom": {}}
        lti_launches.save_resource_link(conn, link)
    later = trainer.get("pick")

    assert re.search(r'name="column" value="1" checked', fresh.text)
    assert re.search(r'value="credits" checked', fresh.text)
    assert not re.search(r'name="column" value="1" checked', later.text)
    assert not re.search(r'value="credits" checked', later.text), "nor a second panel, unless it is asked for"
    assert "The course has this column already" in later.text
    assert "lineItem" not in items(tool, trainer.post("pick", form(choice="credits")))[0]


def test_trainees_choose_nothing(tool: Installation, moodle: int) -> None:
    course = tool.course(moodle)
    trainee = chooser(tool, moodle, course, role="trainee")

    shown, posted = trainee.get("pick"), trainee.post("pick", form(choice="credits"))

    assert (shown.status, posted.status) == (403, 403)
    assert "JWT" not in shown.text + posted.text


def test_administrators_choose_too(tool: Installation, moodle: int) -> None:
    administrator = chooser(tool, moodle, tool.course(moodle), role="administrator")

    assert administrator.get("pick").status == 200


def test_a_launch_that_asked_for_nothing_has_nowhere_to_send_it(tool: Installation, moodle: int) -> None:
    trainer = tool.visit(moodle, tool.course(moodle), "trainer", programme=PROGRAMME)

    assert trainer.get("pick").status == 404
    assert trainer.post("pick", form(choice="credits")).status == 404


def test_the_return_address_is_that_of_the_launch_whatever_the_form_says(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))
    evil = "https://evil.example.org/"

    page = trainer.post("pick", form(choice="credits", deep_link_return_url=evil, url=evil, return_url=evil))

    assert sent(tool, page)[0] == RETURN
    assert "evil" not in page.text


def test_two_launches_answer_each_their_own_request(tool: Installation, moodle: int) -> None:
    course = tool.course(moodle)
    one = chooser(tool, moodle, course, data="one")
    two = chooser(tool, moodle, course, data="two", deep_link_return_url=f"{MOODLE}/two")

    first, second = (sent(tool, who.post("pick", form(choice="credits"))) for who in (one, two))

    assert [(address, claims[DL + "data"]) for address, claims in (first, second)] == [
        (RETURN, "one"),
        (f"{MOODLE}/two", "two"),
    ]
    assert first[1]["nonce"] != second[1]["nonce"]


def test_another_browser_cannot_use_the_page(tool: Installation, moodle: int) -> None:
    trainer = chooser(tool, moodle, tool.course(moodle))

    stranger = tool.app.test_client().post(f"/at/{trainer.token}/pick", data=form(choice="credits"))

    assert stranger.status_code == 401


def test_the_programme_is_chosen_first(tool: Installation, moodle: int) -> None:
    tool.load(another_programme("nb-2027", "Ningbo 2027"))
    trainer = tool.visit(moodle, tool.course(moodle), "trainer", **asked())

    first = trainer.get("pick")
    chosen = trainer.post("start", {"programme": PROGRAMME})

    assert "/start" in first.location
    assert "/pick" in chosen.location
    assert "/pick" in trainer.get("start").location
    assert "What shall the course get?" in trainer.get("pick").text


@pytest.mark.parametrize("programme", [PROGRAMME, None])
@pytest.mark.parametrize("role", ["trainee", "trainer", "administrator"])
@pytest.mark.parametrize(
    ("message", "page"), [("LtiDeepLinkingRequest", "pick"), ("LtiSubmissionReviewRequest", "review")]
)
def test_a_launch_leads_to_what_it_asks_for(message: str, page: str, role: str, programme: str | None) -> None:
    """Who may not go there is told so there."""
    assert first_page(Launched(Opened(1, "t", None), message, role, programme, "a6f10c3e", 1, {})) == page


def test_canvas_says_that_graded_activities_are_drafts(tool: Installation) -> None:
    tool.load()
    canvas = tool.register(MOODLE, product="canvas")
    trainer = chooser(tool, canvas, tool.course(canvas))

    assert "until you publish them there" in trainer.get("pick").text
    made = items(tool, trainer.post("pick", form(choice="credits", column="1")))
    assert "submissionReview" not in made[0]["lineItem"]


REVIEW = {"message_type": "LtiSubmissionReviewRequest"}


def test_a_review_opens_the_learner_whom_the_gradebook_names(tool: Installation, moodle: int) -> None:
    course = tool.course(moodle, shows=PROGRAMME)
    tool.member(course, "s-9", "a6f10c3e", name="张老师")
    trainer = tool.visit(moodle, course, "trainer", programme=PROGRAMME, for_user="s-9", **REVIEW)

    assert "/participants/a6f10c3e" in trainer.get("review").location


def test_a_review_of_an_account_that_never_launched_finds_its_participant(tool: Installation, moodle: int) -> None:
    trainer = tool.visit(
        moodle, tool.course(moodle), "trainer", programme=PROGRAMME, for_user="a6f10c3e-2b7d-4c55", **REVIEW
    )

    assert "/participants/a6f10c3e?" in trainer.get("review").location + "?"


def test_a_review_of_somebody_unknown_says_so(tool: Installation, moodle: int) -> None:
    course = tool.course(moodle, shows=PROGRAMME)
    tool.member(course, "s-8", name="周老师")
    trainer = tool.visit(moodle, course, "trainer", programme=PROGRAMME, for_user="s-8", **REVIEW)

    page = trainer.get("review")

    assert page.status == 404
    assert "周老师 is nobody of this programme." in page.words
    assert "Unmatched" in page.words


def test_trainees_review_nobody_but_themselves(tool: Installation, moodle: int) -> None:
    course = tool.course(moodle, shows=PROGRAMME)
    own = {"programme": PROGRAMME, "participant": "a6f10c3e", "sub": "s-9"}
    other = tool.visit(moodle, course, "trainee", **own, for_user="s-1", **REVIEW)
    self = tool.visit(moodle, course, "trainee", **own, for_user="s-9", **REVIEW)

    assert other.get("review").status == 403
    assert "/credits" in self.get("review").location


def test_a_review_waits_for_the_programme(tool: Installation, moodle: int) -> None:
    tool.load(another_programme("nb-2027", "Ningbo 2027"))
    trainer = tool.visit(moodle, tool.course(moodle), "trainer", for_user="s-9", **REVIEW)

    assert "/start" in trainer.get("review").location
    assert "/review" in trainer.post("start", {"programme": PROGRAMME}).location


def test_a_review_needs_a_launch_that_asks_for_one(tool: Installation, moodle: int) -> None:
    trainer = tool.visit(moodle, tool.course(moodle), "trainer", programme=PROGRAMME)

    assert trainer.get("review").status == 404
