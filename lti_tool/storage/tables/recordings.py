"""学分录入: what was entered for whom, when, by whom, with which receipt, and under which rules. Never overwritten."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, String, Table, Text

from lti_tool.storage.tables.base import metadata
from lti_tool.storage.types import BigKey, DecimalText, JsonText, UtcDateTime

rule_set_versions = Table(
    "rule_set_versions",
    metadata,
    # Rules under which something was entered, whole: a file may change or vanish, what was recorded keeps its rules.
    Column("hash", String(64), primary_key=True),
    Column("rule_set", Text, nullable=False),
    Column("source", Text, nullable=False),  # the TOML file
    Column("settings", JsonText, nullable=False),  # [programme.rules] over it
)

recording_batches = Table(
    "recording_batches",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("programme_id", String(255), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("receipt", Text),
    ForeignKeyConstraint(["programme_id"], ["programmes.id"], ondelete="CASCADE"),
)

recordings = Table(
    "recordings",
    metadata,
    Column("batch_id", BigKey, primary_key=True, autoincrement=False),
    Column("participant_id", String(255), primary_key=True),
    Column("programme_id", String(255), nullable=False),
    Column("credits", DecimalText, nullable=False),
    Column("rule_set_hash", String(64), nullable=False),
    ForeignKeyConstraint(["batch_id"], ["recording_batches.id"], ondelete="CASCADE"),
    ForeignKeyConstraint(["rule_set_hash"], ["rule_set_versions.hash"]),
    Index(None, "programme_id", "participant_id"),
)
