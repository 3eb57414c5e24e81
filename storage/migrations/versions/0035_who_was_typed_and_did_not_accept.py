"""What an organisation typed stands apart from the person who has that address, until it is accepted."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

REAL = sa.text("stands_for_id IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("stands_for_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(op.f("fk_person_stands_for_id"), "person", ["stands_for_id"], ["id"])
        batch.create_check_constraint(
            op.f("ck_person_stand_in_without_password"), "stands_for_id IS NULL OR password_hash IS NULL"
        )
        batch.drop_constraint(op.f("uq_person_email"), type_="unique")
    op.create_index(op.f("ix_person_email"), "person", ["email"])
    op.create_index(op.f("ix_person_stands_for_id"), "person", ["stands_for_id"])
    op.create_index("uq_person_log_in", "person", ["email"], unique=True, sqlite_where=REAL, postgresql_where=REAL)


def downgrade() -> None:
    # Two rows with one address cannot be before: the stand-in gets one that cannot be written to.
    op.execute(
        "UPDATE person SET email = substr(CAST(id AS VARCHAR(40)), 1, 36) || '@invalid' WHERE stands_for_id IS NOT NULL"
    )
    op.drop_index("uq_person_log_in", "person")
    op.drop_index(op.f("ix_person_stands_for_id"), "person")
    op.drop_index(op.f("ix_person_email"), "person")
    with op.batch_alter_table("person") as batch:
        batch.create_unique_constraint(op.f("uq_person_email"), ["email"])
        batch.drop_constraint(op.f("ck_person_stand_in_without_password"), type_="check")
        batch.drop_constraint(op.f("fk_person_stands_for_id"), type_="foreignkey")
        batch.drop_column("stands_for_id")
