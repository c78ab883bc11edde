"""The defaults: what the specifications say, for any platform."""

from typing import Any


class Generic:
    """A platform that does as the specifications say."""

    def registration_messages(self, base: str, name: str) -> list[dict[str, Any]]:
        """The messages to register for (Dynamic Registration 4.4)."""
        return [
            {"type": "LtiResourceLinkRequest", "target_link_uri": f"{base}/lti/launch", "label": name},
            {"type": "LtiDeepLinkingRequest", "target_link_uri": f"{base}/lti/launch", "label": name},
            {"type": "LtiSubmissionReviewRequest", "target_link_uri": f"{base}/lti/launch", "label": name},
        ]

    def registration_extensions(self) -> dict[str, Any]:
        """Further keys of the tool configuration."""
        return {}

    def score_extensions(self, *, resend: bool) -> dict[str, Any]:  # noqa: ARG002 - overridden
        """Further keys of a score."""
        return {}
