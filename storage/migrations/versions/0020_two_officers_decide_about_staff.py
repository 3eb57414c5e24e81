"""What one officer asks for somebody of KSF, and a second one decides."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ROLES = ("candidate", "manager", "organisation_admin", "ksf_officer", "assessor", "exam_committee", "auditor")


def upgrade() -> None:
    op.create_table(
        "staff_change",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role", sa.Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=40), nullable=True
        ),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(role IS NULL) <> (address IS NULL)", name=op.f("ck_staff_change_role_or_address")),
        sa.CheckConstraint("NOT granted OR decided_by_id <> asked_by_id", name=op.f("ck_staff_change_second_officer")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_change_person_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_staff_change_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_staff_change_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_change")),
    )
    with op.batch_alter_table("staff_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_change_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_change_decided_at"), ["decided_at"], unique=False)


def downgrade() -> None:
    op.drop_table("staff_change")
