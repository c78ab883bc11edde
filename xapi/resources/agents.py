"""The Agents resource (Communication 2.4): a Person, all that is known of one agent."""

from sqlalchemy import select

from xapi.answers import Answer, json_answer
from xapi.calls import Call, wrong_param
from xapi.filters import read_actor
from xapi.identity import agent_key
from xapi.resources.resource import Resource
from xapi.rights import check_document, demand
from xapi.store import Store
from xapi.tables import agent_names, agents
from xapi.validation.actor import IDENTIFIERS


def get(store: Store, call: Call) -> Answer:
    """The agent's own identifier and every name that statements gave it."""
    call.allow_params("agent")
    demand(call.credential, "statements/read", "statements/read/mine", "all/read", "profile")
    agent = read_actor(call, "agent")
    if agent.get("objectType", "Agent") != "Agent":
        raise wrong_param("agent", "object_type", "must be an Agent")
    check_document(call.credential, agent, None)
    names = {agent["name"]} if "name" in agent else set()
    query = select(agent_names.c.name).join(agents, agents.c.id == agent_names.c.agent_id)
    with call.reading(store.read) as conn:
        names.update(conn.scalars(query.where(agents.c.key == agent_key(agent))))
    person = {"objectType": "Person", **{name: [agent[name]] for name in IDENTIFIERS if name in agent}}
    return json_answer({**person, "name": sorted(names)} if names else person)


RESOURCE = Resource("agents", {"GET": get})
