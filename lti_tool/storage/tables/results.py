"""Credits as last computed: a cache of the pure function, never the only copy."""

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Integer, String, Table, Text

from lti_tool.storage.tables.base import metadata
from lti_tool.storage.types import DecimalText, JsonText, UtcDateTime

results = Table(
    "results",
    metadata,
    Column("programme_id", String(255), primary_key=True),
    Column("participant_id", String(255), primary_key=True),
    Column("computed_touch", Integer, nullable=False),
    Column("computed_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),  # since when the figures stand as they are
    Column("accrued", DecimalText, nullable=False),
    Column("maximum", DecimalText, nullable=False),
    Column("online", DecimalText, nullable=False),
    Column("online_maximum", DecimalText, nullable=False),
    Column("online_seconds", Integer, nullable=False),
    Column("online_required", Integer, nullable=False),
    Column("online_met", Boolean, nullable=False),
    Column("offline", DecimalText, nullable=False),
    Column("offline_maximum", DecimalText, nullable=False),
    Column("offline_met", Boolean, nullable=False),
    Column("practice", DecimalText, nullable=False),
    Column("practice_maximum", DecimalText, nullable=False),
    Column("practice_surplus", DecimalText, nullable=False),
    Column("practice_met", Boolean, nullable=False),
    Column("status", String(24), nullable=False),
    Column("unmet", JsonText, nullable=False),
    Column("recorded", DecimalText, nullable=False),
    Column("shown", DecimalText),  # in the gradebook, where that is another figure than `accrued`
    Column("focus_points", JsonText, nullable=False),
    # Reasons why something of this person does not count yet, so that lists can be filtered by them.
    Column("obstacles", JsonText, nullable=False),
    Column("rule_set", Text, nullable=False),
    Column("rule_set_hash", String(64), nullable=False),
    ForeignKeyConstraint(
        ["programme_id", "participant_id"],
        ["participants.programme_id", "participants.id"],
        ondelete="CASCADE",
    ),
    Index(None, "programme_id", "status"),
)

failed_computations = Table(
    "failed_computations",
    metadata,
    # The last failure of a person; it stands as long as `touch` is theirs, and they have not been computed since.
    Column("programme_id", String(255), primary_key=True),
    Column("participant_id", String(255), primary_key=True),
    Column("touch", Integer, nullable=False),
    Column("failed_at", UtcDateTime, nullable=False),
    Column("again_at", UtcDateTime, nullable=False),
    Column("error", String(64), nullable=False),  # its kind; what it says may hold figures of people
    ForeignKeyConstraint(
        ["programme_id", "participant_id"],
        ["participants.programme_id", "participants.id"],
        ondelete="CASCADE",
    ),
)
