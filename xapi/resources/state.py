"""The State resource (Communication 2.3): what an activity remembers of an agent."""

from xapi.calls import Call, wrong_param
from xapi.documents import Place
from xapi.filters import read_actor, read_uuid
from xapi.identity import agent_key
from xapi.resources.documents import document_resource
from xapi.rights import check_document, demand
from xapi.validation.iri import is_iri

_NAME = "stateId"


def _locate(call: Call) -> Place:
    writes = call.method not in ("GET", "HEAD")
    demand(call.credential, "state", *(() if writes else ("all/read",)))
    extra = ("since",) if not writes and _NAME not in call.params else ()
    call.allow_params("activityId", "agent", "registration", _NAME, *extra)
    activity = read_activity_id(call)
    agent = read_actor(call, "agent")
    check_document(call.credential, agent, activity)
    return Place(
        "state",
        call.credential.tenant or "",
        activity=activity,
        agent=agent_key(agent) or "",
        registration=read_uuid(call, "registration") if "registration" in call.params else "",
    )


def read_activity_id(call: Call) -> str:
    """The parameter activityId."""
    value = call.param("activityId")
    if not is_iri(value):
        raise wrong_param("activityId", "iri", "must be an absolute IRI")
    return value


RESOURCE = document_resource("state", _locate, name_param=_NAME, remove_all=True)
