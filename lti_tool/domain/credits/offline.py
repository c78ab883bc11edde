"""线下集中培训为 8 学分 (R-059): sign-in and log for each session (R-060, A-12, A-13)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lti_tool.domain.credits.outcomes import counted, is_in_cycle, refused, share_credits
from lti_tool.domain.decimals import ZERO
from lti_tool.domain.learner import LearnerContext, ProgrammeIndex
from lti_tool.domain.reasons import Reason
from lti_tool.domain.times import to_microseconds
from lti_tool.domain.trust import distrust
from lti_tool.domain.values import (
    Component,
    ComponentCredit,
    Evidence,
    Kind,
    OfflineClass,
    OfflineSession,
    Outcome,
)

#: (class, session); a make-up session is known by the session that it makes up for.
SessionKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class OfflineAward:
    """The offline component and what became of each statement."""

    component: ComponentCredit
    outcomes: tuple[Outcome, ...]


def is_voided(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    return Reason.VOIDED if evidence.voided else None


def lacks_trust(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    """签到 comes from the institution; a learner's own browser may hand in the log, never the sign-in."""
    return distrust(evidence, Component.OFFLINE)


def is_about_another(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """A log whose address names another participant."""
    named = evidence.practice_participant
    return Reason.WRONG_PARTICIPANT if named is not None and named != context.participant.id else None


def has_no_session(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """No such class or session in the plan."""
    offline = context.programme.offline_classes.get(evidence.class_id or "")
    known = offline is not None and any(session.id == evidence.offline_session for session in offline.sessions)
    return None if known else Reason.UNKNOWN_CLASS


def is_not_in_class(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """The class is meant for other schools, or for other people of the school; attendance moves with them (A-25)."""
    own = (*context.offline_classes, *context.earlier_classes)
    return None if any(offline.id == evidence.class_id for offline in own) else Reason.NOT_IN_CLASS


def is_team_training(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """校级管理团队集中培训 is not the 8-credit training, unless a setting says so (R-026, A-13)."""
    offline = context.programme.offline_classes[evidence.class_id or ""]
    counts = context.rules.settings.team_training_counts
    return Reason.TEAM_TRAINING if offline.team_training and not counts else None


def is_unwanted_makeup(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """A make-up session where the programme takes none (`makeup = false`)."""
    session = _session_of(evidence, context)
    return Reason.MAKEUP_OFF if session.makeup_for and not context.rules.settings.makeup else None


def is_outside_cycle(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """Outside the cycle and its days of grace (R-038, A-15)."""
    return None if is_in_cycle(evidence, context) else Reason.OUTSIDE_CYCLE


def is_absence(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    """`completion: false` says absent. It takes back no sign-in: only voiding does."""
    return Reason.ABSENT if evidence.kind is Kind.ATTENDED and evidence.completion is False else None


OFFLINE_RULES: tuple[Callable[[Evidence, LearnerContext], Reason | None], ...] = (
    is_voided,
    lacks_trust,
    is_about_another,
    has_no_session,
    is_not_in_class,
    is_team_training,
    is_unwanted_makeup,
    is_outside_cycle,
    is_absence,
)


def award_offline(evidence: Iterable[Evidence], context: LearnerContext) -> OfflineAward:
    """The offline credits of sign-ins and logs: each session signed in to, with its log, gives its credits.

    Absent from one of four half-days is 6 (C11); all four attended and one log missing is 6, and 8 once it is handed
    in (C12).
    """
    valid, outcomes = [], []
    for statement in evidence:
        reason = next((found for rule in OFFLINE_RULES if (found := rule(statement, context))), None)
        if reason is None:
            valid.append(statement)
        else:
            outcomes.append(refused(statement, Component.OFFLINE, reason))
    by_session = _by_session(valid, context)
    share = context.structure.offline
    earned = min(share, sum((_earned(key, found, context) for key, found in by_session.items()), ZERO))
    given = earned if earned == share or context.rules.settings.offline_award == "per_session" else ZERO
    listed = [outcome for key, found in by_session.items() for outcome in _outcomes(key, found, context)]
    outcomes += share_credits(_incomplete(listed) if given < earned else listed, share)
    component = ComponentCredit(credits=given, maximum=share, met=given >= share)
    return OfflineAward(component, tuple(outcomes))


def _by_session(valid: Sequence[Evidence], context: LearnerContext) -> Mapping[SessionKey, list[Evidence]]:
    """Valid statements by session, sessions in the order in which they were first signed in to or logged."""
    found: dict[SessionKey, list[Evidence]] = {}
    for statement in sorted(valid, key=lambda one: (one.timestamp, one.statement)):
        session = _session_of(statement, context)
        key = (statement.class_id or "", session.makeup_for or session.id)
        found.setdefault(key, []).append(statement)
    return found


def _session_of(evidence: Evidence, context: LearnerContext) -> OfflineSession:
    offline = context.programme.offline_classes[evidence.class_id or ""]
    return _session(offline, evidence.offline_session or "")


def _session(offline: OfflineClass, session_id: str) -> OfflineSession:
    return next(session for session in offline.sessions if session.id == session_id)


def find_class_logs(evidence: Iterable[Evidence], index: ProgrammeIndex) -> frozenset[SessionKey]:
    """The sessions of which a trainer's own log is on record (`log_required = "class"`, A-12)."""
    return frozenset(
        (statement.class_id, statement.offline_session)
        for statement in evidence
        if statement.kind is Kind.LOG
        and statement.class_id is not None
        and statement.offline_session is not None
        and not statement.voided
        and distrust(statement, Component.OFFLINE) is None
        and index.cycle.start <= to_microseconds(statement.timestamp) < index.cycle.grace_end
    )


def has_log(key: SessionKey, statements: Iterable[Evidence], context: LearnerContext) -> bool:
    """签到、日志填写等 (R-060, A-12): the participant's own log by default, or the trainer's, or none."""
    required = context.rules.settings.log_required
    if required == "none":
        return True
    own = any(statement.kind is Kind.LOG for statement in statements)
    return own if required == "teacher" else own or key in context.index.class_logs


def _earned(key: SessionKey, statements: Sequence[Evidence], context: LearnerContext) -> Decimal:
    signed_in = any(statement.kind is Kind.ATTENDED for statement in statements)
    if not signed_in or not has_log(key, statements, context):
        return ZERO
    return _session(context.programme.offline_classes[key[0]], key[1]).credits


def _outcomes(key: SessionKey, statements: Sequence[Evidence], context: LearnerContext) -> Iterator[Outcome]:
    """The first sign-in carries the session's credits; the first log is what it needs; others repeat them.

    A later sign-in that adds the time of leaving 签退 belongs to the first one.
    """
    earned = _earned(key, statements, context)
    lacks = {Kind.ATTENDED: Reason.LOG_MISSING, Kind.LOG: Reason.SIGN_IN_MISSING}
    seen: set[Kind] = set()
    has_left = False
    for statement in statements:
        leaves = statement.kind is Kind.ATTENDED and statement.interval is not None and not has_left
        has_left = has_left or leaves
        if leaves and statement.kind in seen:
            yield counted(statement, Component.OFFLINE, Reason.SIGNED_OUT, context)
        elif statement.kind in seen:
            yield refused(statement, Component.OFFLINE, Reason.REPEATED)
        elif not earned:
            yield refused(statement, Component.OFFLINE, lacks[statement.kind])
        elif statement.kind is Kind.ATTENDED:
            yield counted(statement, Component.OFFLINE, Reason.SIGNED_IN, context, earned)
        else:
            yield counted(statement, Component.OFFLINE, Reason.LOG, context)
        seen.add(statement.kind)


def _incomplete(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """With `offline_award = "all_or_nothing"`, what is there waits for the rest."""
    for outcome in outcomes:
        if outcome.counted:
            yield replace(outcome, counted=False, reason=Reason.INCOMPLETE, credits=None)
        else:
            yield outcome
