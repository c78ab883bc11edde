"""Attendance as a sheet 导入签到: what learners have after it, and what happens when it is handed in again."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lti_tool.domain.identifiers import email_key
from lti_tool.domain.values import Evidence, Kind
from lti_tool.evidence.activities import Vocabulary
from lti_tool.evidence.own_credential import IMPORTS, PAGES, own_credential
from lti_tool.evidence.profile.check import check_statement
from lti_tool.imports.run import ImportResult
from lti_tool.programmes.store import apply_programme
from lti_tool.reports.catalogue import make_report
from lti_tool.reports.source import Source
from lti_tool.reports.writing import WRITERS
from lti_tool.storage.queries.statements import find_statements
from tests.credits.conftest import EXAMPLE
from tests.credits.learners import void
from tests.imports.conftest import CHEN, PROGRAMME, WANG, ZHANG, Office
from tests.imports.sheets import typed, write_xlsx
from tests.support.clock import FakeClock
from tests.support.statements import ADL, BASE, statement
from tests.support.statements import ZHANG as ZHANG_ACTOR

HEADER = ["班级代码", "场次", "姓名", "教师编号", "签到时间", "签退时间", "日志时间", "缺勤"]
CAME, LEFT, LOGGED = "2026-11-07 08:26", "2026-11-07 11:31", "2026-11-07 20:15"
SESSION = f"{BASE}/offline-sessions/cls-0007/1"


def row(
    *times: str, session: str = "1", name: str = "张老师", participant: str = ZHANG, class_id: str = "cls-0007"
) -> list[str]:
    return [class_id, session, name, participant, *times, *[""] * (4 - len(times))]


ABSENT = row("", "", "", "是")


def stays(office: Office, participant: str = ZHANG, kind: Kind = Kind.ATTENDED) -> list[Evidence]:
    """What stands of somebody's attendance and counts or could count."""
    explained = office.tool.credits.explain(PROGRAMME, participant)
    assert explained is not None
    return [piece for piece in explained.evidence if piece.kind is kind and not piece.voided]


def raw(office: Office, piece: Evidence) -> dict[str, Any]:
    with office.tool.db.read() as conn:
        return find_statements(conn, PROGRAMME, [piece.statement])[piece.statement]


def by_pages(office: Office, said: dict[str, Any]) -> dict[str, Any]:
    """Stored as the sign-in desk does it."""
    with office.tool.db.begin() as conn:
        office.tool.store.store_statements(conn, [said], own_credential(conn, PROGRAMME, PAGES))
    return said


def at_the_desk(moment: str, *, present: bool = True) -> dict[str, Any]:
    return statement(
        ADL + "attended", SESSION, actor=ZHANG_ACTOR, result={"completion": present}, timestamp=moment + "+08:00"
    )


def test_a_sign_in_with_a_log_gives_the_sessions_credits(office: Office) -> None:
    result = office.hand_in("attendance", [HEADER, row(CAME, LEFT, LOGGED), row(CAME, name="陈老师", participant=CHEN)])

    assert (result.read, result.done, result.set_aside) == (2, 2, 0)
    assert office.offline(ZHANG) == Decimal(2)
    assert office.offline(CHEN) == 0  # a sign-in alone, while logs are required
    assert not office.errors.exists()


def test_whoever_it_concerns_is_computed_again_and_nobody_else(office: Office) -> None:
    office.tool.credits.refresh(PROGRAMME)

    office.hand_in("attendance", [HEADER, row(CAME, LEFT, LOGGED)])

    assert office.tool.credits.refresh(PROGRAMME) == {ZHANG}


def test_what_is_written_is_a_statement_like_any_other(office: Office) -> None:
    office.hand_in("attendance", [HEADER, row(CAME, LEFT, LOGGED)], source="省平台")

    [stay], [log] = stays(office), stays(office, kind=Kind.LOG)
    said = raw(office, stay)
    assert said["result"]["extensions"][f"{BASE}/extensions/sign-in"] == {
        "in": "2026-11-07T08:26:00+08:00",
        "out": "2026-11-07T11:31:00+08:00",
        "method": "import",
        "source": "省平台",
    }
    assert said["actor"]["account"]["name"] == "a6f10c3e-2b7d-4c55"
    assert said["authority"]["name"] == IMPORTS.name
    assert stay.interval == (datetime(2026, 11, 7, 0, 26, tzinfo=UTC), datetime(2026, 11, 7, 3, 31, tzinfo=UTC))
    assert raw(office, log)["object"]["id"] == f"{SESSION}/logs/{ZHANG}"
    for piece in (stay, log):
        assert check_statement(raw(office, piece), Vocabulary((BASE,))) == []


@pytest.mark.parametrize(
    "times",
    [
        ("2026-11-07 08:26", "2026-11-07 11:31", "2026-11-07 20:15"),
        ("2026/11/7 8:26", "2026/11/7 11:31", "2026/11/7 20:15"),
        ("2026-11-07T08:26:00+08:00", "2026-11-07T03:31:00Z", "2026-11-07T20:15+08:00"),
    ],
)
def test_the_same_sheet_twice_changes_nothing(office: Office, times: Sequence[str]) -> None:
    office.hand_in("attendance", [HEADER, row(CAME, LEFT, LOGGED), row(*ABSENT[4:], session="2")])
    before = office.count()

    result = office.hand_in("attendance", [HEADER, row(*times), row(*ABSENT[4:], session="2")])

    assert (result.done, result.known) == (0, 2)
    assert office.count() == before


def test_a_row_twice_in_one_sheet_is_said_once(office: Office) -> None:
    result = office.hand_in("attendance", [HEADER, row(CAME), row(CAME), row("2026-11-07 08:40")])

    assert (result.done, result.known, result.set_aside) == (1, 1, 1)
    assert "另一行（row 2）" in office.reasons()[0]


def test_a_later_sheet_holds_in_place_of_an_earlier_one(office: Office) -> None:
    office.hand_in("attendance", [HEADER, row(CAME, LEFT, LOGGED)])

    result = office.hand_in("attendance", [HEADER, row("2026-11-07 08:40", LEFT, LOGGED)])

    [stay] = stays(office)
    assert result.done == 1
    assert stay.interval is not None
    assert stay.interval[0] == datetime(2026, 11, 7, 0, 40, tzinfo=UTC)
    assert len(stays(office, kind=Kind.LOG)) == 1
    assert office.offline(ZHANG) == Decimal(2)


def test_and_the_earlier_one_once_more_holds_again(office: Office) -> None:
    first, second = [HEADER, row(CAME)], [HEADER, row("2026-11-07 08:40")]
    for sheet in (first, second, first):
        assert office.hand_in("attendance", sheet).done == 1
    assert office.hand_in("attendance", first).known == 1

    [stay] = stays(office)
    assert stay.timestamp == datetime(2026, 11, 7, 0, 26, tzinfo=UTC)


def test_an_empty_cell_takes_nothing_back(office: Office) -> None:
    office.hand_in("attendance", [HEADER, row(CAME, LEFT, LOGGED)])

    assert office.hand_in("attendance", [HEADER, row(CAME)]).known == 1
    assert office.offline(ZHANG) == Decimal(2)


@pytest.mark.parametrize(
    ("column", "cell", "present"),
    [
        ("缺勤", "是", False),
        ("缺勤", "缺勤", False),
        ("缺勤", "√", False),
        ("缺勤", "否", None),
        ("缺勤", "", None),
        ("出勤", "缺勤", False),
        ("出勤", "否", False),
        ("出勤", "请假", False),
        ("present", "absent", False),
    ],
)
def test_an_absence(office: Office, column: str, cell: str, present: bool | None) -> None:
    header = ["班级代码", "场次", "姓名", "教师编号", column]
    result = office.hand_in("attendance", [header, ["cls-0007", "1", "张老师", ZHANG, cell]])

    assert [piece.completion for piece in stays(office)] == ([] if present is None else [present])
    assert (result.done, result.blank) == ((0, 1) if present is None else (1, 0))


def test_an_absence_takes_back_what_an_earlier_sheet_said(office: Office) -> None:
    office.hand_in("attendance", [HEADER, row(CAME, LEFT, LOGGED)])
    office.hand_in("attendance", [HEADER, ABSENT])

    assert [piece.completion for piece in stays(office)] == [False]
    assert office.offline(ZHANG) == 0


def test_an_absence_does_not_take_back_what_another_source_said(office: Office) -> None:
    by_pages(office, at_the_desk("2026-11-07T08:20:00"))

    assert office.hand_in("attendance", [HEADER, ABSENT]).set_aside == 1
    assert "其他来源的签到记录" in office.reasons()[0]
    assert [piece.completion for piece in stays(office)] == [True]


def test_a_presence_outweighs_another_sources_absence(office: Office) -> None:
    by_pages(office, at_the_desk("2026-11-07T11:30:00", present=False))

    office.hand_in("attendance", [HEADER, row(CAME, LEFT, LOGGED)])

    assert office.offline(ZHANG) == Decimal(2)


def test_what_another_source_said_already_is_there(office: Office) -> None:
    by_pages(office, at_the_desk("2026-11-07T08:26:41.250"))
    before = office.count()

    assert office.hand_in("attendance", [HEADER, row("2026-11-07 08:26:41")]).known == 1
    assert office.count() == before


def test_what_somebody_voided_does_not_come_back_by_itself(office: Office) -> None:
    office.hand_in("attendance", [HEADER, row(CAME)])
    [stay] = stays(office)
    by_pages(office, void({"id": stay.statement}))

    assert office.hand_in("attendance", [HEADER, row(CAME)]).set_aside == 1
    assert "已被作废" in office.reasons()[0]
    assert stays(office) == []


@pytest.mark.parametrize(
    ("email", "actor"),
    [
        ("", {"account": {"homePage": f"{BASE}/participants", "name": "h1"}}),
        ("he@example.org", {"mbox_sha1sum": email_key("he@example.org").partition("|")[2]}),
    ],
)
def test_without_an_account_an_address_or_the_programmes_number_names_a_person(
    office: Office, email: str, actor: dict[str, Any]
) -> None:
    office.hand_in("roster", [["教师编号", "姓名", "研修群体", "邮箱"], ["h1", "何老师", "grp-math-01", email]])

    office.hand_in("attendance", [HEADER, row(CAME, LEFT, LOGGED, name="何老师", participant="h1")])

    assert office.offline("h1") == Decimal(2)
    [stay] = stays(office, "h1")
    assert raw(office, stay)["actor"] == {"objectType": "Agent", "name": "何老师", **actor}


def test_an_account_that_is_known_later_does_not_say_it_twice(office: Office) -> None:
    header = ["教师编号", "姓名", "研修群体", "平台账号"]
    office.hand_in("roster", [header, ["h1", "何老师", "grp-math-01", ""]])
    sheet = [HEADER, row(CAME, LEFT, LOGGED, name="何老师", participant="h1")]
    office.hand_in("attendance", sheet)

    office.hand_in("roster", [header, ["h1", "何老师", "grp-math-01", "https://moodle.example.org|he-1"]])

    assert office.hand_in("attendance", sheet).known == 1
    assert len(stays(office, "h1")) == 1


@pytest.mark.parametrize(
    ("page", "account"),
    [
        ("", "a6f10c3e-2b7d-4c55"),
        ("https://moodle.example.org", "a6f10c3e-2b7d-4c55"),
        ("", "https://moodle.example.org|a6f10c3e-2b7d-4c55"),
        ("", "nobody；a6f10c3e-2b7d-4c55"),
    ],
)
def test_somebody_is_found_by_account_too(office: Office, page: str, account: str) -> None:
    header = ["班级代码", "场次", "姓名", "平台地址", "平台账号", "签到时间", "日志时间"]

    office.hand_in("attendance", [header, ["cls-0007", "1", "张老师", page, account, CAME, LOGGED]])

    assert office.offline(ZHANG) == Decimal(2)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (row(CAME, participant=""), "缺少教师编号或平台账号"),
        (row(CAME, participant="x9"), "没有教师编号“x9”"),
        (row(CAME, name=""), "缺少姓名"),
        (row(CAME, name="章老师"), "名单中此人姓名为“张老师”"),
        (row(CAME, class_id="cls-9"), "没有班级“cls-9”"),
        (row(CAME, class_id=""), "缺少班级代码"),
        (row(CAME, session="9"), "班级“cls-0007”没有场次“9”"),
        (row(CAME, session=""), "缺少场次"),
        (row("2026-10-24 08:20", class_id="cls-0008"), "不属于班级“cls-0008”"),
        (row("昨天"), "签到时间“昨天”不是日期和时间"),
        (row("2026-11-07"), "签到时间“2026-11-07”不是日期和时间"),
        (row(CAME, session="3"), "不在该场次（2026-11-14 08:30 至 2026-11-14 11:30）前后 12 小时之内"),
        (row(CAME, CAME), "签退时间不晚于签到时间"),
        (row("", LEFT), "缺少签到时间"),
        (row(CAME, "", "2027-07-02 08:00"), "日志时间不在项目周期内（2026-09-01 至 2027-06-30）"),
        (row(CAME, "", "", "是"), "缺勤的行不能有"),
        (row(CAME, "", "", "也许"), "缺勤“也许”应为"),
    ],
)
def test_a_row_that_is_wrong_says_why_and_stops_nobody(office: Office, cells: list[str], said: str) -> None:
    other = row(CAME, LEFT, LOGGED, name="陈老师", participant=CHEN)
    result = office.hand_in("attendance", [HEADER, cells, other])

    assert (result.done, result.set_aside) == (1, 1)
    assert said in office.reasons()[0]
    assert (office.offline(ZHANG), office.offline(CHEN)) == (0, Decimal(2))


def test_people_of_another_programme_are_nobody_here(office: Office, clock: FakeClock) -> None:
    stranger = replace(EXAMPLE.participants[0], id="stranger")
    other = replace(EXAMPLE, programme=replace(EXAMPLE.programme, id="other"), participants=(stranger,), identifiers=())
    with office.tool.db.begin() as conn:
        apply_programme(conn, other, clock())

    assert office.hand_in("attendance", [HEADER, row(CAME, participant="stranger")]).set_aside == 1
    office.hand_in("attendance", [HEADER, row(CAME, LEFT, LOGGED)])
    assert office.offline(ZHANG) == Decimal(2)
    assert office.tool.credits.refresh("other") == {"stranger"}


def test_a_workbook_with_real_dates(office: Office, tmp_path: Path) -> None:
    times = [typed("2026-11-07 08:26"), typed("2026-11-07 11:31"), typed("2026-11-07 20:15")]
    rows = [["签到表"], HEADER[:-1], ["cls-0007", 1, "张老师", ZHANG, *times]]

    office.hand_in("attendance", write_xlsx(tmp_path / "sign-in.xlsx", {"11月7日": rows}))

    assert office.offline(ZHANG) == Decimal(2)


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_our_own_sheet_is_read_back_and_says_nothing_new(office: Office, tmp_path: Path, format_: str) -> None:
    by_pages(office, at_the_desk("2026-11-07T08:20:11.5"))
    office.hand_in("attendance", [HEADER, row("2026-11-07 13:27", "2026-11-07 16:31", LOGGED, session="2")])
    path = tmp_path / f"exported.{format_}"
    with path.open("wb") as out:
        WRITERS[format_](make_report("attendance", Source(office.tool.db, office.tool.credits, PROGRAMME)), out)

    result = office.hand_in("attendance", path)

    assert (result.done, result.known, result.set_aside) == (0, 2, 0)
    assert result.blank == result.read - 2


def test_a_long_sheet_is_stored_in_parts(office: Office) -> None:
    people = [(one.id, one.name) for one in EXAMPLE.participants if one.group in {"grp-math-01", "grp-lead-01"}]
    rows = [row(CAME, LEFT, LOGGED, name=name, participant=id_) for id_, name in people]

    result = office.hand_in("attendance", [HEADER, *rows, rows[0]], per_unit=2)

    assert (result.read, result.done, result.set_aside) == (len(people) + 1, len(people), 0)
    assert result.known == 1
    assert {office.offline(id_) for id_, _ in people} == {Decimal(2)}
    assert office.offline(WANG) == 0


def test_two_who_import_the_same_at_once_say_it_once(office: Office) -> None:
    rows = [HEADER, row(CAME, LEFT, LOGGED), row(CAME, name="陈老师", participant=CHEN)]

    def hand_in(name: str) -> ImportResult:
        folder = office.folder / name
        folder.mkdir()
        return Office(office.tool, folder).hand_in("attendance", rows)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(hand_in, ("one", "two")))

    assert sorted((one.done, one.known) for one in results) == [(0, 2), (2, 0)]
    assert office.count() == 3
