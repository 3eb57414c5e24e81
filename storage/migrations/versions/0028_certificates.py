"""Certificates, what happened to them, and the keys that sign badges."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def _state() -> sa.Enum:
    states = ("valid", "suspended", "withdrawn", "replaced")
    return sa.Enum(*states, name="certificatestate", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("public", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_signing_key_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("name", name=op.f("uq_signing_key_name")),
    )
    op.create_table(
        "certificate",
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("letters", sa.String(length=4), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("scheme_id", sa.Uuid(), nullable=True),
        sa.Column("verdict_id", sa.Uuid(), nullable=True),
        sa.Column("state", _state(), nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("issued_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Uuid(), nullable=False),
        sa.Column("first_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_over", sa.Boolean(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("list_number", sa.Integer(), nullable=True),
        sa.Column("list_index", sa.Integer(), nullable=True),
        sa.Column("badge", sa.String(), nullable=True),
        sa.Column("share", sa.String(length=43), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("issued_by_id <> first_by_id", name=op.f("ck_certificate_second_person")),
        sa.CheckConstraint(
            "taken_over OR (person_id IS NOT NULL AND verdict_id IS NOT NULL)", name=op.f("ck_certificate_of_a_verdict")
        ),
        sa.CheckConstraint(
            "taken_over OR (first_by_id IS NOT NULL AND list_index IS NOT NULL)",
            name=op.f("ck_certificate_of_two_persons"),
        ),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_certificate_issued_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_certificate_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id")),
        sa.ForeignKeyConstraint(["first_by_id"], ["person.id"], name=op.f("fk_certificate_first_by_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["certificate.id"], name=op.f("fk_certificate_replaces_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_certificate_scheme_id")),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdict.id"], name=op.f("fk_certificate_verdict_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("list_number", "list_index", name=op.f("uq_certificate_list_number_list_index")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_certificate_replaces_id")),
        sa.UniqueConstraint("share", name=op.f("uq_certificate_share")),
    )
    op.create_index(op.f("ix_certificate_issued_on_certificate_id"), "certificate", ["issued_on", "id"], unique=False)
    op.create_index(op.f("ix_certificate_organisation_id"), "certificate", ["organisation_id"], unique=False)
    op.create_index(
        op.f("ix_certificate_person_id_certificate_letters"), "certificate", ["person_id", "letters"], unique=False
    )
    op.create_index(
        "uq_certificate_once",
        "certificate",
        ["verdict_id"],
        unique=True,
        sqlite_where=sa.text("state != 'replaced'"),
        postgresql_where=sa.text("state != 'replaced'"),
    )
    op.create_table(
        "certificate_change",
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("to", _state(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_certificate_change_decided_by")
        ),
        sa.CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name=op.f("ck_certificate_change_decided")),
        sa.CheckConstraint(
            "NOT granted OR decided_by_id <> asked_by_id", name=op.f("ck_certificate_change_second_person")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_certificate_change_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_change_certificate_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_certificate_change_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_change")),
    )
    op.create_index(
        op.f("ix_certificate_change_certificate_id_certificate_change_asked_at"),
        "certificate_change",
        ["certificate_id", "asked_at"],
        unique=False,
    )
    op.create_index(op.f("ix_certificate_change_decided_at"), "certificate_change", ["decided_at"], unique=False)


def downgrade() -> None:
    op.drop_table("certificate_change")
    op.drop_table("certificate")
    op.drop_table("signing_key")
