"""Accounts and enrolments."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

import storage.base.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


STATES = ("waiting", "sent", "failed")
CHECK = "ck_mail_message_mailstate"


def _states(batch: BatchOperations, *states: str) -> None:
    """The states that a mail may have."""
    batch.drop_constraint(op.f(CHECK), type_="check")
    batch.create_check_constraint(op.f(CHECK), f"state IN ({', '.join(map(repr, states))})")


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("invitation", "reset", name="linkkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("created_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_person_id_link_kind"), ["person_id", "kind"], unique=False)

    op.create_table(
        "log_in",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("created_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_log_in_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_in")),
    )
    with op.batch_alter_table("log_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_in_person_id_log_in_used_at"), ["person_id", "used_at"], unique=False)

    op.create_table(
        "roster",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("done_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_roster_organisation_id")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_roster_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
    )
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_created_at"), ["created_at"], unique=False)

    op.create_table(
        "second_factor",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", storage.base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_second_factor_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("person_id", name=op.f("uq_second_factor_person_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("second_factor_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", storage.base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["second_factor_id"],
            ["second_factor.id"],
            name=op.f("fk_recovery_code_second_factor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("second_factor_id", "digest", name=op.f("uq_recovery_code_second_factor_id_digest")),
    )
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cost_centre", sa.String(length=40), nullable=False, server_default=""))

    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        _states(batch_op, *STATES, "bounced")
        batch_op.add_column(sa.Column("link_id", sa.Uuid(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_mail_message_person_id_mail_message_created_at"), ["person_id", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_mail_message_state_mail_message_created_at"), ["state", "created_at"], unique=False
        )
        batch_op.create_foreign_key(batch_op.f("fk_mail_message_link_id"), "link", ["link_id"], ["id"])

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bounced_at", storage.base.database.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("ALTER TABLE person DROP COLUMN bounced_at")

    op.execute("UPDATE mail_message SET state = 'failed' WHERE state = 'bounced'")
    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        _states(batch_op, *STATES)
        batch_op.drop_constraint(batch_op.f("fk_mail_message_link_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_mail_message_state_mail_message_created_at"))
        batch_op.drop_index(batch_op.f("ix_mail_message_person_id_mail_message_created_at"))
        batch_op.drop_column("link_id")

    op.execute("ALTER TABLE dossier DROP COLUMN cost_centre")

    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_created_at"))

    op.drop_table("roster")
    with op.batch_alter_table("log_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_in_person_id_log_in_used_at"))

    op.drop_table("log_in")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_person_id_link_kind"))

    op.drop_table("link")
