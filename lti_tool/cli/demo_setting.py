"""What the demo shows: the example programme, moved to the demo platform's people and to the current school year."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lti_tool.demo.history import Learner, Practice, Setting
from lti_tool.demo.people import PEOPLE
from lti_tool.paths import shipped
from lti_tool.programmes.file import ProgrammeFile, parse_programme

LESSONS = "/content/t7-data/"  # below the platform's address
FIRST_LESSON = LESSONS + "1.html"
_SATURDAY = 5
_LEAD = timedelta(days=75)  # so much of the programme has passed at least
_TAUGHT = ("plan", "lesson", "reflection")
_REVIEWING = Practice("p1", _TAUGHT, 5)
_COURSEWARE = Practice("p2", _TAUGHT, 10)
_DATA_REPORT = Practice("p3", ("plan", "upload", "reflection"), 10)
_BLENDED = Practice("p4", _TAUGHT, 15)
_EXPERIMENTS = Practice("p5", _TAUGHT, 10)
_PLANNING = Practice("p6", ("plan", "upload"), 25)
_ALL = ("1", "2", "3", "4")
_CLASS = "cls-0007"
#: Activities that a trainer would have added from the tool: title, custom parameters, text.
ACTIVITIES = (
    (
        "实践任务：用课堂数据改进讲评",
        {"practice": "p1"},
        "校本应用实践：提交各环节，查看学校审核。 School-based practice: hand in its stages.",
    ),
    (
        "线下签到：示例小学集中培训班",
        {"class": _CLASS},
        "线下集中培训：用屏幕上的签到码签到。 Sign in with the code on the screen.",
    ),
)


def demo_programme(platform_url: str, issuer: str, now: datetime) -> ProgrammeFile:
    """The example programme with accounts at the demo platform, its lessons, and dates around today."""
    raw = tomllib.loads((shipped("examples") / "programme.toml").read_text(encoding="utf-8"))
    today = now.astimezone(ZoneInfo(raw["programme"]["zone"])).date()
    raw["programme"] |= _school_year(today)
    _place_people(raw, issuer)
    for offline_class, day in zip(raw["offline_classes"], _class_days(today), strict=True):
        _move_sessions(offline_class["sessions"], day)
        if offline_class["id"] == _CLASS:
            offline_class["sessions"].append(_make_up(now, raw["programme"]["zone"]))
    course = {
        "iri": f"{platform_url}{LESSONS}*",
        "title": "教学数据收集与分析",
        "focus_points": ["T7"],
        "review": "approved",
    }
    return parse_programme({**raw, "courses": [*raw["courses"], course]})


def demo_learners(programme: ProgrammeFile) -> list[Learner]:
    """What each trainee has done by now. 张老师 is one minute short of the 900 minutes of online study."""
    groups = programme.programme.groups
    people = {person.id: groups[person.group] for person in programme.participants}
    accounts = {person.participant_id: person.sub for person in PEOPLE if person.participant_id}

    def learner(
        participant: str, seconds: int, class_id: str, attended: tuple[str, ...], *practices: Practice, logs: int = 4
    ) -> Learner:
        group = people[participant]
        return Learner(
            participant, accounts[participant], group.school, group.id, seconds, class_id, attended, attended[:logs],
            practices,
        )  # fmt: skip

    primary, secondary = "cls-0007", "cls-0008"
    return [
        learner("a6f10c3e", 53_960, primary, _ALL, _COURSEWARE, _DATA_REPORT, _REVIEWING),
        learner("c41b77e0", 41_300, primary, _ALL, _COURSEWARE, replace(_REVIEWING, granted=None), logs=3),
        learner("77b0d1aa", 55_260, primary, _ALL, _PLANNING),
        learner("5d20e9f1", 33_120, primary, ("1", "2"), replace(_PLANNING, granted=None)),
        learner("e83b4c76", 18_840, primary, ("1", "2", "3")),
        learner("b19d52aa", 54_600, secondary, ("1", "2"), _BLENDED, _EXPERIMENTS),
        learner("f07a6d13", 27_480, secondary, ("1",), replace(_BLENDED, granted=None)),
        learner("91c8e2b4", 46_020, secondary, ("1", "2"), _PLANNING),
        learner("2f6ab7d5", 9_300, secondary, ()),
    ]


def demo_setting(programme: ProgrammeFile, platform_url: str, issuer: str, vocabulary: str, now: datetime) -> Setting:
    """Where and when the demo's history happened."""
    zone = ZoneInfo(programme.programme.zone)
    sessions = {
        (offline.id, session.id): (session.starts_at, session.ends_at)
        for offline in programme.programme.offline_classes.values()
        for session in offline.sessions
    }
    approvers = {
        "3301000123": (_account("77b0d1aa"), _account("5d20e9f1")),
        "3301000456": (_account("91c8e2b4"), _account("2f6ab7d5")),
    }
    return Setting(
        issuer=issuer,
        vocabulary=vocabulary,
        lessons=f"{platform_url}{LESSONS}",
        approvers=approvers,
        sessions=sessions,
        now=now,
        zone=zone,
    )


def _account(participant: str) -> str:
    return next(person.sub for person in PEOPLE if person.participant_id == participant)


def _make_up(now: datetime, zone: str) -> dict[str, Any]:
    """A session that is running: what was missed of the last one can be made up for now."""
    half_hour = now.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0, tzinfo=None)
    starts = half_hour - timedelta(minutes=half_hour.minute % 30)
    return {"id": "4b", "credits": 2, "starts": starts, "ends": starts + timedelta(hours=3), "makeup_for": "4"}


def _school_year(today: date) -> dict[str, date]:
    """September to June around today, begun early enough for a month of history."""
    september = date(today.year if today.month >= 9 else today.year - 1, 9, 1)
    start = min(september, today - _LEAD)
    june = date(september.year + 1, 6, 30)
    return {"start": start, "end": june if june >= today + timedelta(days=30) else today + timedelta(days=90)}


def _place_people(raw: Mapping[str, Any], issuer: str) -> None:
    """Everybody's account becomes the one at the demo platform."""
    subs = {person.participant_id: person.sub for person in PEOPLE if person.participant_id}
    for person in [*raw["participants"], *raw["staff"]]:
        if person["id"] in subs:
            person["accounts"] = [{"homePage": issuer, "name": subs[person["id"]]}]


def _class_days(today: date) -> tuple[date, date]:
    """Saturdays of the first day of each class: the last two Saturdays, and the two a fortnight before."""
    last = today - timedelta(days=(today.weekday() - _SATURDAY) % 7 or 7)
    return last - timedelta(days=7), last - timedelta(days=21)


def _move_sessions(sessions: list[dict[str, Any]], first_day: date) -> None:
    """Keep hours and distances between days; the first session is on `first_day`."""
    moved = first_day - min(session["starts"] for session in sessions).date()
    for session in sessions:
        for edge in ("starts", "ends"):
            moment: datetime = session[edge]
            session[edge] = datetime.combine(moment.date() + moved, time(moment.hour, moment.minute))
