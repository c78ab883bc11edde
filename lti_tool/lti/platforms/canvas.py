"""Canvas, by its documentation and source."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from lti_tool.lti.platforms.generic import Generic

_EXT = "https://canvas.instructure.com/lti/"


class Canvas(Generic):
    """Canvas refuses a registration with a message type or placement that it does not know (422).

    Hosted Canvas has one issuer for all schools, and takes registrations at the school's own address.
    """

    shared_issuers = frozenset(f"https://canvas.{environment}instructure.com" for environment in ("", "beta.", "test."))
    registers_elsewhere = True

    comments_accumulate = True
    links_are_drafts = True

    def registration_messages(self, base: str, name: str) -> list[dict[str, Any]]:
        target = f"{base}/lti/launch"
        return [
            {
                "type": "LtiResourceLinkRequest",
                "target_link_uri": target,
                "label": name,
                "placements": [f"{_EXT}course_navigation"],
                f"{_EXT}course_navigation/default_enabled": True,
            },
            {
                "type": "LtiDeepLinkingRequest",
                "target_link_uri": target,
                "label": name,
                "placements": [f"{_EXT}assignment_selection", f"{_EXT}link_selection"],
            },
        ]

    def registration_extensions(self) -> dict[str, Any]:
        """Without names and addresses nobody could be matched with the roster."""
        return {f"{_EXT}privacy_level": "public", f"{_EXT}tool_id": "xuefen", f"{_EXT}vendor": "Xuefen"}

    def score_extensions(self, *, resend: bool, replaces: bool = False) -> dict[str, Any]:
        """Each score is a new attempt, and is written over a teacher's grade, unless it says otherwise."""
        said = {"new_submission": False} if resend else {}
        said |= {} if replaces else {"prioritize_non_tool_grade": True}
        return {f"{_EXT}submission": said} if said else {}

    def linked_line_item(self, line_item: dict[str, Any], review_url: str) -> dict[str, Any]:  # noqa: ARG002
        """Canvas knows no submission review, and opens an assignment's launch from its SpeedGrader."""
        return line_item

    def serves_from(self, url: str, registered: Sequence[str | None], services: str | None) -> bool:
        """Hosted Canvas signs as instructure.com, while a school's services are on the school's own host.

        Which one that is only the signed launch can tell: all service addresses of a launch must agree on it, by https.
        """
        if super().serves_from(url, registered, services):
            return True
        hosts = [urlsplit(other).hostname or "" for other in registered if other]
        hosted = any(host.endswith(".instructure.com") for host in hosts)
        there = urlsplit(url)
        return hosted and there.scheme == "https" and bool(services) and there[:2] == urlsplit(services)[:2]
