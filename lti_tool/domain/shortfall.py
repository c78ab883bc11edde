"""What a learner still lacks, as values; putting it into words is the pages' work."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from lti_tool.domain.credits.assessment import list_open_assessments
from lti_tool.domain.decimals import ZERO
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.values import Credit, OfflineSession


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One requirement that is not met, with how much is missing in its own measure, and what would help.

    `component` is a word of `unmet`. `action` is study, attend, make_up, write_log, practise, get_approval, mend_plan
    or await_assessment.
    """

    component: str
    action: str
    seconds: int = 0
    credits: Decimal = ZERO
    offline_sessions: tuple[tuple[str, str], ...] = ()  # (class, session) still without sign-in or log
    assessments: tuple[str, ...] = ()  # process, final


def list_shortfalls(credit: Credit, context: LearnerContext) -> tuple[Shortfall, ...]:
    """What is missing, in the order of `unmet`: 899 min 59 s lack 1 second of study."""
    return tuple(found for name in credit.unmet for found in _FINDERS[name](credit, context))


def _online(credit: Credit, _context: LearnerContext) -> Iterator[Shortfall]:
    missing = credit.online.required_seconds - credit.online.seconds
    yield Shortfall("online", "study", seconds=missing, credits=credit.online.maximum - credit.online.credits)


def _offline(credit: Credit, context: LearnerContext) -> Iterator[Shortfall]:
    """Sessions to attend; apart from them those from before they joined, and those that lack the log alone."""
    missing = credit.offline.maximum - credit.offline.credits
    signed_in = _sessions_with(credit, context, "log_missing")
    done = _sessions_with(credit, context, "signed_in", "incomplete") | signed_in
    unattended = [(key, session) for key, session in _planned(context) if key not in done]
    bygone = tuple(key for key, session in unattended if context.was_before_they_joined(session))
    attend = tuple(key for key, _ in unattended if key not in bygone)
    if attend or not (signed_in or bygone):
        yield Shortfall("offline", "attend", credits=missing, offline_sessions=attend)
    if bygone:
        yield Shortfall("offline", "make_up", credits=missing, offline_sessions=bygone)
    if signed_in:
        logs = tuple(key for key, _ in _planned(context) if key in signed_in)
        yield Shortfall("offline", "write_log", credits=missing, offline_sessions=logs)


def _planned(context: LearnerContext) -> list[tuple[tuple[str, str], OfflineSession]]:
    return [
        ((offline.id, session.id), session)
        for offline in context.offline_classes
        for session in offline.sessions
        if not session.makeup_for and not offline.team_training
    ]


def _sessions_with(credit: Credit, context: LearnerContext, *reasons: str) -> set[tuple[str, str]]:
    """(class, session) of the sign-ins that ended with one of these reasons."""
    return {
        key for outcome in credit.explanation if outcome.reason in reasons and (key := _find(outcome.activity, context))
    }


def _find(activity: str, context: LearnerContext) -> tuple[str, str] | None:
    """The session that a sign-in's address names: its last two segments are class and session (contract §6)."""
    segments = activity.rsplit("/", 2)
    offline = context.programme.offline_classes.get(segments[-2]) if len(segments) > 2 else None
    found = [session for session in offline.sessions if session.id == segments[-1]] if offline else []
    return (offline.id, found[0].makeup_for or found[0].id) if offline and found else None


def _practice(credit: Credit, context: LearnerContext) -> Iterator[Shortfall]:
    least = max(context.rules.bounds.practice_least, context.structure.practice)
    missing = max(ZERO, least - credit.practice.credits - credit.practice.surplus)
    waiting = any(outcome.reason == "awaiting_approval" for outcome in credit.explanation)
    yield Shortfall("practice", "get_approval" if waiting else "practise", credits=missing)


def _plan(_credit: Credit, _context: LearnerContext) -> Iterator[Shortfall]:
    yield Shortfall("plan", "mend_plan")


def _assess(credit: Credit, context: LearnerContext) -> Iterator[Shortfall]:
    met = credit.online.met and credit.offline.met and credit.practice.met
    still_open = list_open_assessments(credit.assessments, context, components_met=met)
    yield Shortfall("assess", "await_assessment", assessments=tuple(still_open))


_FINDERS: dict[str, Callable[[Credit, LearnerContext], Iterator[Shortfall]]] = {
    "online": _online,
    "offline": _offline,
    "practice": _practice,
    "plan": _plan,
    "assess": _assess,
}
