"""Audits of organisations, their findings with evidence, and samples of exams."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_sample",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("by_chance", sa.Integer(), nullable=False),
        sa.Column("by_risk", sa.Integer(), nullable=False),
        sa.Column("known", sa.JSON(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("exams", sa.Integer(), nullable=False),
        sa.Column("drawn_by_id", sa.Uuid(), nullable=False),
        sa.Column("drawn_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("by_chance + by_risk > 0", name=op.f("ck_audit_sample_size")),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["person.id"], name=op.f("fk_audit_sample_drawn_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_audit_sample_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
    )
    op.create_index(op.f("ix_audit_sample_drawn_at_audit_sample_id"), "audit_sample", ["drawn_at", "id"], unique=False)
    op.create_table(
        "organisation_audit",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("auditor_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "held",
                "reported",
                "cancelled",
                name="auditstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("planned_by_id", sa.Uuid(), nullable=False),
        sa.Column("planned_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('reported', 'cancelled')) = (ended_at IS NOT NULL)", name=op.f("ck_organisation_audit_ended")
        ),
        sa.CheckConstraint("state <> 'cancelled' OR reason <> ''", name=op.f("ck_organisation_audit_cancelled")),
        sa.CheckConstraint("state <> 'reported' OR conclusion <> ''", name=op.f("ck_organisation_audit_reported")),
        sa.CheckConstraint(
            "state NOT IN ('held', 'reported') OR held_on IS NOT NULL", name=op.f("ck_organisation_audit_held")
        ),
        sa.ForeignKeyConstraint(["auditor_id"], ["person.id"], name=op.f("fk_organisation_audit_auditor_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_audit_organisation_id")
        ),
        sa.ForeignKeyConstraint(["planned_by_id"], ["person.id"], name=op.f("fk_organisation_audit_planned_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_audit")),
    )
    op.create_index(op.f("ix_organisation_audit_auditor_id"), "organisation_audit", ["auditor_id"], unique=False)
    op.create_index("ix_organisation_audit_last", "organisation_audit", ["organisation_id", "held_on"], unique=False)
    op.create_index("ix_organisation_audit_waiting", "organisation_audit", ["state", "starts_at", "id"], unique=False)
    op.create_index(
        "uq_organisation_audit_live",
        "organisation_audit",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('planned', 'held')"),
        postgresql_where=sa.text("state IN ('planned', 'held')"),
    )
    op.create_table(
        "audit_finding",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("point", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "answered", "closed", name="findingstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("follow_up", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_audit_finding_closed")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_audit_finding_written")),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name=op.f("ck_audit_finding_answered")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name=op.f("ck_audit_finding_closed_by")),
        sa.CheckConstraint("closed_by_id <> owner_id", name=op.f("ck_audit_finding_closed_by_another")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_audit_finding_answered_by_id")),
        sa.ForeignKeyConstraint(["audit_id"], ["organisation_audit.id"], name=op.f("fk_audit_finding_audit_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_audit_finding_closed_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_audit_finding_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_finding")),
        sa.UniqueConstraint("audit_id", "number", name=op.f("uq_audit_finding_audit_id_number")),
    )
    op.create_index(
        op.f("ix_audit_finding_state_audit_finding_until_audit_finding_id"),
        "audit_finding",
        ["state", "until", "id"],
        unique=False,
    )
    op.create_table(
        "audit_evidence",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("cipher_size", sa.Integer(), nullable=False),
        sa.Column("cipher_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_audit_evidence_size")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_audit_evidence_by_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["audit_finding.id"], name=op.f("fk_audit_evidence_finding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_evidence")),
        sa.UniqueConstraint("key", name=op.f("uq_audit_evidence_key")),
    )
    op.create_index(op.f("ix_audit_evidence_finding_id"), "audit_evidence", ["finding_id"], unique=False)


def downgrade() -> None:
    op.drop_table("audit_evidence")
    op.drop_table("audit_finding")
    op.drop_table("organisation_audit")
    op.drop_table("audit_sample")
