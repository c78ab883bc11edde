"""The face-to-face part of a credits page: each session with its sign-in and log."""

from collections.abc import Iterable
from datetime import datetime

from lti_tool.credits.service import Explained
from lti_tool.domain.decimals import ZERO
from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Kind, OfflineClass, OfflineSession, Outcome
from lti_tool.web.contexts import SessionState

#: Outcomes of a sign-in, or a log, that say: it is on record.
_SIGNED_IN = {Reason.SIGNED_IN, Reason.LOG_MISSING, Reason.INCOMPLETE, Reason.REPEATED, Reason.SURPLUS}
_LOGGED = {Reason.LOG, Reason.SIGN_IN_MISSING, Reason.INCOMPLETE, Reason.REPEATED, Reason.SURPLUS}


def sessions_of(explained: Explained, now: datetime) -> list[SessionState]:
    """The sessions of the classes meant for this participant, in time order.

    Of the classes at a school that they left, those of which anything is on record.
    """
    context = explained.context
    by_session = _outcomes_by_session(explained)
    found = [
        _state(explained, offline, session, by_session.get((offline.id, session.id), []), now)
        for offline in (*context.offline_classes, *context.earlier_classes)
        for session in offline.sessions
        if offline in context.offline_classes or (offline.id, session.id) in by_session
    ]
    return sorted(found, key=lambda state: state.session.starts_at)


def _outcomes_by_session(explained: Explained) -> dict[tuple[str, str], list[tuple[Kind, Outcome]]]:
    pieces = {piece.statement: piece for piece in explained.evidence if piece.kind in {Kind.ATTENDED, Kind.LOG}}
    found: dict[tuple[str, str], list[tuple[Kind, Outcome]]] = {}
    for outcome in explained.credit.explanation:
        piece = pieces.get(outcome.statement)
        if piece is not None:
            key = (piece.class_id or "", piece.offline_session or "")
            found.setdefault(key, []).append((piece.kind, outcome))
    return found


def _state(
    explained: Explained,
    offline: OfflineClass,
    session: OfflineSession,
    outcomes: Iterable[tuple[Kind, Outcome]],
    now: datetime,
) -> SessionState:
    context = explained.context
    sign_ins = [one for kind, one in outcomes if kind is Kind.ATTENDED and one.reason in _SIGNED_IN]
    logs = [one for kind, one in outcomes if kind is Kind.LOG and one.reason in _LOGGED]
    school = context.programme.schools.get(offline.host_school or "")
    best = max(sign_ins, key=lambda one: one.credits or ZERO, default=None)
    return SessionState(
        class_id=offline.id,
        class_title=offline.title or offline.id,
        place=school.name if school else "",
        session=session,
        signed_in=bool(sign_ins),
        has_log=bool(logs),
        needs_log=context.rules.settings.log_required == "teacher",
        is_over=session.ends_at <= now,
        before_joining=not sign_ins and context.was_before_they_joined(session),
        credits=sum((one.credits or ZERO for one in sign_ins + logs), ZERO),
        statement=best.statement if best else None,
    )
