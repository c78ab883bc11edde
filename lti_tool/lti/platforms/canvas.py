"""Canvas, by its documentation and source."""

from typing import Any

from lti_tool.lti.platforms.generic import Generic

_EXT = "https://canvas.instructure.com/lti/"


class Canvas(Generic):
    """Canvas refuses a registration with a message type or placement that it does not know (422)."""

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

    def score_extensions(self, *, resend: bool) -> dict[str, Any]:
        """Each score is a new attempt unless it says otherwise."""
        return {f"{_EXT}submission": {"new_submission": False}} if resend else {}
