"""Sessions of launched pages: bound to the browser where it keeps cookies, alive without, and never for ever."""

import pytest
from werkzeug.test import TestResponse

from lti_tool.lti.handover import KEPT
from lti_tool.lti.leftovers import Leftovers
from lti_tool.lti.sessions import cookie_name, find_session
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti, lti_launches
from lti_tool.storage.tables import lti as t
from tests.support.clock import FakeClock
from tests.support.platform import LTI, Platform, Tool


def token_of(tool: Tool, answer: TestResponse) -> str:
    return answer.headers["Location"].removeprefix(tool.url("/at/")).removesuffix("/credits")


class TestCookies:
    """Contract §3: Secure, SameSite=None and Partitioned on https, none of the three on http."""

    @pytest.mark.parametrize(
        ("public_url", "marks"),
        [("https://tool.example.org", True), ("http://127.0.0.1:8080", False)],
    )
    def test_fit_an_iframe_on_another_site(
        self, db: Database, clock: FakeClock, platform: Platform, public_url: str, marks: bool
    ) -> None:
        tool = Tool(db, clock, public_url=public_url)
        target = {"target_link_uri": f"{public_url}/lti/launch"}
        begun = tool.login(platform.login_form(**target))
        claims = {**platform.claims(begun.nonce, clock()), f"{LTI}target_link_uri": target["target_link_uri"]}
        launched = tool.post_launch({"state": begun.state, "id_token": platform.sign(claims)})
        assert launched.status_code == 303

        headers = [header for one in (begun.response, launched) for header in one.headers.getlist("Set-Cookie")]
        assert len(headers) == 3  # the login's, its end, the session's
        for header in headers:
            assert "HttpOnly" in header
            assert "Path=/" in header
            for mark in ("Secure", "SameSite=None", "Partitioned"):
                assert (mark in header) is marks, header

    def test_of_the_login_end_with_the_launch(self, tool: Tool, platform: Platform) -> None:
        answer = tool.launch(platform)

        assert [cookie.key for cookie in tool.client._cookies.values()] == [cookie_name(token_of(tool, answer))]

    def test_have_a_name_for_each_tab(self, tool: Tool, platform: Platform) -> None:
        names = {cookie_name(token_of(tool, tool.launch(platform))) for _ in range(3)}

        assert {cookie.key for cookie in tool.client._cookies.values()} == names

    def test_tell_neither_token_nor_state(self, tool: Tool, platform: Platform) -> None:
        begun = tool.login(platform.login_form())
        token = platform.sign(platform.claims(begun.nonce, tool.clock()))
        answer = tool.post_launch({"state": begun.state, "id_token": token})

        told = str(begun.response.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie"))
        assert begun.state not in told
        assert begun.nonce not in told
        assert token_of(tool, answer) not in told


class TestASession:
    def test_with_a_cookie_opens_only_with_it(self, tool: Tool, platform: Platform, clock: FakeClock) -> None:
        token = token_of(tool, tool.launch(platform))

        with tool.db.read() as conn:
            assert find_session(conn, token, None, clock()) is None
            assert find_session(conn, token, "guessed", clock()) is None

    def test_ends_when_the_settings_say(self, db: Database, clock: FakeClock, platform: Platform) -> None:
        tool = Tool(db, clock, session_hours=3)
        answer = tool.launch(platform)

        clock.advance(3 * 3600 - 1)
        assert tool.session(answer) is not None
        clock.advance(1)
        assert tool.session(answer) is None

    def test_is_dropped_when_it_is_over(self, tool: Tool, platform: Platform, clock: FakeClock) -> None:
        tool.launch(platform)
        clock.advance(9 * 3600)
        tool.launch(platform)
        Leftovers(tool.db, clock).remove_if_due()

        assert tool.count(t.lti_sessions) == {"lti_sessions": 1}

    @pytest.mark.parametrize("token", ["", "guessed", "\0", "x" * 5000])
    def test_is_not_guessed(self, tool: Tool, platform: Platform, clock: FakeClock, token: str) -> None:
        tool.launch(platform)
        with tool.db.read() as conn:
            assert find_session(conn, token, None, clock()) is None

    def test_ends_with_its_platform(self, tool: Tool, platform: Platform) -> None:
        answer = tool.launch(platform)
        with tool.db.begin() as conn:
            lti.remove_platform(conn, platform.number)

        assert tool.session(answer) is None

    def test_may_change_its_programme(self, tool: Tool, platform: Platform) -> None:
        answer = tool.launch(platform)
        session = tool.session(answer)
        assert session is not None
        with tool.db.begin() as conn:
            lti_launches.choose_programme(conn, session.id, "hz-2026", None)

        changed = tool.session(answer)
        assert changed is not None
        assert changed.programme_id == "hz-2026"

    def test_keeps_only_hashes_of_its_secrets(self, tool: Tool, platform: Platform) -> None:
        token = token_of(tool, tool.launch(platform))
        cookie = tool.client.get_cookie(cookie_name(token), domain="tool.example.org")
        assert cookie is not None

        with tool.db.read() as conn:
            rows = str(conn.exec_driver_sql("SELECT * FROM lti_sessions").all())
        assert token not in rows
        assert cookie.value not in rows


STORAGE = {"lti_storage_target": "post_message_forwarding"}


class Framed:
    """A browser that keeps no cookies in frames, and the pages it is shown."""

    def __init__(self, tool: Tool) -> None:
        self.tool = tool
        self.client = tool.browser(cookies=False)
        self.shown = tool.shown

    def begin(self, platform: Platform, *, dest: str | None = None, **form: str) -> TestResponse:
        headers = {"Sec-Fetch-Dest": dest} if dest else {}
        return self.client.post(self.tool.url("/lti/login"), data=platform.login_form(**form), headers=headers)

    def state(self) -> dict[str, str]:
        asked = dict(part.split("=", 1) for part in self.shown[0].next_url.partition("?")[2].split("&"))
        return {name: asked[name] for name in ("state", "nonce")}

    def post(self, platform: Platform, **more: str) -> TestResponse:
        asked = self.state()
        token = platform.sign(platform.claims(asked["nonce"], self.tool.clock()))
        return self.tool.post_launch({"state": asked["state"], "id_token": token, **more}, client=self.client)


class TestPlatformStorage:
    """LTI Client Side postMessages: the platform keeps our secret where the browser keeps no cookie."""

    @pytest.fixture
    def framed(self, tool: Tool) -> Framed:
        return Framed(tool)

    def test_is_used_from_login_to_session(self, framed: Framed, tool: Tool, platform: Platform) -> None:
        assert framed.begin(platform, **STORAGE).text == "handover"
        [at_login] = framed.shown
        assert at_login.origin == platform.issuer
        assert at_login.frame == "post_message_forwarding"
        assert at_login.value is not None

        assert framed.post(platform).text == "handover"
        at_launch = framed.shown[1]
        assert (at_launch.origin, at_launch.frame, at_launch.key) == (platform.issuer, at_login.frame, at_login.key)
        assert at_launch.value is None
        assert at_launch.next_url == tool.url("/lti/launch")
        assert set(at_launch.fields) == {"state", "id_token", KEPT}

        answer = tool.post_launch({**at_launch.fields, KEPT: at_login.value}, client=framed.client)
        session = tool.session(answer)
        assert session is not None
        assert not session.needs_cookie
        assert not answer.headers.getlist("Set-Cookie")

    def test_opens_a_session_that_ends_sooner(
        self, framed: Framed, tool: Tool, platform: Platform, clock: FakeClock
    ) -> None:
        framed.begin(platform, **STORAGE)
        answer = framed.post(platform, **{KEPT: str(framed.shown[0].value)})

        clock.advance(2 * 3600 - 1)
        assert tool.session(answer) is not None
        clock.advance(1)
        assert tool.session(answer) is None

    @pytest.mark.parametrize("kept", ["guessed", "\0"])
    def test_refuses_what_another_browser_was_given(
        self, framed: Framed, tool: Tool, platform: Platform, kept: str
    ) -> None:
        framed.begin(platform, **STORAGE)

        answer = framed.post(platform, **{KEPT: kept})

        assert answer.text == "refused: unknown_state"
        assert tool.count(t.lti_sessions) == {"lti_sessions": 0}

    def test_refuses_a_launch_for_which_the_platform_kept_nothing(self, framed: Framed, platform: Platform) -> None:
        framed.begin(platform, **STORAGE)

        assert framed.post(platform, **{KEPT: ""}).text == "refused: cookies_blocked"

    def test_asks_before_it_believes_the_token(self, framed: Framed, tool: Tool, platform: Platform) -> None:
        framed.begin(platform, **STORAGE)
        form = {"state": framed.state()["state"], "id_token": "x.y.z", KEPT: str(framed.shown[0].value)}

        assert tool.post_launch(form, client=framed.client).text == "refused: bad_token"

    def test_is_not_asked_where_the_cookie_came_back(self, tool: Tool, platform: Platform) -> None:
        framed = Framed(tool)
        framed.client = tool.client
        framed.begin(platform, **STORAGE)

        session = tool.session(framed.post(platform))

        assert session is not None
        assert session.needs_cookie

    def test_of_one_login_is_no_good_for_another(self, framed: Framed, platform: Platform) -> None:
        framed.begin(platform, **STORAGE)
        first = str(framed.shown[0].value)
        framed.shown.clear()
        framed.begin(platform, **STORAGE)

        assert framed.post(platform, **{KEPT: first}).text == "refused: unknown_state"

    def test_is_no_way_in_where_none_was_offered(self, tool: Tool, platform: Platform) -> None:
        """Without an offer at the login nobody was given the secret, and an empty one opens nothing."""
        begun = tool.login(platform.login_form())
        token = platform.sign(platform.claims(begun.nonce, tool.clock()))
        stranger = tool.browser(cookies=False)

        for kept in ("", "guessed"):
            answer = tool.post_launch({"state": begun.state, "id_token": token, KEPT: kept}, client=stranger)
            assert answer.status_code == 403


class TestTheWayOut:
    """In a frame the login's page finds out whether cookies are kept; if not, a window of its own is offered."""

    @pytest.fixture
    def framed(self, tool: Tool) -> Framed:
        return Framed(tool)

    @pytest.mark.parametrize(
        ("dest", "storage", "page"),
        [
            ("iframe", False, True),
            ("frame", False, True),
            ("iframe", True, True),
            ("document", False, False),
            ("document", True, False),
            (None, False, False),
            (None, True, True),
        ],
    )
    def test_is_shown_in_frames_only(
        self, framed: Framed, platform: Platform, dest: str | None, storage: bool, page: bool
    ) -> None:
        answer = framed.begin(platform, dest=dest, **(STORAGE if storage else {}))

        assert answer.status_code == (200 if page else 302)
        assert len(framed.shown) == int(page)
        assert answer.headers.getlist("Set-Cookie")

    def test_begins_the_same_login_in_a_new_window(self, framed: Framed, tool: Tool, platform: Platform) -> None:
        framed.begin(platform, dest="iframe", lti_message_hint='{"cmid":7,"launchid":"a&b"}')
        address = framed.shown[0].new_window_url
        assert address is not None
        assert address.startswith(tool.url("/lti/login?"))

        window = tool.client.get(address, headers={"Sec-Fetch-Dest": "document"})

        assert window.status_code == 302
        assert window.headers["Location"].startswith(f"{platform.issuer}/auth?")
        assert "lti_message_hint=%7B%22cmid%22%3A7%2C%22launchid%22%3A%22a%26b%22%7D" in window.headers["Location"]
