"""§3b step 3: which statements belong to one study session, and which method reads its time."""

from collections.abc import Iterable
from enum import Enum
from operator import attrgetter

from lti_tool.domain.values import Evidence, Verb

BEGINNINGS = frozenset({Verb.INITIALIZED, Verb.LAUNCHED})
ENDS = frozenset({Verb.TERMINATED, Verb.ABANDONED})
BOUNDARIES = BEGINNINGS | ENDS

_KeyPart = str | tuple[str, str]


class Method(Enum):
    """How the time of a session's statements without an explicit interval is read, in order of preference."""

    VIDEO = "video"
    ADL = "adl"
    HEARTBEATS = "heartbeats"
    NONE = "none"  # no session: single statements


def session_key(evidence: Evidence) -> tuple[str, _KeyPart]:
    """(registration or activity, session id, else account + activity)."""
    activity = evidence.activity
    return evidence.registration or activity, evidence.session or (evidence.account, activity)


def group_by_session(evidence: Iterable[Evidence]) -> list[list[Evidence]]:
    """The statements of each session, in the order of what they tell."""
    sessions: dict[tuple[str, _KeyPart], list[Evidence]] = {}
    for statement in evidence:
        sessions.setdefault(session_key(statement), []).append(statement)
    for statements in sessions.values():
        if len(statements) > 1:
            statements.sort(key=in_time_order)
    return list(sessions.values())


in_time_order = attrgetter("timestamp", "statement")


def choose_method(statements: Iterable[Evidence]) -> Method:
    """A session with video statements is read as video, even with initialized and terminated; else by its bounds."""
    best = Method.NONE
    for statement in statements:
        if statement.is_video:
            return Method.VIDEO
        if statement.verb in BOUNDARIES:
            best = Method.ADL
        elif best is Method.NONE and is_heartbeat(statement):
            best = Method.HEARTBEATS
    return best


def is_heartbeat(evidence: Evidence) -> bool:
    """A bare sign of the time-keeping client: experienced, of a named session, with no time of its own."""
    return evidence.verb is Verb.EXPERIENCED and evidence.session is not None and evidence.duration is None
