"""Indicators as they stood, week by week."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_NUMBERS = ("people", "begun", "online", "offline", "practice", "plan", "qualified", "logs_missing", "time_doubtful")


def upgrade() -> None:
    op.create_table(
        "indicator_snapshots",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("school_id", sa.String(length=255), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _NUMBERS),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_indicator_snapshots_programme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("programme_id", "week", "school_id", name=op.f("pk_indicator_snapshots")),
    )


def downgrade() -> None:
    op.drop_table("indicator_snapshots")
