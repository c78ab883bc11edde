"""Key pairs that an administrator makes and revokes for the programmes that their platform shows."""

from collections.abc import Sequence

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from lti_tool.evidence.intake import EVIDENCE_KINDS
from lti_tool.evidence.own_credential import is_own_credential
from lti_tool.storage.queries.platform_pages import list_shown_programmes
from lti_tool.web.contexts_admin import NewCredential
from lti_tool.web.errors import not_found
from lti_tool.web.services import Services
from xapi import credentials

SCOPES = (*credentials.XAPI_SCOPES, "credits/read")
_LONGEST_NAME = 100


def make_credential(
    services: Services, platform_id: int, form: MultiDict[str, str]
) -> tuple[NewCredential | None, dict[str, str]]:
    """Make a key pair; or what is wrong with the form, by field, and then none is made.

    It is always bound to a programme: an administrator of one platform makes no keys to the whole installation.
    """
    name, programme = form.get("name", "").strip(), form.get("programme", "")
    scopes, evidence = form.getlist("scope"), form.getlist("evidence")
    problems = _find_problems(name, scopes, evidence)
    with services.db.begin() as conn:
        if programme not in dict(list_shown_programmes(conn, platform_id)):
            problems["programme"] = gettext("Choose a programme that a course of this platform shows.")
        if problems:
            return None, problems
        key, secret = credentials.create(
            conn, name, scopes, tenant=programme, attributes={"evidence": sorted(set(evidence))}
        )
    return NewCredential(name, key, secret), {}


def revoke_credential(services: Services, platform_id: int, key: str) -> None:
    """Refuse a key pair from now on; not found unless it is bound to a programme that the platform shows."""
    with services.db.begin() as conn:
        found = credentials.find_credential(conn, key)
        shown = dict(list_shown_programmes(conn, platform_id))
        if found is None or found.agent is not None or found.tenant not in shown or is_own_credential(found.attributes):
            raise not_found()
        credentials.revoke(conn, key, services.clock())


def _find_problems(name: str, scopes: Sequence[str], evidence: Sequence[str]) -> dict[str, str]:
    problems = {}
    if not name or len(name) > _LONGEST_NAME:
        problems["name"] = gettext("Give it a name of at most %(number)s characters.", number=_LONGEST_NAME)
    if not scopes or not set(scopes) <= set(SCOPES):
        problems["scope"] = gettext("Choose at least one thing that it may do.")
    if not set(evidence) <= set(EVIDENCE_KINDS):
        problems["evidence"] = gettext("Choose from the kinds that are listed.")
    return problems
