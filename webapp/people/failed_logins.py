"""Failed log-ins in the audit log: with the person, and nothing that was typed."""

import uuid

from storage.base import audit
from storage.base.database import session_scope
from storage.people.people import Person
from webapp.context import g

NOBODY = uuid.UUID(int=0)
"""The subject of what was tried at an address that nobody has: noted like the others, and as slowly."""


def note(verb: str, person: Person | None) -> None:
    """Keep that this was tried at the account of this person, in a transaction of its own: the request's fails."""
    subject = Person(id=person.id if person else NOBODY)
    g.db.rollback()
    with session_scope() as other:
        audit.record(other, g.now, None, verb, subject)
