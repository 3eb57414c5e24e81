"""Sending a mail is a job: a mail that waits gets one, which knows when; until now the mail knew."""

import uuid

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KIND = "deliver_mail"
TIME = storage.base.database.UtcDateTime(timezone=True)

mails = sa.table(
    "mail_message",
    sa.column("id", sa.Uuid()),
    sa.column("state", sa.String()),
    sa.column("created_at", TIME),
    sa.column("not_before", TIME),
)
jobs = sa.table(
    "job",
    *(sa.column(name, sa.Uuid()) for name in ("id", "subject")),
    *(sa.column(name, sa.String()) for name in ("queue", "kind", "state")),
    *(sa.column(name, sa.Integer()) for name in ("attempts", "progress")),
    *(sa.column(name, TIME) for name in ("created_at", "not_before")),
    sa.column("again", sa.Boolean()),
    sa.column("result", sa.JSON()),
)


def upgrade() -> None:
    connection = op.get_bind()
    waiting = sa.select(mails.c.id, mails.c.created_at, mails.c.not_before).where(mails.c.state == "waiting")
    fresh = {"queue": "office", "kind": KIND, "state": "waiting", "attempts": 0, "progress": 0}
    fresh |= {"again": False, "result": {}}
    for row in connection.execute(waiting).all():
        times = {"created_at": row.created_at, "not_before": row.not_before}
        connection.execute(sa.insert(jobs).values(id=uuid.uuid4(), subject=row.id, **times, **fresh))
    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_message_state_mail_message_not_before"))
        batch_op.drop_column("not_before")


def downgrade() -> None:
    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("not_before", TIME, nullable=True))
    op.execute(sa.update(mails).values(not_before=mails.c.created_at))
    connection = op.get_bind()
    waiting = sa.select(jobs.c.subject, jobs.c.not_before).where(jobs.c.kind == KIND, jobs.c.state == "waiting")
    for row in connection.execute(waiting).all():
        connection.execute(sa.update(mails).where(mails.c.id == row.subject).values(not_before=row.not_before))
    op.execute(sa.delete(jobs).where(jobs.c.kind == KIND))
    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.alter_column("not_before", existing_type=TIME, nullable=False)
        batch_op.create_index(
            batch_op.f("ix_mail_message_state_mail_message_not_before"), ["state", "not_before"], unique=False
        )
