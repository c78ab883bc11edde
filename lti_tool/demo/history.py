"""About a month of believable learning, as xAPI statements that a content server, a sign-in desk and people would send.

Everything follows from the moment it is asked for and a fixed seed, ids included: sending it twice changes nothing.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ADL = "http://adlnet.gov/expapi/verbs/"
STREAMS = "http://activitystrea.ms/schema/1.0/"
_NAMESPACE = uuid.UUID("6d0f6f0c-2f8e-4a53-9d47-0f6f6b5b7a10")
_CMI5 = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
_CMI5_SESSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
_LONGEST_SESSION_MINUTES = 45

_WORDS = {
    "plan": "先用三道小题摸清学情，再按错误类型分组设计任务；数据用在线问卷收集，课后比较前后测。",
    "lesson": "在本班上了一节课，小组按数据调整练习，两位同事听课并作了观察记录。",
    "upload": "附上整理后的数据表和两页分析报告，学生姓名已用编号代替。",
    "reflection": "数据帮助我看到平均分背后的少数学生；下次要把题目设计得更聚焦，留出讲评时间。",
}

Statement = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice activity as far as it has come: stages done, and the credits granted (None: not yet judged)."""

    activity: str
    stages: tuple[str, ...]
    granted: float | None = None


@dataclass(frozen=True, slots=True)
class Learner:
    """What one trainee has done by now. `attended` and `logged` are session ids of the class."""

    participant: str
    account: str
    school: str
    group: str
    study_seconds: int
    class_id: str
    attended: tuple[str, ...]
    logged: tuple[str, ...]
    practices: tuple[Practice, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when: the issuer of the accounts, the vocabulary base, the lessons' address, the approvers."""

    issuer: str
    vocabulary: str
    lessons: str
    approvers: dict[
        str, tuple[str, str]
    ]  # school → accounts of its principal and a deputy, who approves the principal's
    sessions: dict[tuple[str, str], tuple[datetime, datetime]]  # (class, session) → start and end
    now: datetime
    zone: ZoneInfo


def make_history(learners: Sequence[Learner], setting: Setting) -> list[Statement]:
    """Every statement of these learners, oldest first; none lies in the future."""
    made = [statement for learner in learners for statement in _of(learner, setting)]
    made += _strays(learners[0], setting)
    return sorted(made, key=lambda statement: str(statement["timestamp"]))


def _strays(learner: Learner, setting: Setting) -> Iterator[Statement]:
    """What does not count: a page that the programme does not list, and somebody whom it does not know."""
    yesterday = setting.now - timedelta(days=1)
    page = {"id": "https://news.example.org/ai-in-schools", "definition": {"name": {"zh-CN": "人工智能进校园（新闻）"}}}
    reading = {"duration": "PT12M"}
    yield _say(setting, learner.account, ADL + "experienced", page, yesterday, "news", result=reading)
    lesson = {"id": f"{setting.lessons}3"}
    yield _say(setting, "guest-07", ADL + "experienced", lesson, yesterday, "guest", result=reading)


def _of(learner: Learner, setting: Setting) -> Iterator[Statement]:
    yield from _study(learner, setting)
    yield from _training(learner, setting)
    yield from _practice(learner, setting)


def _study(learner: Learner, setting: Setting) -> Iterator[Statement]:
    """cmi5 sessions on the evenings before `now`, newest first, until the time is used up."""
    chance = random.Random(learner.participant)  # noqa: S311 - believable, not secret
    left = learner.study_seconds
    day = setting.now.astimezone(setting.zone).date()
    number = 0
    while left > 0:
        day -= timedelta(days=1)
        for hour in (12, 19) if chance.random() < 0.3 else (19,):
            number += 1
            length = min(left, 60 * chance.randint(24, _LONGEST_SESSION_MINUTES))
            start = datetime.combine(day, time(hour, chance.randint(0, 14)), setting.zone)
            if length > 0:
                yield from _session(learner, setting, number, start, length)
            left -= length


def _session(learner: Learner, setting: Setting, number: int, start: datetime, seconds: int) -> Iterator[Statement]:
    lesson = f"{setting.lessons}{number % 12 + 1}"
    context = {
        "registration": str(uuid.uuid5(_NAMESPACE, learner.participant)),
        "contextActivities": {"category": [{"id": _CMI5}, {"id": f"{setting.vocabulary}/components/online"}]},
        "extensions": {_CMI5_SESSION: str(uuid.uuid5(_NAMESPACE, f"{learner.participant}/{number}"))},
    }
    definition = {
        "type": "http://adlnet.gov/expapi/activities/lesson",
        "name": {
            "zh-CN": f"教学数据收集与分析 第{number % 12 + 1}讲",
            "en-US": f"Teaching data: lesson {number % 12 + 1}",
        },
    }
    target = {"id": lesson, "definition": definition}
    end = start + timedelta(seconds=seconds)
    for verb, moment, result in (
        ("initialized", start, None),
        ("terminated", end, {"duration": f"PT{seconds}S"}),
    ):
        yield _say(setting, learner.account, ADL + verb, target, moment, f"{number}", context=context, result=result)


def _training(learner: Learner, setting: Setting) -> Iterator[Statement]:
    for session in learner.attended:
        start, end = setting.sessions[learner.class_id, session]
        iri = f"{setting.vocabulary}/offline-sessions/{learner.class_id}/{session}"
        signed = {"in": _text(start - timedelta(minutes=4)), "out": _text(end), "method": "qr", "source": "demo"}
        result = {"completion": True, "extensions": {f"{setting.vocabulary}/extensions/sign-in": signed}}
        target = {"id": iri, "definition": {"type": f"{setting.vocabulary}/activity-types/offline-session"}}
        yield _say(setting, learner.account, ADL + "attended", target, end, session, result=result)
        if session in learner.logged:
            log = {
                "id": f"{iri}/logs/{learner.participant}",
                "definition": {"type": f"{setting.vocabulary}/activity-types/training-log"},
            }
            evening = end + timedelta(hours=3)
            response = {"completion": True, "response": "完成了两项任务设计，收获很大。"}
            yield _say(setting, learner.account, STREAMS + "submit", log, evening, session, result=response)


def _practice(learner: Learner, setting: Setting) -> Iterator[Statement]:
    for position, practice in enumerate(learner.practices):
        iri = (
            f"{setting.vocabulary}/practice/{learner.school}/{learner.group}/{learner.participant}/{practice.activity}"
        )
        begun = setting.now - timedelta(days=24 - 2 * position)
        for step, stage in enumerate(practice.stages):
            target = {
                "id": f"{iri}/{stage}",
                "definition": {"type": f"{setting.vocabulary}/activity-types/practice-{stage}"},
            }
            verb = ADL + "completed" if stage == "lesson" else STREAMS + "submit"
            moment = begun + timedelta(days=3 * step)
            result = {"completion": True, "response": _WORDS[stage]}
            yield _say(setting, learner.account, verb, target, moment, stage, result=result)
        if practice.granted is not None:
            yield _approval(learner, practice, iri, begun + timedelta(days=10), setting)


def _approval(learner: Learner, practice: Practice, iri: str, moment: datetime, setting: Setting) -> Statement:
    target = {"id": iri, "definition": {"type": f"{setting.vocabulary}/activity-types/practice-activity"}}
    beneficiary = {"homePage": setting.issuer, "name": learner.account}
    principal, deputy = setting.approvers[learner.school]
    return _say(
        setting,
        deputy if learner.account == principal else principal,
        STREAMS + "approve",
        target,
        moment,
        "approval",
        result={"success": True, "extensions": {f"{setting.vocabulary}/extensions/credits": practice.granted}},
        context={"extensions": {f"{setting.vocabulary}/extensions/beneficiary": beneficiary}},
    )


def _say(
    setting: Setting,
    account: str,
    verb: str,
    target: dict[str, Any],
    moment: datetime,
    mark: str,
    *,
    result: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
) -> Statement:
    timestamp = _text(min(moment, setting.now - timedelta(minutes=1)))
    said = {
        "id": str(uuid.uuid5(_NAMESPACE, "|".join((setting.issuer, account, verb, target["id"], mark, timestamp)))),
        "actor": {"objectType": "Agent", "account": {"homePage": setting.issuer, "name": account}},
        "verb": {"id": verb},
        "object": target,
        "timestamp": timestamp,
    }
    return said | {name: part for name, part in (("result", result), ("context", context)) if part is not None}


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
