"""Reading the course's people from the LMS because somebody asks for it."""

from lti_tool.lti.rosters import BUSY, CONTINUES, READ
from lti_tool.lti.sessions import LtiSession
from lti_tool.web.services import Services

_NOTICES = {READ: "roster_read", CONTINUES: "roster_continues", BUSY: "busy"}


def read_roster(services: Services, session: LtiSession) -> str | None:
    """Read the roster for as long as one call to an LMS may take; the code of the notice to show.

    A longer one is left to the worker. None: something is in the way, which the page says by itself.
    """
    ended = services.rosters.read_soon(session.context_id, seconds=services.settings.grades.timeout_seconds)
    return _NOTICES.get(ended)
