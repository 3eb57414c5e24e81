"""Benchmark answers, the ratings on them, and calibrations."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0069"
down_revision = "0064"
branch_labels = None
depends_on = None

HELD_BEFORE, HELD = "declined_at IS NULL", "declined_at IS NULL AND purpose = 'exam'"
DECLINED_BEFORE = "(slot IS NULL) = (declined_at IS NOT NULL)"
DECLINED = "(slot IS NULL) = (declined_at IS NOT NULL OR purpose <> 'exam')"
PURPOSES = ("exam", "start", "training", "test", "seed")
GOING_ON = sa.text("state <> 'ended'")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _id(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _moment(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _keys(table: str, **keys: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in keys.items()
    ]


def _check(table: str, **texts: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}")) for name, text in texts.items()]


def _held(condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        "uq_rating_held",
        "rating",
        ["answer_id", "assessor_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def upgrade() -> None:
    op.drop_index("uq_rating_held", table_name="rating")
    with op.batch_alter_table("rating") as batch:
        batch.add_column(sa.Column("purpose", sa.String(40), server_default="exam", nullable=False))
        batch.drop_constraint(batch.f("ck_rating_declined"), type_="check")
        batch.drop_constraint(batch.f("ck_rating_return"), type_="check")
    with op.batch_alter_table("rating") as batch:
        batch.create_check_constraint(batch.f("ck_rating_purpose"), f"purpose IN {PURPOSES}")
        batch.create_check_constraint(batch.f("ck_rating_declined"), DECLINED)
        batch.create_check_constraint(batch.f("ck_rating_purpose_of_marking"), "(purpose = 'exam') = (marking > 0)")
        batch.create_check_constraint(
            batch.f("ck_rating_return"), "declined_because IN ('known', 'taken_back', 'again', 'stopped')"
        )
    _held(HELD)
    op.create_table(
        "benchmark",
        _id("answer_id"),
        _id("consent_id"),
        sa.Column("state", _one_of("benchmarkstate", "start_round", "live", "ended"), nullable=False),
        _moment("chosen_at", False),
        _id("chosen_by_id"),
        _moment("agreed_at"),
        _id("agreed_by_id", True),
        _moment("ended_at"),
        sa.Column("ended_because", _one_of("ending", "consent", "committee"), nullable=True),
        _id("id"),
        *_check(
            "benchmark",
            agreed="(agreed_at IS NULL) = (agreed_by_id IS NULL)",
            ended="(state = 'ended') = (ended_at IS NOT NULL)",
            ended_because="(ended_at IS NULL) = (ended_because IS NULL)",
            live="state <> 'live' OR agreed_at IS NOT NULL",
        ),
        *_keys("benchmark", answer_id="answer", consent_id="consent", chosen_by_id="person", agreed_by_id="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benchmark")),
    )
    op.create_index(op.f("ix_benchmark_state_benchmark_chosen_at"), "benchmark", ["state", "chosen_at"])
    op.create_index(op.f("ix_benchmark_consent_id"), "benchmark", ["consent_id"])
    op.create_index(
        "uq_benchmark_answer",
        "benchmark",
        ["answer_id"],
        unique=True,
        sqlite_where=GOING_ON,
        postgresql_where=GOING_ON,
    )
    op.create_table(
        "agreed_score",
        _id("benchmark_id"),
        sa.Column("competency", sa.String(60), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        _id("id"),
        *_check("agreed_score", level="level IS NULL OR level BETWEEN 1 AND 5"),
        *_keys("agreed_score", benchmark_id="benchmark"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreed_score")),
        sa.UniqueConstraint("benchmark_id", "competency", name=op.f("uq_agreed_score_benchmark_id_competency")),
    )
    op.create_table(
        "calibration",
        _id("assessor_id"),
        sa.Column("exam", sa.String(60), nullable=False),
        sa.Column("kind", _one_of("calibrationkind", "training", "test"), nullable=False),
        _moment("begun_at", False),
        _moment("ended_at"),
        *(_number(name) for name in ("answers", "scores", "exact", "within_one")),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        _id("id"),
        *_check(
            "calibration",
            valid="valid_until IS NULL OR (kind = 'test' AND passed)",
            counts="exact <= within_one AND within_one <= scores",
        ),
        *_keys("calibration", assessor_id="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration")),
    )
    op.create_index(
        op.f("ix_calibration_assessor_id_calibration_exam_calibration_ended_at"),
        "calibration",
        ["assessor_id", "exam", "ended_at"],
    )
    op.create_table(
        "benchmark_work",
        _id("rating_id"),
        _id("benchmark_id"),
        _id("calibration_id", True),
        _number("place"),
        sa.Column("steps", sa.JSON(), nullable=True),
        _moment("judged_at"),
        _id("id"),
        *_keys("benchmark_work", rating_id="rating", benchmark_id="benchmark", calibration_id="calibration"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benchmark_work")),
        sa.UniqueConstraint("rating_id", name=op.f("uq_benchmark_work_rating_id")),
    )
    op.create_index(op.f("ix_benchmark_work_benchmark_id"), "benchmark_work", ["benchmark_id"])
    op.create_index(op.f("ix_benchmark_work_calibration_id"), "benchmark_work", ["calibration_id"])


def downgrade() -> None:
    for table in ("benchmark_work", "calibration", "agreed_score", "benchmark"):
        op.drop_table(table)
    of_benchmarks = "(SELECT id FROM rating WHERE purpose <> 'exam')"
    for table in ("score", "remark", "flag"):
        op.execute(f"DELETE FROM {table} WHERE rating_id IN {of_benchmarks}")
    op.execute("DELETE FROM rating WHERE purpose <> 'exam'")
    op.execute("UPDATE rating SET declined_because = 'taken_back' WHERE declined_because = 'stopped'")
    op.drop_index("uq_rating_held", table_name="rating")
    with op.batch_alter_table("rating") as batch:
        for name in ("purpose", "declined", "purpose_of_marking", "return"):
            batch.drop_constraint(batch.f(f"ck_rating_{name}"), type_="check")
    with op.batch_alter_table("rating") as batch:
        batch.drop_column("purpose")
        batch.create_check_constraint(batch.f("ck_rating_declined"), DECLINED_BEFORE)
        batch.create_check_constraint(
            batch.f("ck_rating_return"), "declined_because IN ('known', 'taken_back', 'again')"
        )
    _held(HELD_BEFORE)
