"""Uploaded packages, and what can be opened in each."""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, Integer, String, Table, Text

from lti_tool.storage.tables.base import metadata
from lti_tool.storage.types import JsonText, UtcDateTime

packages = Table(
    "packages",
    metadata,
    Column("key", String(36), primary_key=True),  # part of the activity ids: known to whoever reads statements
    Column("programme_id", String(255), nullable=False),
    Column("address", String(32), nullable=False, unique=True),  # part of the web address: known to whoever may look
    Column("kind", String(16), nullable=False),  # html | xapi | cmi5 | h5p
    Column("title", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("files", Integer, nullable=False),
    Column("left_out", JsonText, nullable=False),  # entries of kinds that are not served
    # The programme's course that its time counts for, as `courses.iri`; NULL: where the programme file lists its id.
    Column("course", Text),
    Column("uploaded_at", UtcDateTime, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    # Its files are gone; the row stays, so that what was studied goes on counting.
    Column("removed_at", UtcDateTime),
    ForeignKeyConstraint(["programme_id"], ["programmes.id"], ondelete="CASCADE"),
    Index(None, "programme_id", "uploaded_at"),
)

package_units = Table(
    "package_units",
    metadata,
    Column("package_key", String(36), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("address", Text, nullable=False),  # below the package's own, or a whole web address
    Column("track", String(16), nullable=False),
    Column("activity", Text, nullable=False),  # what its statements are about
    Column("settings", JsonText, nullable=False),  # of a cmi5 unit, by the names of the custom parameters
    ForeignKeyConstraint(["package_key"], ["packages.key"], ondelete="CASCADE"),
)
