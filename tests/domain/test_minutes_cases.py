"""The worked examples M1–M15 of the minutes algorithm, and the edges around them, as tables.

Each case: the statements as `notation` explains, what counts in minutes and seconds, and why.
"""

# ruff: noqa: E501 - tables

from typing import Any, NamedTuple

import pytest

from tests.domain.notation import context_of, credit_of, rules_with, study


class Case(NamedTuple):
    name: str
    statements: str
    counted: str  # minutes:seconds
    why: str
    settings: dict[str, Any] = {}  # noqa: RUF012 - a table's default, never changed


GUIDE: dict[str, Any] = {"preset": "guide"}
STRICT: dict[str, Any] = {"preset": "strict"}

NINE_HOURS = """
    08:00 initialized A session=1
    17:00 terminated A session=1 9h
"""
EIGHT_O_CLOCK_TO_HALF_PAST_ELEVEN_AND_TWO_MORE_HOURS = """
    08:00-11:30 slice A session=1
    13:00-15:00 slice B session=2
"""

WORKED_EXAMPLES = [
    Case(
        "M1",
        """
        19:00 initialized A session=1
        19:40 terminated A session=1 40m
        """,
        "40:00",
        "plain",
    ),
    Case(
        "M2",
        """
        19:00 initialized A session=1
        19:40 terminated A session=1 40m
        19:20 initialized B session=2     # on the phone, meanwhile
        20:10 terminated B session=2 50m
        """,
        "70:00",
        "union, not 90",
    ),
    Case(
        "M3",
        """
        19:00 initialized A session=1
        20:00 terminated A session=1 35m  # idle time already taken out by the content
        19:50 played V session=2
        20:20 paused V session=2
        """,
        "55:00",
        "the active part is placed at the end: 19:25–20:00, then 19:50–20:20",
    ),
    Case(
        "M4",
        "\n".join(f"19:{minute:02} heartbeat A session=1" for minute in [*range(13), *range(31, 37)]),
        "17:00",
        "12 + 5: a gap of 19 minutes breaks, the last beat adds nothing",
    ),
    Case(
        "M4b",
        "\n".join(f"19:{minute} heartbeat A session=1" for minute in ["00", "04", "09", "13", "20", "22"]),
        "15:00",
        "a gap of exactly 5 joins, one of 7 breaks",
    ),
    Case("M5", "23:30-00:45 slice A session=1", "75:00", "30 on the 12th, 45 on the 13th"),
    Case("M6 guide", EIGHT_O_CLOCK_TO_HALF_PAST_ELEVEN_AND_TWO_MORE_HOURS, "330:00", "no cap", GUIDE),
    Case("M6 strict", EIGHT_O_CLOCK_TO_HALF_PAST_ELEVEN_AND_TWO_MORE_HOURS, "240:00", "the day's cap", STRICT),
    Case("M7 guide", NINE_HOURS, "240:00", "first 240 minutes without a sign of life", GUIDE),
    Case("M7 strict", NINE_HOURS, "120:00", "first 120 minutes", STRICT),
    Case(
        "M8",
        """
        19:00 initialized A session=1
        19:40 terminated A session=1 40m id=one
        19:00 initialized A session=1
        19:40 terminated A session=1 40m id=two
        """,
        "40:00",
        "the same session sent twice under two ids",
    ),
    Case(
        "M9",
        """
        10-12 19:38:20 terminated A session=1 38m20s
        10-13 19:27 terminated A session=2 27m
        10-13 19:28 completed A session=2 65m
        """,
        "65:20",
        "completed carries the time of the attempt, which the sessions already are",
    ),
    Case(
        "M10 wall",
        """
        19:00:00 played V session=1 at=0
        19:05:00 seeked V session=1 at=300 segments=0-300
        19:05:00 played V session=1 at=200
        19:08:20 paused V session=1 at=600 segments=0-300,200-600
        """,
        "8:20",
        "300 s at 1x, and 400 s of content at 2x in 200 s",
    ),
    Case(
        "M11",
        """
        19:00 initialized A session=1
        19:40 terminated A session=1 40m shown=4 answered=1
        """,
        "10:00",
        "a quarter of it, at the start",
    ),
    Case("M12 before", "19:00-19:05 slice A session=1", "5:00", "counted"),
    Case("M12 after", "19:00-19:05 slice A session=1 voided", "0:00", "voided"),
    Case("M13 3 min ahead", "19:00-19:05 slice A session=1 arrives=-3m", "5:00", "within the tolerance of a clock"),
    Case("M13 2 h ahead", "19:00-19:05 slice A session=1 arrives=-2h", "0:00", "from the future"),
    Case(
        "M14",
        """
        08-28 19:00-20:00 slice A session=1
        09-01 00:00-04:00 slice A session=2
        09-02 00:00-04:00 slice A session=3
        09-03 00:00-04:00 slice A session=4
        09-04 00:00-02:00 slice A session=5
        """,
        "840:00",
        "the cycle starts in September",
    ),
]

EDGES = [
    Case("gap of 4:59", "19:00 heartbeat A session=1\n19:04:59 heartbeat A session=1", "4:59", "joins"),
    Case("gap of 5:00", "19:00 heartbeat A session=1\n19:05:00 heartbeat A session=1", "5:00", "joins"),
    Case("gap of 5:01", "19:00 heartbeat A session=1\n19:05:01 heartbeat A session=1", "0:00", "breaks"),
    Case("one heartbeat", "19:00 heartbeat A session=1", "0:00", "the last one adds nothing"),
    Case("two at once", "19:00 heartbeat A session=1\n19:00 heartbeat A session=1", "0:00", "no time between"),
    Case(
        "heartbeats of two sessions", "19:00 heartbeat A session=1\n19:03 heartbeat A session=2", "0:00", "not joined"
    ),
    Case("ahead by 4:59", "19:00-19:05 slice A session=1 arrives=-4m59s", "5:00", "tolerated"),
    Case("ahead by 5:00", "19:00-19:05 slice A session=1 arrives=-5m", "5:00", "tolerated"),
    Case("ahead by 5:01", "19:00-19:05 slice A session=1 arrives=-5m1s", "0:00", "future"),
    Case("session of 239 min", "08:00-11:59 slice A session=1", "239:00", "whole"),
    Case("session of 240 min", "08:00-12:00 slice A session=1", "240:00", "whole"),
    Case("session of 241 min", "08:00-12:01 slice A session=1", "240:00", "cut"),
    Case("first minute of the cycle", "08-31 23:59-00:01 slice A session=1", "1:00", "1 September begins at 00:00"),
    Case("last minute of the cycle", "06-30 23:59-00:01 slice A session=1", "1:00", "30 June ends at 24:00"),
    Case("last day", "06-30 20:00-21:00 slice A session=1", "60:00", "30 June counts"),
    Case("day after", "07-01 00:00-01:00 slice A session=1", "0:00", "outside of the cycle"),
    Case("day before", "08-31 20:00-21:00 slice A session=1", "0:00", "outside of the cycle"),
    Case(
        "touching", "19:00-19:05 slice A session=1\n19:05-19:10 slice A session=1", "10:00", "two halves are the whole"
    ),
    Case("seconds", "19:00:00-19:00:59 slice A session=1", "0:59", "nothing is rounded up"),
    Case("a slice with less duration", "19:00-19:05 slice A session=1 3m", "3:00", "its last part"),
    Case("a slice with more duration", "19:00-19:05 slice A session=1 9m", "5:00", "never more than its interval"),
    Case("cap under", "08:00-09:59 slice A session=1\n12:00-14:00 slice A session=2", "239:00", "under", STRICT),
    Case("cap at", "08:00-10:00 slice A session=1\n12:00-14:00 slice A session=2", "240:00", "at", STRICT),
    Case(
        "cap over",
        "08:00-10:00 slice A session=1\n12:00-14:00 slice A session=2\n16:00-16:01 slice A session=3",
        "240:00",
        "over",
        STRICT,
    ),
    Case(
        "cap by day",
        "10-12 20:00-21:59 slice A session=1\n10-12 22:00-00:00 slice A session=2\n10-13 00:00-00:30 slice A session=3",
        "269:00",
        "midnight begins a new day",
        STRICT,
    ),
]

SESSIONS = [
    Case(
        "never ends",
        """
        19:00 initialized A session=1
        19:10 experienced A session=1
        19:25 other A session=1
        """,
        "25:00",
        "until its last statement",
    ),
    Case("never ends and says nothing", "19:00 initialized A session=1", "0:00", "no time at all"),
    Case("ends without beginning", "19:40 terminated A session=1 40m", "40:00", "the duration alone"),
    Case("ends without beginning or duration", "19:40 terminated A session=1", "0:00", "no time known"),
    Case("no duration", "19:00 initialized A session=1\n19:40 terminated A session=1", "40:00", "from s to e"),
    Case("launched", "18:58 launched A session=1\n19:40 abandoned A session=1", "42:00", "launched stands in"),
    Case(
        "launched and initialized",
        "18:58 launched A session=1\n19:00 initialized A session=1\n19:40 terminated A session=1",
        "40:00",
        "initialized is the beginning",
    ),
    Case("too long a duration", "19:00 initialized A session=1\n19:40 terminated A session=1 3h", "40:00", "e − s"),
    Case(
        "terminated, then abandoned",
        "19:00 initialized A session=1\n19:30 terminated A session=1 30m\n19:40 abandoned A session=1 40m",
        "40:00",
        "of several ends the last counts",
    ),
    Case(
        "begins after its end",
        "19:40 terminated A session=1 10m\n19:50 initialized A session=1",
        "10:00",
        "a beginning after the end says nothing",
    ),
    Case(
        "visits without names",
        """
        10-12 19:00 initialized A
        10-12 19:40 terminated A 40m
        10-13 19:00 initialized A
        10-13 19:30 terminated A 30m
        """,
        "70:00",
        "each initialized begins a new visit",
    ),
    Case(
        "launched visits without names",
        """
        10-12 18:59 launched A
        10-12 19:00 initialized A
        10-12 19:40 terminated A
        10-13 18:59 launched A
        10-13 19:00 initialized A
        10-13 19:30 terminated A
        """,
        "70:00",
        "initialized right after launched is the same visit",
    ),
    Case(
        "two ends without beginnings",
        "10-12 19:40 terminated A 40m\n10-13 19:30 terminated A 30m",
        "70:00",
        "each is a visit",
    ),
    Case(
        "one session id under two registrations",
        """
        19:00 initialized A session=1 reg=one
        19:10 terminated A session=1 reg=one
        20:00 initialized A session=1 reg=two
        20:10 terminated A session=1 reg=two
        """,
        "20:00",
        "two sessions",
    ),
    Case(
        "one session over two activities of a registration",
        "19:00 initialized A session=1 reg=one\n19:30 terminated B session=1 reg=one",
        "30:00",
        "one session",
    ),
    Case(
        "sign of life at 11:00",
        "08:00 initialized A session=1\n11:00 other A session=1\n17:00 terminated A session=1 9h",
        "420:00",
        "08:00–11:00 whole, then four hours from 11:00",
    ),
    Case(
        "sign of life at 13:00",
        "08:00 initialized A session=1\n13:00 other A session=1\n17:00 terminated A session=1 9h",
        "480:00",
        "08:00–12:00 and 13:00–17:00",
    ),
    Case(
        "a named session that is initialized twice",
        "19:00 initialized A session=1\n19:20 initialized A session=1\n19:40 terminated A session=1",
        "40:00",
        "one visit, from the first",
    ),
    Case(
        "two contents at once, without names",
        "19:00 initialized A\n19:10 initialized B\n19:30 terminated A\n19:40 terminated B",
        "40:00",
        "each content has its own session",
    ),
    Case(
        "one name for two contents",
        "19:00 initialized A session=1\n19:30 terminated B session=1",
        "0:00",
        "without a registration a name belongs to its content",
    ),
    Case(
        "something after the end",
        "19:00 initialized A session=1\n19:30 terminated A session=1\n19:50 other A session=1",
        "30:00",
        "it has ended",
    ),
    Case(
        "ends in the moment in which it begins",
        "19:40 initialized A session=1\n19:40 terminated A session=1 10m",
        "0:00",
        "min(10 min, e − s)",
    ),
    Case(
        "nine hours in two stretches, three of four checks answered",
        "08:00 initialized A session=1\n13:00 other A session=1\n17:00 terminated A session=1 9h shown=4 answered=3",
        "360:00",
        "three quarters of 480: 08:00–12:00 and 13:00–15:00",
    ),
    Case(
        "the same beside another course",
        "08:00 initialized A session=1\n13:00 other A session=1\n17:00 terminated A session=1 9h shown=4 answered=3\n"
        "12:00-13:00 slice B session=2",
        "420:00",
        "08:00–12:00, the slice, and 13:00–15:00",
    ),
    Case(
        "a report of somebody else's absence",
        "18:59 other A session=1 shown=2 answered=0\n19:00 heartbeat A session=1\n19:02 heartbeat A session=1",
        "2:00",
        "heartbeats answer for themselves",
    ),
    Case(
        "a third of seven seconds",
        "19:00:00-19:00:07 slice A session=1 shown=3 answered=1",
        "0:02",
        "cut to whole seconds",
    ),
    Case(
        "a slice is a sign of life",
        "08:00 initialized A session=1\n12:55-13:00 slice A session=1\n17:00 terminated A session=1 9h",
        "485:00",
        "08:00–12:00, the slice, and 13:00–17:00",
    ),
    Case(
        "sign of life of another session",
        "08:00 initialized A session=1\n13:00 other A session=2\n17:00 terminated A session=1 9h",
        "240:00",
        "none of this one",
    ),
    Case(
        "a second initialized is no sign of life",
        "08:00 initialized A session=1\n13:00 initialized A session=1\n17:00 terminated A session=1 9h",
        "240:00",
        "it bounds",
    ),
    Case(
        "an answered check at a known time",
        "08:00 initialized A session=1\n17:00 terminated A session=1 9h shown=1 answered=1 last=11:00",
        "420:00",
        "a sign of life",
    ),
    Case(
        "a bare count is no sign of life",
        "08:00 initialized A session=1\n17:00 terminated A session=1 9h shown=9 answered=9",
        "240:00",
        "its time is not known",
    ),
    Case(
        "a voided sign of life",
        "08:00 initialized A session=1\n13:00 other A session=1 voided\n17:00 terminated A session=1 9h",
        "240:00",
        "voided statements show nothing",
    ),
    Case(
        "last answer at 19:15",
        "19:00 initialized A session=1\n19:40 terminated A session=1 40m shown=4 answered=2 last=19:15",
        "15:00",
        "ends at the last answered check",
    ),
    Case(
        "nothing answered",
        "19:00 initialized A session=1\n19:40 terminated A session=1 40m shown=2 answered=0",
        "0:00",
        "no presence at all",
    ),
    Case(
        "all answered",
        "19:00 initialized A session=1\n19:40 terminated A session=1 40m shown=2 answered=2",
        "40:00",
        "nothing to take off",
    ),
    Case(
        "presence reported before the end",
        "19:00 initialized A session=1\n19:30 other A session=1 shown=4 answered=1\n19:40 terminated A session=1",
        "10:00",
        "the last report of the session",
    ),
    Case("presence of a slice", "19:00-19:04 slice A session=1 shown=2 answered=1", "2:00", "half of it"),
    Case(
        "nine hours, half the checks answered",
        "08:00 initialized A session=1\n17:00 terminated A session=1 9h shown=2 answered=1",
        "120:00",
        "half of the 240 minutes that are believed",
    ),
    Case(
        "nine hours, last answer at 09:00",
        "08:00 initialized A session=1\n17:00 terminated A session=1 9h shown=2 answered=1 last=09:00",
        "60:00",
        "until 09:00",
    ),
    Case(
        "a slice inside a session",
        "19:00 initialized A session=1\n19:00-19:05 slice A session=1\n19:40 terminated A session=1 40m",
        "40:00",
        "the union of both",
    ),
    Case(
        "heartbeats inside a session",
        "19:00 initialized A session=1\n19:05 heartbeat A session=1\n19:40 terminated A session=1 30m",
        "30:00",
        "the session's own time",
    ),
]

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
    Case("M10 content", M10, "8:20", "min(600 unique, 500 by the clock)", CONTENT_BASIS),
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

SINGLES = [
    Case("completed with a duration", "19:40 completed A 40m", "40:00", "no session of it exists"),
    Case("experienced with a duration", "19:40 experienced A 40m", "40:00", "no session of it exists"),
    Case("failed with a duration", "19:40 failed A 40m", "40:00", "time was spent all the same"),
    Case("waived", "19:40 waived A 40m", "0:00", "nothing was studied"),
    Case("satisfied", "19:40 satisfied A 40m", "0:00", "nothing was studied"),
    Case("nine hours", "17:00 completed A 9h", "240:00", "the first four, without a sign of life"),
    Case("no duration", "19:40 completed A", "0:00", "no time"),
    Case("ignored by setting", "19:40 completed A 40m", "0:00", "setting", {"single_durations": "ignore"}),
    Case(
        "a session of the same activity, months later",
        "10-12 19:40 completed A 40m\n03-01 19:00 initialized A session=1",
        "0:00",
        "a first session-level statement displaces a bare duration",
    ),
    Case(
        "a session of another activity",
        "19:40 completed A 40m\n20:00-20:05 slice B session=1",
        "45:00",
        "only the same activity",
    ),
    Case(
        "a voided session of the same activity",
        "19:40 completed A 40m\n20:00-20:05 slice A session=1 voided",
        "40:00",
        "voided sessions are none",
    ),
    Case(
        "a heartbeat of the same activity",
        "19:40 completed A 40m\n20:00 heartbeat A session=1",
        "0:00",
        "session-level",
    ),
    Case("estimates off", "19:00 experienced A\n19:04 experienced A", "0:00", "views carry no time"),
    Case(
        "estimates on",
        "19:00 experienced A\n19:04 experienced B\n19:20 other A",
        "4:00",
        "gaps",
        {"gap_estimate": "on"},
    ),
    Case(
        "estimates beside a session",
        "19:00 experienced A\n19:04 experienced A\n20:00-20:01 slice A session=1",
        "1:00",
        "sessions come first",
        {"gap_estimate": "on"},
    ),
]

ADMISSION = [
    Case("unlisted content", "19:00-19:05 slice X session=1", "0:00", "not a course of the programme"),
    Case("rejected course", "19:00-19:05 slice R session=1", "0:00", "never counts"),
    Case("course on hold", "19:00-19:05 slice H session=1", "0:00", "once it is approved"),
    Case("unreviewed course", "19:00-19:05 slice U session=1", "5:00", "counts by default"),
    Case(
        "unreviewed course, blocked",
        "19:00-19:05 slice U session=1",
        "0:00",
        "by setting",
        {"course_review": "block_unapproved"},
    ),
    Case(
        "approved course where unreviewed ones are blocked",
        "19:00-19:05 slice A session=1",
        "5:00",
        "it is approved",
        {"course_review": "block_unapproved"},
    ),
    Case("a source nobody trusts", "19:00-19:05 slice A session=1 untrusted", "0:00", "not on the allow-list"),
    Case("the learner's own browser", "19:00-19:05 slice A session=1 browser", "5:00", "may say what it studies"),
    Case("a bad duration", "19:40 completed A bad", "0:00", "P1M, PT0S, …"),
    Case("arrives 30 days late", "19:00-19:05 slice A session=1 arrives=+30d", "5:00", "counted, and flagged"),
]

TABLES = {
    "worked examples": WORKED_EXAMPLES,
    "edges": EDGES,
    "sessions": SESSIONS,
    "video": VIDEO,
    "video by content": VIDEO_BY_CONTENT,
    "single statements": SINGLES,
    "admission": ADMISSION,
}
ALL = [pytest.param(case, id=f"{table}: {case.name}") for table, cases in TABLES.items() for case in cases]


@pytest.mark.parametrize("case", ALL)
def test_what_counts(case: Case) -> None:
    minutes, seconds = case.counted.split(":")
    credit = credit_of(study(case.statements), context_of(rules=rules_with(**case.settings)))

    assert credit.online.seconds == int(minutes) * 60 + int(seconds), case.why
    assert type(credit.online.seconds) is int
    assert sum(outcome.seconds or 0 for outcome in credit.explanation) == credit.online.seconds
    assert sum(credit.online_by_day.values()) == credit.online.seconds
    assert sum(credit.online_by_course.values()) == credit.online.seconds
    assert sum(credit.online_by_focus_point.values()) == credit.online.seconds


@pytest.mark.parametrize("case", ALL)
def test_every_statement_has_one_outcome(case: Case) -> None:
    statements = study(case.statements)

    credit = credit_of(statements, context_of(rules=rules_with(**case.settings)))

    assert sorted(one.statement for one in credit.explanation) == sorted(one.statement for one in statements)
