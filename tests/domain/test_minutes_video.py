"""Video by the clock, and by content where a setting says so (§3b 3c), as tables of cases."""

# ruff: noqa: E501 - tables

from typing import Any

from tests.domain.minutes import Case, check, named
from tests.domain.test_minutes_cases import WORKED_EXAMPLES

VIDEO = [
    Case("played and paused", "19:00 played V session=1\n19:10 paused V session=1", "10:00", "by the clock"),
    Case("played and completed", "19:00 played V session=1\n19:10 completed V session=1", "10:00", "completed stops"),
    Case("played and terminated", "19:00 played V session=1\n19:10 terminated V session=1 1m", "10:00", "not cmi5"),
    Case("played, nothing follows", "19:00 played V session=1", "0:00", "no time"),
    Case(
        "played, only an interaction follows",
        "19:00 played V session=1\n19:08 other V session=1",
        "8:00",
        "until the last statement",
    ),
    Case(
        "played, several interactions follow",
        "19:00 played V session=1\n19:04 other V session=1\n19:06 other V session=1\n19:08 other V session=1",
        "8:00",
        "until the last of them",
    ),
    Case("paused alone", "19:10 paused V session=1", "0:00", "when it was played is not known"),
    Case(
        "initialized and terminated around",
        "18:00 initialized V session=1\n19:00 played V session=1\n19:10 paused V session=1\n19:40 terminated V session=1",
        "10:00",
        "a session with video is video, even with bounds",
    ),
    Case(
        "played twice",
        "19:00 played V session=1\n19:05 played V session=1\n19:10 paused V session=1",
        "10:00",
        "from the first to what stops it",
    ),
    Case(
        "played, paused, played",
        "19:00 played V session=1\n19:05 paused V session=1\n19:30 played V session=1\n19:35 paused V session=1",
        "10:00",
        "the pause is none",
    ),
    Case(
        "seeking",
        "19:00 played V session=1\n19:05 seeked V session=1\n19:05 played V session=1\n19:09 paused V session=1",
        "9:00",
        "what stops comes before what plays",
    ),
    Case("two sessions", "19:00 played V session=1\n19:10 paused V session=2", "0:00", "a pause of another session"),
    Case("a bad duration", "19:00 played V session=1\n19:10 paused V session=1 bad", "10:00", "the clock counts"),
]

CONTENT_BASIS: dict[str, Any] = {"video_basis": "content"}
M10 = next(case.statements for case in WORKED_EXAMPLES if case.name == "M10 wall")
VIDEO_BY_CONTENT = [
    Case("M10 content", M10, "5:50", "min(600 unique, 350 by the clock)", CONTENT_BASIS),
    Case(
        "seen twice",
        "19:00 played V session=1 at=0\n19:05 seeked V session=1 at=300\n"
        "19:05 played V session=1 at=0\n19:10 paused V session=1 at=300",
        "5:00",
        "300 s of content in 600 s",
        CONTENT_BASIS,
    ),
    Case(
        "half speed",
        "19:00 played V session=1 at=0\n19:10 paused V session=1 at=300",
        "5:00",
        "300 s of content",
        CONTENT_BASIS,
    ),
    Case(
        "segments that overlap",
        "19:00 played V session=1\n19:10 paused V session=1 segments=0-100,50-200,400-450",
        "4:10",
        "200 + 50 s",
        CONTENT_BASIS,
    ),
    Case("nothing known", "19:00 played V session=1\n19:10 paused V session=1", "10:00", "the clock", CONTENT_BASIS),
    Case(
        "played again without a stop",
        "19:00 played V session=1 at=0\n19:02 played V session=1 at=50\n19:10 paused V session=1 at=60",
        "1:00",
        "from the first position",
        CONTENT_BASIS,
    ),
    Case(
        "an interaction in between",
        "19:00 played V session=1 at=0\n19:05 other V session=1 at=100\n19:10 paused V session=1 at=300",
        "5:00",
        "300 s of content",
        CONTENT_BASIS,
    ),
    Case(
        "jumped back",
        "19:00 played V session=1 at=300\n19:10 paused V session=1 at=0",
        "10:00",
        "positions say nothing",
        CONTENT_BASIS,
    ),
]


@named(video=VIDEO, video_by_content=VIDEO_BY_CONTENT)
def test_what_counts(case: Case) -> None:
    check(case)
