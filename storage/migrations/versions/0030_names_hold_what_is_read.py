"""Names and addresses that were kept with characters that no eye sees are cleaned, as what comes in is since.

A row of the audit log tells of each what was taken out, by the numbers of the characters. Two organisations whose names
were the same but for those keep two names, the second with a number: whether they are one is for a person to say. An
e-mail address that is somebody else's without them stays, and is reported.
"""

import re
import unicodedata
import uuid
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

COLUMNS = {
    "person": {"name": 120, "email": 254},
    "organisation": {"name": 120},
    "location": {"name": 120, "address": 240, "room": 120},
}
"""The columns of one line that people typed or that came from a list, with the signs that fit."""
UNIQUE = {("person", "email"), ("organisation", "name")}
UNREADABLE = "Zonder leesbare naam"

PART = re.compile(r"[^\W_]+")
ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
UNSEEN = frozenset({"Cc", "Cf", "Cs"})
EMPTY = str.maketrans(dict.fromkeys("\u115f\u1160\u2800\u3164\uffa0", " ") | {"\u034f": None})

events = sa.table(
    "audit_event",
    sa.column("id", sa.Uuid()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("actor", sa.Uuid()),
    sa.column("verb"),
    sa.column("subject_kind"),
    sa.column("subject", sa.Uuid()),
    sa.column("facts", sa.JSON()),
)
words = sa.table("search_word", sa.column("word"), sa.column("person_id", sa.Uuid()))


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column, longest in columns.items():
            _clean(table, column, longest)


def downgrade() -> None:
    """What was taken out is nowhere kept, and nobody could see it."""


def _clean(table: str, column: str, longest: int) -> None:
    connection, now = op.get_bind(), datetime.now(UTC)
    rows = sa.table(table, sa.column("id", sa.Uuid()), sa.column(column))
    kept = {
        row.id: row[1] for row in connection.execute(sa.select(rows.c.id, rows.c[column]).order_by(rows.c.id)).all()
    }
    taken = set(kept.values()) if (table, column) in UNIQUE else set()
    for one, was in kept.items():
        found = _one_line(was)[:longest]
        if found == was:
            continue
        facts: dict[str, Any] = {"column": column, "characters": _taken_out(was, found)}
        if not found:
            found, facts["unreadable"] = UNREADABLE, True
        if found in taken:
            facts["same_as_another"] = True
            found = was if column == "email" else _numbered(found, taken, longest)
        taken.add(found)
        connection.execute(sa.update(rows).where(rows.c.id == one).values({column: found}))
        event = {"id": uuid.uuid4(), "at": now, "actor": None, "verb": "text_cleaned", "subject": one}
        connection.execute(sa.insert(events).values(**event, subject_kind=table, facts=facts))
        if table == "person":
            _find_again(one)


def _taken_out(was: str, found: str) -> list[str]:
    """The characters that are not there any more, such as U+2028: they name nobody."""
    gone = Counter(was) - Counter(found)
    return sorted(f"U+{ord(sign):04X}" for sign in gone if not sign.isalnum())


def _numbered(name: str, taken: set[str], longest: int) -> str:
    number = 2
    while (numbered := f"{name[: longest - 6]} ({number})") in taken:
        number += 1
    return numbered


def _find_again(person: uuid.UUID) -> None:
    """The words by which somebody is found, made anew."""
    connection = op.get_bind()
    people = sa.table("person", sa.column("id", sa.Uuid()), sa.column("name"), sa.column("email"))
    texts = connection.execute(sa.select(people.c.name, people.c.email).where(people.c.id == person)).one()
    connection.execute(sa.delete(words).where(words.c.person_id == person))
    found = [{"word": word, "person_id": person} for word in sorted(_endings(*texts))]
    if found:
        connection.execute(sa.insert(words), found)


def _one_line(text: str) -> str:
    """As `storage.base.plain.one_line` was when this was written."""
    text = ENDS.sub("\n", text)
    seen = "".join(sign for at, sign in enumerate(text) if sign in "\n\t" or _seen(text, at))
    signs = unicodedata.normalize("NFC", seen).translate(EMPTY)
    return " ".join("".join(sign for sign in signs if unicodedata.category(sign) != "Co").split())


def _seen(text: str, at: int) -> bool:
    sign, code = text[at], ord(text[at])
    if sign in "\u200c\u200d":
        return 0 < at < len(text) - 1 and min(text[at - 1], text[at + 1]) >= "\u0600"
    return unicodedata.category(sign) not in UNSEEN and code & 0xFFFE != 0xFFFE and not 0xFDD0 <= code <= 0xFDEF


def _endings(*texts: str) -> set[str]:
    """As `storage.people.search_words.endings` was when this was written."""
    bare = [unicodedata.normalize("NFKD", text) for text in texts]
    folded = ["".join(letter for letter in text if not unicodedata.combining(letter)).casefold() for text in bare]
    return {word[part.start() :][:254] for text in folded for word in text.split() for part in PART.finditer(word)}
