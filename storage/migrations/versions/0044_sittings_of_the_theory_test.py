"""Sittings of the online theory test: who sat it, what was answered, and what happened."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "theory_day_code",
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_theory_day_code_location_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_theory_day_code_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theory_day_code")),
        sa.UniqueConstraint("location_id", "day", name=op.f("uq_theory_day_code_location_id_day")),
    )
    op.create_table(
        "theory_sitting",
        sa.Column("test_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "open",
                "running",
                "handed_in",
                "released",
                name="theorystage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("seat", sa.String(length=64), nullable=True),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.Column("by_code", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("handed_in_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("by_clock", sa.Boolean(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.Column("released_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(handed_in_at IS NULL) = (passed IS NULL)", name=op.f("ck_theory_sitting_scored")),
        sa.CheckConstraint("(released_at IS NULL) = (released_by_id IS NULL)", name=op.f("ck_theory_sitting_released")),
        sa.CheckConstraint("(started_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_theory_sitting_started")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_theory_sitting_opened_by_id")),
        sa.ForeignKeyConstraint(["released_by_id"], ["person.id"], name=op.f("fk_theory_sitting_released_by_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_theory_sitting_scheme_id")),
        sa.ForeignKeyConstraint(["test_id"], ["theory_test.id"], name=op.f("fk_theory_sitting_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theory_sitting")),
        sa.UniqueConstraint("test_id", name=op.f("uq_theory_sitting_test_id")),
    )
    with op.batch_alter_table("theory_sitting") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_theory_sitting_stage_theory_sitting_ends_at"), ["stage", "ends_at"], unique=False
        )

    op.create_table(
        "theory_answer",
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("response", sa.JSON(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("saved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["theory_item.id"], name=op.f("fk_theory_answer_item_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["theory_sitting.id"], name=op.f("fk_theory_answer_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theory_answer")),
        sa.UniqueConstraint("sitting_id", "item_id", name=op.f("uq_theory_answer_sitting_id_item_id")),
        sa.UniqueConstraint("sitting_id", "number", name=op.f("uq_theory_answer_sitting_id_number")),
    )
    with op.batch_alter_table("theory_answer") as batch_op:
        batch_op.create_index(batch_op.f("ix_theory_answer_item_id"), ["item_id"], unique=False)

    op.create_table(
        "theory_fact",
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "left",
                "back",
                "offline",
                "online",
                "moved",
                "late",
                name="fact",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["theory_sitting.id"], name=op.f("fk_theory_fact_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theory_fact")),
    )
    with op.batch_alter_table("theory_fact") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_theory_fact_sitting_id_theory_fact_at"), ["sitting_id", "at"], unique=False
        )

    with op.batch_alter_table("theory_test") as batch_op:
        batch_op.add_column(sa.Column("extra_time", sa.String(length=12), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("code_tries", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    for table in ("theory_fact", "theory_answer", "theory_sitting", "theory_day_code"):
        op.drop_table(table)
    with op.batch_alter_table("theory_test") as batch_op:
        batch_op.drop_column("code_tries")
        batch_op.drop_column("extra_time")
