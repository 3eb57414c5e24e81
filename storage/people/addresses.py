"""The address by which somebody logs in and is written to, and how it changes."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from storage.base import audit
from storage.base.refusal import Refused
from storage.people.links import Link, withdraw
from storage.people.links import Rule as LinkRule
from storage.people.organisations import Organisation
from storage.people.people import Person, Rule, as_address, known_here, person_by_email, stand_alone


def readdress(session: Session, person: Person, email: str, actor: uuid.UUID, now: datetime) -> None:
    """Write to this person at another address from now on; end every session, and every link that the old one got.

    Raises Refused when it is no address, or somebody else's.
    """
    email = as_address(email)
    other = person_by_email(session, email)
    if other is not None and other is not person:
        raise Refused(Rule.ADDRESS_TAKEN)
    unused = person.password_hash is None
    if unused:
        person.stands_for = None
    _write_to(session, person, email, actor, now)
    if unused:
        stand_alone(session, person)


def readdress_unused(
    session: Session, person: Person, organisation: Organisation, email: str, actor: uuid.UUID, now: datetime
) -> None:
    """An organisation puts the address right of somebody who never used the invitation.

    Whether the house knows the new address is not told. Raises Refused when it is no address, or of somebody whom the
    organisation knows.
    """
    email = as_address(email)
    here = known_here(session, organisation, [email]).get(email)
    if here is not None and here is not person:
        raise Refused(Rule.ADDRESS_TAKEN)
    changed = email != person.email
    if changed:
        person.stands_for = person_by_email(session, email)
    _write_to(session, person, email, actor, now)
    if changed:
        stand_alone(session, person)


def _write_to(session: Session, person: Person, email: str, actor: uuid.UUID, now: datetime) -> None:
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
