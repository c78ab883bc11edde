"""Grades: columns, cells, exchanges, and the pace of each platform."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "grade_exchanges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("line_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cell_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("programme_id", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=48), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_grade_exchanges_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_exchanges")),
    )
    op.create_index(op.f("ix_grade_exchanges_at"), "grade_exchanges", ["at"], unique=False)
    op.create_index(op.f("ix_grade_exchanges_cell_id_id"), "grade_exchanges", ["cell_id", "id"], unique=False)
    op.create_index(op.f("ix_grade_exchanges_platform_id_id"), "grade_exchanges", ["platform_id", "id"], unique=False)
    op.create_index(op.f("ix_grade_exchanges_programme_id_id"), "grade_exchanges", ["programme_id", "id"], unique=False)
    op.create_table(
        "grade_lanes",
        sa.Column("platform_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_grade_lanes_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("platform_id", "number", name=op.f("pk_grade_lanes")),
    )
    op.create_table(
        "grade_paces",
        sa.Column("platform_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parallel", sa.Float(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("throttles", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=48), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_grade_paces_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_grade_paces")),
    )
    op.create_table(
        "grade_line_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("maximum", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("url_maximum", sa.Text(), nullable=True),
        sa.Column("from_launch", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=48), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("read_back_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_id"], ["lti_contexts.id"], name=op.f("fk_grade_line_items_context_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_grade_line_items_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_line_items")),
        sa.UniqueConstraint(
            "context_id", "programme_id", "tag", name=op.f("uq_grade_line_items_context_id_programme_id_tag")
        ),
    )
    op.create_index(
        op.f("ix_grade_line_items_platform_id_next_attempt_at"),
        "grade_line_items",
        ["platform_id", "next_attempt_at"],
        unique=False,
    )
    op.create_index(op.f("ix_grade_line_items_programme_id"), "grade_line_items", ["programme_id"], unique=False)
    op.create_table(
        "grade_cells",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("participant_id", sa.String(length=255), nullable=False),
        sa.Column("figures_of", sa.BigInteger(), nullable=True),
        sa.Column("desired_value", sa.Text(), nullable=True),
        sa.Column("desired_maximum", sa.Text(), nullable=True),
        sa.Column("desired_comment", sa.Text(), nullable=True),
        sa.Column("desired_progress", sa.String(length=16), nullable=True),
        sa.Column("desired_since", sa.BigInteger(), nullable=True),
        sa.Column("pending_since", sa.BigInteger(), nullable=True),
        sa.Column("attempted_value", sa.Text(), nullable=True),
        sa.Column("attempted_maximum", sa.Text(), nullable=True),
        sa.Column("attempted_comment", sa.Text(), nullable=True),
        sa.Column("attempted_progress", sa.String(length=16), nullable=True),
        sa.Column("attempted_timestamp", sa.BigInteger(), nullable=True),
        sa.Column("in_doubt", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("confirmed_value", sa.Text(), nullable=True),
        sa.Column("confirmed_maximum", sa.Text(), nullable=True),
        sa.Column("confirmed_comment", sa.Text(), nullable=True),
        sa.Column("confirmed_progress", sa.String(length=16), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("in_gradebook_since", sa.BigInteger(), nullable=True),
        sa.Column("lms_value", sa.Text(), nullable=True),
        sa.Column("lms_read_at", sa.BigInteger(), nullable=True),
        sa.Column("drifted_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=48), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("refusals", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_attempt_at", sa.BigInteger(), nullable=True),
        sa.Column("retry_at", sa.BigInteger(), nullable=True),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["line_item_id"], ["grade_line_items.id"], name=op.f("fk_grade_cells_line_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["lti_members.id"], name=op.f("fk_grade_cells_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_grade_cells_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_cells")),
        sa.UniqueConstraint("line_item_id", "member_id", name=op.f("uq_grade_cells_line_item_id_member_id")),
    )
    op.create_index(
        "ix_grade_cells_due",
        "grade_cells",
        ["platform_id", "next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
        sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_grade_cells_lease_owner"), "grade_cells", ["lease_owner"], unique=False)
    op.create_index(op.f("ix_grade_cells_member_id"), "grade_cells", ["member_id"], unique=False)
    op.create_index(
        op.f("ix_grade_cells_programme_id_participant_id"),
        "grade_cells",
        ["programme_id", "participant_id"],
        unique=False,
    )
    op.create_index(op.f("ix_grade_cells_programme_id_state"), "grade_cells", ["programme_id", "state"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_grade_cells_programme_id_state"), table_name="grade_cells")
    op.drop_index(op.f("ix_grade_cells_programme_id_participant_id"), table_name="grade_cells")
    op.drop_index(op.f("ix_grade_cells_member_id"), table_name="grade_cells")
    op.drop_index(op.f("ix_grade_cells_lease_owner"), table_name="grade_cells")
    op.drop_index(
        "ix_grade_cells_due",
        table_name="grade_cells",
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
        sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.drop_table("grade_cells")
    op.drop_index(op.f("ix_grade_line_items_programme_id"), table_name="grade_line_items")
    op.drop_index(op.f("ix_grade_line_items_platform_id_next_attempt_at"), table_name="grade_line_items")
    op.drop_table("grade_line_items")
    op.drop_table("grade_paces")
    op.drop_table("grade_lanes")
    op.drop_index(op.f("ix_grade_exchanges_programme_id_id"), table_name="grade_exchanges")
    op.drop_index(op.f("ix_grade_exchanges_platform_id_id"), table_name="grade_exchanges")
    op.drop_index(op.f("ix_grade_exchanges_cell_id_id"), table_name="grade_exchanges")
    op.drop_index(op.f("ix_grade_exchanges_at"), table_name="grade_exchanges")
    op.drop_table("grade_exchanges")
