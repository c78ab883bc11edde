"""The resources of xAPI (Communication 2), one module each."""

from xapi.resources import statements
from xapi.resources.resource import Resource

#: Paths below the endpoint → resources.
RESOURCES: dict[str, Resource] = {
    "/statements": statements.RESOURCE,
}

__all__ = ["RESOURCES", "Resource"]
