"""The Activity Profile resource (Communication 2.7): documents about an activity."""

from xapi.calls import Call
from xapi.documents import Place
from xapi.errors import Forbidden
from xapi.resources.documents import document_resource
from xapi.resources.state import read_activity_id
from xapi.rights import check_document, demand

_NAME = "profileId"


def _locate(call: Call) -> Place:
    writes = call.method not in ("GET", "HEAD")
    demand(call.credential, "profile", *(() if writes else ("all/read",)))
    if writes and call.credential.agent is not None:
        raise Forbidden("a single learner's credential may not change what an activity tells everybody")
    extra = ("since",) if not writes and _NAME not in call.params else ()
    call.allow_params("activityId", _NAME, *extra)
    activity = read_activity_id(call)
    check_document(call.credential, call.credential.agent, activity)
    return Place("activity", call.credential.tenant or "", activity=activity)


RESOURCE = document_resource("activity_profile", _locate, name_param=_NAME, remove_all=False)
