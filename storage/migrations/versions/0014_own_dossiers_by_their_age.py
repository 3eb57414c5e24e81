"""A manager's and an organisation's own dossiers by state and age, so that no count of them reads those of others."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_dossier_manager_id", ["manager_id"]),
    ("ix_dossier_organisation_id_dossier_state", ["organisation_id", "state"]),
)


def upgrade() -> None:
    for name, columns in INDEXES:
        op.create_index(_longer(columns), "dossier", [*columns, *_missing(columns)])
        op.drop_index(name, table_name="dossier")


def downgrade() -> None:
    for name, columns in INDEXES:
        op.create_index(name, "dossier", columns)
        op.drop_index(_longer(columns), table_name="dossier")


def _missing(columns: list[str]) -> list[str]:
    return [one for one in ("state", "created_at") if one not in columns]


def _longer(columns: list[str]) -> str:
    return "ix_" + "_".join(f"dossier_{one}" for one in [*columns, *_missing(columns)])
