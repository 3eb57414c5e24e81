"""What an installation must know before anybody meets it: asked when a server starts in production, and by /healthz."""

from datetime import datetime

from sqlalchemy.orm import Session

from storage.people import institution, staff
from storage.people.people import Role
from storage.schemes import current_schemes

NEEDED_OFFICERS = 2
"""One asks and another decides: with fewer nobody gets a role, and no result is released."""


def missing(session: Session, now: datetime) -> list[str]:
    """What is missing, by the names that `flask setup` gives them; empty when all is there."""
    found = list(institution.of(session).missing)
    if staff.count_holding(session, Role.KSF_OFFICER, now) < NEEDED_OFFICERS:
        found.append("officers")
    if not current_schemes(session):
        found.append("schemes")
    return found
