"""Assessments, the sheets of their assessors, and the documents of portfolios."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

STATES = (
    "requested",
    "planned",
    "disputed",
    "judged",
    "endorsed",
    "released",
    "declined",
    "cancelled",
    "withdrawn",
)
GOES_ON = sa.text("state IN ('requested', 'planned', 'disputed', 'judged', 'endorsed')")
COUNTS = sa.text("replaced_at IS NULL")


def _moment(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "assessment",
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="assessmentstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        _moment("starts_at"),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("judgement", sa.JSON(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        _moment("judged_at"),
        sa.Column("endorsed_by_id", sa.Uuid(), nullable=True),
        _moment("endorsed_at"),
        sa.Column("released_by_id", sa.Uuid(), nullable=True),
        _moment("released_at"),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        _moment("asked_at", False),
        _moment("answered_at"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('requested', 'declined', 'withdrawn') OR starts_at IS NOT NULL",
            name=op.f("ck_assessment_planned"),
        ),
        sa.CheckConstraint("(state = 'released') = (released_at IS NOT NULL)", name=op.f("ck_assessment_released")),
        sa.CheckConstraint(
            "(state IN ('judged', 'endorsed', 'released')) = (passed IS NOT NULL AND judged_at IS NOT NULL)",
            name=op.f("ck_assessment_judged"),
        ),
        sa.CheckConstraint("released_by_id <> endorsed_by_id", name=op.f("ck_assessment_second_person")),
        sa.CheckConstraint("state NOT IN ('declined', 'cancelled') OR reason <> ''", name=op.f("ck_assessment_reason")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_assessment_{column}"))
            for column, table in (
                ("scheme_id", "scheme"),
                ("candidate_id", "person"),
                ("organisation_id", "organisation"),
                ("endorsed_by_id", "person"),
                ("released_by_id", "person"),
                ("certificate_id", "certificate"),
                ("asked_by_id", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index(op.f("ix_assessment_candidate_id"), "assessment", ["candidate_id"])
    op.create_index(
        op.f("ix_assessment_organisation_id_assessment_asked_at"), "assessment", ["organisation_id", "asked_at"]
    )
    op.create_index(op.f("ix_assessment_state_assessment_starts_at"), "assessment", ["state", "starts_at"])
    op.create_index(
        "uq_assessment_once",
        "assessment",
        ["candidate_id", "scheme_id"],
        unique=True,
        sqlite_where=GOES_ON,
        postgresql_where=GOES_ON,
    )
    op.create_table(
        "assessment_sheet",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("assessor_id", sa.Uuid(), nullable=False),
        sa.Column("written", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("signed_at"),
        _moment("replaced_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("slot >= 1", name=op.f("ck_assessment_sheet_slot")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_sheet_assessment_id")),
        sa.ForeignKeyConstraint(["assessor_id"], ["person.id"], name=op.f("fk_assessment_sheet_assessor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_sheet")),
    )
    op.create_index(op.f("ix_assessment_sheet_assessor_id"), "assessment_sheet", ["assessor_id"])
    for name in ("slot", "assessor"):
        columns = ["assessment_id", "slot" if name == "slot" else "assessor_id"]
        op.create_index(
            f"uq_assessment_sheet_{name}",
            "assessment_sheet",
            columns,
            unique=True,
            sqlite_where=COUNTS,
            postgresql_where=COUNTS,
        )
    op.create_table(
        "portfolio_document",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("cipher_size", sa.Integer(), nullable=False),
        sa.Column("cipher_sha256", sa.String(length=64), nullable=False),
        _moment("created_at", False),
        _moment("removed_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_portfolio_document_size")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_portfolio_document_assessment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_document")),
        sa.UniqueConstraint("key", name=op.f("uq_portfolio_document_key")),
    )
    op.create_index(op.f("ix_portfolio_document_assessment_id"), "portfolio_document", ["assessment_id"])


def downgrade() -> None:
    op.drop_table("portfolio_document")
    op.drop_table("assessment_sheet")
    op.drop_table("assessment")
