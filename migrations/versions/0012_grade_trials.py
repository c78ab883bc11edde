"""Trials of a course's gradebook: a column and a grade of their own, made, read and removed again."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "grade_trials",
        sa.Column("context_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["context_id"], ["lti_contexts.id"], name=op.f("fk_grade_trials_context_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_grade_trials_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("context_id", name=op.f("pk_grade_trials")),
    )
    op.create_index(op.f("ix_grade_trials_platform_id"), "grade_trials", ["platform_id"], unique=False)


def downgrade() -> None:
    op.drop_table("grade_trials")
