"""What stands in each report: the same figures as on the pages, for whom they are meant."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from lti_tool.credits.recording import Recording
from lti_tool.domain.values import Audience, Participant, Stage, Status
from lti_tool.programmes.store import apply_programme
from lti_tool.reports import words
from lti_tool.reports.catalogue import PLAN, REPORTS, make_report
from lti_tool.reports.columns import headings
from lti_tool.reports.source import Source
from tests.credits.conftest import EXAMPLE, Tool
from tests.credits.learners import attendance, void
from tests.reports.conftest import PROGRAMME, ZHANG
from tests.support.clock import FakeClock
from tests.support.statements import approval, slice_

NAMES = {person.id: person.name for person in EXAMPLE.participants}


def rows(source: Source, report: str, **wanted: object) -> list[Mapping[str, Any]]:
    return [
        row for row in make_report(report, source).rows if all(row[code] == value for code, value in wanted.items())
    ]


@pytest.mark.parametrize("report", [*REPORTS, *PLAN])
def test_every_column_is_filled_and_named(source: Source, report: str) -> None:
    found = rows(source, report)

    assert found
    for row in found:
        assert headings()[report].columns.keys() <= row.keys()


def test_only_who_has_passed_stands_on_the_sheet_for_entering(source: Source) -> None:
    [row] = rows(source, "credits")

    assert (row["number"], row["name"], row["school"]) == (1, "张老师", "3301000123")
    assert (row["online_minutes"], row["online"], row["offline"], row["practice"]) == (900, 17, 8, 25)
    assert (row["total"], row["recorded"]) == (50, 50)
    assert (row["process"], row["final"], row["verdict"]) == ("合格", "合格", "合格待录入")
    assert row["accounts"] == "a6f10c3e-2b7d-4c55"
    assert row["batch"] == ""


def test_what_was_entered_names_its_batch(source: Source, tool: Tool, clock: FakeClock) -> None:
    batch = Recording(tool.db, tool.credits, clock).enter(PROGRAMME, by="王老师")

    [row] = rows(source, "credits")

    assert (row["verdict"], row["batch"]) == ("已录入", batch.id)


def test_figures_are_those_of_the_results(source: Source, tool: Tool) -> None:
    kept = tool.results()[ZHANG]
    minutes = rows(source, "minutes", participant=ZHANG)
    practice = rows(source, "practice", participant=ZHANG)
    sessions = rows(source, "attendance", participant=ZHANG)

    assert sum(row["seconds"] for row in minutes) == kept["online_seconds"]
    assert sum((row["credits"] for row in practice), Decimal(0)) == kept["practice"]
    assert sum((row["credits"] for row in sessions), Decimal(0)) == kept["offline"]


def test_everybody_else_lacks_what_is_missing(source: Source) -> None:
    lacking = rows(source, "shortfall")

    assert {row["participant"] for row in lacking} == NAMES.keys() - {ZHANG}
    first = [row for row in lacking if row["participant"] == "c41b77e0"]
    assert [(row["component"], row["missing"]) for row in first] == [
        ("网络研修", "900 分钟"),
        ("线下集中培训", "8 学分"),
        ("校本应用实践", "25 学分"),
        ("考核", ""),
    ]
    assert "第 1 场" in first[1]["details"]


def test_a_begun_minute_is_missing_whole(source: Source, tool: Tool) -> None:
    """899 min 59 s lack one second; no sheet may say that nothing is missing."""
    tool.send(void(_first_slice(tool)), slice_("2026-10-12T08:00:00+08:00", "2026-10-12T10:59:59+08:00"))

    [row] = rows(source, "shortfall", participant=ZHANG)

    assert (row["component"], row["missing"]) == ("网络研修", "1 分钟")


def _first_slice(tool: Tool) -> dict[str, Any]:
    explained = tool.credits.explain(PROGRAMME, ZHANG)
    assert explained is not None
    found = [piece for piece in explained.evidence if piece.interval]
    return {"id": min(found, key=lambda piece: piece.timestamp).statement}


def test_minutes_say_why_the_rest_did_not_count(source: Source, tool: Tool) -> None:
    tool.send(
        slice_("2026-10-12T08:30:00+08:00", "2026-10-12T09:00:00+08:00"),  # overlaps
        slice_("2026-10-12T12:00:00+08:00", "2026-10-12T12:10:00+08:00", activity="https://elsewhere.example.org/x"),
    )

    day = rows(source, "minutes", participant=ZHANG, day="2026-10-12")

    known, unknown = sorted(day, key=lambda row: -row["seconds"])
    assert (known["minutes"], known["uncounted"]) == (180, 1)
    assert "重叠" in known["reasons"]
    assert (unknown["minutes"], unknown["course"], unknown["activity"]) == (0, "", "https://elsewhere.example.org/x")
    assert "不在本项目的课程清单中" in unknown["reasons"]


def test_practice_shows_stages_decision_and_what_is_missing(source: Source, tool: Tool) -> None:
    tool.send(void({"id": _statement_of(tool, "p3", "upload")}))

    by_activity = {row["practice"]: row for row in rows(source, "practice", participant=ZHANG)}

    assert (by_activity["p1"]["credits"], by_activity["p1"]["missing_stages"]) == (5, "")
    assert by_activity["p1"]["decided"] == "2026-12-05 09:00:00"
    assert by_activity["p1"]["approver"] in NAMES
    assert (by_activity["p3"]["credits"], by_activity["p3"]["missing_stages"]) == (0, "成果")


def _statement_of(tool: Tool, practice: str, stage: str) -> str:
    explained = tool.credits.explain(PROGRAMME, ZHANG)
    assert explained is not None
    return next(
        piece.statement for piece in explained.evidence if piece.practice_activity == practice and piece.stage == stage
    )


def test_attendance_lists_every_session_with_its_times_and_who_was_not_there(source: Source) -> None:
    here = rows(source, "attendance", participant=ZHANG)
    absent = rows(source, "attendance", participant="c41b77e0")

    assert [row["state"] for row in here] == ["已签到，有日志"] * 4
    assert (here[0]["starts"], here[0]["ends"], here[0]["minutes"]) == (
        "2026-11-07 08:30:00",
        "2026-11-07 11:30:00",
        180,
    )
    assert [row["state"] for row in absent] == ["未签到"] * 4


def test_a_sign_in_without_a_log_says_so(source: Source, tool: Tool) -> None:
    tool.send(*(void(one) for one in attendance() if "/logs/" in one["object"]["id"]))

    assert {row["state"] for row in rows(source, "attendance", participant=ZHANG)} == {"已签到，缺日志"}


def test_a_school_alone(source: Source) -> None:
    own = replace(source, school="3301000456")

    people = {row["school_name"] for report in (*REPORTS, *PLAN) for row in rows(own, report)}

    assert people == {"示例中学"}


def test_whoever_left_the_roster_is_left_out(source: Source, tool: Tool, clock: FakeClock) -> None:
    with tool.db.begin() as conn:
        rest = tuple(person for person in EXAMPLE.participants if person.id != ZHANG)
        apply_programme(conn, replace(EXAMPLE, participants=rest), clock())

    assert not [row for report in REPORTS for row in rows(source, report, participant=ZHANG)]


def test_more_people_than_are_read_at_once(source: Source, tool: Tool, clock: FakeClock) -> None:
    people = tuple(Participant(f"t{n:03}", f"老师{n:03}", "grp-math-01") for n in range(120))
    with tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, participants=EXAMPLE.participants + people), clock())

    seen = [row["participant"] for row in rows(source, "shortfall", component="网络研修")]

    assert len(seen) == len(set(seen)) == len(EXAMPLE.participants) + 120 - 1


def test_who_joined_later_is_asked_to_make_up(source: Source, tool: Tool, clock: FakeClock) -> None:
    late = tuple(
        replace(one, joined=date(2026, 11, 10)) if one.id == "c41b77e0" else one for one in EXAMPLE.participants
    )
    with tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, participants=late), clock())

    found = rows(source, "shortfall", participant="c41b77e0", component="线下集中培训")

    assert [(row["action"], row["details"].count("第")) for row in found] == [
        ("参加线下培训或补课并签到", 2),
        ("加入之前的场次，参加补课", 2),
    ]


@pytest.mark.parametrize(
    ("named", "codes"),
    [
        (words.STATUSES, Status),
        (words.STAGES, Stage),
        (words.AUDIENCES, Audience),
    ],
)
def test_every_code_has_a_word(named: Mapping[str, str], codes: type[StrEnum]) -> None:
    assert named.keys() == set(codes)


def test_practice_that_was_granted_less_counts_less(source: Source, tool: Tool) -> None:
    tool.send(approval("p1", 3.5, timestamp="2026-12-06T09:00:00+08:00"))

    [row] = rows(source, "practice", participant=ZHANG, practice="p1")

    assert (row["worth"], row["credits"], row["decided"]) == (5, Decimal("3.5"), "2026-12-06 09:00:00")
