"""The answer to a deep linking request (LTI Deep Linking 2.0, 3 and 4): content items, and the claims that carry them.

Nothing here reads or writes anything: what to choose from, signing and sending are the page's.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lti_tool.lti.claims import LTI
from lti_tool.lti.platforms.generic import Generic

RESOURCE_LINK = "ltiResourceLink"
_DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"

#: Platforms allow their clock and ours no difference (Moodle), or take nothing older than five minutes (Canvas).
_BACKDATED = timedelta(seconds=60)
_LIFETIME = timedelta(minutes=5)

#: Compared one by one: what a platform sends here may be anything.
_YES = (True, "true")
_NO = (False, "false")


@dataclass(frozen=True, slots=True)
class LinkingRequest:
    """What a platform takes, as its `deep_linking_settings` say."""

    return_url: str
    takes_links: bool
    takes_several: bool
    takes_line_items: bool  # False only where it says so: one that says nothing may still make the column
    data: str | None  # to be handed back unread


@dataclass(frozen=True, slots=True)
class LineItem:
    """The grade column that an item brings."""

    label: str
    maximum: Decimal
    resource_id: str
    tag: str


@dataclass(frozen=True, slots=True)
class Item:
    """An activity to be made in the course: `custom` comes back with each of its launches."""

    title: str
    custom: Mapping[str, str]
    text: str = ""
    line_item: LineItem | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who answers whom."""

    client_id: str
    issuer: str
    deployment_id: str


def read_request(settings: Mapping[str, Any]) -> LinkingRequest:
    """The settings of a launch whose claims were checked; what is missing is taken as the narrower of two readings."""
    data = settings.get("data")
    return LinkingRequest(
        return_url=settings["deep_link_return_url"],
        takes_links=RESOURCE_LINK in settings["accept_types"],
        takes_several=settings.get("accept_multiple") in _YES,
        takes_line_items=settings.get("accept_lineitem") not in _NO,
        data=data if isinstance(data, str) else None,
    )


def content_items(
    request: LinkingRequest, items: Sequence[Item], launch_url: str, quirks: Generic
) -> list[dict[str, Any]]:
    """The items in the form of the specification, cut to what this platform takes.

    Raises ValueError where it takes none of them, or not so many: whoever chose must be told before.
    """
    if items and not request.takes_links:
        raise ValueError("the platform takes no resource links here")
    if len(items) > 1 and not request.takes_several:
        raise ValueError("the platform takes one item only")
    return [_content_item(request, item, launch_url, quirks) for item in items]


def response_claims(
    request: LinkingRequest, sender: Sender, items: Sequence[Mapping[str, Any]], now: datetime
) -> dict[str, Any]:
    """The claims of an LtiDeepLinkingResponse; an empty list of items says that nothing was chosen."""
    claims = {
        "iss": sender.client_id,
        "aud": sender.issuer,
        "iat": int((now - _BACKDATED).timestamp()),
        "exp": int((now + _LIFETIME).timestamp()),
        "nonce": secrets.token_urlsafe(24),
        LTI + "message_type": "LtiDeepLinkingResponse",
        LTI + "version": "1.3.0",
        LTI + "deployment_id": sender.deployment_id,
        _DL + "content_items": list(items),
    }
    return claims if request.data is None else {**claims, _DL + "data": request.data}


def _content_item(request: LinkingRequest, item: Item, launch_url: str, quirks: Generic) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": RESOURCE_LINK,
        "title": item.title,
        "url": launch_url,
        "custom": quirks.linked_parameters(item.custom),
    }
    if item.text:
        made["text"] = item.text
    if item.line_item is not None and request.takes_line_items:
        made["lineItem"] = quirks.linked_line_item(_line_item(item.line_item), launch_url)
    return made


def _line_item(item: LineItem) -> dict[str, Any]:
    whole = item.maximum == item.maximum.to_integral_value()
    return {
        "label": item.label,
        "scoreMaximum": int(item.maximum) if whole else float(item.maximum),
        "resourceId": item.resource_id,
        "tag": item.tag,
    }
