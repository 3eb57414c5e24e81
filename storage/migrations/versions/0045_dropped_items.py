"""Items that count no more, panels that set a cut, what figures of items add up, and tests for any certificate.

A test that was handed in before has no sum, and stays out of the figures.
"""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


CERTIFICATES = "certificate IN ('certificate_a', 'certificate_b', 'certificate_chat')"


def upgrade() -> None:
    with op.batch_alter_table("practical_session") as batch_op:
        batch_op.add_column(sa.Column("supplied_by_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_practical_session_supplied_by_id"), "organisation", ["supplied_by_id"], ["id"]
        )
    with op.batch_alter_table("examiner") as batch_op:
        batch_op.add_column(sa.Column("calibrated_on", sa.Date(), nullable=True))
    with op.batch_alter_table("theory_test") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_theory_test_certificate"), type_="check")
    with op.batch_alter_table("theory_sitting") as batch_op:
        batch_op.add_column(sa.Column("share_sum", sa.Double(), nullable=True))
    op.create_table(
        "theory_drop",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("rescored", sa.Integer(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_theory_drop_decided")),
        sa.CheckConstraint("decided_by_id <> proposed_by_id", name=op.f("ck_theory_drop_decided_by_another")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_theory_drop_decided_by_id")),
        sa.ForeignKeyConstraint(["item_id"], ["theory_item.id"], name=op.f("fk_theory_drop_item_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_theory_drop_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theory_drop")),
        sa.UniqueConstraint("item_id", name=op.f("uq_theory_drop_item_id")),
    )
    op.create_table(
        "angoff_panel",
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name=op.f("ck_angoff_panel_closed")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_angoff_panel_closed_by_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_angoff_panel_opened_by_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_angoff_panel_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_angoff_panel")),
    )
    op.create_table(
        "angoff_judge",
        sa.Column("panel_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("estimates", sa.JSON(), nullable=False),
        sa.Column("saved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["panel_id"], ["angoff_panel.id"], name=op.f("fk_angoff_judge_panel_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_angoff_judge_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_angoff_judge")),
        sa.UniqueConstraint("panel_id", "person_id", name=op.f("uq_angoff_judge_panel_id_person_id")),
    )


def downgrade() -> None:
    with op.batch_alter_table("practical_session") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_practical_session_supplied_by_id"), type_="foreignkey")
        batch_op.drop_column("supplied_by_id")
    with op.batch_alter_table("examiner") as batch_op:
        batch_op.drop_column("calibrated_on")
    with op.batch_alter_table("theory_test") as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_theory_test_certificate"), CERTIFICATES)
    op.drop_table("angoff_judge")
    op.drop_table("angoff_panel")
    op.drop_table("theory_drop")
    with op.batch_alter_table("theory_sitting") as batch_op:
        batch_op.drop_column("share_sum")
