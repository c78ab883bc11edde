"""The worked examples M1–M15 of the minutes algorithm, and the edges around them, as tables.

Each case: the statements as `notation` explains, what counts in minutes and seconds, and why.
"""

from tests.domain.minutes import GUIDE, STRICT, Case, check, named

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
        19:02:30 seeked V session=1 at=300 segments=0-300
        19:02:30 played V session=1 at=200
        19:05:50 paused V session=1 at=600 segments=0-300,200-600
        """,
        "5:50",
        "300 s and 400 s of content at 2x, in 150 s and 200 s",
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


@named(worked_examples=WORKED_EXAMPLES, edges=EDGES)
def test_what_counts(case: Case) -> None:
    check(case)
