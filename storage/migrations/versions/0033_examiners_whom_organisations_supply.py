"""Examiners whom an organisation proposes, and whom KSF accepts."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

STATES = ("proposed", "accepted", "declined", "withdrawn", "ended")


def upgrade() -> None:
    states = sa.Enum(*STATES, name="examinerstate", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "examiner",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("proposed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("trained_on", sa.Date(), nullable=True),
        sa.Column("active_from", sa.Date(), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'ended') OR (person_id IS NOT NULL AND active_from >= trained_on)",
            name=op.f("ck_examiner_accepted"),
        ),
        sa.CheckConstraint("state <> 'declined' OR reason <> ''", name=op.f("ck_examiner_reason")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_examiner_answered_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_examiner_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_examiner_person_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_examiner_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examiner")),
    )
    op.create_index("ix_examiner_organisation_id_examiner_proposed_at", "examiner", ["organisation_id", "proposed_at"])
    op.create_index("ix_examiner_state_examiner_proposed_at", "examiner", ["state", "proposed_at"])
    op.create_index("ix_examiner_person_id", "examiner", ["person_id"])


def downgrade() -> None:
    op.drop_table("examiner")
