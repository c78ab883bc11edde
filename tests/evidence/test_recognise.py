"""What statements are evidence of (domain.md §3a, contract §6)."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.domain.identifiers import account_key, email_key, participant_key
from lti_tool.domain.values import Component, Evidence, Kind, Presence, Verb
from lti_tool.evidence.activities import Vocabulary
from lti_tool.evidence.durations import parse_duration, parse_time
from lti_tool.evidence.recognise import is_assessment, recognise
from lti_tool.evidence.rows import to_evidence, to_row
from tests.support.statements import ADL, BASE, MOODLE, STREAMS, ZHANG, statement, twelve

VOCABULARY = Vocabulary((BASE, "https://older.example.org/xapi"))
STORED = datetime(2026, 12, 24, tzinfo=UTC)
ZHANG_KEY = account_key(MOODLE, "a6f10c3e-2b7d-4c55")


def read(raw: dict[str, Any]) -> list[Evidence]:
    found = recognise(
        raw,
        stored=STORED,
        trusted_as=frozenset(Component),
        learner_token=False,
        voided=False,
        vocabulary=VOCABULARY,
    )
    return [one.evidence for one in found]


def read_one(raw: dict[str, Any]) -> Evidence:
    (evidence,) = read(raw)
    return evidence


def test_an_account_at_our_own_address_is_the_participant_of_that_number() -> None:
    """Of whichever base; for sources that know the institution's number of somebody, and no account."""
    for base in VOCABULARY.bases:
        here = {"account": {"homePage": f"{base}/participants", "name": "a6f10c3e"}}
        approval = twelve(10)
        approval["context"]["extensions"][f"{BASE}/extensions/beneficiary"] = here["account"]
        group = {"objectType": "Group", "member": [here, ZHANG]}

        assert read_one(twelve(5) | {"actor": here}).account == participant_key("a6f10c3e")
        assert read_one(approval).account == participant_key("a6f10c3e")
        assert [one.account for one in read(twelve(5) | {"actor": group})] == [participant_key("a6f10c3e"), ZHANG_KEY]


@pytest.mark.parametrize(
    ("number", "kind", "verb"),
    [
        (1, Kind.ONLINE, Verb.TERMINATED),
        (2, Kind.ONLINE, Verb.PAUSED),
        (3, Kind.ONLINE, Verb.EXPERIENCED),
        (4, Kind.ONLINE, Verb.COMPLETED),
        (5, Kind.ATTENDED, Verb.ATTENDED),
        (6, Kind.LOG, Verb.SUBMITTED),
        (7, Kind.STAGE, Verb.SUBMITTED),
        (8, Kind.STAGE, Verb.COMPLETED),
        (9, Kind.STAGE, Verb.REVIEWED),
        (10, Kind.VERDICT, Verb.APPROVED),
        (11, Kind.ASSESSMENT, Verb.PASSED),
    ],
)
def test_the_twelve_statements_are_told_apart(number: int, kind: Kind, verb: Verb) -> None:
    evidence = read_one(twelve(number))

    assert (evidence.kind, evidence.verb) == (kind, verb)
    assert evidence.account == ZHANG_KEY


def test_a_voiding_statement_is_no_evidence_itself() -> None:
    assert read(twelve(12)) == []


def test_a_cmi5_session_carries_its_duration_session_and_presence_checks() -> None:
    evidence = read_one(twelve(1))

    assert evidence.duration == 38 * 60 + 20
    assert evidence.session == "c9a1f6de-3c53-4a0a-9d0c-2f9f0f2c7e11"
    assert evidence.presence == Presence(2, 2)
    assert evidence.timestamp == datetime(2026, 10, 12, 11, 40, 12, tzinfo=UTC)


def test_a_video_statement_carries_its_segments_and_speed() -> None:
    evidence = read_one(twelve(2))

    assert evidence.is_video
    assert evidence.video_segments == ((0.0, 300.0), (200.0, 612.4))
    assert evidence.video_speed == 1.0


def test_a_slice_carries_its_interval_in_utc() -> None:
    evidence = read_one(twelve(3))

    assert evidence.interval == (
        datetime(2026, 10, 13, 11, 20, tzinfo=UTC),
        datetime(2026, 10, 13, 11, 25, tzinfo=UTC),
    )


def test_sign_in_and_log_name_the_same_session() -> None:
    sign_in, log = read_one(twelve(5)), read_one(twelve(6))

    assert (sign_in.class_id, sign_in.offline_session) == ("cls-0007", "2")
    assert (log.class_id, log.offline_session) == ("cls-0007", "2")


def test_a_log_under_any_id_finds_its_session_by_its_parent() -> None:
    raw = twelve(6)
    raw["object"]["id"] = "https://moodle.example.org/mod/journal/view.php?id=9"

    assert read_one(raw).offline_session == "2"


@pytest.mark.parametrize(
    ("number", "stage"), [(7, "plan"), (8, "lesson"), (9, "peer-review")], ids=["submitted", "taught", "reviewed"]
)
def test_a_practice_stage_is_about_the_participant_in_its_iri(number: int, stage: str) -> None:
    evidence = read_one(twelve(number))

    assert evidence.stage == stage
    assert (evidence.practice_participant, evidence.practice_activity) == ("a6f10c3e", "p1")
    assert evidence.account == ZHANG_KEY


def test_the_stage_extension_outranks_the_id() -> None:
    raw = twelve(7)
    raw["context"]["extensions"][f"{BASE}/extensions/practice-stage"] = "reflection"

    assert read_one(raw).stage == "reflection"


def test_a_review_is_peer_review_whatever_the_extension_says() -> None:
    raw = twelve(9)
    raw["context"]["extensions"][f"{BASE}/extensions/practice-stage"] = "plan"

    assert read_one(raw).stage == "peer-review"


def test_an_approval_is_about_its_beneficiary_and_grants_exact_credits() -> None:
    raw = twelve(10)
    raw["result"]["extensions"][f"{BASE}/extensions/credits"] = 4.1

    evidence = read_one(raw)

    assert evidence.account == ZHANG_KEY
    assert evidence.credits == Decimal("4.1")


def test_an_approval_without_beneficiary_is_about_the_participant_in_its_iri() -> None:
    raw = twelve(10)
    del raw["context"]["extensions"][f"{BASE}/extensions/beneficiary"]

    assert read_one(raw).account == participant_key("a6f10c3e")


@pytest.mark.parametrize("kind", ["process", "final"])
def test_the_kind_of_an_assessment_is_the_last_segment_of_its_iri(kind: str) -> None:
    raw = statement(ADL + "passed", f"{BASE}/assessments/2026-2027/{kind}")

    assert read_one(raw).assessment == kind
    assert is_assessment(raw, VOCABULARY)


def test_passing_a_quiz_in_online_content_is_no_assessment() -> None:
    raw = statement(
        ADL + "passed",
        "https://content.example.org/quiz/1",
        object={"definition": {"type": "http://adlnet.gov/expapi/activities/assessment"}},
    )

    assert read_one(raw).kind is Kind.ONLINE
    assert not is_assessment(raw, VOCABULARY)


def test_a_group_that_attended_is_evidence_for_each_member() -> None:
    members = [{"mbox": "mailto:a@example.org"}, {"mbox": "mailto:b@example.org"}]
    raw = statement(
        ADL + "attended", f"{BASE}/offline-sessions/cls-0007/1", actor={"objectType": "Group", "member": members}
    )

    assert [one.account for one in read(raw)] == [email_key("a@example.org"), email_key("b@example.org")]


def test_every_accepted_vocabulary_base_is_understood() -> None:
    raw = statement(ADL + "attended", "https://older.example.org/xapi/offline-sessions/cls-0007/1")

    assert read_one(raw).class_id == "cls-0007"


@pytest.mark.parametrize("verb", ["approve", "deny"])
def test_the_short_verbs_of_activity_streams_are_understood(verb: str) -> None:
    activity = f"{BASE}/practice/3301000123/grp-math-01/a6f10c3e/p1"

    assert read_one(statement(f"http://activitystrea.ms/{verb}", activity)).kind is Kind.VERDICT
    assert read_one(statement(STREAMS + verb, activity)).kind is Kind.VERDICT


@pytest.mark.parametrize(
    "actor",
    [
        {"mbox": "mailto:Zhang@Example.org"},
        {"mbox_sha1sum": "c2a2fa7f0b18b6bb4ca4b1ad03ab9bd1ab67fd5f"},
        {"openid": "https://id.example.org/zhang"},
    ],
)
def test_every_way_to_name_an_agent_gives_a_key(actor: dict[str, str]) -> None:
    assert not read_one(statement(ADL + "experienced", "https://x.example.org", actor=actor)).account.startswith("un")


def test_an_address_and_its_sha1_are_one_key() -> None:
    by_address = read_one(
        statement(ADL + "passed", "https://x.example.org", actor={"mbox": "mailto:zhang@example.org"})
    )
    by_sha1 = read_one(
        statement(
            ADL + "passed",
            "https://x.example.org",
            actor={"mbox_sha1sum": "e9e5a1b8a85af9d7ab8a0f4cb9b8a5c2ba7b3e22"},
        )
    )

    assert by_address.account == email_key("ZHANG@example.org")
    assert by_sha1.account == "mbox_sha1sum|e9e5a1b8a85af9d7ab8a0f4cb9b8a5c2ba7b3e22"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT40M", 2400),
        ("PT1H5M", 3900),
        ("PT5M0S", 300),
        ("PT0.25S", 0.25),
        ("P1D", 86_400),
        ("P1W", 604_800),
        ("P1M", None),
        ("P1Y", None),
        ("P0Y0M0DT0H5M0S", 300),
        ("PT0S", None),
        ("-PT5M", None),
        ("5 minutes", None),
        ("P", None),
        (300, None),
    ],
)
def test_durations(text: object, seconds: float | None) -> None:
    assert parse_duration(text) == seconds


def test_an_interval_that_ends_before_it_starts_cannot_be_used() -> None:
    raw = twelve(3)
    raw["result"]["extensions"][f"{BASE}/extensions/interval"]["end"] = "2026-10-13T19:10:00.000+08:00"

    evidence = read_one(raw)

    assert evidence.interval is None
    assert evidence.bad_duration


@pytest.mark.parametrize("number", range(1, 12))
def test_evidence_survives_its_way_through_the_database(number: int) -> None:
    found = recognise(
        twelve(number),
        stored=STORED,
        trusted_as=frozenset({Component.ONLINE, Component.PRACTICE}),
        learner_token=True,
        voided=False,
        vocabulary=VOCABULARY,
    )

    row = to_row(found[0], None)

    assert to_evidence(row, None) == found[0].evidence


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-10-12T19:00:00+08:00", "2026-10-12T11:00:00+00:00"),
        ("0001-01-01T00:00:00+08:00", "0001-01-03T00:00:00+00:00"),
        ("9999-12-31T23:59:59-08:00", "9999-12-29T00:00:00+00:00"),
        ("9999-06-01T00:00:00Z", "9999-06-01T00:00:00+00:00"),
    ],
)
def test_times_can_be_told_in_every_zone(text: str, told: str) -> None:
    moment = parse_time(text)

    assert moment is not None
    assert moment.isoformat() == told
    assert [moment.astimezone(timezone(timedelta(hours=hours))) for hours in (-14, 14)] == [moment, moment]


@pytest.mark.parametrize("text", ["2026-10-12T19:00:00", "2026-10-12T25:00:00Z", "yesterday", None, 7])
def test_what_is_no_time(text: object) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("text", "seen"),
    [("0[.]12[,]14[.]21.5", ((0, 12), (14, 21.5))), ("0[.]1e999[,]0[.]1e13[,]3[.]4", ((3, 4),)), ("NaN[.]3", ())],
)
def test_played_segments(text: str, seen: tuple[tuple[float, float], ...]) -> None:
    raw = twelve(2)
    raw["result"]["extensions"]["https://w3id.org/xapi/video/extensions/played-segments"] = text

    assert read_one(raw).video_segments == seen


@pytest.mark.parametrize(
    ("said", "read_as"),
    [(5, Decimal(5)), (2.55, Decimal("2.55")), (1e30, Decimal("1e30")), (-1e30, Decimal("-1e30")), ("5", None)],
)
def test_granted_credits(said: object, read_as: Decimal | None) -> None:
    raw = twelve(10)
    raw["result"]["extensions"][f"{BASE}/extensions/credits"] = said

    assert read_one(raw).credits == read_as


def test_a_statement_without_timestamp_happened_when_it_was_stored() -> None:
    raw = statement(ADL + "experienced", "https://x.example.org", actor=ZHANG)

    assert read_one(raw).timestamp == STORED
    assert read_one({**raw, "timestamp": (STORED - timedelta(hours=1)).isoformat()}).timestamp < STORED
