"""Something is given back once for each reason, assessments cost something, and a copy is paid by a link."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

REASONS = ("member", "no_member", "again", "no_examiner", "own_examiner", "copy")
GIVEN_BACK = ("withdrawn", "cancelled", "joined", "given_back")
NEW_REASONS = (*REASONS, "no_active_examiner", "active_examiner", *GIVEN_BACK)
SUBJECTS = ("theory_test", "practical_seat", "dossier", "copy_order")


def upgrade() -> None:
    with op.batch_alter_table("fee_settings") as batch_op:
        batch_op.add_column(sa.Column("payment_link", sa.String(length=300), server_default="", nullable=False))
    with op.batch_alter_table("invoice") as batch_op:
        batch_op.add_column(sa.Column("payment_link", sa.String(length=500), server_default="", nullable=False))
    with op.batch_alter_table("fee_order") as batch_op:
        _choices(batch_op, "reason", NEW_REASONS)
        _choices(batch_op, "subject", (*SUBJECTS, "assessment"))
        batch_op.drop_constraint(batch_op.f("uq_fee_order_credits_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_fee_order_credits_id_reason"), ["credits_id", "reason"])
    for note, reason in (("teruggetrokken", "withdrawn"), ("afgezegd door ons", "cancelled")):
        op.execute(f"UPDATE fee_order SET reason = '{reason}' WHERE credits_id IS NOT NULL AND note = '{note}'")
    kept = ", ".join(map(repr, GIVEN_BACK))
    op.execute(f"UPDATE fee_order SET reason = 'given_back' WHERE credits_id IS NOT NULL AND reason NOT IN ({kept})")


def downgrade() -> None:
    """What the older version has no word for goes by the nearest; a second credit of one order has no place there."""
    op.execute(
        "DELETE FROM fee_order WHERE credits_id IS NOT NULL AND EXISTS (SELECT 1 FROM fee_order other "
        "WHERE other.credits_id = fee_order.credits_id AND other.reason < fee_order.reason)"
    )
    for new, old in (("no_active_examiner", "no_examiner"), ("active_examiner", "own_examiner")):
        op.execute(f"UPDATE fee_order SET reason = '{old}' WHERE reason = '{new}'")
    kept = ", ".join(map(repr, REASONS))
    op.execute(f"UPDATE fee_order SET reason = 'no_member' WHERE reason NOT IN ({kept})")
    op.execute("DELETE FROM fee_order WHERE subject = 'assessment'")
    with op.batch_alter_table("fee_order") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_fee_order_credits_id_reason"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_fee_order_credits_id"), ["credits_id"])
        _choices(batch_op, "subject", SUBJECTS)
        _choices(batch_op, "reason", REASONS)
    with op.batch_alter_table("invoice") as batch_op:
        batch_op.drop_column("payment_link")
    with op.batch_alter_table("fee_settings") as batch_op:
        batch_op.drop_column("payment_link")


def _choices(batch_op: BatchOperations, column: str, choices: tuple[str, ...]) -> None:
    name = batch_op.f(f"ck_fee_order_{column}")
    batch_op.drop_constraint(name, type_="check")
    batch_op.create_check_constraint(name, f"{column} IN ({', '.join(map(repr, choices))})")
