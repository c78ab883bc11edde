"""LTI: platforms, keys, launches, courses and their people."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "lti_invitations",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_lti_invitations")),
    )
    op.create_table(
        "lti_key_sets",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_lti_key_sets")),
    )
    op.create_table(
        "lti_keys",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("private_pem", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_lti_keys")),
    )
    op.create_table(
        "lti_platforms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("product", sa.String(length=64), server_default="generic", nullable=False),
        sa.Column("auth_login_url", sa.Text(), nullable=False),
        sa.Column("auth_token_url", sa.Text(), nullable=False),
        sa.Column("key_set_url", sa.Text(), nullable=False),
        sa.Column("learns_deployments", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_platforms")),
        sa.UniqueConstraint("issuer", "client_id", name=op.f("uq_lti_platforms_issuer_client_id")),
    )
    op.create_table(
        "lti_deployments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_lti_deployments_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_deployments")),
        sa.UniqueConstraint("platform_id", "deployment_id", name=op.f("uq_lti_deployments_platform_id_deployment_id")),
    )
    op.create_index(op.f("ix_lti_deployments_platform_id"), "lti_deployments", ["platform_id"], unique=False)
    op.create_table(
        "lti_refusals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_lti_refusals_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_refusals")),
    )
    op.create_index(op.f("ix_lti_refusals_at"), "lti_refusals", ["at"], unique=False)
    op.create_index(op.f("ix_lti_refusals_platform_id"), "lti_refusals", ["platform_id"], unique=False)
    op.create_table(
        "lti_states",
        sa.Column("state_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("nonce_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("cookie_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("storage_target", sa.Text(), nullable=True),
        sa.Column("storage_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("target_link_uri", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_lti_states_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_lti_states")),
    )
    op.create_index(op.f("ix_lti_states_expires_at"), "lti_states", ["expires_at"], unique=False)
    op.create_index(op.f("ix_lti_states_platform_id"), "lti_states", ["platform_id"], unique=False)
    op.create_table(
        "lti_contexts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=True),
        sa.Column("lineitems_url", sa.Text(), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("memberships_url", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["lti_deployments.id"], name=op.f("fk_lti_contexts_deployment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_lti_contexts_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_contexts")),
        sa.UniqueConstraint("deployment_id", "context_id", name=op.f("uq_lti_contexts_deployment_id_context_id")),
    )
    op.create_index(op.f("ix_lti_contexts_deployment_id"), "lti_contexts", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_lti_contexts_platform_id"), "lti_contexts", ["platform_id"], unique=False)
    op.create_index(op.f("ix_lti_contexts_programme_id"), "lti_contexts", ["programme_id"], unique=False)
    op.create_table(
        "lti_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("is_trainee", sa.Boolean(), nullable=False),
        sa.Column("participant_id", sa.String(length=255), nullable=True),
        sa.Column("linked_by", sa.String(length=16), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["context_id"], ["lti_contexts.id"], name=op.f("fk_lti_members_context_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_members")),
        sa.UniqueConstraint("context_id", "sub", name=op.f("uq_lti_members_context_id_sub")),
    )
    op.create_index(op.f("ix_lti_members_context_id"), "lti_members", ["context_id"], unique=False)
    op.create_index(op.f("ix_lti_members_participant_id"), "lti_members", ["participant_id"], unique=False)
    op.create_table(
        "lti_resource_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("resource_link_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("lineitem_url", sa.Text(), nullable=True),
        sa.Column("custom", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_id"], ["lti_contexts.id"], name=op.f("fk_lti_resource_links_context_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_resource_links")),
        sa.UniqueConstraint(
            "context_id", "resource_link_id", name=op.f("uq_lti_resource_links_context_id_resource_link_id")
        ),
    )
    op.create_index(op.f("ix_lti_resource_links_context_id"), "lti_resource_links", ["context_id"], unique=False)
    op.create_table(
        "lti_rosters",
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["context_id"], ["lti_contexts.id"], name=op.f("fk_lti_rosters_context_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("context_id", name=op.f("pk_lti_rosters")),
    )
    op.create_index(op.f("ix_lti_rosters_next_at"), "lti_rosters", ["next_at"], unique=False)
    op.create_table(
        "lti_sessions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("cookie_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("resource_link_row", sa.Integer(), nullable=True),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("audience_role", sa.String(length=16), nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=True),
        sa.Column("participant_id", sa.String(length=255), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_id"], ["lti_contexts.id"], name=op.f("fk_lti_sessions_context_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_lti_sessions_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_lti_sessions_token_hash")),
    )
    op.create_index(op.f("ix_lti_sessions_context_id"), "lti_sessions", ["context_id"], unique=False)
    op.create_index(op.f("ix_lti_sessions_expires_at"), "lti_sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_lti_sessions_platform_id"), "lti_sessions", ["platform_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_lti_sessions_platform_id"), table_name="lti_sessions")
    op.drop_index(op.f("ix_lti_sessions_expires_at"), table_name="lti_sessions")
    op.drop_index(op.f("ix_lti_sessions_context_id"), table_name="lti_sessions")
    op.drop_table("lti_sessions")
    op.drop_index(op.f("ix_lti_rosters_next_at"), table_name="lti_rosters")
    op.drop_table("lti_rosters")
    op.drop_index(op.f("ix_lti_resource_links_context_id"), table_name="lti_resource_links")
    op.drop_table("lti_resource_links")
    op.drop_index(op.f("ix_lti_members_participant_id"), table_name="lti_members")
    op.drop_index(op.f("ix_lti_members_context_id"), table_name="lti_members")
    op.drop_table("lti_members")
    op.drop_index(op.f("ix_lti_contexts_programme_id"), table_name="lti_contexts")
    op.drop_index(op.f("ix_lti_contexts_platform_id"), table_name="lti_contexts")
    op.drop_index(op.f("ix_lti_contexts_deployment_id"), table_name="lti_contexts")
    op.drop_table("lti_contexts")
    op.drop_index(op.f("ix_lti_states_platform_id"), table_name="lti_states")
    op.drop_index(op.f("ix_lti_states_expires_at"), table_name="lti_states")
    op.drop_table("lti_states")
    op.drop_index(op.f("ix_lti_refusals_platform_id"), table_name="lti_refusals")
    op.drop_index(op.f("ix_lti_refusals_at"), table_name="lti_refusals")
    op.drop_table("lti_refusals")
    op.drop_index(op.f("ix_lti_deployments_platform_id"), table_name="lti_deployments")
    op.drop_table("lti_deployments")
    op.drop_table("lti_platforms")
    op.drop_table("lti_keys")
    op.drop_table("lti_key_sets")
    op.drop_table("lti_invitations")
