"""A sitting says itself how far judging is, so that lists and home pages need not work it out of all ratings."""

import tomllib

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INDEX = "ix_sitting_stage_sitting_judging_sitting_finished_at_sitting_id"

DECIDED = "UPDATE sitting SET judging = 'decided' WHERE EXISTS (SELECT 1 FROM verdict WHERE sitting_id = sitting.id)"
HELD = """
UPDATE sitting SET judging = 'held' WHERE id IN (
    SELECT answer.sitting_id
    FROM answer
    JOIN sitting AS one ON one.id = answer.sitting_id
    JOIN dossier ON dossier.id = one.dossier_id
    LEFT JOIN rating ON rating.answer_id = answer.id AND rating.slot IS NOT NULL
    WHERE dossier.scheme_id = :scheme AND one.judging = 'open'
    GROUP BY answer.sitting_id
    HAVING count(rating.id) = count(DISTINCT answer.id)
        * CASE WHEN max(rating.slot) > :slots THEN max(rating.slot) ELSE :slots END
    AND (max(rating.slot) > :slots OR count(rating.phase2_signed_at) < count(rating.id))
)
"""


def upgrade() -> None:
    states = sa.Enum("open", "held", "decided", name="judging", native_enum=False, create_constraint=True, length=40)
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("judging", states, nullable=False, server_default="open"))
    op.execute(DECIDED)
    schemes = op.get_bind().execute(sa.text("SELECT id, data FROM scheme")).all()
    for scheme, data in schemes:
        slots = tomllib.loads(bytes(data).decode()).get("assessment", {}).get("slots", 0)
        if slots:
            op.execute(sa.text(HELD).bindparams(scheme=scheme, slots=slots))
    op.create_index(INDEX, "sitting", ["stage", "judging", "finished_at", "id"])


def downgrade() -> None:
    op.drop_index(INDEX, table_name="sitting")
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_sitting_judging"), type_="check")
        batch_op.drop_column("judging")
