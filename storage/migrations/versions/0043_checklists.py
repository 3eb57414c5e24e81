"""Checklists of practical tests, their results, and why something was entered in the register by hand."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

STATES = ("signed", "released", "sent_back")


def upgrade() -> None:
    with op.batch_alter_table("qualification") as batch_op:
        batch_op.add_column(sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "practical_entry",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("replaces", sa.JSON(), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("field <> ''", name=op.f("ck_practical_entry_field")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["practical_seat.id"], name=op.f("fk_practical_entry_participant_id")
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_practical_entry_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practical_entry")),
    )
    op.create_index(op.f("ix_practical_entry_participant_id"), "practical_entry", ["participant_id"])
    op.create_table(
        "practical_result",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="resultstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("judgement", sa.JSON(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("signed_by_id", sa.Uuid(), nullable=False),
        sa.Column("signed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("released_by_id", sa.Uuid(), nullable=True),
        sa.Column("released_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_back_by_id", sa.Uuid(), nullable=True),
        sa.Column("sent_back_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'released') = (released_at IS NOT NULL)", name=op.f("ck_practical_result_released")
        ),
        sa.CheckConstraint("released_by_id <> signed_by_id", name=op.f("ck_practical_result_second_person")),
        sa.CheckConstraint(
            "(state = 'sent_back') = (sent_back_at IS NOT NULL)", name=op.f("ck_practical_result_sent_back")
        ),
        sa.CheckConstraint("state <> 'sent_back' OR reason <> ''", name=op.f("ck_practical_result_sent_back_because")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["practical_seat.id"], name=op.f("fk_practical_result_participant_id")
        ),
        sa.ForeignKeyConstraint(["signed_by_id"], ["person.id"], name=op.f("fk_practical_result_signed_by_id")),
        sa.ForeignKeyConstraint(["released_by_id"], ["person.id"], name=op.f("fk_practical_result_released_by_id")),
        sa.ForeignKeyConstraint(["sent_back_by_id"], ["person.id"], name=op.f("fk_practical_result_sent_back_by_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_practical_result_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practical_result")),
    )
    op.create_index(op.f("ix_practical_result_participant_id"), "practical_result", ["participant_id"])
    op.create_index(
        op.f("ix_practical_result_state_practical_result_signed_at"), "practical_result", ["state", "signed_at"]
    )
    op.create_index(
        "uq_practical_result_once",
        "practical_result",
        ["participant_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('signed', 'released')"),
        postgresql_where=sa.text("state IN ('signed', 'released')"),
    )


def downgrade() -> None:
    op.drop_table("practical_result")
    op.drop_table("practical_entry")
    with op.batch_alter_table("qualification") as batch_op:
        batch_op.drop_column("reason")
