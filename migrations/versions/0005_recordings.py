"""学分录入: batches, what they entered for whom, and the rules that it was entered under."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "rule_set_versions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_rule_set_versions")),
    )
    op.create_table(
        "recording_batches",
        _key("id"),
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_recording_batches_programme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_batches")),
    )
    op.create_index(op.f("ix_recording_batches_programme_id"), "recording_batches", ["programme_id"], unique=False)
    op.create_table(
        "recordings",
        _key("batch_id"),
        sa.Column("participant_id", sa.String(length=255), nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("credits", sa.Text(), nullable=False),
        sa.Column("rule_set_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["recording_batches.id"], name=op.f("fk_recordings_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rule_set_hash"], ["rule_set_versions.hash"], name=op.f("fk_recordings_rule_set_hash")
        ),
        sa.PrimaryKeyConstraint("batch_id", "participant_id", name=op.f("pk_recordings")),
    )
    op.create_index(
        op.f("ix_recordings_programme_id_participant_id"),
        "recordings",
        ["programme_id", "participant_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_recordings_programme_id_participant_id"), table_name="recordings")
    op.drop_table("recordings")
    op.drop_index(op.f("ix_recording_batches_programme_id"), table_name="recording_batches")
    op.drop_table("recording_batches")
    op.drop_table("rule_set_versions")
