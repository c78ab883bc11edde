"""The About resource (Communication 2.8): which versions this record store speaks. Anyone may ask."""

from xapi.answers import Answer, json_answer
from xapi.calls import ANSWERED_VERSIONS, Call
from xapi.resources.resource import Resource
from xapi.store import Store

_ALSO_UNDERSTOOD = ("1.0.0", "1.0.1", "1.0.2")


def get(_store: Store, call: Call) -> Answer:
    call.allow_params()
    return json_answer({"version": [*_ALSO_UNDERSTOOD, *ANSWERED_VERSIONS.values()]})


RESOURCE = Resource("about", {"GET": get}, public=True)
