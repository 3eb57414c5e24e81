"""Signed packs for auditors."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_pack",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("sample_id", sa.Uuid(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("with_video", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("erased_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("files", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("key_id", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("NOT with_video OR reason <> ''", name=op.f("ck_audit_pack_video_reason")),
        sa.CheckConstraint("(made_at IS NULL) = (sha256 IS NULL)", name=op.f("ck_audit_pack_made")),
        sa.CheckConstraint("(organisation_id IS NULL) <> (sample_id IS NULL)", name=op.f("ck_audit_pack_about")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_audit_pack_asked_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_audit_pack_organisation_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["audit_sample.id"], name=op.f("fk_audit_pack_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_pack")),
        sa.UniqueConstraint("key", name=op.f("uq_audit_pack_key")),
    )
    op.create_index(
        op.f("ix_audit_pack_asked_by_id_audit_pack_asked_at"), "audit_pack", ["asked_by_id", "asked_at"], unique=False
    )
    op.create_index(op.f("ix_audit_pack_organisation_id"), "audit_pack", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_audit_pack_sample_id"), "audit_pack", ["sample_id"], unique=False)


def downgrade() -> None:
    op.drop_table("audit_pack")
