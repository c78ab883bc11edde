from lti_tool.storage.tables.base import metadata  # noqa: F401
