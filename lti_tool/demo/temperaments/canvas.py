"""Canvas: what its LTI services do differently, as read from its source."""

from lti_tool.demo.temperaments.generic import Generic


class Canvas(Generic):
    product = "canvas"
    platform_name = "示例 Canvas"
    version = "cloud"
    default_issuer = "https://canvas.instructure.com"
    id_token_seconds = 3600
    key_set_max_age = 864000
