"""The result of an exam may be destroyed: its dossier says so, and a certificate rests on no verdict any more."""

from alembic import op
from alembic.operations import BatchOperations

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

STATES = ("writing", "submitted", "returned", "approved", "rejected", "withdrawn")
PARTS = ("recordings", "dossier")


def _one_of(batch: BatchOperations, check: str, column: str, *values: str) -> None:
    """The values that a column may have."""
    batch.drop_constraint(op.f(check), type_="check")
    batch.create_check_constraint(op.f(check), f"{column} IN ({', '.join(map(repr, values))})")


def upgrade() -> None:
    with op.batch_alter_table("dossier", schema=None) as batch:
        _one_of(batch, "ck_dossier_dossierstate", "state", *STATES, "erased")
    with op.batch_alter_table("destruction", schema=None) as batch:
        _one_of(batch, "ck_destruction_erasable", "what", *PARTS, "result")
    with op.batch_alter_table("certificate", schema=None) as batch:
        batch.drop_constraint(op.f("ck_certificate_of_a_verdict"), type_="check")
        batch.create_check_constraint(op.f("ck_certificate_of_a_person"), "taken_over OR person_id IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch:
        batch.drop_constraint(op.f("ck_certificate_of_a_person"), type_="check")
        batch.create_check_constraint(
            op.f("ck_certificate_of_a_verdict"), "taken_over OR (person_id IS NOT NULL AND verdict_id IS NOT NULL)"
        )
    with op.batch_alter_table("destruction", schema=None) as batch:
        _one_of(batch, "ck_destruction_erasable", "what", *PARTS)
    with op.batch_alter_table("dossier", schema=None) as batch:
        _one_of(batch, "ck_dossier_dossierstate", "state", *STATES)
