"""Packages: uploaded content and what can be opened in it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "packages",
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("address", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("course", sa.Text(), nullable=True),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_packages_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_packages")),
        sa.UniqueConstraint("address", name=op.f("uq_packages_address")),
    )
    op.create_index(
        op.f("ix_packages_programme_id_uploaded_at"), "packages", ["programme_id", "uploaded_at"], unique=False
    )
    op.create_table(
        "package_units",
        sa.Column("package_key", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_key"], ["packages.key"], name=op.f("fk_package_units_package_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("package_key", "number", name=op.f("pk_package_units")),
    )


def downgrade() -> None:
    op.drop_table("package_units")
    op.drop_index(op.f("ix_packages_programme_id_uploaded_at"), table_name="packages")
    op.drop_table("packages")
