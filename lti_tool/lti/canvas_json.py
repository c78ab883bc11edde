"""`/lti/canvas.json`: the configuration that Canvas takes for a developer key made by hand."""

from typing import Any
from urllib.parse import urlsplit

from lti_tool.config import Settings
from lti_tool.lti.registration import SCOPES


def canvas_configuration(settings: Settings) -> dict[str, Any]:
    """The JSON of Canvas's "Enter URL" developer key."""
    base = settings.server.public_url
    launch = f"{base}/lti/launch"
    name = settings.lti.tool_name
    placements = [
        {"placement": "course_navigation", "message_type": "LtiResourceLinkRequest"},
        {"placement": "assignment_selection", "message_type": "LtiDeepLinkingRequest"},
        {"placement": "link_selection", "message_type": "LtiDeepLinkingRequest"},
    ]
    return {
        "title": name,
        "description": "学分：学习记录换算为培训学分 · Training credits from learning statements",
        "oidc_initiation_url": f"{base}/lti/login",
        "target_link_uri": launch,
        "public_jwk_url": f"{base}/lti/jwks",
        "scopes": list(SCOPES),
        "custom_fields": {},
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": urlsplit(base).netloc,
                "tool_id": "xuefen",
                "privacy_level": "public",
                "settings": {
                    "text": name,
                    "icon_url": f"{base}/static/mark.svg",
                    "placements": [{**one, "target_link_uri": launch, "text": name} for one in placements],
                },
            }
        ],
    }
