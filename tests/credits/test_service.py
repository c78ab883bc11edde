"""From stored statements to credits: what counts, for whom, when it is computed again, and what it rests on."""

from dataclasses import replace
from decimal import Decimal

import pytest

from lti_tool.credits.rebuild import rebuild_evidence
from lti_tool.credits.service import Credits
from lti_tool.domain.identifiers import account_key
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.queries import people
from lti_tool.storage.queries.evidence import list_unmatched
from lti_tool.storage.queries.results import find_results
from tests.credits.conftest import EXAMPLE, Tool
from tests.support.clock import FakeClock
from tests.support.statements import ADL, BASE, MOODLE, account, approval, slice_, stage, statement, twelve

PROGRAMME, ZHANG = "hz-2026", "a6f10c3e"


def result(tool: Tool, participant: str = ZHANG):
    tool.credits.refresh(PROGRAMME)
    with tool.db.read() as conn:
        return find_results(conn, PROGRAMME, [participant])[participant]


def reasons(tool: Tool, participant: str = ZHANG) -> dict[str, str]:
    explained = tool.credits.explain(PROGRAMME, participant)
    assert explained is not None
    return {outcome.statement: outcome.reason for outcome in explained.credit.explanation}


def test_a_slice_becomes_seconds(tool: Tool) -> None:
    tool.send(slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00"))

    assert result(tool)["online_seconds"] == 300


def test_nine_hundred_minutes_become_the_online_credits(tool: Tool) -> None:
    days = [slice_(f"2026-10-{day:02}T08:00:00+08:00", f"2026-10-{day:02}T11:00:00+08:00") for day in range(12, 17)]
    tool.send(*days[:4])
    assert result(tool)["online"] == Decimal(0)

    tool.send(days[4])

    row = result(tool)
    assert (row["online_seconds"], row["online"], row["accrued"]) == (54_000, Decimal(17), Decimal(17))


def test_what_is_explained_to_somebody_stale_is_what_stands_on_record_from_then_on(tool: Tool) -> None:
    tool.send(slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00"))

    explained = tool.credits.explain_current(PROGRAMME, ZHANG)

    assert explained is not None
    assert explained.credit.online.seconds == 300
    with tool.db.read() as conn:
        assert find_results(conn, PROGRAMME, [ZHANG])[ZHANG]["online_seconds"] == 300
        assert people.list_stale(conn, PROGRAMME, only=[ZHANG]) == []


def test_a_void_takes_the_minutes_back(tool: Tool) -> None:
    said = slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00")
    tool.send(said)
    assert result(tool)["online_seconds"] == 300

    tool.send(twelve(12) | {"object": {"objectType": "StatementRef", "id": said["id"]}})

    assert result(tool)["online_seconds"] == 0
    assert reasons(tool)[said["id"]] == "voided"


def test_a_void_that_comes_first_waits_for_its_target(tool: Tool) -> None:
    tool.send(twelve(12))
    tool.send(twelve(3))

    assert result(tool)["online_seconds"] == 0


def test_attendance_counts_with_its_log(tool: Tool) -> None:
    tool.send(twelve(5))
    assert result(tool)["offline"] == Decimal(0)

    tool.send(twelve(6))

    assert result(tool)["offline"] == Decimal(2)


def test_practice_counts_with_its_stages_and_the_principals_approval(tool: Tool) -> None:
    tool.send(approval("p1", 5), *(stage("p1", name) for name in ("plan", "lesson")))
    assert result(tool)["practice"] == Decimal(0)

    tool.send(stage("p1", "reflection"))

    assert result(tool)["practice"] == Decimal(5)


@pytest.mark.parametrize(
    ("evidence", "credits_"),
    [((), 0), (("online",), 0), (("practice",), 0), (("offline",), 2), (("all",), 2)],
    ids=["default", "online", "practice", "offline", "all"],
)
def test_a_source_counts_only_as_what_it_is_trusted_with(tool: Tool, evidence: tuple[str, ...], credits_: int) -> None:
    tool.send(twelve(5), source=tool.credential(*evidence))
    tool.send(twelve(6))

    assert result(tool)["offline"] == Decimal(credits_)


def test_a_source_bound_to_another_programme_does_not_count_here(tool: Tool, clock: FakeClock) -> None:
    other = replace(EXAMPLE, programme=replace(EXAMPLE.programme, id="other"))
    with tool.db.begin() as conn:
        apply_programme(conn, other, clock())

    tool.send(slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00"), source=tool.credential(tenant="other"))

    assert result(tool)["online_seconds"] == 0


def test_an_unknown_person_is_kept_and_counted_once_the_match_exists(tool: Tool) -> None:
    unknown = {"account": {"homePage": "https://lms.example.org", "name": "42"}}
    said = slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00", actor=unknown)
    tool.send(said)
    assert result(tool)["online_seconds"] == 0
    with tool.db.read() as conn:
        assert [row["statement"] for row in list_unmatched(conn, PROGRAMME)] == [said["id"]]

    with tool.db.begin() as conn:
        people.add_identifier(conn, PROGRAMME, account_key("https://lms.example.org", "42"), ZHANG, "launch")

    assert result(tool)["online_seconds"] == 300
    with tool.db.read() as conn:
        assert list_unmatched(conn, PROGRAMME) == []


def test_an_account_that_turns_out_to_be_anothers_moves_its_minutes(tool: Tool) -> None:
    account = {"account": {"homePage": "https://lms.example.org", "name": "42"}}
    key = account_key("https://lms.example.org", "42")
    with tool.db.begin() as conn:
        people.add_identifier(conn, PROGRAMME, key, ZHANG, "hand")
    tool.send(slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00", actor=account))
    assert result(tool)["online_seconds"] == 300

    with tool.db.begin() as conn:
        people.add_identifier(conn, PROGRAMME, key, "c41b77e0", "hand")

    assert result(tool)["online_seconds"] == 0
    assert result(tool, "c41b77e0")["online_seconds"] == 300


def test_an_unknown_course_is_kept_with_its_reason_and_counts_once_it_is_listed(tool: Tool, clock: FakeClock) -> None:
    said = slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00", activity="https://elsewhere.example.org/1")
    tool.send(said)
    assert reasons(tool)[said["id"]] == "unknown_course"

    course = replace(EXAMPLE.programme.courses[0], iri="https://elsewhere.example.org/*")
    wider = replace(EXAMPLE.programme, courses=(*EXAMPLE.programme.courses, course))
    with tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, programme=wider), clock())

    assert result(tool)["online_seconds"] == 300


def test_the_gradebook_shows_what_the_programme_says(tool: Tool, clock: FakeClock) -> None:
    """A-19: what has accrued, or what is to be recorded; a change of mind reaches the gradebook at once."""
    changed: list[str] = []
    tool.credits = Credits(tool.db, clock, on_changed=lambda _conn, _programme, people_: changed.extend(people_))
    days = [slice_(f"2026-10-{day:02}T08:00:00+08:00", f"2026-10-{day:02}T11:00:00+08:00") for day in range(12, 17)]
    tool.send(*days)
    assert (result(tool)["accrued"], result(tool)["shown"]) == (17, None)
    changed.clear()

    recorded = replace(EXAMPLE.programme, settings={"gradebook_value": "recorded"})
    with tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, programme=recorded), clock())

    assert (result(tool)["accrued"], result(tool)["shown"]) == (17, 0)
    assert ZHANG in changed


def test_figures_that_do_not_change_go_on_standing(tool: Tool, clock: FakeClock) -> None:
    tool.send(slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00"))
    since = result(tool)["changed_at"]

    clock.advance(3600)
    tool.send(slice_("2026-10-13T19:21:00+08:00", "2026-10-13T19:22:00+08:00"))

    assert result(tool)["changed_at"] == since


def test_refreshing_names_only_those_whose_figures_changed(tool: Tool) -> None:
    tool.credits.refresh(PROGRAMME)

    tool.send(slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00"))

    assert tool.credits.refresh(PROGRAMME) == {ZHANG}
    assert tool.credits.refresh(PROGRAMME) == set()


def test_a_preview_says_who_would_change_and_writes_nothing(tool: Tool, clock: FakeClock) -> None:
    tool.send(slice_("2026-10-13T08:00:00+08:00", "2026-10-13T11:00:00+08:00"))
    tool.credits.refresh(PROGRAMME)
    proportional = replace(EXAMPLE.programme, settings={"online_award": "proportional"})
    with tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, programme=proportional), clock())

    (change,) = tool.credits.preview(PROGRAMME)

    assert (change.participant, change.figures["online"]) == (ZHANG, (Decimal(0), Decimal("3.4")))
    with tool.db.read() as conn:
        assert find_results(conn, PROGRAMME, [ZHANG])[ZHANG]["online"] == Decimal(0)


def test_everything_derived_can_be_made_again_from_the_statements(tool: Tool) -> None:
    tool.send(twelve(12), *(twelve(number) for number in range(1, 12)), statement(ADL + "experienced", f"{BASE}/x"))
    before = dict(result(tool))
    explained = reasons(tool)

    assert rebuild_evidence(tool.db, tool.store, tool.intake) == 13

    after = dict(result(tool))
    assert {**after, "computed_touch": 0} == {**before, "computed_touch": 0}
    assert reasons(tool) == explained


def test_no_statement_can_stop_the_computing(tool: Tool) -> None:
    """Numbers and years that nobody means are refused with a reason; what else there is counts."""
    approve, studied = approval("p1", 1e308), slice_("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00")
    endless = statement(ADL + "completed", "https://content.example.org/au/t7-data-literacy/9")
    endless |= {"timestamp": "2026-10-14T19:00:00+08:00", "result": {"duration": f"PT{'9' * 400}H"}}
    late = slice_("9999-12-31T23:00:00-08:00", "9999-12-31T23:59:59-08:00")
    early = slice_("0001-01-01T00:00:00+08:00", "0001-01-05T00:05:00+08:00")
    late["timestamp"], early["timestamp"] = "9999-12-31T23:59:59Z", "2026-10-14T19:00:00+08:00"

    tool.send(*(stage("p1", name) for name in ("plan", "lesson", "reflection")), approve, studied, endless, late, early)

    assert (result(tool)["practice"], result(tool)["online_seconds"]) == (Decimal(5), 300)
    told = reasons(tool)
    assert [told[one["id"]] for one in (endless, late, early)] == ["bad_duration", "future", "outside_cycle"]


def test_a_trainers_log_stands_for_the_whole_class_where_the_programme_says_so(tool: Tool, clock: FakeClock) -> None:
    by_class = replace(EXAMPLE.programme, settings={"log_required": "class"})
    with tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, programme=by_class), clock())
        people.add_identifier(conn, PROGRAMME, account_key(MOODLE, "trainer"), "s-01", "launch")
    tool.send(twelve(5))
    assert result(tool)["offline"] == Decimal(0)

    log = twelve(6) | {"id": "7d0c0a53-3c55-4a0e-9a45-2f0a3f1f5d11", "actor": account("trainer")}
    log["object"] = {**log["object"], "id": f"{BASE}/logs/of-the-class"}
    tool.send(log)
    assert result(tool)["offline"] == Decimal(2)

    tool.send(twelve(12) | {"object": {"objectType": "StatementRef", "id": log["id"]}})
    assert result(tool)["offline"] == Decimal(0)
