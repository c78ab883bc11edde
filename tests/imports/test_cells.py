"""Moments, days and words, as they are typed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from lti_tool.imports.cells import parse_day, parse_moment, same_name
from lti_tool.imports.columns import words

HANGZHOU = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 7, 0, 30, tzinfo=UTC)  # 8:30 in Hangzhou


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-07 08:30",
        "2026-11-07 08:30:00",
        "2026/11/7 8:30",
        "2026.11.7 8:30:00",
        "2026年11月7日 8:30",
        "2026年11月7日 8时30分",
        "2026-11-07T08:30:00+08:00",
        "2026-11-07T00:30:00Z",
        "2026-11-07T00:30:00.000Z",
        "2026-11-06 19:30 -0500",
        "２０２６-11-07　08：30",
    ],
)
def test_a_moment_without_zone_is_in_the_programmes(text: str) -> None:
    assert parse_moment(text, HANGZHOU) == MORNING


@pytest.mark.parametrize(
    "text", ["", "8:30", "2026-11-07", "2026-13-07 08:30", "2026-11-07 25:00", "07.11.2026 08:30", "45968.35", "昨天"]
)
def test_what_is_no_moment(text: str) -> None:
    assert parse_moment(text, HANGZHOU) is None


def test_a_day_alone_is_its_beginning_where_that_will_do() -> None:
    assert parse_moment("2026-11-07", HANGZHOU, day_alone=True) == datetime(2026, 11, 6, 16, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-07", "2026/11/7", "2026年11月7日", "2026-11-07 00:00:00"])
def test_a_day(text: str) -> None:
    assert parse_day(text) == date(2026, 11, 7)


@pytest.mark.parametrize("text", ["2026-02-30", "11-07", "x"])
def test_what_is_no_day(text: str) -> None:
    assert parse_day(text) is None


@pytest.mark.parametrize(
    ("column", "word", "code"),
    [
        ("position", "校长", "principal"),
        ("position", "园长", "principal"),
        ("position", "分管副校长", "deputy"),
        ("position", "中层管理者", "middle"),
        ("position", "teacher", "teacher"),
        ("kind", "过程考评", "process"),
        ("kind", "final", "final"),
        ("result", "合格", "passed"),
        ("result", "不合格", "failed"),
        ("present", "缺勤", "no"),
        ("absent", "缺勤", "yes"),
    ],
)
def test_words_and_codes(column: str, word: str, code: str) -> None:
    assert words(column)[word] == code


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("张老师", "张 老师", True), ("Anna Li", "ANNA　LI", True), ("张老师", "章老师", False), ("张老师", "", False)],
)
def test_names_agree_but_for_blanks_and_width(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
