"""Moodle 4.5, as observed."""

from lti_tool.lti.platforms.generic import Generic


class Moodle(Generic):
    """Moodle keeps to the defaults where a tool asks; what differs shows in its answers (`grades`)."""
