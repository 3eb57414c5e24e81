"""A link may prove an address."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CHECK = "ck_link_linkkind"


def upgrade() -> None:
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(length=254), nullable=True))
        batch_op.drop_constraint(op.f(CHECK), type_="check")
        batch_op.create_check_constraint(op.f(CHECK), "kind IN ('invitation', 'reset', 'address')")
        batch_op.create_check_constraint(
            op.f("ck_link_address_of_its_kind"), "(kind = 'address') = (address IS NOT NULL)"
        )


def downgrade() -> None:
    op.execute("UPDATE mail_message SET link_id = NULL WHERE link_id IN (SELECT id FROM link WHERE kind = 'address')")
    op.execute("DELETE FROM link WHERE kind = 'address'")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_link_address_of_its_kind"), type_="check")
        batch_op.drop_constraint(op.f(CHECK), type_="check")
        batch_op.create_check_constraint(op.f(CHECK), "kind IN ('invitation', 'reset')")
        batch_op.drop_column("address")
