"""Single statements with a duration, and which statements are admitted at all (§3b 1, 2, 3e, 3f), as tables."""

from tests.domain.minutes import Case, check, named

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


@named(single_statements=SINGLES, admission=ADMISSION)
def test_what_counts(case: Case) -> None:
    check(case)
