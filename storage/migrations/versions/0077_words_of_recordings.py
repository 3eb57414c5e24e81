"""What is said in a recording may be kept beside it: words with their times, and captions."""

from alembic import op

revision = "0077"
down_revision = "0069"
branch_labels = None
depends_on = None

OF_FILM = ("video", "poster", "thumbnails", "thumbnails_index", "waveform")
OF_SPEECH = ("words", "captions")


def _kinds(*values: str) -> None:
    with op.batch_alter_table("rendition") as batch:
        batch.drop_constraint(op.f("ck_rendition_renditionkind"), type_="check")
        batch.create_check_constraint(op.f("ck_rendition_renditionkind"), f"kind IN ({', '.join(map(repr, values))})")


def upgrade() -> None:
    _kinds(*OF_FILM, *OF_SPEECH)


def downgrade() -> None:
    op.execute(f"DELETE FROM rendition WHERE kind IN ({', '.join(map(repr, OF_SPEECH))})")
    _kinds(*OF_FILM)
