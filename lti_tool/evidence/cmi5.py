"""cmi5 as a launching system speaks it: what an assignable unit is told, and what is said about its sessions.

Pure: statements and documents are dictionaries, and what was said before is handed in. The activity's settings stand
for the course structure: every unit is the only one of its course.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lti_tool.evidence.durations import parse_time

_ADL = "http://adlnet.gov/expapi/verbs/"
_W3ID = "https://w3id.org/xapi/adl/verbs/"
LAUNCHED, TERMINATED = _ADL + "launched", _ADL + "terminated"
COMPLETED, PASSED = _ADL + "completed", _ADL + "passed"
ABANDONED, SATISFIED = _W3ID + "abandoned", _W3ID + "satisfied"
#: The verbs by which the course of a registration can be told.
MILESTONES = (LAUNCHED, TERMINATED, COMPLETED, PASSED, ABANDONED, SATISFIED)

_CMI5 = "https://w3id.org/xapi/cmi5/"
CATEGORY = _CMI5 + "context/categories/cmi5"
SESSION = _CMI5 + "context/extensions/sessionid"
_EXTENSION = _CMI5 + "context/extensions/"
_COURSE_TYPE = _CMI5 + "activitytype/course"
LAUNCH_DATA = "LMS.LaunchData"

_MOVE_ON = {
    one.lower(): one for one in ("Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed", "NotApplicable")
}
_MODE = "Normal"
ANY_WINDOW, OWN_WINDOW = "AnyWindow", "OwnWindow"
_DISPLAY = {
    LAUNCHED: {"zh-CN": "启动", "en-US": "launched"},
    ABANDONED: {"zh-CN": "中断", "en-US": "abandoned"},
    SATISFIED: {"zh-CN": "达成", "en-US": "satisfied"},
}


@dataclass(frozen=True, slots=True)
class Unit:
    """An assignable unit as somebody's launch has it: who, what, and what is asked of them."""

    actor: Mapping[str, Any]
    activity: str  # the id that its statements are about
    publisher: str  # the id that its author gave it
    course: str  # the id of the course that it alone makes up
    registration: str
    move_on: str
    mastery: str | None  # a decimal between 0 and 1
    parameters: str | None
    method: str = ANY_WINDOW
    entitlement: str | None = None

    def as_attributes(self) -> dict[str, Any]:
        """What a credential keeps of it."""
        return asdict(self)

    @classmethod
    def of_attributes(cls, kept: Mapping[str, Any]) -> "Unit":
        return cls(**{name: kept[name] for name in cls.__slots__ if name in kept})


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that was launched and has neither ended nor been given up."""

    id: str
    begun: datetime
    last: datetime  # the last that was heard of it


def read_move_on(text: str | None) -> str:
    """What the unit asks for before one may move on; ValueError where it is none of the five."""
    try:
        return _MOVE_ON[(text or "CompletedOrPassed").strip().lower()]
    except KeyError:
        raise ValueError(f"move_on is {text!r}") from None


def read_mastery(text: str | None) -> str | None:
    """The score to reach, a decimal between 0 and 1 with four places at most; ValueError where it is none."""
    if not text or not text.strip():
        return None
    try:
        score = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"mastery_score is {text!r}") from None
    if not score.is_finite() or not 0 <= score <= 1 or score != round(score, 4):
        raise ValueError(f"mastery_score is {text!r}")
    return str(score)


def launch_data(unit: Unit, session: str, return_url: str) -> dict[str, Any]:
    """The document LMS.LaunchData (10)."""
    return {
        "contextTemplate": {"contextActivities": {"grouping": _grouping(unit)}, "extensions": {SESSION: session}},
        "launchMode": _MODE,
        "launchMethod": unit.method,
        "moveOn": unit.move_on,
        "returnURL": return_url,
        **({"masteryScore": float(unit.mastery)} if unit.mastery is not None else {}),
        **({"launchParameters": unit.parameters} if unit.parameters else {}),
        **({"entitlementKey": {"courseStructure": unit.entitlement}} if unit.entitlement else {}),
    }


def launched(unit: Unit, session: str, at: datetime, launch_url: str) -> dict[str, Any]:
    """Said before the unit is opened (9.3.1)."""
    extensions = {
        _EXTENSION + "launchmode": _MODE,
        _EXTENSION + "launchurl": launch_url,
        _EXTENSION + "moveon": unit.move_on,
        **({_EXTENSION + "masteryscore": float(unit.mastery)} if unit.mastery is not None else {}),
        **({_EXTENSION + "launchparameters": unit.parameters} if unit.parameters else {}),
    }
    return _statement(unit, session, LAUNCHED, at, unit.activity, extensions)


def abandoned(unit: Unit, open_session: OpenSession) -> dict[str, Any]:
    """Said of a session that never came to its end (9.3.6): it lasted until the last that was heard of it."""
    statement = _statement(unit, open_session.id, ABANDONED, open_session.last, unit.activity)
    seconds = (open_session.last - open_session.begun).total_seconds()
    return {**statement, "result": {"duration": f"PT{max(seconds, 0.0):.2f}S"}}


def satisfied(unit: Unit, session: str, at: datetime) -> dict[str, Any]:
    """Said of the course once its only unit lets the learner move on (9.3.9)."""
    statement = _statement(unit, session, SATISFIED, at, unit.course)
    return {**statement, "object": {**statement["object"], "definition": {"type": _COURSE_TYPE}}}


def open_sessions(
    milestones: Iterable[Mapping[str, Any]], heard: Iterable[Mapping[str, Any]], own_key: str
) -> list[OpenSession]:
    """The sessions that are still open, oldest first; `heard` are the registration's latest statements.

    Only what we said ourselves opens a session or gives it up; the unit itself ends it.
    """
    found: dict[str, OpenSession] = {}
    ended: set[str] = set()
    for statement in milestones:
        session, verb, is_own = session_of(statement), statement["verb"]["id"], _is_by(statement, own_key)
        moment = parse_time(statement["timestamp"])
        if session is None or moment is None:
            continue
        if verb == LAUNCHED and is_own:
            found[session] = OpenSession(session, moment, moment)
        elif verb == TERMINATED or (verb == ABANDONED and is_own):
            ended.add(session)
    for statement in heard:
        known, moment = found.get(session_of(statement) or ""), parse_time(statement["timestamp"])
        if known is not None and moment is not None and moment > known.last:
            found[known.id] = replace(known, last=moment)
    return [one for name, one in found.items() if name not in ended]


def is_due(unit: Unit, milestones: Sequence[Mapping[str, Any]], own_key: str) -> bool:
    """Whether the learner may move on and it has not been said yet."""
    if any(one["verb"]["id"] == SATISFIED and _is_by(one, own_key) for one in milestones):
        return False
    said = {one["verb"]["id"] for one in milestones if is_defined(one) and one["object"].get("id") == unit.activity}
    completed, passed = COMPLETED in said, PASSED in said
    return {
        "NotApplicable": True,
        "Completed": completed,
        "Passed": passed,
        "CompletedAndPassed": completed and passed,
        "CompletedOrPassed": completed or passed,
    }[unit.move_on]


def session_of(statement: Mapping[str, Any]) -> str | None:
    extensions = statement.get("context", {}).get("extensions", {})
    session = extensions.get(SESSION)
    return session if isinstance(session, str) else None


def is_defined(statement: Mapping[str, Any]) -> bool:
    """Whether it is one of cmi5's own statements, as its category says (7.1.3)."""
    categories = statement.get("context", {}).get("contextActivities", {}).get("category", [])
    listed = categories if isinstance(categories, list) else [categories]
    return any(category.get("id") == CATEGORY for category in listed)


def _statement(
    unit: Unit, session: str, verb: str, at: datetime, target: str, extensions: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "actor": dict(unit.actor),
        "verb": {"id": verb, "display": _DISPLAY[verb]},
        "object": {"objectType": "Activity", "id": target},
        "context": {
            "registration": unit.registration,
            "contextActivities": {"category": [{"id": CATEGORY}], "grouping": _grouping(unit)},
            "extensions": {SESSION: session, **(extensions or {})},
        },
        "timestamp": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


def _grouping(unit: Unit) -> list[dict[str, str]]:
    """The author's id, which cmi5 asks for, and ours, so that all that is said in a session is about the unit."""
    return [{"id": one} for one in dict.fromkeys((unit.publisher, unit.activity))]


def _is_by(statement: Mapping[str, Any], key: str) -> bool:
    return bool(statement.get("authority", {}).get("account", {}).get("name") == key)
