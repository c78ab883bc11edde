"""Every table of the installation: the tool's own and the record store's."""

from sqlalchemy import MetaData

from lti_tool.storage.tables import metadata as tool
from xapi.tables import metadata as statements


def all_metadata() -> tuple[MetaData, ...]:
    """The tool's MetaData and the record store's, complete."""
    return (tool, statements)
