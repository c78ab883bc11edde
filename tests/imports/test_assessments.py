"""Assessments as a sheet: which verdict holds after it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lti_tool.domain.values import Kind
from lti_tool.evidence.activities import Vocabulary
from lti_tool.evidence.profile.check import check_statement
from lti_tool.reports.catalogue import make_report
from lti_tool.reports.source import Source
from lti_tool.reports.writing import WRITERS
from lti_tool.storage.queries.statements import find_statements
from tests.credits.learners import approved, assessments, attendance, study, void
from tests.imports.conftest import CHEN, PROGRAMME, ZHANG, Office
from tests.imports.sheets import write_xlsx
from tests.support.clock import FakeClock
from tests.support.statements import BASE

HEADER = ["教师编号", "姓名", "类型", "结论", "时间", "备注"]
JUNE_10, JUNE_15 = "2027-06-10", "2027-06-15 10:00"


def row(kind: str, result: str, time: str = "", remark: str = "") -> list[str]:
    return [ZHANG, "张老师", kind, result, time, remark]


def verdicts(office: Office, participant: str = ZHANG) -> dict[str, bool]:
    return dict(office.credit(participant).assessments)


@pytest.mark.parametrize(
    ("kind", "result", "found"),
    [
        ("过程考评", "通过", {"process": True}),
        ("过程考评", "合格", {"process": True}),
        ("最终考评", "不通过", {"final": False}),
        ("最终考评", "不合格", {"final": False}),
        ("final", "failed", {"final": False}),
        ("Process", "Passed", {"process": True}),
    ],
)
def test_a_verdict(office: Office, kind: str, result: str, found: dict[str, bool]) -> None:
    assert office.hand_in("assessments", [HEADER, row(kind, result, JUNE_10)]).done == 1
    assert verdicts(office) == found


def test_with_everything_else_it_makes_somebody_pass(office: Office) -> None:
    practice = [*approved("p1", 5), *approved("p2", 10), *approved("p3", 10)]
    office.tool.send(*study(), *attendance(), *practice)
    assert "assess" in office.credit(ZHANG).unmet

    office.hand_in("assessments", [HEADER, row("过程考评", "通过", JUNE_10), row("最终考评", "通过", JUNE_15)])

    assert (office.credit(ZHANG).unmet, office.credit(ZHANG).recorded) == ((), 50)


def test_what_is_written_follows_the_profile(office: Office) -> None:
    office.hand_in("assessments", [HEADER, row("最终考评", "不通过", JUNE_15, "缺两次日志")])

    explained = office.tool.credits.explain(PROGRAMME, ZHANG)
    assert explained is not None
    [piece] = [one for one in explained.evidence if one.kind is Kind.ASSESSMENT]
    with office.tool.db.read() as conn:
        [said] = find_statements(conn, PROGRAMME, [piece.statement]).values()
    assert check_statement(said, Vocabulary((BASE,))) == []
    assert said["object"]["id"] == f"{BASE}/assessments/hz-2026/final"
    assert said["result"] == {"success": False, "completion": True, "response": "缺两次日志"}
    assert piece.timestamp == datetime(2027, 6, 15, 2, tzinfo=UTC)


def test_without_a_time_it_is_said_now(office: Office, clock: FakeClock) -> None:
    office.hand_in("assessments", [HEADER, row("过程考评", "通过")])

    [outcome] = office.credit(ZHANG).explanation
    assert outcome.timestamp == clock()


@pytest.mark.parametrize("time", ["", JUNE_10, JUNE_15])
def test_the_same_sheet_twice_changes_nothing(office: Office, clock: FakeClock, time: str) -> None:
    sheet = [HEADER, row("过程考评", "通过", time), row("最终考评", "不通过", time)]
    office.hand_in("assessments", sheet)
    before = office.count()
    clock.advance(3600)

    assert office.hand_in("assessments", sheet).known == 2
    assert office.count() == before


def test_the_latest_verdict_holds(office: Office) -> None:
    office.hand_in("assessments", [HEADER, row("最终考评", "不通过", JUNE_10)])
    office.hand_in("assessments", [HEADER, row("最终考评", "通过", JUNE_15)])

    assert verdicts(office) == {"final": True}
    assert len(office.credit(ZHANG).explanation) == 2  # what was said before stays on record


def test_of_one_moment_the_later_word_holds(office: Office, clock: FakeClock) -> None:
    office.hand_in("assessments", [HEADER, row("最终考评", "通过", JUNE_10)])
    clock.advance(60)
    office.hand_in("assessments", [HEADER, row("最终考评", "不通过", JUNE_10)])

    assert verdicts(office) == {"final": False}


def test_an_earlier_verdict_that_would_change_nothing_says_so(office: Office) -> None:
    office.hand_in("assessments", [HEADER, row("最终考评", "通过", JUNE_15)])

    assert office.hand_in("assessments", [HEADER, row("最终考评", "不通过", JUNE_10)]).set_aside == 1
    assert "已有更晚的最终考评结论（2027-06-15 10:00，通过）" in office.reasons()[0]
    assert verdicts(office) == {"final": True}


def test_what_somebody_voided_does_not_come_back_by_itself(office: Office) -> None:
    office.hand_in("assessments", [HEADER, row("最终考评", "通过", JUNE_15)])
    [outcome] = office.credit(ZHANG).explanation
    office.tool.send(void({"id": outcome.statement}), source=office.tool.credential("all", tenant=PROGRAMME))

    assert office.hand_in("assessments", [HEADER, row("最终考评", "通过", JUNE_15)]).set_aside == 1
    assert "已被作废" in office.reasons()[0]
    assert verdicts(office) == {}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (row("期中考评", "通过"), "类型“期中考评”应为：过程考评、最终考评"),
        (row("过程考评", "优秀"), "结论“优秀”应为：通过、不通过"),
        (row("", "通过"), "缺少类型"),
        (row("过程考评", "通过", "六月"), "时间“六月”不是日期和时间"),
        (row("过程考评", "通过", "2027-07-01"), "不在项目周期内"),
        ([ZHANG, "章老师", "过程考评", "通过", "", ""], "姓名为“张老师”"),
        (["", "张老师", "过程考评", "通过", "", ""], "缺少教师编号或平台账号"),
    ],
)
def test_a_row_that_is_wrong_says_why_and_stops_nobody(office: Office, cells: list[str], said: str) -> None:
    result = office.hand_in("assessments", [HEADER, cells, [CHEN, "陈老师", "过程考评", "通过", JUNE_10, ""]])

    assert (result.done, result.set_aside) == (1, 1)
    assert said in office.reasons()[0]
    assert (verdicts(office), verdicts(office, CHEN)) == ({}, {"process": True})


def test_two_verdicts_on_one_assessment_in_one_sheet(office: Office) -> None:
    rows = [row("过程考评", "通过", JUNE_10), row("过程考评", "不通过", JUNE_15)]

    assert office.hand_in("assessments", [HEADER, *rows]).set_aside == 1
    assert "另一行（row 2）" in office.reasons()[0]


def test_whoever_is_not_decided_yet_is_passed_over(office: Office) -> None:
    assert office.hand_in("assessments", [HEADER, row("过程考评", "")]).blank == 1


class TestTheSheetForEntering:
    """学分统一录入表 has both assessments as columns."""

    def test_filled_in(self, office: Office, tmp_path: Path) -> None:
        rows = [
            ["序号", "学校名称", "姓名", "教师编号", "平台账号", "过程考评", "最终考评", "考核结论", "备注"],
            [1, "示例小学", "张老师", ZHANG, "a6f10c3e-2b7d-4c55", "合格", "不合格", "待考核", ""],
            [2, "示例小学", "陈老师", CHEN, "", "合格", "", "进行中", ""],
        ]

        result = office.hand_in("assessments", write_xlsx(tmp_path / "a.xlsx", {"1 示例小学": rows}))

        assert result.done == 2
        assert verdicts(office) == {"process": True, "final": False}
        assert verdicts(office, CHEN) == {"process": True}

    @pytest.mark.parametrize("format_", ["xlsx", "csv"])
    def test_as_it_was_exported_it_says_nothing_new(self, office: Office, tmp_path: Path, format_: str) -> None:
        practice = [*approved("p1", 5), *approved("p2", 10), *approved("p3", 10)]
        office.tool.send(*study(), *attendance(), *practice, *assessments())
        path = tmp_path / f"exported.{format_}"
        with path.open("wb") as out:
            WRITERS[format_](make_report("credits", Source(office.tool.db, office.tool.credits, PROGRAMME)), out)

        result = office.hand_in("assessments", path)

        assert (result.read, result.known) == (1, 1)
