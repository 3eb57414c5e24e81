"""The address by which somebody logs in and is written to, and how it changes."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from storage.base import audit
from storage.base.refusal import Refused
from storage.people.links import Link, withdraw
from storage.people.links import Rule as LinkRule
from storage.people.people import Person, Rule, as_address, person_by_email


def readdress(session: Session, person: Person, email: str, actor: uuid.UUID, now: datetime) -> None:
    """Write to this person at another address from now on; end every session, and every link that the old one got.

    Raises Refused when it is no address, or somebody else's.
    """
    email = as_address(email)
    other = person_by_email(session, email)
    if other is not None and other is not person:
        raise Refused(Rule.ADDRESS_TAKEN)
    person.email, person.bounced_at = email, None
    person.session_epoch += 1
    withdraw(session, person, now)
    audit.record(session, now, actor, "person_changed", person)


def prove(session: Session, link: Link, now: datetime) -> None:
    """Whoever opened this link reads the mail of its address: that is its person's from now on.

    Raises Refused when the link does not hold (any more), or when the address became somebody else's.
    """
    if link.address is None or not link.holds(now):
        raise Refused(LinkRule.GONE)
    link.use_up(now)
    readdress(session, link.person, link.address, link.person_id, now)
