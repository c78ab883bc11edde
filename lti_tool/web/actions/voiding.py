"""Taking a statement back: never removed, never silent, by a statement of our own that says who and why."""

from collections.abc import Mapping

from flask_babel import gettext

from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import statement_browser as queries
from lti_tool.web.actions.own_statements import make_voiding, write_statement
from lti_tool.web.errors import WebError, not_found
from lti_tool.web.pages.administrator_statements import shown_programme
from lti_tool.web.services import Services

_SHORTEST, _LONGEST = 4, 500


def void_statement(
    services: Services, session: LtiSession, statement: str, programme_id: str, form: Mapping[str, str]
) -> dict[str, str]:
    """Void a statement of a programme that the platform shows; what is wrong with the form, by field.

    The void speaks for that programme: what a key of the whole installation sent stays as it is everywhere else.
    """
    reason = form.get("reason", "").strip()
    with services.db.begin() as conn:
        programme = shown_programme(conn, session, programme_id)
        row = queries.find_statement(conn, programme, statement)
        if row is None:
            raise not_found()
        if row["voided"] or queries.find_targets(conn, [row["seq"]]):
            raise _cannot_be_voided()
        if not _SHORTEST <= len(reason) <= _LONGEST:
            said = {"least": _SHORTEST, "most": _LONGEST}
            return {"reason": gettext("Please say why, in %(least)s to %(most)s characters.", **said)}
        voiding = make_voiding(session, row["id"], base=services.vocabulary.base, at=services.clock(), reason=reason)
        write_statement(services, conn, programme, voiding)
    return {}


def _cannot_be_voided() -> WebError:
    return WebError(
        409,
        "not_voidable",
        gettext("This record cannot be taken back here."),
        advice=gettext("Somebody may have taken it back meanwhile. Go back and look at it again."),
    )
