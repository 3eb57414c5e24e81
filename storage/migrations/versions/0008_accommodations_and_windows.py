"""Accommodations, who sits there, longer windows, reminders, calendar files in mail."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accommodation",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("extra_time", sa.String(length=12), nullable=False),
        sa.Column("replay", sa.Boolean(), nullable=False),
        sa.Column("text_prompt", sa.Boolean(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("asked_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(granted IS NULL) = (decided_at IS NULL)", name=op.f("ck_accommodation_granted_when_decided")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_accommodation_decided_by_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_accommodation_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation")),
        sa.UniqueConstraint("dossier_id", name=op.f("uq_accommodation_dossier_id")),
    )
    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calendar", sa.Text(), nullable=True))

    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("text_prompt", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("extension_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reminded", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("identity_code", sa.String(length=6), nullable=True))
        batch_op.add_column(sa.Column("identity_tries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("identified_at", storage.base.database.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("identified_by_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_sitting_identified_by_id"), "person", ["identified_by_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sitting_identified_by_id"), type_="foreignkey")
        batch_op.drop_column("identified_by_id")
        batch_op.drop_column("identified_at")
        batch_op.drop_column("identity_tries")
        batch_op.drop_column("identity_code")
        batch_op.drop_column("reminded")
        batch_op.drop_column("extension_reason")
        batch_op.drop_column("text_prompt")

    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.drop_column("calendar")

    op.drop_table("accommodation")
