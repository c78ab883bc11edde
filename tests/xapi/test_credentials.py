"""Who may do what: keys and secrets, scopes, tenants, bounds to a learner and an activity, rates."""

import base64
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lti_tool.storage.database import Database
from tests.support.clock import FakeClock
from tests.support.lrs import Lrs, Speaker, details_of
from tests.support.statements import ADL, CHEN, LESSON, ZHANG, statement
from xapi.credentials import end_named, find_credential, remove_expired, revoke

STATE = {"activityId": LESSON, "agent": ZHANG, "stateId": "bookmark"}
ACTIVITY = {"activityId": LESSON, "profileId": "p"}
AGENT = {"agent": ZHANG, "profileId": "p"}


def learned(**parts: Any) -> dict[str, Any]:
    return statement(ADL + "experienced", LESSON, **parts)


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


WRONG_HEADERS = {
    "none": "",
    "another scheme": "Bearer abc",
    "no base64": "Basic ???",
    "no colon": basic("key"),
    "unknown": basic("key:secret"),
    "NUL": basic("a\x00b:secret"),
    "not text": "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
}


@pytest.mark.parametrize("header", WRONG_HEADERS.values(), ids=WRONG_HEADERS)
def test_nobody_is_answered_without_a_credential(speaker: Speaker, header: str) -> None:
    for path in ("statements", "activities/state", "agents", "activities"):
        response = speaker.call("GET", path, headers={"Authorization": header})
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic ")


def test_key_and_secret_must_belong_together(lrs: Lrs, speaker: Speaker) -> None:
    other = lrs.speaker("all")
    assert speaker.call("GET", "statements", headers={"Authorization": basic(f"{speaker.key}:")}).status_code == 401
    mixed = basic(f"{speaker.key}:{other.secret}")
    assert speaker.call("GET", "statements", headers={"Authorization": mixed}).status_code == 401


def test_no_key_looks_like_an_option_of_a_command_line(lrs: Lrs) -> None:
    keys = {lrs.speaker("all").key for _ in range(20)}
    assert len(keys) == 20
    assert all(key.isalnum() for key in keys)


def test_a_revoked_credential_is_refused_and_what_it_sent_stays(lrs: Lrs) -> None:
    tenant = str(uuid.uuid4())
    gone, reader = lrs.speaker("all", tenant=tenant), lrs.speaker("all", tenant=tenant)
    [sent] = gone.send(learned())
    with lrs.database.begin() as conn:
        assert revoke(conn, gone.key)
        assert not revoke(conn, gone.key)
    assert gone.get().status_code == 401
    assert reader.find() == [sent]


@pytest.mark.parametrize("body", [learned(), [learned(), learned()], [], {"actor": 1}, b"{", [learned(id="x")] * 2])
def test_one_that_was_used_a_moment_ago_stores_nothing_once_it_is_revoked(lrs: Lrs, body: Any) -> None:
    """Whatever else may be wrong with what it sends: nobody is told more than that the door is shut."""
    tenant = str(uuid.uuid4())
    gone, reader = lrs.speaker("all", tenant=tenant), lrs.speaker("all", tenant=tenant)
    sent = gone.send(learned()) + gone.send(learned())
    with lrs.database.begin() as conn:
        revoke(conn, gone.key)

    assert gone.post(body).status_code == 401
    assert gone.put(learned(), statementId=str(uuid.uuid4())).status_code == 401
    assert sorted(reader.find()) == sorted(sent)


def test_one_whose_end_was_moved_nearer_stores_nothing_after_it(db: Database, tmp_path: Any) -> None:
    clock = FakeClock(datetime(2026, 11, 24, tzinfo=UTC))
    lrs = Lrs(db, tmp_path, clock=clock)
    speaker = lrs.speaker("all", name="short", expires_at=clock() + timedelta(hours=8))
    speaker.send(learned())
    with db.begin() as conn:
        end_named(conn, "short", clock() + timedelta(minutes=5))

    speaker.send(learned())
    clock.advance(301)
    assert speaker.post(learned()).status_code == 401


def test_a_wrong_secret_is_refused_beside_the_right_one(lrs: Lrs) -> None:
    speaker = lrs.speaker("all")
    speaker.send(learned())
    for secret in ("", "x", speaker.secret[:-1], speaker.secret + "x"):
        wrong = basic(f"{speaker.key}:{secret}")
        assert speaker.call("POST", "statements", learned(), headers={"Authorization": wrong}).status_code == 401
    speaker.send(learned())


#: What can be done, and the scopes that suffice; `all` always does.
ACTS: dict[str, tuple[Any, set[str]]] = {
    "send": (lambda s: s.post(learned()), {"statements/write"}),
    "read": (lambda s: s.get(), {"statements/read", "statements/read/mine", "all/read"}),
    "read state": (lambda s: s.get("activities/state", **STATE), {"state", "all/read"}),
    "write state": (lambda s: s.put({}, "activities/state", **STATE), {"state"}),
    "merge state": (lambda s: s.post({}, "activities/state", **STATE), {"state"}),
    "delete state": (lambda s: s.call("DELETE", "activities/state", **STATE), {"state"}),
    "read an activity's profile": (lambda s: s.get("activities/profile", **ACTIVITY), {"profile", "all/read"}),
    "write an activity's profile": (lambda s: s.post({}, "activities/profile", **ACTIVITY), {"profile"}),
    "read an agent's profile": (lambda s: s.get("agents/profile", **AGENT), {"profile", "all/read"}),
    "write an agent's profile": (lambda s: s.post({}, "agents/profile", **AGENT), {"profile"}),
    "read a person": (
        lambda s: s.get("agents", agent=ZHANG),
        {"statements/read", "statements/read/mine", "all/read", "profile"},
    ),
    "read an activity": (
        lambda s: s.get("activities", activityId=LESSON),
        {"statements/read", "statements/read/mine", "all/read", "profile", "state"},
    ),
}
SCOPES = (
    "statements/write",
    "statements/read",
    "statements/read/mine",
    "state",
    "profile",
    "define",
    "all/read",
    "credits/read",
)


@pytest.mark.parametrize(("act", "enough"), ACTS.values(), ids=ACTS)
def test_a_scope_allows_what_it_says_and_no_more(sqlite_lrs: Lrs, act: Any, enough: set[str]) -> None:
    refused = {scope for scope in SCOPES if act(sqlite_lrs.speaker(scope)).status_code == 403}
    assert set(SCOPES) - refused == enough
    assert act(sqlite_lrs.speaker("all")).status_code in (200, 204, 404)


def test_read_mine_shows_only_what_one_sent_oneself(lrs: Lrs) -> None:
    tenant = str(uuid.uuid4())
    mine = lrs.speaker("statements/write", "statements/read/mine", tenant=tenant)
    other = lrs.speaker("all", tenant=tenant)
    [theirs], [own] = other.send(learned()), mine.send(learned())
    about = {"object": {"objectType": "StatementRef", "id": theirs}}
    other.send({**learned(actor=CHEN), **about})
    assert mine.find() == mine.find(agent=ZHANG) == [own]
    assert mine.get(statementId=theirs).status_code == 404
    assert len(other.find()) == 3


def test_tenants_do_not_see_each_other_and_the_installation_sees_all(lrs: Lrs, speaker: Speaker) -> None:
    actor = {"account": {"homePage": "https://moodle.example.org", "name": str(uuid.uuid4())}}
    other, whole = lrs.speaker("all"), lrs.speaker("all", tenant=None)
    sent = [one.send(learned(actor=actor))[0] for one in (speaker, other, whole)]
    assert speaker.find(agent=actor) == sent[:1]
    assert other.find(agent=actor) == sent[1:2]
    assert whole.find(agent=actor, ascending=True) == sent
    assert other.get(statementId=sent[0]).status_code == 404


def test_a_reference_into_another_tenant_tells_nothing(lrs: Lrs, speaker: Speaker) -> None:
    [hidden] = lrs.speaker("all").send(learned())
    speaker.send({**learned(actor=CHEN), "object": {"objectType": "StatementRef", "id": hidden}})
    assert speaker.find(agent=ZHANG) == []


# Short-lived credentials of one learner.


@pytest.fixture
def learner(lrs: Lrs) -> Speaker:
    """What a launch hands to content: it speaks for ZHANG about LESSON."""
    return lrs.speaker(
        "statements/write", "statements/read", "state", "profile", agent=ZHANG, activity=LESSON, tenant="one"
    )


def test_a_learner_speaks_for_nobody_else(learner: Speaker) -> None:
    assert learner.post(learned()).status_code == 200
    assert learner.post(learned(actor={**ZHANG, "name": "张"})).status_code == 200
    response = learner.post([learned(), learned(actor=CHEN)])
    assert response.status_code == 403
    assert details_of(response) == [("[1].actor", "credential")]


WITHIN = {
    "the activity": ({"object": {"id": LESSON}}, 200),
    "below it": ({"object": {"id": LESSON + "/page/2"}}, 200),
    "a fragment": ({"object": {"id": LESSON + "#2"}}, 200),
    "only its beginning is the same": ({"object": {"id": LESSON + "0"}}, 403),
    "another": ({"object": {"id": "https://example.org/x"}}, 403),
    "another whose parent it is": (
        {"object": {"id": "https://example.org/x"}, "context": {"contextActivities": {"parent": {"id": LESSON}}}},
        200,
    ),
    "another that only mentions it": (
        {"object": {"id": "https://example.org/x"}, "context": {"contextActivities": {"other": [{"id": LESSON}]}}},
        403,
    ),
    "a person": ({"object": {"objectType": "Agent", **CHEN}}, 403),
}


@pytest.mark.parametrize(("parts", "status"), WITHIN.values(), ids=WITHIN)
def test_a_learner_speaks_about_one_activity(learner: Speaker, parts: dict[str, Any], status: int) -> None:
    assert learner.post({**learned(), **parts}).status_code == status


def test_a_learner_reads_only_what_this_credential_sent(lrs: Lrs, learner: Speaker) -> None:
    lrs.speaker("all", tenant="one").send(learned())
    [own] = learner.send(learned())
    assert learner.find() == [own]


def test_a_learner_uses_only_their_own_documents(learner: Speaker) -> None:
    other = {**STATE, "agent": CHEN}
    assert learner.put({}, "activities/state", **STATE).status_code == 204
    for method in ("GET", "PUT", "DELETE"):
        body = {} if method == "PUT" else None
        assert learner.call(method, "activities/state", body, **other).status_code == 403
        assert learner.call(method, "agents/profile", body, **{**AGENT, "agent": CHEN}).status_code == 403
    assert learner.get("activities/state", **{**STATE, "activityId": "https://example.org/x"}).status_code == 403
    assert learner.get("agents", agent=CHEN).status_code == 403


def test_a_learner_reads_what_an_activity_tells_everybody_and_does_not_change_it(learner: Speaker) -> None:
    assert learner.get("activities/profile", **ACTIVITY).status_code == 404
    for method in ("PUT", "POST", "DELETE"):
        body = None if method == "DELETE" else {}
        assert learner.call(method, "activities/profile", body, **ACTIVITY).status_code == 403


# What the host adds.


def test_verbs_that_a_credential_must_not_send(lrs: Lrs) -> None:
    speaker = lrs.speaker("all", attributes={"forbidden_verbs": [ADL + "passed"]})
    assert speaker.post([learned(), statement(ADL + "passed", LESSON)]).status_code == 403
    assert speaker.find() == []


def test_the_host_may_refuse_with_a_reason(db: Database, tmp_path: Any) -> None:
    host = Lrs(db, tmp_path, refuse=lambda _who, one: "not on Sundays" if one["actor"] == CHEN else None)
    response = host.speaker("all").post([learned(), learned(actor=CHEN)])
    assert (response.status_code, response.json["error"]["message"]) == (403, "not on Sundays")
    assert details_of(response) == [("[1]", "credential")]


def test_if_the_hook_fails_nothing_is_stored(db: Database, tmp_path: Any, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_conn: Any, _batch: Any) -> None:
        raise RuntimeError("the host could not")

    speaker = Lrs(db, tmp_path, on_stored=fail).speaker("all")
    response = speaker.post(learned())
    assert (response.status_code, response.json["error"]["code"]) == (500, "internal_error")
    assert "the host could not" not in response.get_data(as_text=True)
    assert "the host could not" in caplog.text
    assert speaker.find() == []
    assert speaker.get("activities", activityId=LESSON).status_code == 200


# Time.


@pytest.fixture
def timed(db: Database, tmp_path: Any, clock: FakeClock) -> Lrs:
    return Lrs(db, tmp_path, clock=clock)


def test_a_credential_ends_when_it_expires(timed: Lrs, clock: FakeClock) -> None:
    speaker = timed.speaker("all", expires_at=clock() + timedelta(hours=1))
    assert speaker.get().status_code == 200
    clock.advance(3599)
    assert speaker.get().status_code == 200
    clock.advance(1)
    assert speaker.get().status_code == 401


def test_a_rate_is_a_bucket_that_fills_again(timed: Lrs, clock: FakeClock) -> None:
    speaker = timed.speaker("all", per_minute=3)
    assert [speaker.get().status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = speaker.get()
    assert (refused.json["error"]["code"], refused.headers["Retry-After"]) == ("too_many_requests", "20")
    clock.advance(20)
    assert [speaker.get().status_code for _ in range(2)] == [200, 429]
    assert timed.speaker("all").get().status_code == 200


def test_expired_credentials_are_removed_unless_they_sent_something(timed: Lrs) -> None:
    past = datetime(2026, 11, 25, tzinfo=UTC)
    used, unused = (timed.speaker("all", expires_at=past) for _ in range(2))
    used.send(learned())
    with timed.database.begin() as conn:
        assert remove_expired(conn, past) == 0
        assert remove_expired(conn, past + timedelta(days=1)) == 1
        assert find_credential(conn, used.key) is not None
        assert find_credential(conn, unused.key) is None
