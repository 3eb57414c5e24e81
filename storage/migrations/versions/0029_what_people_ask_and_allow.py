"""Requests for erasure, and what candidates allow beyond the exam."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("consentkind", "benchmark"), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("given_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("taken_back_at >= given_at", name=op.f("ck_consent_taken_back_later")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_consent_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    holding = sa.text("taken_back_at IS NULL")
    op.create_index(op.f("ix_consent_dossier_id"), "consent", ["dossier_id"])
    op.create_index(
        "uq_consent_holding",
        "consent",
        ["dossier_id", "kind"],
        unique=True,
        sqlite_where=holding,
        postgresql_where=holding,
    )
    op.create_table(
        "erasure_request",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("state", _one_of("requeststate", "asked", "decided", "answered", "withdrawn"), nullable=False),
        sa.Column("granted", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("erased", sa.JSON(), nullable=False),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_erasure_request_decided")),
        sa.CheckConstraint("(answered_at IS NULL) = (state <> 'answered')", name=op.f("ck_erasure_request_answered")),
        sa.CheckConstraint("approved_by_id <> decided_by_id", name=op.f("ck_erasure_request_second_officer")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_erasure_request_person_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_erasure_request_decided_by_id")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_erasure_request_approved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
    )
    still_open = sa.text("state IN ('asked', 'decided')")
    op.create_index(
        "uq_erasure_request_open",
        "erasure_request",
        ["person_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_index(
        op.f("ix_erasure_request_state_erasure_request_answer_by"), "erasure_request", ["state", "answer_by"]
    )


def downgrade() -> None:
    op.drop_table("erasure_request")
    op.drop_table("consent")
