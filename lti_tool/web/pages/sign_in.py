"""The learner's sign-in page: the sessions of their class, and the field for the code."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext

from lti_tool.credits.service import Explained
from lti_tool.lti.sessions import LtiSession
from lti_tool.web.contexts import SessionState
from lti_tool.web.contexts_sign_in import OwnSession, SignInPage, Stay
from lti_tool.web.errors import WebError, not_found
from lti_tool.web.pages.attendance import find_all_stays
from lti_tool.web.pages.credits import explain
from lti_tool.web.pages.offline import sessions_of
from lti_tool.web.services import Services
from lti_tool.web.sign_in import CLOSED, DIGITS, OPEN, Hours, read_code


def sign_in_page(services: Services, session: LtiSession, class_id: str, asked: Mapping[str, str]) -> SignInPage:
    """The sessions of one class of this participant; `asked` may name one, and bring a code along."""
    states, sessions = _own_sessions(services, session, class_id)
    shown = _shown(session, class_id, sessions)
    code = read_code(asked.get("code", ""))
    return SignInPage(
        class_id=class_id,
        class_title=states[0].class_title,
        place=states[0].place,
        sessions=shown,
        current=_current(shown, asked.get("session", "")),
        code=code if code.isdecimal() and len(code) == DIGITS else "",
        now=services.clock(),
    )


def own_session(services: Services, session: LtiSession, class_id: str, number: str) -> OwnSession:
    """One session of a class of this participant."""
    _, sessions = _own_sessions(services, session, class_id)
    found = next((one for one in sessions if one.session.id == number), None)
    if found is None:
        raise not_found()
    return found


def _own_sessions(
    services: Services, session: LtiSession, class_id: str
) -> tuple[list[SessionState], list[OwnSession]]:
    programme_id, participant = str(session.programme_id), str(session.participant_id)
    explained = explain(services, programme_id, participant)
    states = [state for state in sessions_of(explained, services.clock()) if state.class_id == class_id]
    if not states:
        raise _not_in_class(explained, class_id)
    with services.db.read() as conn:
        stays = find_all_stays(services, conn, programme_id, class_id, [participant])
    found = [_own(services, state, stays.get(state.session.id, {}).get(participant)) for state in states]
    return states, found


def _own(services: Services, state: SessionState, stay: Stay | None) -> OwnSession:
    hours, now = Hours.of(state.session, services.settings.sign_in), services.clock()
    return OwnSession(
        session=state.session,
        hours=hours,
        state=hours.state(now),
        stay=stay,
        may_leave=hours.may_leave(now),
        may_write_log=state.may_write_log,
        has_log=state.has_log,
        needs_log=state.needs_log,
        is_over=state.is_over,
        credits=state.credits,
    )


def _shown(session: LtiSession, class_id: str, sessions: Sequence[OwnSession]) -> Sequence[OwnSession]:
    """All of them, or the one that the activity is for; an activity may name one that is planned no longer."""
    only = session.custom.get("session") if session.custom.get("class") == class_id else None
    return [one for one in sessions if one.session.id == only] or sessions


def _current(sessions: Sequence[OwnSession], named: str) -> OwnSession | None:
    """The session that was scanned; else the one that is open and asks for something; else the next one."""
    scanned = next((one for one in sessions if one.session.id == named), None)
    if scanned is not None:
        return scanned
    asking = [one for one in sessions if one.state == OPEN and one.asks]
    running = [one for one in sessions if one.state == OPEN]
    coming = [one for one in sessions if one.state != CLOSED]
    return next(iter([*asking, *running, *coming]), None)


def _not_in_class(explained: Explained, class_id: str) -> WebError:
    offline = explained.context.programme.offline_classes.get(class_id)
    if offline is None:
        return unknown_class(is_staff=False)
    return WebError(
        404,
        "not_in_class",
        gettext("You are not on the list of “%(training)s”.", training=offline.title or offline.id),
        advice=gettext("Your own sessions stand on the page “My credits”. If you belong here, tell your trainer."),
    )


def unknown_class(*, is_staff: bool) -> WebError:
    """The activity names a class that the programme does not have, or has no longer."""
    return WebError(
        404,
        "unknown_class",
        gettext("The programme has no such class, or has it no longer."),
        advice=gettext("Choose the class again in the settings of the activity.")
        if is_staff
        else gettext("Ask your trainer to choose the class again in the settings of the activity."),
    )
