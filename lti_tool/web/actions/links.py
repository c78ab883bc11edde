"""Saying who a person of the LMS course is in the programme, and taking it back."""

from flask_babel import gettext
from sqlalchemy import Connection, RowMapping

from lti_tool.domain.identifiers import account_key
from lti_tool.grades.refresh import refresh_desired
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import members, people
from lti_tool.web.errors import WebError, not_found
from lti_tool.web.services import Services


def link_member(services: Services, session: LtiSession, member_row: int, participant_id: str) -> None:
    """From now on this person of the course is that participant: what is on record of the account counts for them."""
    programme_id = str(session.programme_id)
    with services.db.begin() as conn:
        member = _find_member(conn, session, member_row)
        if people.get_person(conn, programme_id, participant_id) is None:
            raise not_found()
        if member["participant_id"] not in {None, participant_id}:
            raise _taken(gettext("Somebody else has linked this person already."))
        key = account_key(session.issuer, member["sub"])
        owner = people.find_people(conn, programme_id, [key]).get(key)
        if owner not in {None, participant_id}:
            raise _taken(gettext("This account belongs to somebody else of the programme."))
        if owner is None:
            members.add_key_by_hand(conn, programme_id, key, participant_id)
        members.link_by_hand(conn, session.context_id, member_row, participant_id)
    _follow(services, programme_id, participant_id)


def unlink_member(services: Services, session: LtiSession, member_row: int) -> None:
    """Take back what was said by hand; how it was found out otherwise, by account or address, stays."""
    programme_id = str(session.programme_id)
    with services.db.begin() as conn:
        member = _find_member(conn, session, member_row)
        participant_id = member["participant_id"]
        if participant_id is None or member["linked_by"] != "hand":
            raise _taken(gettext("This link was not made by hand, or it is undone already."))
        members.remove_key_by_hand(conn, programme_id, account_key(session.issuer, member["sub"]))
        members.unlink_by_hand(conn, session.context_id, member_row)
    _follow(services, programme_id, participant_id)


def _find_member(conn: Connection, session: LtiSession, member_row: int) -> RowMapping:
    """A person of the course that was launched from; those of other courses are not found."""
    member = members.find_member(conn, session.context_id, member_row)
    if member is None:
        raise not_found()
    return member


def _follow(services: Services, programme_id: str, participant_id: str) -> None:
    """Credits, and the cells of the gradebook, follow at once."""
    services.credits.refresh(programme_id, [participant_id])
    with services.db.begin() as conn:
        refresh_desired(conn, programme_id, [participant_id], now=services.clock(), settings=services.mirror)


def _taken(sentence: str) -> WebError:
    return WebError(409, "link_taken", sentence, advice=gettext("Go back and load the list again."))
