"""Whom a statement is about, beside whom it merely names: an index, since a teacher is named in thousands."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    op.create_index(
        "ix_xapi_statement_agents_direct",
        "xapi_statement_agents",
        ["agent_id", "seq"],
        sqlite_where=sa.text("direct IS 1"),
        postgresql_where=sa.text("direct IS true"),
    )


def downgrade() -> None:
    op.drop_index("ix_xapi_statement_agents_direct", table_name="xapi_statement_agents")
