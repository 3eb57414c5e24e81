"""Work that is shared out, given back and asked again."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("last >= first", name=op.f("ck_absence_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_person_id_absence_last"), ["person_id", "last"], unique=False)

    op.create_table(
        "affiliation",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(organisation_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_affiliation_whose")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_affiliation_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_affiliation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_affiliation_organisation_id_name")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_affiliation_person_id_name")),
    )
    with op.batch_alter_table("affiliation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_affiliation_person_id"), ["person_id"], unique=False)

    op.create_table(
        "allocation",
        sa.Column(
            "mode",
            sa.Enum("whole", "spread", name="mode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("made_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("final_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("final_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(final_at IS NULL) = (final_by_id IS NULL)", name=op.f("ck_allocation_final")),
        sa.ForeignKeyConstraint(["final_by_id"], ["person.id"], name=op.f("fk_allocation_final_by_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_allocation_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
    )
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allocation_final_at"), ["final_at"], unique=False)

    op.create_table(
        "repeat",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("verdict", sa.JSON(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_repeat_answer_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_repeat_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repeat")),
    )
    with op.batch_alter_table("repeat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_repeat_answer_id"), ["answer_id"], unique=False)

    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.add_column(sa.Column("taken_by_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_flag_taken_by_id"), "person", ["taken_by_id"], ["id"])

    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.add_column(sa.Column("active_at", storage.base.database.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("declined_because", sa.String(40), nullable=True))
    # Until now work went back for one reason only, and an open desk was heard of when it was opened.
    op.execute("UPDATE rating SET declined_because = 'known' WHERE declined_at IS NOT NULL")
    op.execute("UPDATE rating SET active_at = opened_at")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_check_constraint(
            batch_op.f("ck_rating_return"), "declined_because IN ('known', 'taken_back', 'again')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_rating_declined_because"), "(declined_because IS NULL) = (declined_at IS NULL)"
        )
        batch_op.drop_constraint(batch_op.f("uq_rating_answer_id_assessor_id"), type_="unique")
        batch_op.create_index(
            "uq_rating_held",
            ["answer_id", "assessor_id"],
            unique=True,
            sqlite_where=sa.text("declined_at IS NULL"),
            postgresql_where=sa.text("declined_at IS NULL"),
        )

    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.add_column(sa.Column("settled_at", storage.base.database.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("settled_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("settled_because", sa.Text(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_verdict_settled_by_id"), "person", ["settled_by_id"], ["id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_verdict_settled"), "(settled_at IS NULL) = (settled_by_id IS NULL)"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_verdict_settled_because"), "settled_by_id IS NULL OR settled_because IS NOT NULL"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_verdict_settled_by_another"), "settled_by_id IS NULL OR settled_by_id <> confirmed_by_id"
        )


def downgrade() -> None:
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        for name in ("settled_by_another", "settled_because", "settled"):
            batch_op.drop_constraint(batch_op.f(f"ck_verdict_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_verdict_settled_by_id"), type_="foreignkey")
        batch_op.drop_column("settled_because")
        batch_op.drop_column("settled_by_id")
        batch_op.drop_column("settled_at")

    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_rating_held",
            sqlite_where=sa.text("declined_at IS NULL"),
            postgresql_where=sa.text("declined_at IS NULL"),
        )
        batch_op.drop_constraint(batch_op.f("ck_rating_declined_because"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_rating_return"), type_="check")
        batch_op.create_unique_constraint(batch_op.f("uq_rating_answer_id_assessor_id"), ["answer_id", "assessor_id"])
        batch_op.drop_column("declined_because")
        batch_op.drop_column("active_at")

    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_flag_taken_by_id"), type_="foreignkey")
        batch_op.drop_column("taken_by_id")

    with op.batch_alter_table("repeat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_repeat_answer_id"))

    op.drop_table("repeat")
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocation_final_at"))

    op.drop_table("allocation")
    with op.batch_alter_table("affiliation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_affiliation_person_id"))

    op.drop_table("affiliation")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absence_person_id_absence_last"))

    op.drop_table("absence")
