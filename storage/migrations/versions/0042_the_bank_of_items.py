"""The bank of items of the online theory test."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "theory_item",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "reviewed",
                "approved",
                "live",
                "retired",
                name="itemstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "single",
                "multiple",
                "order",
                "match",
                "gaps",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("term", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("live_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("retired_by_id", sa.Uuid(), nullable=True),
        sa.Column("retired_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("approved_by_id <> reviewed_by_id", name=op.f("ck_theory_item_approved_by_another")),
        sa.CheckConstraint("number > 0 AND version > 0", name=op.f("ck_theory_item_numbers")),
        sa.CheckConstraint("reviewed_by_id <> author_id", name=op.f("ck_theory_item_reviewed_by_another")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_theory_item_approved_by_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_theory_item_author_id")),
        sa.ForeignKeyConstraint(["retired_by_id"], ["person.id"], name=op.f("fk_theory_item_retired_by_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["person.id"], name=op.f("fk_theory_item_reviewed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theory_item")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_theory_item_number_version")),
    )
    with op.batch_alter_table("theory_item") as batch_op:
        batch_op.create_index(batch_op.f("ix_theory_item_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_theory_item_state_theory_item_term"), ["state", "term"], unique=False)
        batch_op.create_index(
            "uq_theory_item_live",
            ["number"],
            unique=True,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )

    op.create_table(
        "theory_medium",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["theory_item.id"], name=op.f("fk_theory_medium_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theory_medium")),
        sa.UniqueConstraint("item_id", "path", name=op.f("uq_theory_medium_item_id_path")),
    )


def downgrade() -> None:
    op.drop_table("theory_medium")
    op.drop_table("theory_item")
