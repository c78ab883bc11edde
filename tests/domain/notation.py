"""A notation for cases that somebody who knows the guide can read and write.

Study is written one statement a line, in Shanghai time, on 12 October 2026 unless a line begins with a date:

    19:00 initialized A session=1            content A of the catalogue, study session 1
    19:40 terminated A session=1 40m         with a duration of 40 minutes
    10-13 19:20-19:25 slice B session=2      an explicit interval
    19:30 played V session=3 at=0            the video V, at second 0 of its content

Further words: `shown=4 answered=1 last=19:20` (presence checks), `segments=0-300,200-600`, `arrives=+8d` (stored that
much after its timestamp; `-2h` before it), `voided`, `bad` (a duration that cannot be used), `id=…`, `by=…` (account),
`reg=…` (registration), `untrusted`, `browser` (the learner's own), `points=T1,T2`.

Contents: A (T7), B (T2), V (a video, T2 and T7), N (no focus point), U (not reviewed), H (on hold), R (rejected);
any other letter is content that the programme does not list.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from lti_tool.domain.credits import assess
from lti_tool.domain.learner import LearnerContext, ProgrammeIndex
from lti_tool.domain.rules import RuleSet
from lti_tool.domain.values import (
    Audience,
    Component,
    Course,
    Credit,
    Evidence,
    Group,
    Kind,
    OfflineClass,
    OfflineSession,
    Outcome,
    Participant,
    Person,
    PracticeActivity,
    Presence,
    Programme,
    School,
    Stage,
    Verb,
)
from lti_tool.rule_sets import apply_settings, load_rule_set

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2027, 7, 1, tzinfo=UTC)
EVERYTHING = frozenset(Component)
CONTENT = "https://content.example.org/{}/1"
SCHOOL = "3301000123"

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_VIDEO_VERBS = {Verb.PLAYED, Verb.PAUSED, Verb.SEEKED}
_COURSES = (
    ("A", ("T7",), "approved"),
    ("B", ("T2",), "approved"),
    ("V", ("T2", "T7"), "approved"),
    ("N", (), "approved"),
    ("U", ("T2",), None),
    ("H", ("T2",), "hold"),
    ("R", ("T2",), "rejected"),
)


@cache
def zhejiang() -> RuleSet:
    """Zhejiang's rule set as shipped."""
    return load_rule_set("zj-ts2-2021-10")


def rules_with(**settings: Any) -> RuleSet:
    """Zhejiang's rule set with settings; `preset="strict"` is one."""
    return apply_settings(zhejiang(), settings) if settings else zhejiang()


def moment(text: str, day: str = "10-12") -> datetime:
    """`19:40` or `19:40:12.5` on a day `MM-DD` of the school year 2026–2027, Shanghai time."""
    month = int(day[:2])
    year = 2026 if month >= 8 else 2027
    local = datetime.fromisoformat(f"{year}-{day}T{text if len(text) > 4 else '0' + text}")
    return local.replace(tzinfo=ZONE).astimezone(UTC)


def seconds(text: str) -> float:
    """`40m`, `38m20s`, `9h`, `+8d`, `-2h` in seconds."""
    parts = re.findall(r"([\d.]+)([dhms])", text)
    assert parts, f"not a length of time: {text}"
    total = sum(float(amount) * _UNITS[unit] for amount, unit in parts)
    return -total if text.startswith("-") else total


def study(text: str) -> list[Evidence]:
    """The online statements of a case, one a line; empty lines and what follows a # are left out."""
    lines = [line.split("#")[0].split() for line in text.splitlines()]
    return [_statement(words, number) for number, words in enumerate(lines) if words]


def _statement(words: list[str], number: int) -> Evidence:
    day = words.pop(0) if re.fullmatch(r"\d\d-\d\d", words[0]) else "10-12"
    times, verb_word, content, *rest = words
    start, end = _times(times, day)
    verb = {"slice": Verb.EXPERIENCED, "heartbeat": Verb.EXPERIENCED}.get(verb_word) or Verb(verb_word)
    plain = Evidence(
        statement=f"statement-{number:04}",
        kind=Kind.ONLINE,
        verb=verb,
        activity=CONTENT.format(content),
        timestamp=end,
        stored=end + timedelta(seconds=2),
        account="account|https://moodle.example.org|zhang",
        trusted_as=EVERYTHING,
        is_video=verb in _VIDEO_VERBS or content == "V",
        interval=(start, end) if verb_word == "slice" else None,
    )
    return replace(plain, **_details(rest, end, day))


def _times(text: str, day: str) -> tuple[datetime, datetime]:
    first, _, last = text.partition("-")
    start = moment(first, day)
    end = moment(last, day) if last else start
    return start, end if end >= start else end + timedelta(days=1)


def _details(words: list[str], end: datetime, day: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    presence: dict[str, Any] = {}
    for word in words:
        name, _, value = word.partition("=")
        if name in {"shown", "answered"}:
            presence[name] = int(value)
        elif name == "last":
            presence["last_answered_at"] = moment(value, day)
        elif not value and name not in _FLAGS:
            found["duration"] = seconds(word)
        else:
            found |= _FLAGS[name] if not value else _VALUES[name](value, end)
    if presence:
        found["presence"] = Presence(**presence)
    return found


_FLAGS: dict[str, dict[str, Any]] = {
    "voided": {"voided": True},
    "bad": {"bad_duration": True},
    "untrusted": {"trusted_as": frozenset()},
    "browser": {"learner_token": True, "trusted_as": frozenset()},
    "video": {"is_video": True},
}
_VALUES: dict[str, Any] = {
    "session": lambda value, _: {"session": value},
    "reg": lambda value, _: {"registration": value},
    "id": lambda value, _: {"statement": value},
    "by": lambda value, _: {"account": value},
    "arrives": lambda value, end: {"stored": end + timedelta(seconds=seconds(value))},
    "at": lambda value, _: {"video_time": float(value)},
    "segments": lambda value, _: {"video_segments": _segments(value)},
    "points": lambda value, _: {"focus_points": tuple(value.split(","))},
    "school": lambda value, _: {"hints": {"school": value}},
}


def _segments(text: str) -> tuple[tuple[float, float], ...]:
    pairs = (pair.split("-") for pair in text.split(","))
    return tuple((float(start), float(end)) for start, end in pairs)


def programme(
    *,
    stage: str = "primary",
    plan: str = "T2 T7",
    audience: str = "teacher",
    practice: tuple[PracticeActivity, ...] = (),
    **changes: Any,
) -> Programme:
    """A programme of one school with one group and a class of four half-days of 2 credits."""
    half_days = (("11-07", 8), ("11-07", 13), ("11-14", 8), ("11-14", 13))
    sessions = tuple(
        OfflineSession(str(n), Decimal(2), moment(f"{hour:02}:30", day), moment(f"{hour + 3:02}:30", day))
        for n, (day, hour) in enumerate(half_days, start=1)
    )
    plain = Programme(
        id="hz-2026",
        title="提升工程2.0",
        rule_set="zj-ts2-2021-10",
        start=date(2026, 9, 1),
        end=date(2027, 6, 30),
        zone="Asia/Shanghai",
        schools={SCHOOL: School(SCHOOL, "示例学校", staff=62)},
        groups={
            "grp-1": Group("grp-1", SCHOOL, "教研组", Stage(stage), Audience(audience), tuple(plan.split())),
        },
        courses=tuple(Course(CONTENT.format(name)[:-1] + "*", name, points, state) for name, points, state in _COURSES),
        offline_classes={"cls-1": OfflineClass("cls-1", (SCHOOL,), sessions, host_school=SCHOOL)},
        practice_activities={activity.id: activity for activity in practice},
    )
    return replace(plain, **changes)


TEAM = {
    "principal": Person("principal", position="principal", school=SCHOOL),
    "deputy": Person("deputy", position="deputy", school=SCHOOL),
    "colleague": Person("colleague", position="teacher", school=SCHOOL),
    "other-principal": Person("other-principal", position="principal", school="3301000456"),
    "former-principal": Person(
        "former-principal", position="principal", school=SCHOOL, left_at=moment("12:00", "12-06")
    ),
    "institution": Person("institution", role="institution"),
    "trainer": Person("trainer", role="trainer"),
}


def context_of(
    plan: Programme | None = None,
    rules: RuleSet | None = None,
    participant: Participant | None = None,
    entered: Decimal | None = None,
    **index: Any,
) -> LearnerContext:
    """The context of 张老师, or of another participant, in a programme."""
    built = ProgrammeIndex.build(plan or programme(), rules or zhejiang(), people=TEAM, **index)
    return built.context(participant or Participant("zhang", "张老师", "grp-1"), entered)


def credit_of(evidence: list[Evidence], context: LearnerContext | None = None) -> Credit:
    """The credits that evidence gives."""
    return assess(evidence, context or context_of(), NOW)


def outcome_of(credit: Credit, statement: str) -> Outcome:
    """What became of one statement; exactly one outcome must name it."""
    found = [outcome for outcome in credit.explanation if outcome.statement == statement]
    assert len(found) == 1, f"{len(found)} outcomes for {statement}"
    return found[0]
