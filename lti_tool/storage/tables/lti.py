"""Platforms, their courses and people, and what a launch leaves behind."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from lti_tool.storage.tables.base import metadata
from lti_tool.storage.types import BigKey, JsonText, UtcDateTime

_HASH = LargeBinary(32)


def _belongs_to(table: str, *, nullable: bool = False) -> Column[int]:
    singular = {
        "lti_platforms": "platform_id",
        "lti_contexts": "context_id",
        "lti_deployments": "deployment_id",
    }
    return Column(
        singular[table], Integer, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=nullable, index=True
    )


lti_platforms = Table(
    "lti_platforms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("product", String(64), nullable=False, server_default="generic"),
    Column("auth_login_url", Text, nullable=False),
    Column("auth_token_url", Text, nullable=False),
    Column("key_set_url", Text, nullable=False),
    # Platforms that do not name a deployment when they register: the first signed launch brings it.
    Column("learns_deployments", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("issuer", "client_id"),
)

lti_deployments = Table(
    "lti_deployments",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs_to("lti_platforms"),
    Column("deployment_id", Text, nullable=False),
    UniqueConstraint("platform_id", "deployment_id"),
)

lti_contexts = Table(
    "lti_contexts",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs_to("lti_platforms"),
    _belongs_to("lti_deployments"),
    Column("context_id", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("label", Text, nullable=False, server_default=""),
    Column("programme_id", String(255), index=True),
    Column("lineitems_url", Text),
    Column("scopes", JsonText, nullable=False),
    Column("memberships_url", Text),
    Column("seen_at", UtcDateTime, nullable=False),
    UniqueConstraint("deployment_id", "context_id"),
)

lti_resource_links = Table(
    "lti_resource_links",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs_to("lti_contexts"),
    Column("resource_link_id", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("lineitem_url", Text),
    Column("custom", JsonText, nullable=False),
    UniqueConstraint("context_id", "resource_link_id"),
)

lti_members = Table(
    "lti_members",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs_to("lti_contexts"),
    Column("sub", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("number", Text, nullable=False, server_default=""),  # the institution's own
    Column("roles", JsonText, nullable=False),
    Column("is_trainee", Boolean, nullable=False),
    Column("participant_id", String(255)),
    Column("linked_by", String(16)),  # account | email | number | hand
    Column("seen_at", UtcDateTime),  # the last launch; NULL: known from the roster alone
    Column("left_at", UtcDateTime),
    UniqueConstraint("context_id", "sub"),
    Index(None, "participant_id"),
)

lti_rosters = Table(
    "lti_rosters",
    metadata,
    # How reading the LMS's list of a course's people went, and when it is due again.
    Column("context_id", Integer, ForeignKey("lti_contexts.id", ondelete="CASCADE"), primary_key=True),
    Column("programme_id", String(255)),  # that people were matched with: another one makes the roster due
    Column("asked_at", UtcDateTime, nullable=False),  # with or without success
    Column("busy_until", UtcDateTime),  # somebody is reading it, or has died doing so
    Column("next_at", UtcDateTime, nullable=False, index=True),
    Column("read_at", UtcDateTime),  # NULL: never yet with success
    Column("counts", JsonText),  # what that reading found
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    Column("problem", String(32)),
    Column("detail", Text),
)

lti_keys = Table(
    "lti_keys",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("private_pem", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),  # no longer signs; stays in the key set until it has aged out
)

lti_invitations = Table(
    "lti_invitations",
    metadata,
    Column("token_hash", _HASH, primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

lti_states = Table(
    "lti_states",
    metadata,
    Column("state_hash", _HASH, primary_key=True),
    _belongs_to("lti_platforms"),
    Column("nonce_hash", _HASH, nullable=False),
    Column("cookie_hash", _HASH, nullable=False),
    # For browsers that keep no cookie: the frame that keeps things for us, and the hash of what it was given.
    Column("storage_target", Text),
    Column("storage_hash", _HASH),
    Column("target_link_uri", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime),
)

lti_sessions = Table(
    "lti_sessions",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("token_hash", _HASH, nullable=False, unique=True),
    Column("cookie_hash", _HASH, index=True),  # NULL: the browser keeps no cookies here, the path token alone must do
    _belongs_to("lti_platforms"),
    _belongs_to("lti_contexts"),
    Column("resource_link_row", Integer),
    Column("sub", Text, nullable=False),
    Column("audience_role", String(16), nullable=False),
    Column("programme_id", String(255)),
    Column("participant_id", String(255)),
    Column("details", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

lti_refusals = Table(
    "lti_refusals",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    _belongs_to("lti_platforms", nullable=True),
    Column("code", String(64), nullable=False),
    Column("detail", Text, nullable=False),
)

lti_key_sets = Table(
    "lti_key_sets",
    metadata,
    # Platforms' public keys as last fetched, shared by all server processes.
    Column("url", Text, primary_key=True),
    Column("keys", JsonText, nullable=False),
    Column("fetched_at", UtcDateTime),  # NULL: never yet with success
    Column("asked_at", UtcDateTime, nullable=False),  # with or without success: nobody is asked too often
    Column("problem", Text),  # why the last attempt brought nothing
)
