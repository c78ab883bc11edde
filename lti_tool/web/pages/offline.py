"""The face-to-face part of a credits page: each session with its sign-in and log."""

from collections.abc import Iterable
from datetime import datetime

from lti_tool.credits.records import Pair, session_records
from lti_tool.credits.service import Explained
from lti_tool.domain.decimals import ZERO
from lti_tool.domain.values import Kind, OfflineClass, OfflineSession
from lti_tool.web.contexts import SessionState


def sessions_of(explained: Explained, now: datetime) -> list[SessionState]:
    """The sessions of the classes meant for this participant, in time order.

    Of the classes at a school that they left, those of which anything is on record.
    """
    context = explained.context
    by_session = session_records(explained)
    found = [
        _state(explained, offline, session, by_session.get((offline.id, session.id), []), now)
        for offline in (*context.offline_classes, *context.earlier_classes)
        for session in offline.sessions
        if offline in context.offline_classes or (offline.id, session.id) in by_session
    ]
    return sorted(found, key=lambda state: state.session.starts_at)


def _state(
    explained: Explained,
    offline: OfflineClass,
    session: OfflineSession,
    pairs: Iterable[Pair],
    now: datetime,
) -> SessionState:
    context = explained.context
    sign_ins = [one for piece, one in pairs if piece.kind is Kind.ATTENDED]
    logs = [one for piece, one in pairs if piece.kind is Kind.LOG]
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
