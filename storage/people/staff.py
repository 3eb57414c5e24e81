"""Who works for the institution now, in which role."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.people.people import Membership, Person, Role


def count_holding(session: Session, role: Role, now: datetime, with_account: bool = False) -> int:
    """How many people hold this role now; `with_account`: of those who chose a password."""
    holds = (Membership.role == role) & (Membership.since <= now)
    holds &= Membership.until.is_(None) | (Membership.until > now)
    found = select(func.count(Membership.person_id.distinct())).where(holds)
    if with_account:
        found = found.join(Person, Person.id == Membership.person_id).where(Person.password_hash.is_not(None))
    return session.scalar(found) or 0


def holders(session: Session, role: Role, now: datetime) -> Sequence[Person]:
    """Who holds this role now, by name."""
    holds = (Membership.role == role) & (Membership.since <= now)
    holds &= Membership.until.is_(None) | (Membership.until > now)
    theirs = select(Membership.person_id).where(holds)
    return session.scalars(select(Person).where(Person.id.in_(theirs)).order_by(Person.name, Person.id)).all()
