"""The Agent Profile resource (Communication 2.6): documents about an agent."""

from xapi.calls import Call
from xapi.documents import Place
from xapi.filters import read_actor
from xapi.identity import agent_key
from xapi.resources.documents import document_resource
from xapi.rights import check_document, demand

_NAME = "profileId"


def _locate(call: Call) -> Place:
    writes = call.method not in ("GET", "HEAD")
    demand(call.credential, "profile", *(() if writes else ("all/read",)))
    extra = ("since",) if not writes and _NAME not in call.params else ()
    call.allow_params("agent", _NAME, *extra)
    agent = read_actor(call, "agent")
    check_document(call.credential, agent, None)
    return Place("agent", call.credential.tenant or "", agent=agent_key(agent) or "")


RESOURCE = document_resource("agent_profile", _locate, name_param=_NAME, remove_all=False)
