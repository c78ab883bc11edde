"""All tables of the tool, one module per subject. Importing this package completes the MetaData."""

from lti_tool.storage.tables import (
    evidence,
    grades,
    indicators,
    lti,
    packages,
    programmes,
    recordings,
    results,
    sign_in,
)
from lti_tool.storage.tables.base import metadata

__all__ = [
    "evidence",
    "grades",
    "indicators",
    "lti",
    "metadata",
    "packages",
    "programmes",
    "recordings",
    "results",
    "sign_in",
]
