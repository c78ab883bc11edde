"""Every shape of launch that the specifications allow succeeds (Core 1.3, Security Framework 1.0, Deep Linking 2.0)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lti_tool.domain.identifiers import account_key, email_key
from lti_tool.lti.sessions import LtiSession
from lti_tool.programmes.file import read_programme_file
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.queries import grades_desired, lti, lti_launches, members, people, programmes, rosters
from lti_tool.storage.tables import lti as t
from tests.lti.conftest import Standing
from tests.support.clock import FakeClock
from tests.support.platform import AGS, LTI, MEMBERSHIP, NRPS, TOOL, Claims, Platform, Tool

INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person"


def without(*names: str) -> Callable[[Claims], Any]:
    return lambda claims: [claims.pop(name, None) for name in names]


def with_claims(**claims: Any) -> Callable[[Claims], Any]:
    return lambda given: given.update(claims)


def lti_claims(**claims: Any) -> Callable[[Claims], Any]:
    return lambda given: given.update({LTI + name: value for name, value in claims.items()})


def found(tool: Tool, platform: Platform, change: Callable[[Claims], Any] = lambda _: None) -> LtiSession:
    session = tool.session(tool.launch(platform, change))
    assert session is not None
    return session


def test_a_launch_tells_who_looks_from_where(tool: Tool, platform: Platform) -> None:
    session = found(tool, platform)

    assert (session.sub, session.name, session.email) == ("42", "张三", "zhang.san@example.org")
    assert (session.issuer, session.deployment_id) == (platform.issuer, "1")
    assert (session.context_name, session.context_title) == ("c1", "信息技术应用能力提升")
    assert (session.audience_role, session.locale) == ("trainee", "zh")
    assert session.return_url == platform.issuer
    assert dict(session.custom) == {"colour": "red"}


@pytest.mark.parametrize(
    ("name", "family", "given", "shown"),
    [
        pytest.param("张 三", "张", "三", "张三", id="Moodle's space between them"),
        pytest.param("张 三", "三", "张", "张 三", id="a name that was split by its space"),
        pytest.param("Wu Ann", "Wu", "Ann", "Wu Ann", id="a name in Latin letters"),
        pytest.param("张三（兼职）", "张", "三", "张三（兼职）", id="a platform's own way"),
    ],
)
def test_a_chinese_name_is_written_without_a_space(
    tool: Tool, platform: Platform, name: str, family: str, given: str, shown: str
) -> None:
    session = found(tool, platform, with_claims(name=name, family_name=family, given_name=given))

    assert session.name == shown


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(without("name", "given_name", "family_name"), id="no names"),
        pytest.param(without("email"), id="no e-mail"),
        pytest.param(without("name", "given_name", "family_name", "email"), id="neither"),
        pytest.param(without("name"), id="parts of a name only"),
        pytest.param(without(AGS), id="no grade service"),
        pytest.param(without(NRPS), id="no names and roles service"),
        pytest.param(without(AGS, NRPS), id="no services"),
        pytest.param(lambda claims: claims[AGS].pop("lineitem"), id="grade service without a line item"),
        pytest.param(with_claims(**{AGS: {}}), id="empty grade service"),
        pytest.param(with_claims(**{AGS: {"scope": "a text", "lineitems": 5}}), id="grade service in a foreign shape"),
        pytest.param(without(LTI + "context"), id="no context"),
        pytest.param(lti_claims(context={"id": "c9"}), id="a context that is an id only"),
        pytest.param(without(LTI + "custom"), id="no custom parameters"),
        pytest.param(lti_claims(custom={"n": 5, "x": None, "y": ["a"]}), id="custom parameters that are no texts"),
        pytest.param(without(LTI + "launch_presentation"), id="no presentation"),
        pytest.param(lti_claims(launch_presentation={}), id="empty presentation"),
        pytest.param(lti_claims(launch_presentation={"locale": "zh-Hans"}), id="a locale in its other form"),
        pytest.param(without(LTI + "tool_platform"), id="no platform"),
        pytest.param(lti_claims(resource_link={"id": "r7"}), id="a resource link that is an id only"),
        pytest.param(lti_claims(resource_link={"id": "c1", "title": None}), id="a link named like its context"),
        pytest.param(lti_claims(target_link_uri=f"{TOOL}/lti/launch?a=b"), id="a target with a query"),
        pytest.param(lti_claims(target_link_uri=TOOL), id="the bare host as target"),
        pytest.param(lambda claims: claims.update(aud=[claims["aud"]]), id="audience as a list"),
        pytest.param(
            lambda claims: claims.update(aud=[claims["aud"], "another"], azp=claims["aud"]),
            id="several audiences with azp",
        ),
        pytest.param(lambda claims: claims.update(azp=claims["aud"]), id="one audience with azp"),
        pytest.param(
            with_claims(
                **{
                    "https://www.instructure.com/placement": "course_navigation",
                    LTI + "lti1p1": {"user_id": "x"},
                    LTI + "lis": {"person_sourcedid": "", "course_section_sourcedid": ""},
                    LTI + "ext": {"lms": "moodle-2"},
                    "picture": "https://example.org/p.png",
                    "https://vendor.example.com/deep": {"a": [{"b": None}]},
                }
            ),
            id="vendors' claims",
        ),
        pytest.param(lambda claims: claims.update(exp=claims["iat"] + 3600), id="a token that lives an hour"),
        pytest.param(lambda claims: claims.update(iat=claims["iat"] + 0.5), id="a fraction of a second"),
        pytest.param(with_claims(sub="u" * 255), id="the longest sub"),
        pytest.param(with_claims(name="𠮷" * 500), id="a long name beyond the basic plane"),
    ],
)
def test_what_may_be_missing_or_added_does_no_harm(standing: Standing, change: Callable[[Claims], Any]) -> None:
    tool, platform = standing
    assert found(tool, platform, change).platform_id == platform.number


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ([f"{MEMBERSHIP}#Learner"], "trainee"),
        ([f"{MEMBERSHIP}#Instructor"], "trainer"),
        (["Learner"], "trainee"),
        (["Instructor"], "trainer"),
        ([f"{MEMBERSHIP}/Instructor#TeachingAssistant"], "trainer"),
        ([f"{MEMBERSHIP}/Instructor#TeachingAssistant", f"{MEMBERSHIP}#Instructor"], "trainer"),
        ([f"{MEMBERSHIP}/Learner#GuestLearner"], "trainee"),
        ([f"{MEMBERSHIP}#ContentDeveloper"], "trainer"),
        ([f"{MEMBERSHIP}#Mentor"], "trainee"),
        ([f"{MEMBERSHIP}#Instructor", f"{MEMBERSHIP}#Learner"], "trainer"),
        ([f"{MEMBERSHIP}#Instructor", f"{INSTITUTION}#Administrator"], "administrator"),
        ([f"{MEMBERSHIP}#Learner", f"{INSTITUTION}#Instructor"], "trainee"),
        ([f"{MEMBERSHIP}#Learner", f"{INSTITUTION}#Administrator"], "trainee"),
        ([f"{SYSTEM}#Administrator"], "administrator"),
        ([f"{MEMBERSHIP}#Administrator"], "administrator"),
        ([f"{INSTITUTION}#Instructor"], "trainee"),
        (["urn:example:role/Wizard", f"{MEMBERSHIP}#Learner"], "trainee"),
        (["urn:example:role/Instructor"], "trainee"),
        (["http://evil.example.org/membership#Instructor"], "trainee"),
        ([], "trainee"),
    ],
    ids=str,
)
def test_the_course_decides_what_somebody_may_do(standing: Standing, roles: list[str], role: str) -> None:
    tool, platform = standing
    assert found(tool, platform, lti_claims(roles=roles)).audience_role == role


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_login_is_taken_by_get_and_by_post(tool: Tool, platform: Platform, method: str) -> None:
    assert tool.session(tool.launch(platform, method=method)) is not None


@pytest.mark.parametrize(
    "login",
    [
        {"client_id": None},
        {"lti_message_hint": None},
        {"lti_deployment_id": None},
        {"lti_deployment_id": None, "deployment_id": "1", "canvas_region": "us-east-1", "canvas_environment": "prod"},
    ],
    ids=["no client id", "no message hint", "no deployment", "as Canvas writes it"],
)
def test_a_login_may_leave_out_what_is_optional(tool: Tool, platform: Platform, login: dict[str, str | None]) -> None:
    assert tool.session(tool.launch(platform, login=login)) is not None


def test_the_platform_is_asked_as_the_security_framework_says(tool: Tool, platform: Platform) -> None:
    begun = tool.login(platform.login_form(lti_message_hint='{"cmid":7,"launchid":"a b&c=ü"}'))

    secrets = {"state", "nonce"}
    assert {name: value for name, value in begun.asked.items() if name not in secrets} == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "client-1",
        "redirect_uri": f"{TOOL}/lti/launch",
        "login_hint": "42",
        "lti_message_hint": '{"cmid":7,"launchid":"a b&c=ü"}',
    }
    assert all(len(begun.asked[name]) > 40 for name in secrets)


def test_an_authorization_endpoint_may_have_a_query_of_its_own(tool: Tool, platform: Platform) -> None:
    platform.register(tool.db, tool.clock(), auth_login_url="https://moodle.example.org/auth?tenant=7")

    begun = tool.login(platform.login_form())

    assert begun.asked["tenant"] == "7"
    assert begun.asked["scope"] == "openid"


@pytest.mark.parametrize("seconds", [-30, 30])
def test_clocks_may_differ_by_half_a_minute(tool: Tool, platform: Platform, clock: FakeClock, seconds: int) -> None:
    def shift(claims: Claims) -> None:
        claims["iat"] += seconds
        claims["exp"] = claims["iat"] + 5

    assert found(tool, platform, shift).sub == "42"


def test_a_second_course_and_a_second_tab_stand_beside_the_first(tool: Tool, platform: Platform) -> None:
    first = tool.launch(platform)
    second_tab = tool.launch(platform)
    second_course = tool.launch(platform, lti_claims(context={"id": "c2"}))

    sessions = [tool.session(response) for response in (first, second_tab, second_course)]

    assert [session.context_name for session in sessions if session] == ["c1", "c1", "c2"]
    assert len({session.id for session in sessions if session}) == 3


def test_two_logins_begun_at_once_both_end_well(tool: Tool, platform: Platform, clock: FakeClock) -> None:
    begun = [tool.login(platform.login_form()) for _ in range(2)]

    answers = [
        tool.post_launch({"state": one.state, "id_token": platform.sign(platform.claims(one.nonce, clock()))})
        for one in reversed(begun)
    ]

    assert all(tool.session(answer) is not None for answer in answers)


def test_a_shared_issuer_is_told_apart_by_client_id(tool: Tool, clock: FakeClock) -> None:
    issuer = "https://canvas.instructure.com"
    schools = [
        Platform(issuer=issuer, client_id=client_id, deployment_id="9:d89e", kid=f"2026-{client_id}")
        for client_id in ("10000000000001", "10000000000002")
    ]
    for school in schools:
        with school.serving():
            school.register(tool.db, clock())
            session = tool.session(tool.launch(school))
            assert session is not None
            assert session.platform_id == school.number
    assert schools[0].number != schools[1].number


def test_deployments_are_learned_where_the_platform_named_none(tool: Tool, platform: Platform) -> None:
    platform.register(tool.db, tool.clock(), learns_deployments=True, deployment_ids=())

    session = found(tool, platform, lti_claims(deployment_id="9:new"))

    assert session.deployment_id == "9:new"


def test_one_course_id_in_two_deployments_is_two_courses(tool: Tool, platform: Platform) -> None:
    platform.register(tool.db, tool.clock(), deployment_ids=("1", "2"))

    rows = {found(tool, platform, lti_claims(deployment_id=name)).context_id for name in ("1", "2")}

    assert len(rows) == 2


def test_deep_linking_needs_no_link_roles_or_course(tool: Tool, platform: Platform) -> None:
    def bare(claims: Claims) -> None:
        platform.deep_linking(claims)
        without(LTI + "roles", LTI + "context", AGS, NRPS, LTI + "target_link_uri", LTI + "custom")(claims)

    session = found(tool, platform, bare)

    assert session.message_type == "LtiDeepLinkingRequest"
    assert session.deep_linking["deep_link_return_url"] == f"{platform.issuer}/return?sesskey=1"


def test_submission_review_says_whose_work_is_looked_at(tool: Tool, platform: Platform) -> None:
    session = found(
        tool,
        platform,
        lti_claims(
            message_type="LtiSubmissionReviewRequest", for_user={"user_id": "99"}, roles=[f"{MEMBERSHIP}#Instructor"]
        ),
    )

    assert (session.message_type, session.for_user) == ("LtiSubmissionReviewRequest", "99")


def test_a_launch_that_says_less_than_the_last_one_forgets_nothing(tool: Tool, platform: Platform) -> None:
    context_id = found(tool, platform).context_id
    found(tool, platform, lambda claims: (without(AGS, NRPS)(claims), lti_claims(context={"id": "c1"})(claims)))

    with tool.db.read() as conn:
        context = lti_launches.get_context(conn, context_id)

    assert context["title"] == "信息技术应用能力提升"
    assert context["lineitems_url"] == f"{platform.issuer}/lineitems"
    assert context["memberships_url"] == f"{platform.issuer}/members"


def with_lis(sub: str, number: str) -> Callable[[Claims], Any]:
    """Somebody of whom the platform tells the institution's number and no address."""
    return lambda claims: claims.update({"sub": sub, "email": "", LTI + "lis": {"person_sourcedid": number}})


class TestWhoSomebodyIs:
    """Matching a launch with the programme's roster (contract §5)."""

    @pytest.fixture(autouse=True)
    def programme(self, tool: Tool, clock: FakeClock) -> None:
        with tool.db.begin() as conn:
            apply_programme(conn, read_programme_file(Path("examples/programme.toml")), clock())
            someone = people.list_participants(conn, "hz-2026")[0]
            people.add_identifier(
                conn, "hz-2026", account_key("https://moodle.example.org", "known"), someone["id"], "hand"
            )
            self.person = someone["id"]

    def test_the_only_programme_is_shown_and_its_people_are_known(self, tool: Tool, platform: Platform) -> None:
        session = found(tool, platform, with_claims(sub="known"))

        assert (session.programme_id, session.participant_id) == ("hz-2026", self.person)

    def test_strangers_are_nobody_there(self, tool: Tool, platform: Platform) -> None:
        session = found(tool, platform, with_claims(sub="stranger", email="stranger@example.org"))

        assert (session.programme_id, session.participant_id) == ("hz-2026", None)

    def test_the_custom_parameter_names_the_programme_and_links_the_course(
        self, tool: Tool, platform: Platform
    ) -> None:
        first = found(tool, platform, lti_claims(custom={"programme": "hz-2026"}))
        second = found(tool, platform, without(LTI + "custom"))

        assert first.programme_id == second.programme_id == "hz-2026"

    def test_a_link_made_by_hand_outlives_the_next_launch(self, tool: Tool, platform: Platform) -> None:
        context = found(tool, platform, with_claims(sub="stranger", email="")).context_id
        with tool.db.begin() as conn:
            [member] = rosters.list_members(conn, context)
            members.link_by_hand(conn, context, member["id"], self.person)

        assert found(tool, platform, with_claims(sub="stranger", email="")).participant_id == self.person

    def test_a_launch_that_says_less_of_a_person_forgets_nothing(self, tool: Tool, platform: Platform) -> None:
        context = found(tool, platform, lti_claims(lis={"person_sourcedid": "N-7"})).context_id
        found(tool, platform, without("name", "given_name", "family_name", "email"))

        with tool.db.read() as conn:
            [member] = rosters.list_members(conn, context)
        assert (member["name"], member["email"], member["number"]) == ("张三", "zhang.san@example.org", "N-7")

    def test_a_course_that_comes_to_show_another_programme_takes_its_people_along(
        self, tool: Tool, platform: Platform, clock: FakeClock
    ) -> None:
        """Those who are known there by address or number alone, too, before they open anything themselves."""
        by_number = found(tool, platform, with_lis("by-number", self.person)).context_id
        found(tool, platform, with_claims(sub="by-address", email="Someone@Example.org"))
        found(tool, platform, with_claims(sub="nobody", email="nobody@example.org"))
        file = read_programme_file(Path("examples/programme.toml"))
        with tool.db.begin() as conn:
            apply_programme(conn, replace(file, programme=replace(file.programme, id="nb-2027")), clock())
            other = people.list_participants(conn, "nb-2027")[1]["id"]
            people.add_identifier(conn, "nb-2027", email_key("someone@example.org"), other, "file")

        found(tool, platform, lti_claims(custom={"programme": "nb-2027"}))

        with tool.db.read() as conn:
            known = {
                row["sub"]: (row["participant_id"], row["linked_by"]) for row in rosters.list_members(conn, by_number)
            }
            keys = people.find_people(conn, "nb-2027", [account_key(platform.issuer, "by-address")])
        assert known["by-number"] == (self.person, "number")
        assert known["by-address"] == (other, "email")
        assert known["nobody"] == (None, None)
        assert list(keys.values()) == [other]  # what their account sends counts from now on

    def test_a_programme_that_was_linked_by_command_is_shown(self, tool: Tool, platform: Platform) -> None:
        with tool.db.begin() as conn:
            programmes.link_course(conn, "hz-2026", platform.issuer, "c5")

        assert found(tool, platform, lti_claims(context={"id": "c5"})).programme_id == "hz-2026"


def test_what_a_launch_leaves_behind(tool: Tool, platform: Platform) -> None:
    found(tool, platform)
    found(tool, platform)

    assert tool.count(t.lti_contexts, t.lti_resource_links, t.lti_members, t.lti_sessions, t.lti_refusals) == {
        "lti_contexts": 1,
        "lti_resource_links": 1,
        "lti_members": 1,
        "lti_sessions": 2,
        "lti_refusals": 0,
    }
    with tool.db.read() as conn:
        assert lti.list_refusals(conn) == []


@pytest.mark.parametrize(
    "custom", [{"content": "https://content.example.org/1"}, {"practice": "p1"}, {"class": "cls-0007"}]
)
def test_the_grade_of_one_activity_is_not_the_credits_column(
    tool: Tool, platform: Platform, custom: dict[str, str]
) -> None:
    def open_content(claims: Claims) -> None:
        claims[LTI + "custom"] = custom
        claims[LTI + "resource_link"] = {"id": "study"}

    session = found(tool, platform, open_content)
    with tool.db.read() as conn:
        assert grades_desired.find_launch_item(conn, session.context_id) is None

    found(tool, platform)
    with tool.db.read() as conn:
        assert grades_desired.find_launch_item(conn, session.context_id)
