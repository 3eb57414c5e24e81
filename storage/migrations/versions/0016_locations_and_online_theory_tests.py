"""Locations, their checks, and online theory tests."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "location",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=240), nullable=False),
        sa.Column("room", sa.String(length=120), nullable=False),
        sa.Column("created_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("checked_on IS NOT NULL OR NOT complete", name=op.f("ck_location_complete")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_location_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_location_id_organisation_id")),
    )
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_location_organisation_id_location_name"), ["organisation_id", "name"], unique=False
        )

    op.create_table(
        "location_check",
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("checked_by_id", sa.Uuid(), nullable=False),
        sa.Column("checked_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_location_check_checked_by_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_location_check_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location_check")),
    )
    with op.batch_alter_table("location_check", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_location_check_location_id_location_check_checked_at"),
            ["location_id", "checked_at"],
            unique=False,
        )

    op.create_table(
        "theory_test",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column(
            "certificate",
            sa.Enum(
                "certificate_a",
                "certificate_b",
                "certificate_chat",
                name="certificate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "set",
                "passed",
                "not_passed",
                "not_taken",
                "withdrawn",
                name="theorystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        sa.Column("set_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'set') = (ended_at IS NULL)", name=op.f("ck_theory_test_ended")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_theory_test_ended_by_id")),
        sa.ForeignKeyConstraint(
            ["location_id", "organisation_id"],
            ["location.id", "location.organisation_id"],
            name=op.f("fk_theory_test_location_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_theory_test_person_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_theory_test_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theory_test")),
    )
    with op.batch_alter_table("theory_test", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_theory_test_organisation_id_theory_test_starts_at"),
            ["organisation_id", "starts_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_theory_test_state_theory_test_starts_at"), ["state", "starts_at"], unique=False
        )
        batch_op.create_index(
            "uq_theory_test_once",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('set', 'passed')"),
            postgresql_where=sa.text("state IN ('set', 'passed')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("theory_test", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_theory_test_once",
            sqlite_where=sa.text("state IN ('set', 'passed')"),
            postgresql_where=sa.text("state IN ('set', 'passed')"),
        )
        batch_op.drop_index(batch_op.f("ix_theory_test_state_theory_test_starts_at"))
        batch_op.drop_index(batch_op.f("ix_theory_test_organisation_id_theory_test_starts_at"))

    op.drop_table("theory_test")
    with op.batch_alter_table("location_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_check_location_id_location_check_checked_at"))

    op.drop_table("location_check")
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_organisation_id_location_name"))

    op.drop_table("location")
