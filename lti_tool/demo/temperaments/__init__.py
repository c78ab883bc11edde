"""How the platforms differ: one class each, chosen by name."""

from lti_tool.demo.temperaments.canvas import Canvas
from lti_tool.demo.temperaments.generic import Generic
from lti_tool.demo.temperaments.moodle import Moodle

TEMPERAMENTS: dict[str, type[Generic]] = {"generic": Generic, "moodle": Moodle, "canvas": Canvas}
