"""What statements say, independent of any roster: who a key belongs to is looked up when it is read.

So a person, a course or a class that becomes known later changes nothing here and loses nothing.
"""

from sqlalchemy import Boolean, Column, Index, String, Table, Text, UniqueConstraint, false, text

from lti_tool.storage.tables.base import metadata
from lti_tool.storage.types import BigKey, UtcDateTime

_NO_STUDY = text("kind <> 'online'")

evidence = Table(
    "evidence",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("statement", String(36), nullable=False),
    Column("tenant", String(255)),  # programme of the sending credential; NULL: wherever the person matches
    Column("subject_key", Text, nullable=False),  # whose credits it is about
    Column("actor_key", Text, nullable=False),  # who says so
    Column("kind", String(16), nullable=False),
    Column("activity", Text, nullable=False),
    Column("timestamp", UtcDateTime, nullable=False),
    Column("stored", UtcDateTime, nullable=False),
    Column("voided", Boolean, nullable=False, server_default=false()),
    Column("facts", Text, nullable=False),  # JSON, read only by whoever makes evidence of it
    UniqueConstraint("statement", "subject_key"),
    Index(None, "subject_key", "timestamp"),
    Index(None, "tenant", "stored"),
)

#: What is no study: a few rows a person among thousands. A query that says exactly this finds them by a small index.
NO_STUDY = text("evidence.kind <> 'online'")
Index("ix_evidence_no_study", evidence.c.subject_key, sqlite_where=_NO_STUDY, postgresql_where=_NO_STUDY)
