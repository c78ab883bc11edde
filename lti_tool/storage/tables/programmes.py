"""Programmes and their rosters as loaded from programme files (contract §5)."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
    text,
)

from lti_tool.storage.tables.base import metadata
from lti_tool.storage.types import BigKey, DecimalText, JsonText, UtcDateTime

_ID = String(255)


def _programme_key() -> Column[str]:
    return Column("programme_id", _ID, primary_key=True)


def _belongs_to_programme() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["programme_id"], ["programmes.id"], ondelete="CASCADE")


programmes = Table(
    "programmes",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("title", Text, nullable=False),
    Column("rule_set", Text, nullable=False),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("settings", JsonText, nullable=False),
    # Grows with every load: whoever keeps a programme in memory sees that it has changed.
    Column("version", Integer, nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
)

schools = Table(
    "schools",
    metadata,
    _programme_key(),
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("staff", Integer),
    Column("kind", String(32), nullable=False),
    _belongs_to_programme(),
)

groups = Table(
    "groups",
    metadata,
    _programme_key(),
    Column("id", _ID, primary_key=True),
    Column("school_id", _ID, nullable=False),
    Column("name", Text, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("focus_points", JsonText, nullable=False),
    _belongs_to_programme(),
)

participants = Table(
    "participants",
    metadata,
    _programme_key(),
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("group_id", _ID, nullable=False),
    Column("school_id", _ID, nullable=False),
    Column("position", String(16), nullable=False),
    Column("extra_groups", JsonText, nullable=False),
    Column("joined", Date),
    Column("left_at", UtcDateTime),
    # Counts what happened to this person's evidence or plan; `results.computed_touch` says how much of it is in.
    Column("touched", Integer, nullable=False, server_default=text("1")),
    _belongs_to_programme(),
    Index(None, "programme_id", "group_id"),
    Index(None, "programme_id", "school_id"),
)

staff = Table(
    "staff",
    metadata,
    _programme_key(),
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(32), nullable=False),
    Column("scope", JsonText, nullable=False),
    _belongs_to_programme(),
)

identifiers = Table(
    "identifiers",
    metadata,
    _programme_key(),
    Column("key", Text, primary_key=True),
    Column("person_id", _ID, nullable=False),
    # file: from the programme file; launch: linked at an LTI launch; hand: by an administrator; import: from a sheet
    Column("source", String(16), nullable=False),
    _belongs_to_programme(),
    Index(None, "key"),
    Index(None, "programme_id", "person_id"),
)

courses = Table(
    "courses",
    metadata,
    _programme_key(),
    Column("iri", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("focus_points", JsonText, nullable=False),
    Column("review", String(16)),
    _belongs_to_programme(),
)

offline_classes = Table(
    "offline_classes",
    metadata,
    _programme_key(),
    Column("id", _ID, primary_key=True),
    Column("title", Text, nullable=False),
    Column("schools", JsonText, nullable=False),
    Column("host_school", _ID),
    Column("participants", JsonText),
    Column("size", Integer),
    Column("size_reason", Text),
    Column("team_training", Boolean, nullable=False, server_default=false()),
    _belongs_to_programme(),
)

offline_sessions = Table(
    "offline_sessions",
    metadata,
    _programme_key(),
    Column("class_id", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("credits", DecimalText, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("makeup_for", _ID),
    ForeignKeyConstraint(
        ["programme_id", "class_id"],
        ["offline_classes.programme_id", "offline_classes.id"],
        ondelete="CASCADE",
    ),
)

practice_activities = Table(
    "practice_activities",
    metadata,
    _programme_key(),
    Column("id", _ID, primary_key=True),
    Column("title", Text, nullable=False),
    Column("credits", DecimalText, nullable=False),
    Column("focus_points", JsonText, nullable=False),
    Column("required_stages", JsonText, nullable=False),
    _belongs_to_programme(),
)

waivers = Table(
    "waivers",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("programme_id", _ID, nullable=False, index=True),
    Column("breach", String(64), nullable=False),
    Column("subject", _ID, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    _belongs_to_programme(),
)

records = Table(
    "records",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("programme_id", _ID, nullable=False, index=True),
    Column("kind", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("school_id", _ID),
    Column("title", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("participants", JsonText, nullable=False),
    Column("basis", JsonText, nullable=False),
    Column("link", Text, nullable=False),
    _belongs_to_programme(),
)

course_links = Table(
    "course_links",
    metadata,
    # `programme link`: which LMS course shows which programme, known even before its first launch.
    Column("issuer", Text, primary_key=True),
    Column("context_id", Text, primary_key=True),
    Column("programme_id", _ID, nullable=False),
    Column("by_deep_linking", Boolean, nullable=False, server_default=false()),
    _belongs_to_programme(),
    Index(None, "programme_id"),
)
