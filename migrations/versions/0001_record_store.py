"""The record store: statements, what they refer to, documents, credentials."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

UUID = sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    op.create_table(
        "xapi_activities",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_activities")),
        sa.UniqueConstraint("key", name=op.f("uq_xapi_activities_key")),
    )
    op.create_table(
        "xapi_agent_names",
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "name", name=op.f("pk_xapi_agent_names")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "xapi_agents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_agents")),
        sa.UniqueConstraint("key", name=op.f("uq_xapi_agents_key")),
    )
    op.create_table(
        "xapi_credentials",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_credentials")),
        sa.UniqueConstraint("key", name=op.f("uq_xapi_credentials_key")),
    )
    op.create_index("ix_xapi_credentials_expires_at", "xapi_credentials", ["expires_at"], unique=False)
    op.create_table(
        "xapi_documents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("registration", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_documents")),
        sa.UniqueConstraint(
            "resource", "tenant", "activity", "agent", "registration", "name", name="uq_xapi_documents_key"
        ),
    )
    op.create_table(
        "xapi_forwards",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_xapi_forwards")),
    )
    op.create_table(
        "xapi_imports",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_xapi_imports")),
    )
    op.create_table(
        "xapi_statement_activities",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("activity_id", "seq", name=op.f("pk_xapi_statement_activities")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "xapi_statement_agents",
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "seq", name=op.f("pk_xapi_statement_agents")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "xapi_statement_attachments",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("sha2", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "sha2", name=op.f("pk_xapi_statement_attachments")),
    )
    op.create_table(
        "xapi_statement_references",
        sa.Column("target", UUID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("target", "seq", name=op.f("pk_xapi_statement_references")),
    )
    op.create_index("ix_xapi_statement_references_seq", "xapi_statement_references", ["seq"], unique=False)
    op.create_table(
        "xapi_statements",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("credential_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("verb_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=True),
        sa.Column("registration", UUID, nullable=True),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("major", sa.SmallInteger(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_xapi_statements")),
        sa.UniqueConstraint("id", name=op.f("uq_xapi_statements_id")),
    )
    op.create_index("ix_xapi_statements_activity", "xapi_statements", ["activity_id", "seq"], unique=False)
    op.create_index("ix_xapi_statements_actor", "xapi_statements", ["actor_id", "seq"], unique=False)
    op.create_index("ix_xapi_statements_credential", "xapi_statements", ["credential_id", "seq"], unique=False)
    op.create_index(
        "ix_xapi_statements_registration",
        "xapi_statements",
        ["registration", "seq"],
        unique=False,
        sqlite_where=sa.text("registration IS NOT NULL"),
        postgresql_where=sa.text("registration IS NOT NULL"),
    )
    op.create_index(
        "ix_xapi_statements_tenant",
        "xapi_statements",
        ["tenant", "seq"],
        unique=False,
        sqlite_where=sa.text("tenant IS NOT NULL"),
        postgresql_where=sa.text("tenant IS NOT NULL"),
    )
    op.create_index("ix_xapi_statements_verb", "xapi_statements", ["verb_id", "seq"], unique=False)
    op.create_table(
        "xapi_verbs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_verbs")),
        sa.UniqueConstraint("key", name=op.f("uq_xapi_verbs_key")),
    )
    op.create_table(
        "xapi_voids",
        sa.Column("target", UUID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("target", "seq", name=op.f("pk_xapi_voids")),
    )


def downgrade() -> None:
    op.drop_table("xapi_voids")
    op.drop_table("xapi_verbs")
    op.drop_index("ix_xapi_statements_verb", table_name="xapi_statements")
    op.drop_index(
        "ix_xapi_statements_tenant",
        table_name="xapi_statements",
        sqlite_where=sa.text("tenant IS NOT NULL"),
        postgresql_where=sa.text("tenant IS NOT NULL"),
    )
    op.drop_index(
        "ix_xapi_statements_registration",
        table_name="xapi_statements",
        sqlite_where=sa.text("registration IS NOT NULL"),
        postgresql_where=sa.text("registration IS NOT NULL"),
    )
    op.drop_index("ix_xapi_statements_credential", table_name="xapi_statements")
    op.drop_index("ix_xapi_statements_actor", table_name="xapi_statements")
    op.drop_index("ix_xapi_statements_activity", table_name="xapi_statements")
    op.drop_table("xapi_statements")
    op.drop_index("ix_xapi_statement_references_seq", table_name="xapi_statement_references")
    op.drop_table("xapi_statement_references")
    op.drop_table("xapi_statement_attachments")
    op.drop_table("xapi_statement_agents")
    op.drop_table("xapi_statement_activities")
    op.drop_table("xapi_imports")
    op.drop_table("xapi_forwards")
    op.drop_table("xapi_documents")
    op.drop_index("ix_xapi_credentials_expires_at", table_name="xapi_credentials")
    op.drop_table("xapi_credentials")
    op.drop_table("xapi_agents")
    op.drop_table("xapi_agent_names")
    op.drop_table("xapi_activities")
