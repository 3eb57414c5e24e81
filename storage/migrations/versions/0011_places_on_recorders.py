"""Which recorder a sitting has its place on; a recorder that is asked to end."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recorder_place",
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("node_id", sa.Uuid(), nullable=False),
        sa.Column("kept_until", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["recorder_node.id"], name=op.f("fk_recorder_place_node_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_recorder_place_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorder_place")),
        sa.UniqueConstraint("sitting_id", name=op.f("uq_recorder_place_sitting_id")),
    )
    op.create_index(
        op.f("ix_recorder_place_node_id_recorder_place_kept_until"), "recorder_place", ["node_id", "kept_until"]
    )
    with op.batch_alter_table("recorder_node", schema=None) as batch_op:
        batch_op.add_column(sa.Column("drain_asked", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("recorder_node", schema=None) as batch_op:
        batch_op.drop_column("drain_asked")
    op.drop_table("recorder_place")
