"""Platforms with a course each, and their administrators."""

from types import SimpleNamespace
from typing import Any

from tests.web.gradebooks import Gradebook
from tests.web.launching import Installation, Visitor

MOODLE, CANVAS = "https://moodle.example.org", "https://canvas.example.edu"
PROGRAMME, OTHER = "hz-2026", "nb-2027"


class Place(SimpleNamespace):
    """A platform with a course that shows a programme, and its administrator."""

    platform: int
    course: int
    admin: Visitor
    programme: str


def settle(tool: Installation, issuer: str, programme: str) -> Place:
    platform = tool.register(issuer)
    course = tool.course(platform, f"course of {issuer}", shows=programme)
    admin = tool.visit(platform, course, "administrator", sub="admin", programme=programme)
    return Place(platform=platform, course=course, admin=admin, programme=programme)


def book(tool: Installation, place: Place, **said: Any) -> Gradebook:
    return Gradebook(tool.db, place.platform, place.course, place.programme, tool.clock(), **said)
