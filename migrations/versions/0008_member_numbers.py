"""People of LMS courses: the institution's own number, by which some of them are known in a programme."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("lti_members", sa.Column("number", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("lti_members", "number")
