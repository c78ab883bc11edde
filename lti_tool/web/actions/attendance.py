"""Attendance as statements: what a learner's code proves, what a trainer marks by hand, and taking it back.

All of it stands under the tool's own authority: a learner's own credential may never say that they were there.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import Connection, RowMapping
from tincan import Agent, Statement

from lti_tool.domain.values import OfflineSession
from lti_tool.evidence.own_statements import agent_of, make_activity, session_iri
from lti_tool.evidence.verbs import ATTENDED
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import people, sign_in
from lti_tool.storage.queries.sign_in import ClassPlace
from lti_tool.web.actions.own_statements import make_statement, make_voiding, write_statement
from lti_tool.web.contexts_sign_in import Stay
from lti_tool.web.errors import WebError, not_found
from lti_tool.web.formatting import moment
from lti_tool.web.pages.attendance import find_stays
from lti_tool.web.pages.desk import find_session, session_title
from lti_tool.web.pages.sign_in import own_session
from lti_tool.web.services import Services
from lti_tool.web.sign_in import CLOSED, DIGITS, EARLY, EARLY_BY_HAND, Hours, is_current, read_code

SOURCE = "xuefen"
MOST_WRONG = 8
_WRONG_WITHIN = timedelta(minutes=10)
_SHORTEST, _LONGEST = 2, 200


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a code did nothing: the sentence beside the field, and the status."""

    sentence: str
    status: int = 422


def sign(
    services: Services, session: LtiSession, class_id: str, number: str, form: Mapping[str, str]
) -> Refusal | None:
    """Sign in to a session, or out of it, by the code on the trainer's screen; None once it is on record."""
    own = own_session(services, session, class_id, number)
    refusal = _out_of_hours(own.hours, services.clock())
    if refusal is not None:
        return refusal
    wants_out = form.get("action") == "out"
    place = ClassPlace(str(session.programme_id), class_id, number)
    participant = str(session.participant_id)
    with services.db.begin() as conn:
        refusal = _check_code(services, conn, place, participant, form.get("code", ""))
        if refusal is not None:
            return refusal  # the unit of work ends well: the wrong code is counted
        stay = find_stays(services, conn, place, [participant]).get(participant)
        refusal = _out_of_turn(stay, own.hours, services.clock(), wants_out=wants_out)
        if refusal is not None or _is_done(stay, wants_out=wants_out):
            return refusal
        said = _stay_of(stay, services.clock(), "qr" if form.get("via") == "qr" else "code", wants_out=wants_out)
        statement = _attended(services, session, place, said, at=services.clock())
        write_statement(services, conn, place.programme_id, statement)
    services.credits.refresh(place.programme_id, [participant])
    return None


def _out_of_hours(hours: Hours, now: datetime) -> Refusal | None:
    state = hours.state(now)
    if state == EARLY:
        opens = gettext("Sign-in opens at %(moment)s. Type the code again then.", moment=moment(hours.opens_at))
        return Refusal(opens, 409)
    if state == CLOSED:
        closed = gettext(
            "Sign-in closed at %(moment)s. If you were there, your trainer can still mark it by hand.",
            moment=moment(hours.closes_at),
        )
        return Refusal(closed, 409)
    return None


def _check_code(
    services: Services, conn: Connection, place: ClassPlace, participant: str, typed: str
) -> Refusal | None:
    """Compare a code with the screen's; after too many wrong ones nothing is compared for a while."""
    now, code = services.clock(), read_code(typed)
    tries = sign_in.lock_tries(conn, place.programme_id, participant, now)
    since, wrong = tries["since"], tries["wrong"]
    if now >= since + _WRONG_WITHIN:
        since, wrong = now, 0
    if wrong >= MOST_WRONG:
        again = moment(since + _WRONG_WITHIN + timedelta(seconds=59))
        return Refusal(
            gettext("Too many wrong codes. Try again at %(moment)s, or ask your trainer.", moment=again), 429
        )
    if len(code) != DIGITS or not code.isdecimal():
        return Refusal(gettext("The code has %(number)s digits.", number=DIGITS))
    desk = sign_in.find_desk(conn, place)
    if desk is not None and is_current(desk["secret"], code, now, services.settings.sign_in.code_seconds):
        return None
    sign_in.save_tries(conn, place.programme_id, participant, since, wrong + 1)
    return Refusal(gettext("This is not the code of the screen, or it has changed. Type the one that is shown now."))


def _out_of_turn(stay: Stay | None, hours: Hours, now: datetime, *, wants_out: bool) -> Refusal | None:
    if stay is not None and not stay.is_present:
        return Refusal(gettext("Your trainer has marked you absent. Speak with them: they can take it back."), 409)
    if wants_out and stay is None:
        return Refusal(gettext("You have not signed in to this session yet."), 409)
    if wants_out and not hours.may_leave(now):
        return Refusal(gettext("You can sign out from %(moment)s.", moment=moment(hours.leaving_from)), 409)
    return None


def _is_done(stay: Stay | None, *, wants_out: bool) -> bool:
    """Whether a code, sent twice or by two pages at once, would only say again what is on record."""
    return stay is not None and (stay.left_at is not None if wants_out else True)


def _stay_of(stay: Stay | None, now: datetime, method: str, *, wants_out: bool) -> dict[str, Any]:
    came = stay.came_at if stay is not None and stay.came_at is not None else now
    said = {"in": came.isoformat(), "method": method, "source": SOURCE}
    return {**said, "out": now.isoformat()} if wants_out else said


def mark(
    services: Services, session: LtiSession, place: ClassPlace, participant: str, form: Mapping[str, str]
) -> dict[str, str]:
    """A trainer's word that somebody was there or was not; what is wrong with the form, by field."""
    _require_another(session, participant)
    offline, planned = find_session(services, place)
    is_present, reason = form.get("presence") == "present", " ".join(form.get("reason", "").split())
    _require_time(planned, services.clock(), is_present=is_present)
    with services.db.begin() as conn:
        known = {row["id"]: row for row in sign_in.list_class(conn, place.programme_id, offline, text=participant)}
        if participant not in known:
            raise not_found()
        problems = _problems(form.get("presence"), reason)
        if problems:
            return problems
        sign_in.lock_tries(conn, place.programme_id, participant, services.clock())
        stay = find_stays(services, conn, place, [participant]).get(participant)
        _replace(services, session, conn, place, stay, reason, is_present=is_present)
        who = _agent(conn, session, place.programme_id, known[participant])
        statement = _by_hand(services, session, place, planned, reason, who, is_present=is_present)
        write_statement(services, conn, place.programme_id, statement)
    services.credits.refresh(place.programme_id, [participant])
    return {}


def take_back(services: Services, session: LtiSession, place: ClassPlace, participant: str) -> None:
    """What is on record of somebody at a session counts no longer: voided, with who did it."""
    _require_another(session, participant)
    find_session(services, place)
    with services.db.begin() as conn:
        sign_in.lock_tries(conn, place.programme_id, participant, services.clock())
        stay = find_stays(services, conn, place, [participant]).get(participant)
        if stay is None:
            raise _changed_meanwhile()
        _void(services, session, conn, place, stay, gettext("taken back at the sign-in desk"))
    services.credits.refresh(place.programme_id, [participant])


def open_desk(services: Services, place: ClassPlace) -> RowMapping:
    """The desk of a session, made when it is first needed."""
    with services.db.read() as conn:
        found = sign_in.find_desk(conn, place)
    if found is not None:
        return found
    with services.db.begin() as conn:
        return sign_in.open_desk(conn, place, secrets.token_urlsafe(8), secrets.token_bytes(32), services.clock())


def _problems(presence: str | None, reason: str) -> dict[str, str]:
    problems = {}
    if presence not in {"present", "absent"}:
        problems["presence"] = gettext("Please choose present or absent.")
    if not _SHORTEST <= len(reason) <= _LONGEST:
        problems["reason"] = gettext(
            "Please say why, in %(least)s to %(most)s characters.", least=_SHORTEST, most=_LONGEST
        )
    return problems


def _require_another(session: LtiSession, participant: str) -> None:
    """A trainer who is a participant too signs in as everybody does."""
    if participant == session.participant_id:
        raise WebError(
            403,
            "own_attendance",
            gettext("Nobody marks their own attendance."),
            advice=gettext("Another trainer of the course can."),
        )


def _require_time(planned: OfflineSession, now: datetime, *, is_present: bool) -> None:
    """Only what has happened is written down: nobody is absent from what has not begun."""
    earliest = planned.starts_at - EARLY_BY_HAND if is_present else planned.starts_at
    if now < earliest:
        raise WebError(
            409,
            "too_early",
            gettext("This can be marked from %(moment)s.", moment=moment(earliest)),
            advice=gettext("What has not happened yet is not written down."),
        )


def _replace(
    services: Services,
    session: LtiSession,
    conn: Connection,
    place: ClassPlace,
    stay: Stay | None,
    reason: str,
    *,
    is_present: bool,
) -> None:
    """What was said before gives way to a hand mark that says otherwise; the same again is refused."""
    if stay is None:
        return
    if stay.is_present == is_present:
        raise _changed_meanwhile()
    if is_present and not stay.is_ours:
        return  # a presence outweighs an absence that another source states
    _void(services, session, conn, place, stay, reason)


def _void(
    services: Services, session: LtiSession, conn: Connection, place: ClassPlace, stay: Stay, reason: str
) -> None:
    if not stay.is_ours:
        raise _not_ours(stay)
    for statement in stay.statements:
        voiding = make_voiding(session, statement, base=services.vocabulary.base, at=services.clock(), reason=reason)
        write_statement(services, conn, place.programme_id, voiding)


def _by_hand(
    services: Services,
    session: LtiSession,
    place: ClassPlace,
    planned: OfflineSession,
    reason: str,
    who: Agent,
    *,
    is_present: bool,
) -> Statement:
    """During the session from now on; afterwards for the whole of it, by the plan's times."""
    now = services.clock()
    said: dict[str, Any] = {"method": "hand", "source": SOURCE}
    if is_present and now < planned.ends_at:
        said["in"] = now.isoformat()
    elif is_present:
        said |= {"in": planned.starts_at.isoformat(), "out": planned.ends_at.isoformat()}
    at = min(now, planned.ends_at)
    return _attended(services, session, place, said, at=at, who=who, reason=reason, is_present=is_present)


def _attended(
    services: Services,
    session: LtiSession,
    place: ClassPlace,
    said: Mapping[str, Any],
    *,
    at: datetime,
    who: Agent | None = None,
    reason: str = "",
    is_present: bool = True,
) -> Statement:
    base = services.vocabulary.base
    result: dict[str, Any] = {"completion": is_present, "extensions": {f"{base}/extensions/sign-in": dict(said)}}
    if "out" in said:
        result["duration"] = datetime.fromisoformat(said["out"]) - datetime.fromisoformat(said["in"])
    iri = session_iri(base, place.class_id, place.session_id)
    return make_statement(
        session,
        ATTENDED,
        make_activity(iri, f"{base}/activity-types/offline-session", session_title(services, place)),
        base=base,
        component="offline",
        at=at,
        result=result,
        extensions={"class": place.class_id, **({"reason": reason} if reason else {})},
        about=who,
    )


def _agent(conn: Connection, session: LtiSession, programme_id: str, person: RowMapping) -> Agent:
    keys = people.list_keys_of(conn, programme_id, [person["id"]])[person["id"]]
    found = agent_of(keys, session.issuer, person["name"])
    if found is None:
        raise WebError(
            409,
            "no_account",
            gettext(
                "No account or address of %(name)s is known, so nothing can be written about them.", name=person["name"]
            ),
            advice=gettext("Link them with a person of the course under “Unmatched” first."),
        )
    return found


def _not_ours(stay: Stay) -> WebError:
    return WebError(
        409,
        "not_ours",
        gettext("This sign-in was reported by another source (%(source)s).", source=stay.source),
        advice=gettext("Only an administrator can take it back, under “Records”."),
    )


def _changed_meanwhile() -> WebError:
    return WebError(
        409,
        "changed_meanwhile",
        gettext("Somebody has changed this meanwhile, or it is so already."),
        advice=gettext("Go back and load the list again."),
    )
