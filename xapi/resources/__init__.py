"""The resources of xAPI (Communication 2), one module each."""

from xapi.resources import about, activities, activity_profile, agent_profile, agents, state, statements
from xapi.resources.resource import Resource

#: Paths below the endpoint → resources.
RESOURCES: dict[str, Resource] = {
    "/statements": statements.RESOURCE,
    "/activities": activities.RESOURCE,
    "/activities/state": state.RESOURCE,
    "/activities/profile": activity_profile.RESOURCE,
    "/agents": agents.RESOURCE,
    "/agents/profile": agent_profile.RESOURCE,
    "/about": about.RESOURCE,
}

__all__ = ["RESOURCES", "Resource"]
