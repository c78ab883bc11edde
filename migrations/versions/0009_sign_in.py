"""Face-to-face sign-in, and small indexes: of the evidence that is no study, of sessions by their cookie."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "sign_in_desks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("class_id", sa.String(length=255), nullable=False),
        sa.Column("session_id", sa.String(length=255), nullable=False),
        sa.Column("secret", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_sign_in_desks_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_desks")),
        sa.UniqueConstraint(
            "programme_id", "class_id", "session_id", name=op.f("uq_sign_in_desks_programme_id_class_id_session_id")
        ),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("participant_id", sa.String(length=255), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_sign_in_tries_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("programme_id", "participant_id", name=op.f("pk_sign_in_tries")),
    )
    no_study = sa.text("kind <> 'online'")
    op.create_index(
        "ix_evidence_no_study", "evidence", ["subject_key"], sqlite_where=no_study, postgresql_where=no_study
    )
    op.create_index(op.f("ix_lti_sessions_cookie_hash"), "lti_sessions", ["cookie_hash"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_lti_sessions_cookie_hash"), "lti_sessions")
    op.drop_index("ix_evidence_no_study", "evidence")
    op.drop_table("sign_in_tries")
    op.drop_table("sign_in_desks")
