"""Sessions of a practical test, with their candidates."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practical_session",
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("date_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "confirmed",
                "declined",
                "cancelled",
                "withdrawn",
                "lapsed",
                name="sessionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("examiner_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state <> 'confirmed' OR examiner_id IS NOT NULL", name=op.f("ck_practical_session_examiner")
        ),
        sa.CheckConstraint(
            "state NOT IN ('declined', 'cancelled') OR reason <> ''", name=op.f("ck_practical_session_reason")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_practical_session_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["date_id", "day"], ["exam_date.id", "exam_date.day"], name=op.f("fk_practical_session_date_id_day")
        ),
        sa.ForeignKeyConstraint(["examiner_id"], ["person.id"], name=op.f("fk_practical_session_examiner_id")),
        sa.ForeignKeyConstraint(
            ["location_id", "organisation_id"],
            ["location.id", "location.organisation_id"],
            name=op.f("fk_practical_session_location_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_practical_session_organisation_id")
        ),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_practical_session_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practical_session")),
        sa.UniqueConstraint("id", "day", name=op.f("uq_practical_session_id_day")),
    )
    with op.batch_alter_table("practical_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_practical_session_date_id"), ["date_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_practical_session_organisation_id_practical_session_asked_at"),
            ["organisation_id", "asked_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_practical_session_state_practical_session_day"), ["state", "day"], unique=False
        )
        batch_op.create_index(
            "uq_practical_session_examiner",
            ["examiner_id", "day"],
            unique=True,
            sqlite_where=sa.text("state = 'confirmed'"),
            postgresql_where=sa.text("state = 'confirmed'"),
        )

    op.create_table(
        "practical_seat",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("freed_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_practical_seat_number")),
        sa.ForeignKeyConstraint(["candidate_id"], ["person.id"], name=op.f("fk_practical_seat_candidate_id")),
        sa.ForeignKeyConstraint(
            ["place_id", "day"], ["exam_place.id", "exam_place.day"], name=op.f("fk_practical_seat_place_id_day")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "day"],
            ["practical_session.id", "practical_session.day"],
            name=op.f("fk_practical_seat_session_id_day"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practical_seat")),
        sa.UniqueConstraint("session_id", "candidate_id", name=op.f("uq_practical_seat_session_id_candidate_id")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_practical_seat_session_id_number")),
    )
    with op.batch_alter_table("practical_seat", schema=None) as batch_op:
        batch_op.create_index(
            "uq_practical_seat_day",
            ["candidate_id", "day"],
            unique=True,
            sqlite_where=sa.text("freed_at IS NULL"),
            postgresql_where=sa.text("freed_at IS NULL"),
        )
        batch_op.create_index(
            "uq_practical_seat_place",
            ["place_id"],
            unique=True,
            sqlite_where=sa.text("freed_at IS NULL"),
            postgresql_where=sa.text("freed_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("practical_seat", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_practical_seat_place",
            sqlite_where=sa.text("freed_at IS NULL"),
            postgresql_where=sa.text("freed_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_practical_seat_day",
            sqlite_where=sa.text("freed_at IS NULL"),
            postgresql_where=sa.text("freed_at IS NULL"),
        )

    op.drop_table("practical_seat")
    with op.batch_alter_table("practical_session", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_practical_session_examiner",
            sqlite_where=sa.text("state = 'confirmed'"),
            postgresql_where=sa.text("state = 'confirmed'"),
        )
        batch_op.drop_index(batch_op.f("ix_practical_session_state_practical_session_day"))
        batch_op.drop_index(batch_op.f("ix_practical_session_organisation_id_practical_session_asked_at"))
        batch_op.drop_index(batch_op.f("ix_practical_session_date_id"))

    op.drop_table("practical_session")
