"""Every online statement leads to a reason: counted or not, in full or in part, and flagged where it should be."""

# ruff: noqa: E501 - tables

from datetime import date
from typing import Any, NamedTuple

import pytest

from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Evidence
from tests.domain.notation import CONTENT, context_of, credit_of, outcome_of, programme, rules_with, study


class Case(NamedTuple):
    """`statements` with one of id=x, whose outcome is looked at."""

    statements: str
    counted: bool
    reason: Reason
    seconds: int = 0
    flags: tuple[Reason, ...] = ()
    settings: dict[str, Any] = {}  # noqa: RUF012 - a table's default, never changed


SESSION = "19:00 initialized A session=1\n19:40 terminated A session=1 40m id=x"
ESTIMATES = {"gap_estimate": "on"}

CASES = {
    "session": Case(SESSION, True, Reason.SESSION, 2400),
    "its beginning": Case(SESSION.replace("session=1\n", "session=1 id=x\n").replace("40m id=x", "40m"), True, Reason.SESSION_PART),
    "launched before it": Case(
        "18:59 launched A id=x\n19:00 initialized A\n19:40 terminated A", True, Reason.SESSION_PART
    ),
    "over midnight": Case("23:30-00:45 slice A session=1 id=x", True, Reason.SLICE, 4500),
    "in two stretches": Case(
        "08:00 initialized A session=1\n13:00 other A session=1\n17:00 terminated A session=1 9h id=x",
        True,
        Reason.SESSION,
        28_800,
        (Reason.TOO_LONG,),
    ),
    "slice": Case("19:00-19:05 slice A session=1 id=x", True, Reason.SLICE, 300),
    "heartbeat": Case("19:00 heartbeat A session=1 id=x\n19:01 heartbeat A session=1", True, Reason.HEARTBEAT, 60),
    "last heartbeat": Case("19:00 heartbeat A session=1\n19:01 heartbeat A session=1 id=x", True, Reason.SESSION_PART),
    "lone heartbeat": Case("19:00 heartbeat A session=1 id=x", False, Reason.NO_TIME),
    "video": Case("19:00 played V session=1\n19:10 paused V session=1 id=x", True, Reason.VIDEO, 600),
    "its start": Case("19:00 played V session=1 id=x\n19:10 paused V session=1", True, Reason.SESSION_PART),
    "a pause alone": Case("19:10 paused V session=1 id=x", False, Reason.NO_TIME),
    "single": Case("19:40 completed A 40m id=x", True, Reason.SINGLE, 2400),
    "estimate": Case("19:00 experienced A id=x\n19:04 experienced A", True, Reason.ESTIMATE, 240, (), ESTIMATES),
    "last of an estimate": Case("19:00 experienced A\n19:04 experienced A id=x", False, Reason.NO_TIME, 0, (), ESTIMATES),
    "no estimate": Case("19:00 experienced A id=x\n19:04 experienced A", False, Reason.NO_TIME),
    "partly overlapped": Case(
        "19:00-19:30 slice A session=1\n19:20-19:50 slice B session=2 id=x", True, Reason.SLICE, 1200, (Reason.OVERLAP,)
    ),
    "began first": Case("19:00-19:30 slice A session=1 id=x\n19:20-19:50 slice B session=2", True, Reason.SLICE, 1800),
    "fully overlapped": Case("19:00-19:30 slice A session=1\n19:05-19:10 slice B session=2 id=x", False, Reason.OVERLAP),
    "future": Case("19:00-19:05 slice A session=1 arrives=-2h id=x", False, Reason.FUTURE),
    "an end in the future": Case("19:00 initialized A session=1\n19:40 terminated A session=1 arrives=-1h id=x", False, Reason.FUTURE),
    "outside the cycle": Case("08-28 19:00-19:05 slice A session=1 id=x", False, Reason.OUTSIDE_CYCLE),
    "partly outside the cycle": Case(
        "08-31 23:59-00:01 slice A session=1 id=x", True, Reason.SLICE, 60, (Reason.OUTSIDE_CYCLE,)
    ),
    "late": Case("19:00-19:05 slice A session=1 arrives=+7d1s id=x", True, Reason.SLICE, 300, (Reason.LATE,)),
    "seven days are not late": Case("19:00-19:05 slice A session=1 arrives=+7d id=x", True, Reason.SLICE, 300),
    "bad duration": Case("19:40 completed A bad id=x", False, Reason.BAD_DURATION),
    "too long": Case("08:00-17:00 slice A session=1 id=x", True, Reason.SLICE, 14_400, (Reason.TOO_LONG,)),
    "some checks unanswered": Case(
        "19:00-19:05 slice A session=1 shown=2 answered=1 id=x", True, Reason.SLICE, 150, (Reason.PRESENCE_UNANSWERED,)
    ),
    "no check answered": Case("19:00-19:05 slice A session=1 shown=2 answered=0 id=x", False, Reason.PRESENCE_UNANSWERED),
    "last answered before it began": Case(
        "19:00-19:05 slice A session=1 shown=2 answered=1 last=18:50 id=x", False, Reason.PRESENCE_UNANSWERED
    ),
    "daily cap, nothing left": Case(
        "08:00-10:00 slice A session=1\n12:00-14:00 slice A session=2\n16:00-16:05 slice A session=3 id=x",
        False, Reason.DAILY_CAP, 0, (), {"preset": "strict"},
    ),
    "daily cap, something left": Case(
        "08:00-10:00 slice A session=1\n12:00-13:59 slice A session=2\n16:00-16:05 slice A session=3 id=x",
        True, Reason.SLICE, 60, (Reason.DAILY_CAP,), {"preset": "strict"},
    ),
    "overlapped and capped": Case(
        "08:00-10:00 slice A session=1\n12:00-13:59 slice A session=2\n13:58-14:05 slice A session=3 id=x",
        True, Reason.SLICE, 60, (Reason.OVERLAP, Reason.DAILY_CAP), {"preset": "strict"},
    ),
    "voided": Case("19:00-19:05 slice A session=1 voided id=x", False, Reason.VOIDED),
    "unknown course": Case("19:00-19:05 slice X session=1 id=x", False, Reason.UNKNOWN_COURSE),
    "course rejected": Case("19:00-19:05 slice R session=1 id=x", False, Reason.COURSE_REJECTED),
    "course on hold": Case("19:00-19:05 slice H session=1 id=x", False, Reason.COURSE_ON_HOLD),
    "course unreviewed": Case(
        "19:00-19:05 slice U session=1 id=x", False, Reason.COURSE_UNREVIEWED, 0, (), {"course_review": "block_unapproved"}
    ),
    "source not trusted": Case("19:00-19:05 slice A session=1 untrusted id=x", False, Reason.SOURCE_NOT_TRUSTED),
    "attempt time": Case(
        "19:00-19:05 slice A session=1\n19:40 completed A 40m id=x", False, Reason.ATTEMPT_TIME_IGNORED
    ),
    "attempt time inside the session": Case(
        "19:00 initialized A session=1\n19:30 completed A session=1 65m id=x\n19:40 terminated A session=1", True, Reason.SESSION_PART
    ),
    "single, ignored": Case("19:40 completed A 40m id=x", False, Reason.SINGLE_IGNORED, 0, (), {"single_durations": "ignore"}),
    "completion without time": Case("19:40 completed A id=x", False, Reason.NO_TIME),
    "another school than the roster": Case(
        "19:00-19:05 slice A session=1 school=3301000999 id=x", True, Reason.SLICE, 300, (Reason.ROSTER_DIFFERS,)
    ),
    "the roster's school": Case("19:00-19:05 slice A session=1 school=3301000123 id=x", True, Reason.SLICE, 300),
}  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_reason(case: Case) -> None:
    credit = credit_of(study(case.statements), context_of(rules=rules_with(**case.settings)))

    outcome = outcome_of(credit, "x")
    assert (outcome.counted, outcome.reason, outcome.seconds) == (case.counted, case.reason, case.seconds)
    assert outcome.flags == case.flags
    assert outcome.component == "online"
    assert outcome.activity.startswith("https://content.example.org/")


def test_an_outcome_says_what_and_when() -> None:
    statements = study("19:00-19:05 slice A session=1 id=x\n19:00-19:05 slice X session=1 id=y")

    credit = credit_of(statements)

    for statement in statements:
        outcome = outcome_of(credit, statement.statement)
        assert (outcome.activity, outcome.timestamp) == (statement.activity, statement.timestamp)


def test_a_day_begins_at_midnight_in_the_programmes_zone() -> None:
    """M5: 23:30–00:45 is 30 minutes of the 12th and 45 of the 13th."""
    credit = credit_of(study("23:30-00:45 slice A session=1"))

    assert credit.online_by_day == {date(2026, 10, 12): 1800, date(2026, 10, 13): 2700}


def test_a_day_in_another_zone() -> None:
    """The same minutes, in Urumqi two hours behind, are of one day."""
    elsewhere = programme(zone="Asia/Urumqi")

    credit = credit_of(study("23:30-00:45 slice A session=1"), context_of(elsewhere))

    assert credit.online_by_day == {date(2026, 10, 12): 4500}


def test_the_zone_of_the_settings_is_for_days_too() -> None:
    settings = {"zone": "Asia/Urumqi"}
    plan = programme(settings=settings)

    credit = credit_of(study("23:30-00:45 slice A session=1"), context_of(plan, rules_with(**settings)))

    assert credit.online_by_day == {date(2026, 10, 12): 4500}


def test_a_stretch_over_two_midnights_is_of_three_days() -> None:
    """With a sign of life often enough, 20:00 on the 12th to 01:00 on the 14th is 4 + 24 + 1 hours."""
    beats = "\n".join(f"10-13 {hour:02}:00 other A session=1" for hour in range(24))
    ends = "10-12 20:00 initialized A session=1\n10-14 01:00 terminated A session=1"

    credit = credit_of(study(f"{ends}\n{beats}"))

    days = [date(2026, 10, day) for day in (12, 13, 14)]
    assert [credit.online_by_day[day] for day in days] == [4 * 3600, 24 * 3600, 3600]


@pytest.mark.parametrize(("end", "flags"), [("16:00", ()), ("16:00:01", (Reason.LONG_DAY,))])
def test_more_than_sixteen_hours_of_a_day_are_flagged(end: str, flags: tuple[Reason, ...]) -> None:
    """16:00:00 on one day is not flagged, 16:00:01 is; it counts all the same."""
    statements = study(
        f"""
        00:00-04:00 slice A session=1 id=x
        04:00-08:00 slice A session=2
        08:00-12:00 slice A session=3
        12:00-15:00 slice A session=4
        15:00-{end} slice A session=5
        10-13 08:00-09:00 slice A session=6 id=y
        """
    )

    credit = credit_of(statements)

    assert outcome_of(credit, "x").flags == flags
    assert outcome_of(credit, "y").flags == ()


def test_figures_by_course_and_focus_point() -> None:
    """Overlap belongs to what began first; a course of two points gives half to each, one without any to ""."""
    credit = credit_of(
        study(
            """
            19:00-19:10 slice A session=1                  # T7
            19:05-19:20 slice B session=2                  # T2, ten minutes of it
            20:00-20:00:03 slice V session=3               # T2 and T7
            21:00-21:01 slice N session=4 points=T1        # the catalogue has none: the statement's
            22:00-22:01 slice N session=5
            23:00-23:01 slice A session=6 points=T1        # the catalogue has one: the statement's is a hint
            """
        )
    )

    assert credit.online_by_course == {
        CONTENT.format("A")[:-1] + "*": 660,
        CONTENT.format("B")[:-1] + "*": 600,
        CONTENT.format("V")[:-1] + "*": 3,
        CONTENT.format("N")[:-1] + "*": 120,
    }
    assert credit.online_by_focus_point == {"T7": 661, "T2": 602, "T1": 60, "": 60}


def test_thirds_of_a_second_add_up() -> None:
    """Three stretches of a third of a second are one second, not none."""
    statements = study(
        "19:00:00.000000-19:00:00.333333 slice A session=1\n"
        "19:00:01.000000-19:00:01.333333 slice A session=2\n"
        "19:00:02.000000-19:00:02.333334 slice A session=3"
    )

    credit = credit_of(statements)

    assert credit.online.seconds == 1
    assert [outcome.seconds for outcome in credit.explanation] == [0, 0, 1]
    assert all(outcome.counted for outcome in credit.explanation)


def test_the_same_start_goes_to_the_shorter_and_the_rest_to_the_longer() -> None:
    credit = credit_of(study("19:00-19:10 slice A session=1 id=long\n19:00-19:04 slice B session=2 id=short"))

    assert outcome_of(credit, "short").seconds == 240
    assert outcome_of(credit, "long").seconds == 360


def test_an_interval_that_ends_in_the_future_is_excluded_whatever_its_timestamp_says() -> None:
    """The extension alone could claim any time: it is held to the clock too."""
    (statement,) = study("19:00-19:05 slice A session=1")
    start, end = statement.interval or (None, None)
    assert start is not None
    assert end is not None
    forged = Evidence(
        **{name: getattr(statement, name) for name in statement.__dataclass_fields__}
        | {"interval": (start, end.replace(hour=end.hour + 3))}
    )

    credit = credit_of([forged])

    assert outcome_of(credit, forged.statement).reason == Reason.FUTURE


def test_the_first_day_of_the_cycle_is_a_day_of_its_own() -> None:
    credit = credit_of(study("09-01 00:00-00:10 slice A session=1\n09-01 23:00-00:30 slice A session=2"))

    assert credit.online_by_day == {date(2026, 9, 1): 4200, date(2026, 9, 2): 1800}


def test_a_long_day_is_flagged_even_where_a_limit_cuts_it() -> None:
    """Under `strict` 240 minutes of a day count; that there were more than 16 hours is said all the same."""
    slices = "\n".join(f"{hour:02}:00-{hour + 1:02}:00 slice A session=s{hour}" for hour in range(17))

    credit = credit_of(
        study(f"{slices}\n10-13 08:00-09:00 slice A session=other id=y"), context_of(rules=rules_with(preset="strict"))
    )

    counted = [one for one in credit.explanation if one.counted and one.statement != "y"]
    assert (len(counted), credit.online_by_day[date(2026, 10, 12)]) == (4, 14_400)
    assert all(Reason.LONG_DAY in one.flags for one in counted)
    assert Reason.LONG_DAY not in outcome_of(credit, "y").flags
