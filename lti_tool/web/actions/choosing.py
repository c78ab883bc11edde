"""Which programme a course shows, and who the person of a launch is there, once somebody has said so."""

from sqlalchemy import Connection

from lti_tool.grades.refresh import refresh_desired
from lti_tool.lti.matching import Account, match_members, match_people
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import lti_launches, offered, platform_pages, programmes
from lti_tool.web.errors import not_found
from lti_tool.web.services import Services


def choose_programme(services: Services, session: LtiSession, programme_id: str) -> None:
    """The course of this launch shows a programme from now on.

    Not found unless the programme is offered to the platform. Where a colleague has chosen in the meantime, their
    choice stands and is what this launch shows.
    """
    with services.db.begin() as conn:
        chosen = lti_launches.get_context(conn, session.context_id)["programme_id"]
        if chosen is None:
            if not offered.is_offered(conn, session.platform_id, programme_id):
                raise not_found()
            _show(services, conn, session, session.context_id, programme_id)
        _recognise(conn, session, chosen or programme_id)


def change_programme(services: Services, session: LtiSession, context_row: int, programme_id: str) -> None:
    """A course of the platform shows this programme from now on, whatever it showed before.

    Not found for another platform's course, and for a programme that is not offered to the platform. A launch that
    names a programme itself, by its custom parameter, goes on outranking this.
    """
    with services.db.begin() as conn:
        course = platform_pages.find_course(conn, session.platform_id, context_row)
        if course is None or not offered.is_offered(conn, session.platform_id, programme_id):
            raise not_found()
        if course["programme_id"] == programme_id:
            return
        if programmes.find_linked_programme(conn, session.issuer, course["context_id"]) is not None:
            programmes.link_course(conn, programme_id, session.issuer, course["context_id"])
        _show(services, conn, session, context_row, programme_id)


def catch_up(services: Services, session: LtiSession) -> bool:
    """Whether more is known than at the launch: the course shows a programme, or somebody linked this person.

    So whoever was told to wait need only load the page again.
    """
    if session.programme_id is not None and session.participant_id is not None:
        return False
    with services.db.begin() as conn:
        shown = session.programme_id or lti_launches.get_context(conn, session.context_id)["programme_id"]
        return shown is not None and _recognise(conn, session, shown)


def _show(services: Services, conn: Connection, session: LtiSession, context_row: int, programme_id: str) -> None:
    """Link a course; its people and its column follow now, not only with their next launch and first credits."""
    lti_launches.link_context(conn, context_row, programme_id)
    match_members(conn, context_row, programme_id, session.issuer, also=_account(session))
    refresh_desired(conn, programme_id, [], now=services.clock(), settings=services.mirror)


def _recognise(conn: Connection, session: LtiSession, programme_id: str) -> bool:
    """Let the session show a programme as whoever its person is there; whether that changes anything."""
    matches = match_people(conn, programme_id, session.issuer, [_account(session)])
    person, how = matches.get(session.sub, (None, None))
    if (programme_id, person) == (session.programme_id, session.participant_id):
        return False
    lti_launches.choose_programme(conn, session.id, programme_id, person)
    if person is not None and how is not None:
        offered.recognise_member(conn, session.context_id, session.sub, person, how)
    return True


def _account(session: LtiSession) -> Account:
    return Account(session.sub, session.email, session.number)
