"""Objections to a rejection or a result, and the ruling on them."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "objection",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column(
            "against",
            sa.Enum("rejection", "result", name="against", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("received_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "office",
                "committee",
                "ruled",
                name="objectionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "ground",
            sa.Enum(
                "technical",
                "procedural",
                "content",
                name="ground",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "ruling",
            sa.Enum(
                "granted", "denied", "inadmissible", name="ruling", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("ruling_text", sa.Text(), nullable=False),
        sa.Column("ruled_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ruled_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'received') = (ground IS NULL)", name=op.f("ck_objection_classified")),
        sa.CheckConstraint("(state = 'ruled') = (ruling IS NOT NULL)", name=op.f("ck_objection_ruled_state")),
        sa.CheckConstraint("(ruled_at IS NULL) = (ruled_by_id IS NULL)", name=op.f("ck_objection_ruled_by")),
        sa.CheckConstraint("(ruling IS NULL) = (ruled_at IS NULL)", name=op.f("ck_objection_ruled_once")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_objection_dossier_id")),
        sa.ForeignKeyConstraint(["ruled_by_id"], ["person.id"], name=op.f("fk_objection_ruled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("code", name=op.f("uq_objection_code")),
        sa.UniqueConstraint("dossier_id", "against", name=op.f("uq_objection_dossier_id_against")),
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_objection_state_objection_received_at"), ["state", "received_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_objection_state_objection_received_at"))

    op.drop_table("objection")
