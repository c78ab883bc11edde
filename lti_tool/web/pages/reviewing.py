"""Whose page a submission review opens."""

from flask_babel import gettext

from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries.linking import find_person_of
from lti_tool.web.errors import WebError
from lti_tool.web.services import Services


def find_reviewed(services: Services, session: LtiSession) -> str:
    """The participant whom the gradebook names; says so plainly where the programme knows nobody of that account."""
    programme_id, sub = str(session.programme_id), str(session.for_user)
    with services.db.read() as conn:
        person, name = find_person_of(conn, session.context_id, programme_id, session.issuer, sub)
    if person is None:
        who = name or sub
        raise WebError(
            404,
            "not_on_the_roster",
            gettext("%(who)s is nobody of this programme.", who=who),
            advice=gettext("If they should be: link them with a participant under “Unmatched”."),
        )
    return person
