"""Exam dates with their places, bookings of them, mail to another address, lists for another exam."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LIVE = sa.text("state IN ('requested', 'countered', 'confirmed')")


def upgrade() -> None:
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.create_index("uq_dossier_id_candidate_id", ["id", "candidate_id"], unique=True)

    op.create_table(
        "exam_date",
        sa.Column("exam", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Uuid(), nullable=False),
        sa.Column("published_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_exam_date_window")),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"], name=op.f("fk_exam_date_published_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_date")),
        sa.UniqueConstraint("id", "day", name=op.f("uq_exam_date_id_day")),
    )
    with op.batch_alter_table("exam_date", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exam_date_exam_exam_date_starts_at"), ["exam", "starts_at"], unique=False)

    op.create_table(
        "exam_place",
        sa.Column("date_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 500", name=op.f("ck_exam_place_number")),
        sa.ForeignKeyConstraint(
            ["date_id", "day"], ["exam_date.id", "exam_date.day"], name=op.f("fk_exam_place_date_id_day")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_place")),
        sa.UniqueConstraint("date_id", "number", name=op.f("uq_exam_place_date_id_number")),
        sa.UniqueConstraint("id", "day", name=op.f("uq_exam_place_id_day")),
    )
    op.create_table(
        "booking",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asked_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "countered",
                "confirmed",
                "declined",
                "refused",
                "withdrawn",
                "lapsed",
                name="bookingstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answered_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state NOT IN ('declined', 'countered') OR reason <> ''", name=op.f("ck_booking_reason")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_booking_asked_by_id")),
        sa.ForeignKeyConstraint(["asked_id"], ["exam_date.id"], name=op.f("fk_booking_asked_id")),
        sa.ForeignKeyConstraint(
            ["dossier_id", "candidate_id"],
            ["dossier.id", "dossier.candidate_id"],
            name=op.f("fk_booking_dossier_id_candidate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["place_id", "day"], ["exam_place.id", "exam_place.day"], name=op.f("fk_booking_place_id_day")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_booking_dossier_id_booking_asked_at"), ["dossier_id", "asked_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_booking_state_booking_asked_at"), ["state", "asked_at"], unique=False)
        batch_op.create_index(
            "uq_booking_live_day", ["candidate_id", "day"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
        )
        batch_op.create_index(
            "uq_booking_live_dossier", ["dossier_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
        )
        batch_op.create_index(
            "uq_booking_live_place", ["place_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
        )

    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(length=254), nullable=True))

    with op.batch_alter_table("roster", schema=None) as batch_op:
        was = "branchecertificaat_b"
        batch_op.add_column(sa.Column("exam", sa.String(length=60), nullable=False, server_default=was))


def downgrade() -> None:
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.drop_column("exam")

    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.drop_column("address")

    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index("uq_booking_live_place", sqlite_where=LIVE, postgresql_where=LIVE)
        batch_op.drop_index("uq_booking_live_dossier", sqlite_where=LIVE, postgresql_where=LIVE)
        batch_op.drop_index("uq_booking_live_day", sqlite_where=LIVE, postgresql_where=LIVE)
        batch_op.drop_index(batch_op.f("ix_booking_state_booking_asked_at"))
        batch_op.drop_index(batch_op.f("ix_booking_dossier_id_booking_asked_at"))

    op.drop_table("booking")
    op.drop_table("exam_place")
    with op.batch_alter_table("exam_date", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exam_date_exam_exam_date_starts_at"))

    op.drop_table("exam_date")
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_index("uq_dossier_id_candidate_id")
