"""Whose credits cannot be computed: noted, shown, and tried again later."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "failed_computations",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("participant_id", sa.String(length=255), nullable=False),
        sa.Column("touch", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=False),
        sa.Column("again_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id", "participant_id"],
            ["participants.programme_id", "participants.id"],
            name=op.f("fk_failed_computations_programme_id_participant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("programme_id", "participant_id", name=op.f("pk_failed_computations")),
    )


def downgrade() -> None:
    op.drop_table("failed_computations")
