"""The Activities resource (Communication 2.5): the whole definition of an activity, from all that was said."""

from sqlalchemy import select

from xapi.answers import Answer, json_answer
from xapi.calls import Call
from xapi.resources.resource import Resource
from xapi.resources.state import read_activity_id
from xapi.rights import demand
from xapi.store import Store
from xapi.tables import activities


def get(store: Store, call: Call) -> Answer:
    """An unknown activity is answered with its id alone."""
    call.allow_params("activityId")
    demand(call.credential, "statements/read", "statements/read/mine", "all/read", "state", "profile")
    iri = read_activity_id(call)
    with call.reading(store.read) as conn:
        definition = conn.scalar(select(activities.c.definition).where(activities.c.key == iri))
    activity = {"objectType": "Activity", "id": iri}
    return json_answer({**activity, "definition": definition} if definition else activity)


RESOURCE = Resource("activities", {"GET": get})
