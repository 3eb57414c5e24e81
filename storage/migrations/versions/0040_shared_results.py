"""A candidate may share the own result with the manager and with the organisation."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def _kinds(*values: str) -> None:
    with op.batch_alter_table("consent") as batch:
        batch.drop_constraint(op.f("ck_consent_consentkind"), type_="check")
        batch.create_check_constraint(op.f("ck_consent_consentkind"), f"kind IN ({', '.join(map(repr, values))})")


def upgrade() -> None:
    _kinds("benchmark", "share_manager", "share_organisation")


def downgrade() -> None:
    op.execute("DELETE FROM consent WHERE kind <> 'benchmark'")
    _kinds("benchmark")
