"""The motivation file whole."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "qualification",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name=op.f("fk_qualification_entered_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_qualification_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_qualification_person_id_key")),
    )
    op.create_table(
        "dossier_revision",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("manager", "candidate", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("saved_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_dossier_revision_number")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_dossier_revision_author_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_revision_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_revision")),
        sa.UniqueConstraint("dossier_id", "side", "number", name=op.f("uq_dossier_revision_dossier_id_side_number")),
    )
    op.create_table(
        "part_one_review",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("claimed_until", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "approved", "returned", "rejected", name="outcome", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("fixed_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(fixed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_part_one_review_fixed_with_outcome")
        ),
        sa.CheckConstraint("round > 0", name=op.f("ck_part_one_review_round")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_part_one_review_dossier_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name=op.f("fk_part_one_review_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_one_review")),
        sa.UniqueConstraint("dossier_id", "round", name=op.f("uq_part_one_review_dossier_id_round")),
    )
    with op.batch_alter_table("part_one_review", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_part_one_review_officer_id_part_one_review_fixed_at"),
            ["officer_id", "fixed_at"],
            unique=False,
        )

    op.create_table(
        "role_document",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("cipher_size", sa.Integer(), nullable=False),
        sa.Column("cipher_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_role_document_size")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_role_document_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_document")),
        sa.UniqueConstraint("key", name=op.f("uq_role_document_key")),
    )
    with op.batch_alter_table("role_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_document_dossier_id"), ["dossier_id"], unique=False)

    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tasks", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("shared_facts", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("alike_share", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("alike_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("rounds", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("open_parts", sa.JSON(), nullable=False, server_default="[]"))

    # Whatever was handed in before rounds were counted was handed in once.
    op.execute("UPDATE dossier SET rounds = 1 WHERE submitted_at IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_column("open_parts")
        batch_op.drop_column("rounds")
        batch_op.drop_column("alike_reason")
        batch_op.drop_column("alike_share")
        batch_op.drop_column("shared_facts")
        batch_op.drop_column("tasks")

    with op.batch_alter_table("role_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_document_dossier_id"))

    op.drop_table("role_document")
    with op.batch_alter_table("part_one_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_part_one_review_officer_id_part_one_review_fixed_at"))

    op.drop_table("part_one_review")
    op.drop_table("dossier_revision")
    op.drop_table("qualification")
