"""A verdict takes the place of another, an exam is marked anew, and an objection has its decision and its outsiders."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

AT = storage.base.database.UtcDateTime(timezone=True)
RESULT = "ended_at IS NULL AND released_at IS NOT NULL"
PENDING = "ended_at IS NULL AND released_at IS NULL"
RULINGS = {"granted": "revised", "denied": "upheld", "inadmissible": "late"}


def upgrade() -> None:
    cause = sa.Enum(
        "first",
        "evidence",
        "remark",
        "resit",
        "correction",
        name="cause",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replaces_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("cause", cause, server_default="first", nullable=False))
        batch_op.add_column(sa.Column("cause_text", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("marking", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("asked_until", AT, nullable=True))
        batch_op.add_column(sa.Column("ended_at", AT, nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_verdict_sitting_id"), type_="unique")
        batch_op.create_foreign_key(batch_op.f("fk_verdict_replaces_id"), "verdict", ["replaces_id"], ["id"])
        batch_op.create_check_constraint(batch_op.f("ck_verdict_replaces"), "(cause = 'first') = (replaces_id IS NULL)")
        batch_op.create_check_constraint(
            batch_op.f("ck_verdict_corrected_because"), "cause <> 'correction' OR cause_text <> ''"
        )
        batch_op.create_index(batch_op.f("ix_verdict_sitting_id"), ["sitting_id"], unique=False)
        for name, where in (("result", RESULT), ("pending", PENDING)):
            batch_op.create_index(
                f"uq_verdict_{name}",
                ["sitting_id"],
                unique=True,
                sqlite_where=sa.text(where),
                postgresql_where=sa.text(where),
            )
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("marking", sa.Integer(), server_default="1", nullable=False))
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.add_column(sa.Column("marking", sa.Integer(), server_default="1", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_rating_answer_id_slot"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_rating_answer_id_marking_slot"), ["answer_id", "marking", "slot"]
        )
    with op.batch_alter_table("repeat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("until", AT, nullable=True))
        batch_op.add_column(sa.Column("given_up_at", AT, nullable=True))
    _rulings(RULINGS)
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decision_at", AT, nullable=True))
        batch_op.add_column(sa.Column("marking", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("remark_ordered_at", AT, nullable=True))
        batch_op.add_column(sa.Column("remark_ordered_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("remark_because", sa.Text(), server_default="", nullable=False))
        batch_op.create_foreign_key(
            batch_op.f("fk_objection_remark_ordered_by_id"), "person", ["remark_ordered_by_id"], ["id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_objection_remark_ordered"), "(marking IS NULL) = (remark_ordered_at IS NULL)"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_objection_remark_ordered_by"),
            "(remark_ordered_at IS NULL) = (remark_ordered_by_id IS NULL)",
        )
    op.execute(
        "UPDATE objection SET decision_at = COALESCE(CASE against"
        " WHEN 'rejection' THEN (SELECT decided_at FROM dossier WHERE dossier.id = objection.dossier_id)"
        " ELSE (SELECT released_at FROM verdict JOIN sitting ON sitting.id = verdict.sitting_id"
        " WHERE sitting.dossier_id = objection.dossier_id) END, received_at)"
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.alter_column("decision_at", existing_type=AT, nullable=False)
        batch_op.drop_constraint(batch_op.f("uq_objection_dossier_id_against"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_objection_dossier_id_against_decision_at"), ["dossier_id", "against", "decision_at"]
        )
    op.create_table(
        "objection_outsider",
        sa.Column("objection_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("appointed_at", AT, nullable=False),
        sa.Column("appointed_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["objection_id"], ["objection.id"], name=op.f("fk_objection_outsider_objection_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_objection_outsider_person_id")),
        sa.ForeignKeyConstraint(["appointed_by_id"], ["person.id"], name=op.f("fk_objection_outsider_appointed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection_outsider")),
        sa.UniqueConstraint("objection_id", "person_id", name=op.f("uq_objection_outsider_objection_id_person_id")),
    )
    with op.batch_alter_table("objection_outsider", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objection_outsider_person_id"), ["person_id"], unique=False)
    op.create_table(
        "objection_minute",
        sa.Column("objection_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["objection_id"], ["objection.id"], name=op.f("fk_objection_minute_objection_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_objection_minute_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection_minute")),
    )
    with op.batch_alter_table("objection_minute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objection_minute_objection_id"), ["objection_id"], unique=False)
    op.create_table(
        "complaint",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum("conduct", "service", name="subject", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name=op.f("ck_complaint_answered")),
        sa.CheckConstraint(
            "answered_by_id IS NULL OR answered_by_id <> person_id", name=op.f("ck_complaint_not_by_oneself")
        ),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_complaint_answered_with_words")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_complaint_person_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_complaint_answered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("code", name=op.f("uq_complaint_code")),
    )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_complaint_answered_at_complaint_received_at"), ["answered_at", "received_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_complaint_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("complaint")
    op.drop_table("objection_minute")
    op.drop_table("objection_outsider")
    # Of what took each other's place only the first can stay in the old form.
    op.execute(
        "DELETE FROM objection WHERE EXISTS (SELECT 1 FROM objection AS o WHERE o.dossier_id = objection.dossier_id"
        " AND o.against = objection.against AND o.received_at < objection.received_at)"
    )
    _rulings({"resit": "granted", **{new: old for old, new in RULINGS.items()}})
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_objection_dossier_id_against_decision_at"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_objection_dossier_id_against"), ["dossier_id", "against"])
        batch_op.drop_constraint(batch_op.f("ck_objection_remark_ordered"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_objection_remark_ordered_by"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_objection_remark_ordered_by_id"), type_="foreignkey")
        for name in ("decision_at", "marking", "remark_ordered_at", "remark_ordered_by_id", "remark_because"):
            batch_op.drop_column(name)
    with op.batch_alter_table("repeat", schema=None) as batch_op:
        batch_op.drop_column("until")
        batch_op.drop_column("given_up_at")
    for table in ("score", "remark", "flag"):
        op.execute(f"DELETE FROM {table} WHERE rating_id IN (SELECT id FROM rating WHERE marking > 1)")
    op.execute("DELETE FROM rating WHERE marking > 1")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_rating_answer_id_marking_slot"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_rating_answer_id_slot"), ["answer_id", "slot"])
        batch_op.drop_column("marking")
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_column("marking")
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_verdict_replaces"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_verdict_corrected_because"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_verdict_replaces_id"), type_="foreignkey")
        batch_op.drop_index("uq_verdict_result")
        batch_op.drop_index("uq_verdict_pending")
        batch_op.drop_index(batch_op.f("ix_verdict_sitting_id"))
        batch_op.drop_column("replaces_id")
    op.execute("DELETE FROM verdict WHERE cause <> 'first'")
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_verdict_cause"), type_="check")
        batch_op.create_unique_constraint(batch_op.f("uq_verdict_sitting_id"), ["sitting_id"])
        for name in ("cause", "cause_text", "marking", "asked_until", "ended_at"):
            batch_op.drop_column(name)


def _rulings(names: dict[str, str]) -> None:
    """The same rulings by other names."""
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_objection_ruling"), type_="check")
    for old, new in names.items():
        op.execute(f"UPDATE objection SET ruling = '{new}' WHERE ruling = '{old}'")
    allowed = "', '".join(
        ["upheld", "revised", "resit", "late"] if "granted" in names else ["granted", "denied", "inadmissible"]
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_objection_ruling"), f"ruling IN ('{allowed}')")
