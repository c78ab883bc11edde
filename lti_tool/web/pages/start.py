"""What stands before a programme's pages: choosing one, or waiting for somebody who can act."""

from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import programmes
from lti_tool.storage.queries.offered import list_offered
from lti_tool.web.contexts_admin import ChoosePage, ProgrammeChoice, WaitingPage
from lti_tool.web.services import Services

_PAGE = 30


def choose_page(services: Services, session: LtiSession, after: str) -> ChoosePage:
    """The programmes that the course of this launch may show."""
    with services.db.read() as conn:
        rows = list_offered(conn, session.platform_id, after=after, limit=_PAGE + 1)
    shown = rows[:_PAGE]
    return ChoosePage(
        course=session.context_title,
        choices=[ProgrammeChoice(row["id"], row["title"], row["start"], row["end"]) for row in shown],
        following=shown[-1]["id"] if len(rows) > _PAGE else None,
    )


def waiting_page(services: Services, session: LtiSession) -> WaitingPage:
    """What a learner must tell whoever can help."""
    title = None
    if session.programme_id is not None:
        with services.db.read() as conn:
            row = programmes.find_programme(conn, session.programme_id)
        title = row["title"] if row else None
    return WaitingPage(
        course=session.context_title,
        programme=title,
        name=session.name,
        email=session.email,
        account=f"{session.issuer} · {session.sub}",
    )
