"""Sending chosen activities back to the platform that asked for them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from lti_tool.lti import keys
from lti_tool.lti.deep_linking import Item, Sender, content_items, read_request, response_claims
from lti_tool.lti.platforms import find_quirks
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import programmes
from lti_tool.storage.queries.lti import get_platform
from lti_tool.web.contexts_linking import SendBack
from lti_tool.web.errors import expired
from lti_tool.web.services import Services


def send_back(services: Services, session: LtiSession, items: Sequence[Item]) -> SendBack:
    """The signed answer to this launch's request, for its own return address and no other.

    With items the course becomes linked to the programme that they show; without any, nothing changes.
    """
    request = read_request(session.deep_linking)
    now = services.clock()
    with services.db.begin() as conn:
        platform = get_platform(conn, session.platform_id)
        if platform is None:
            raise expired()
        launch_url = f"{services.settings.server.public_url}/lti/launch"
        made = content_items(request, items, launch_url, find_quirks(platform["product"]))
        sender = Sender(platform["client_id"], platform["issuer"], session.deployment_id)
        token = keys.sign(conn, response_claims(request, sender, made, now), now)
        if made:
            _link_course(conn, session)
    return SendBack(request.return_url, token, len(made))


def _link_course(conn: Connection, session: LtiSession) -> None:
    """A link that somebody made on purpose stands; a launch from outside any course links nothing."""
    if not session.context_name or session.programme_id is None:
        return
    if programmes.find_linked_programme(conn, session.issuer, session.context_name) is None:
        programmes.link_course(conn, session.programme_id, session.issuer, session.context_name, by_deep_linking=True)
