"""Which statements make one study session, and how its time is read (§3b 3a, 3b, 3d), as a table of cases."""

from tests.domain.minutes import Case, check, named

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


@named(sessions=SESSIONS)
def test_what_counts(case: Case) -> None:
    check(case)
