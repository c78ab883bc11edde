"""Moodle 4.5, as observed."""

from collections.abc import Mapping

from lti_tool.lti.platforms.generic import Generic


class Moodle(Generic):
    """Moodle keeps to the defaults where a tool asks; what differs shows in its answers (`grades`)."""

    #: With a `limit`, 4.5 stumbles over its own link to the last page and answers 404 with an error page.
    pages_results = False
    roster_demotes_assistants = True

    def linked_parameters(self, custom: Mapping[str, str]) -> dict[str, str]:
        """Kept as lines `name=value`: a value of several lines would become further parameters."""
        return {name: " ".join(value.split()) for name, value in custom.items()}
