"""What single platforms do differently, as overrides of `generic`; nowhere else is a platform's name asked for."""

from lti_tool.lti.platforms.canvas import Canvas
from lti_tool.lti.platforms.generic import Generic
from lti_tool.lti.platforms.moodle import Moodle

_BY_PRODUCT = {"moodle": Moodle(), "canvas": Canvas()}
_GENERIC = Generic()


def find_quirks(product: str) -> Generic:
    """The quirks of a product family (`tool_platform.product_family_code`)."""
    return _BY_PRODUCT.get(product.lower(), _GENERIC)
