"""What organisations ask KSF about a file, and what KSF answers."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

STATES = sa.Enum(
    "open", "answered", "closed", name="inquirystate", native_enum=False, create_constraint=True, length=40
)


def upgrade() -> None:
    op.create_table(
        "inquiry",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("state_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(dossier_id IS NULL) <> (session_id IS NULL)", name=op.f("ck_inquiry_about_one")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_inquiry_dossier_id")),
        sa.ForeignKeyConstraint(["session_id"], ["practical_session.id"], name=op.f("fk_inquiry_session_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_inquiry_organisation_id")),
        sa.ForeignKeyConstraint(["asker_id"], ["person.id"], name=op.f("fk_inquiry_asker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("code", name=op.f("uq_inquiry_code")),
    )
    op.create_table(
        "inquiry_post",
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("by_office", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name=op.f("fk_inquiry_post_inquiry_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_inquiry_post_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_post")),
        sa.UniqueConstraint("inquiry_id", "number", name=op.f("uq_inquiry_post_inquiry_id_number")),
    )
    op.create_index(op.f("ix_inquiry_state_inquiry_state_at_inquiry_id"), "inquiry", ["state", "state_at", "id"])
    op.create_index(op.f("ix_inquiry_asker_id_inquiry_state_at"), "inquiry", ["asker_id", "state_at"])
    op.create_index(op.f("ix_inquiry_dossier_id"), "inquiry", ["dossier_id"])
    op.create_index(op.f("ix_inquiry_session_id"), "inquiry", ["session_id"])
    op.create_index(
        op.f("ix_inquiry_post_author_id_inquiry_post_written_at"), "inquiry_post", ["author_id", "written_at"]
    )


def downgrade() -> None:
    op.drop_table("inquiry_post")
    op.drop_table("inquiry")
