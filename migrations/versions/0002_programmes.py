"""Programmes with their people, evidence and results."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("statement", sa.String(length=36), nullable=False),
        sa.Column("tenant", sa.String(length=255), nullable=True),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("actor_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("voided", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("statement", "subject_key", name=op.f("uq_evidence_statement_subject_key")),
    )
    op.create_index(op.f("ix_evidence_subject_key_timestamp"), "evidence", ["subject_key", "timestamp"], unique=False)
    op.create_index(op.f("ix_evidence_tenant_stored"), "evidence", ["tenant", "stored"], unique=False)
    op.create_table(
        "programmes",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
    )
    op.create_table(
        "rule_set_versions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_rule_set_versions")),
    )
    op.create_table(
        "course_links",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("context_id", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("by_deep_linking", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_course_links_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "context_id", name=op.f("pk_course_links")),
    )
    op.create_index(op.f("ix_course_links_programme_id"), "course_links", ["programme_id"], unique=False)
    op.create_table(
        "courses",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("focus_points", sa.Text(), nullable=False),
        sa.Column("review", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_courses_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("programme_id", "iri", name=op.f("pk_courses")),
    )
    op.create_table(
        "groups",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("school_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("focus_points", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_groups_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("programme_id", "id", name=op.f("pk_groups")),
    )
    op.create_table(
        "identifiers",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_identifiers_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("programme_id", "key", name=op.f("pk_identifiers")),
    )
    op.create_index(op.f("ix_identifiers_key"), "identifiers", ["key"], unique=False)
    op.create_index(
        op.f("ix_identifiers_programme_id_person_id"), "identifiers", ["programme_id", "person_id"], unique=False
    )
    op.create_table(
        "offline_classes",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("schools", sa.Text(), nullable=False),
        sa.Column("host_school", sa.String(length=255), nullable=True),
        sa.Column("participants", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("size_reason", sa.Text(), nullable=True),
        sa.Column("team_training", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_offline_classes_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("programme_id", "id", name=op.f("pk_offline_classes")),
    )
    op.create_table(
        "participants",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("group_id", sa.String(length=255), nullable=False),
        sa.Column("school_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.String(length=16), nullable=False),
        sa.Column("extra_groups", sa.Text(), nullable=False),
        sa.Column("joined", sa.Date(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("touched", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_participants_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("programme_id", "id", name=op.f("pk_participants")),
    )
    op.create_index(
        op.f("ix_participants_programme_id_group_id"), "participants", ["programme_id", "group_id"], unique=False
    )
    op.create_index(
        op.f("ix_participants_programme_id_school_id"), "participants", ["programme_id", "school_id"], unique=False
    )
    op.create_table(
        "practice_activities",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("credits", sa.Text(), nullable=False),
        sa.Column("focus_points", sa.Text(), nullable=False),
        sa.Column("required_stages", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_practice_activities_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("programme_id", "id", name=op.f("pk_practice_activities")),
    )
    op.create_table(
        "recording_batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_recording_batches_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_batches")),
    )
    op.create_index(op.f("ix_recording_batches_programme_id"), "recording_batches", ["programme_id"], unique=False)
    op.create_table(
        "records",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("school_id", sa.String(length=255), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_records_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
    )
    op.create_index(op.f("ix_records_programme_id"), "records", ["programme_id"], unique=False)
    op.create_table(
        "schools",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_schools_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("programme_id", "id", name=op.f("pk_schools")),
    )
    op.create_table(
        "staff",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_staff_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("programme_id", "id", name=op.f("pk_staff")),
    )
    op.create_table(
        "waivers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("breach", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_waivers_programme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waivers")),
    )
    op.create_index(op.f("ix_waivers_programme_id"), "waivers", ["programme_id"], unique=False)
    op.create_table(
        "offline_sessions",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("class_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("credits", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("makeup_for", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["programme_id", "class_id"],
            ["offline_classes.programme_id", "offline_classes.id"],
            name=op.f("fk_offline_sessions_programme_id_class_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("programme_id", "class_id", "id", name=op.f("pk_offline_sessions")),
    )
    op.create_table(
        "recordings",
        sa.Column(
            "batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
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
    op.create_table(
        "results",
        sa.Column("programme_id", sa.String(length=255), nullable=False),
        sa.Column("participant_id", sa.String(length=255), nullable=False),
        sa.Column("computed_touch", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("accrued", sa.Text(), nullable=False),
        sa.Column("maximum", sa.Text(), nullable=False),
        sa.Column("online", sa.Text(), nullable=False),
        sa.Column("online_maximum", sa.Text(), nullable=False),
        sa.Column("online_seconds", sa.Integer(), nullable=False),
        sa.Column("online_required", sa.Integer(), nullable=False),
        sa.Column("online_met", sa.Boolean(), nullable=False),
        sa.Column("offline", sa.Text(), nullable=False),
        sa.Column("offline_maximum", sa.Text(), nullable=False),
        sa.Column("offline_met", sa.Boolean(), nullable=False),
        sa.Column("practice", sa.Text(), nullable=False),
        sa.Column("practice_maximum", sa.Text(), nullable=False),
        sa.Column("practice_surplus", sa.Text(), nullable=False),
        sa.Column("practice_met", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("unmet", sa.Text(), nullable=False),
        sa.Column("recorded", sa.Text(), nullable=False),
        sa.Column("focus_points", sa.Text(), nullable=False),
        sa.Column("obstacles", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("rule_set_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id", "participant_id"],
            ["participants.programme_id", "participants.id"],
            name=op.f("fk_results_programme_id_participant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("programme_id", "participant_id", name=op.f("pk_results")),
    )
    op.create_index(op.f("ix_results_programme_id_status"), "results", ["programme_id", "status"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_results_programme_id_status"), table_name="results")
    op.drop_table("results")
    op.drop_index(op.f("ix_recordings_programme_id_participant_id"), table_name="recordings")
    op.drop_table("recordings")
    op.drop_table("offline_sessions")
    op.drop_index(op.f("ix_waivers_programme_id"), table_name="waivers")
    op.drop_table("waivers")
    op.drop_table("staff")
    op.drop_table("schools")
    op.drop_index(op.f("ix_records_programme_id"), table_name="records")
    op.drop_table("records")
    op.drop_index(op.f("ix_recording_batches_programme_id"), table_name="recording_batches")
    op.drop_table("recording_batches")
    op.drop_table("practice_activities")
    op.drop_index(op.f("ix_participants_programme_id_school_id"), table_name="participants")
    op.drop_index(op.f("ix_participants_programme_id_group_id"), table_name="participants")
    op.drop_table("participants")
    op.drop_table("offline_classes")
    op.drop_index(op.f("ix_identifiers_programme_id_person_id"), table_name="identifiers")
    op.drop_index(op.f("ix_identifiers_key"), table_name="identifiers")
    op.drop_table("identifiers")
    op.drop_table("groups")
    op.drop_table("courses")
    op.drop_index(op.f("ix_course_links_programme_id"), table_name="course_links")
    op.drop_table("course_links")
    op.drop_table("rule_set_versions")
    op.drop_table("programmes")
    op.drop_index(op.f("ix_evidence_tenant_stored"), table_name="evidence")
    op.drop_index(op.f("ix_evidence_subject_key_timestamp"), table_name="evidence")
    op.drop_table("evidence")
