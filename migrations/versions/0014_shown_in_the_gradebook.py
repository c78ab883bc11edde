"""Which figure the gradebook shows, where it is not the accrued one."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("results", sa.Column("shown", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("results", "shown")
