"""Words by which people are found, and an index of the few takes of which a part came late."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LATE = "ix_recording_late_at"
PART = re.compile(r"[^\W_]+")


def upgrade() -> None:
    words = op.create_table(
        "search_word",
        sa.Column("word", sa.String(254).with_variant(sa.String(254, collation="C"), "postgresql"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_search_word_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", "person_id", name=op.f("pk_search_word")),
    )
    op.create_index(op.f("ix_search_word_person_id"), "search_word", ["person_id"])
    person = sa.table("person", sa.column("id", sa.Uuid()), sa.column("name"), sa.column("email"))
    found = [
        {"word": word, "person_id": who}
        for who, *texts in op.get_bind().execute(sa.select(person.c.id, person.c.name, person.c.email)).all()
        for word in sorted(_endings(*texts))
    ]
    if found:
        op.bulk_insert(words, found)
    op.drop_index(LATE, table_name="recording")
    came_late = sa.text("late_at IS NOT NULL")
    op.create_index(LATE, "recording", ["late_at"], sqlite_where=came_late, postgresql_where=came_late)


def downgrade() -> None:
    op.drop_index(LATE, table_name="recording")
    op.create_index(LATE, "recording", ["late_at"])
    op.drop_table("search_word")


def _endings(*texts: str) -> set[str]:
    """As `storage.people.search_words.endings` was when this was written."""
    bare = [unicodedata.normalize("NFKD", text) for text in texts]
    folded = ["".join(letter for letter in text if not unicodedata.combining(letter)).casefold() for text in bare]
    return {word[part.start() :][:254] for text in folded for word in text.split() for part in PART.finditer(word)}
