"""The defaults: what the specifications say, for any platform."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit


class Generic:
    """A platform that does as the specifications say."""

    #: Issuers under which several installations register, each at its own address.
    shared_issuers: frozenset[str] = frozenset()

    #: Whether registrations are taken on another host than the one that serves the configuration.
    registers_elsewhere = False

    #: Whether each score adds a comment to those before, instead of replacing the one that is there.
    comments_accumulate = False

    #: Whether a column's results can be asked for page by page.
    pages_results = True

    #: Whether what deep linking makes stays hidden from learners until a teacher publishes it.
    links_are_drafts = False

    #: Whether the roster calls a teacher a learner who may not edit the course; the launch knows better.
    roster_demotes_assistants = False

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

    def score_extensions(self, *, resend: bool, replaces: bool = False) -> dict[str, Any]:  # noqa: ARG002 - overridden
        """Further keys of a score. `replaces`: whatever stands there, also if a teacher entered it."""
        return {}

    def linked_parameters(self, custom: Mapping[str, str]) -> dict[str, str]:
        """Custom parameters of a deep-linked item."""
        return dict(custom)

    def linked_line_item(self, line_item: dict[str, Any], review_url: str) -> dict[str, Any]:
        """The line item of a deep-linked item: its grades can be reviewed here (Submission Review 1.0)."""
        statuses = ["InProgress", "Submitted", "Completed"]
        return {**line_item, "submissionReview": {"reviewableStatus": statuses, "url": review_url}}

    def serves_from(self, url: str, registered: Sequence[str | None], services: str | None) -> bool:  # noqa: ARG002
        """Whether a service address may be the platform's: on a host of its registration.

        `services` is another service address of the same signed launch, for platforms whose services live elsewhere.
        """
        return any(urlsplit(url)[:2] == urlsplit(other)[:2] for other in registered if other)
