"""One change of a certificate waits at most. Of those that did, the oldest stays; whoever asked a later one has it back."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

OPEN = "decided_at IS NULL"


def upgrade() -> None:
    change = sa.table(
        "certificate_change",
        *(
            sa.column(name)
            for name in ("id", "certificate_id", "asked_by_id", "asked_at", "decided_by_id", "decided_at")
        ),
        sa.column("granted", sa.Boolean),
    )
    older = change.alias()
    first = (older.c.asked_at < change.c.asked_at) | (
        (older.c.asked_at == change.c.asked_at) & (older.c.id < change.c.id)
    )
    after_another = sa.exists().where(
        older.c.certificate_id == change.c.certificate_id, older.c.decided_at.is_(None), first
    )
    # Read before anything is written: a row that is given back would else no longer be there for the next one.
    later = op.get_bind().scalars(sa.select(change.c.id).where(change.c.decided_at.is_(None), after_another)).all()
    op.execute(
        change.update()
        .where(change.c.id.in_(later))
        .values(granted=sa.false(), decided_by_id=change.c.asked_by_id, decided_at=change.c.asked_at)
    )
    op.create_index(
        "uq_certificate_change_open",
        "certificate_change",
        ["certificate_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )


def downgrade() -> None:
    op.drop_index("uq_certificate_change_open", "certificate_change")
