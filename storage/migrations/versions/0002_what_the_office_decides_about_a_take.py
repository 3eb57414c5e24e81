"""What the office decides about a take."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "take_decision",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "again", "accepted", "noted", name="decisionkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_take_decision_by_id")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_take_decision_recording_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_take_decision")),
    )
    with op.batch_alter_table("take_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_take_decision_recording_id"), ["recording_id"], unique=False)

    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra_takes", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_column("extra_takes")

    with op.batch_alter_table("take_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_take_decision_recording_id"))

    op.drop_table("take_decision")
