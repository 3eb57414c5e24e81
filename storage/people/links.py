"""Personal links in mail: to choose a first password, to choose a new one, to prove an address. Each works once.

A link is a row, and its token is a signature over the row's id: nothing that opens an account stands in the database
or in the outbox. Looking at a link never uses it up, since programs that check mail for danger look at every link.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.config import config, needed
from storage.base.database import Base, Identified, one_of, rows_changed, session_of
from storage.base.refusal import Refused
from storage.people.people import Person


class LinkKind(StrEnum):
    """The purpose of a link: the first password of somebody who is invited, a new one, or another address."""

    INVITATION = "invitation"
    RESET = "reset"
    ADDRESS = "address"


PASSWORD_KINDS = (LinkKind.INVITATION, LinkKind.RESET)
LIFETIMES = {
    LinkKind.INVITATION: timedelta(days=14),
    LinkKind.RESET: timedelta(hours=1),
    LinkKind.ADDRESS: timedelta(hours=1),
}


SEND_RESET = "send_reset"
"""The kind of the job that mails a link for a new password; its subject is what `asks_for_reset` answers."""


class Rule(StrEnum):
    """Why a link opens nothing."""

    GONE = "link_gone"


class Link(Identified, Base):
    """One link for one person, until it is used, withdrawn or too old.

    `address` is the one that a link of that kind was sent to: whoever opens it reads the mail there.
    """

    __tablename__ = "link"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    kind: Mapped[LinkKind] = mapped_column(one_of(LinkKind))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    address: Mapped[str | None] = mapped_column(String(254))

    person: Mapped[Person] = relationship()

    __table_args__ = (
        Index(None, "person_id", "kind"),
        CheckConstraint("(kind = 'address') = (address IS NOT NULL)", name="address_of_its_kind"),
    )

    @property
    def token(self) -> str:
        """The text in the address: this row's id, signed with the secret of the installation."""
        return base64.urlsafe_b64encode(self.id.bytes + _signature(self.id)).decode().rstrip("=")

    @property
    def path(self) -> str:
        """Where it leads to on the site."""
        return f"/{'account/adres' if self.kind is LinkKind.ADDRESS else 'welkom'}/{self.token}"

    def holds(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at

    def use(self, password: str, now: datetime) -> None:
        """Give its person this password and end every link and session of before.

        Raises Refused when the link does not hold (any more), or when the password is not good enough.
        """
        if not self.holds(now) or self.kind not in PASSWORD_KINDS:
            raise Refused(Rule.GONE)
        (self.person.stands_for or self.person).choose_password(password)
        self.use_up(now)

    def use_up(self, now: datetime) -> None:
        """End it, with every other link of its person. Raises Refused when somebody was first."""
        session = session_of(self)
        # Of two who press at the same moment, one finds it used.
        unused = update(Link).where(Link.id == self.id, Link.used_at.is_(None), Link.expires_at > now)
        if not rows_changed(session, unused.values(used_at=now)):
            raise Refused(Rule.GONE)
        withdraw(session, self.person, now)
        audit.record(session, now, self.person_id, f"{self.kind}_used", self.person)


def issue(
    session: Session,
    person: Person,
    kind: LinkKind,
    actor: uuid.UUID | None,
    now: datetime,
    address: str | None = None,
) -> Link:
    """A fresh link for this person; the ones of this kind that were sent before open nothing from now on."""
    again = withdraw(session, person, now, Link.kind == kind)
    expires_at = now + LIFETIMES[kind]
    link = Link(id=uuid.uuid4(), person=person, kind=kind, created_at=now, expires_at=expires_at, address=address)
    session.add(link)
    audit.record(session, now, actor, f"{kind}_issued", person, again=bool(again))
    return link


def link_by_token(session: Session, token: str, *kinds: LinkKind) -> Link | None:
    """The link of one of these kinds that this token was made for, whether it holds or not."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        link_id = uuid.UUID(bytes=raw[:16])
    except (ValueError, binascii.Error):
        return None
    if not hmac.compare_digest(raw[16:], _signature(link_id)):
        return None
    return session.scalars(select(Link).where(Link.id == link_id, Link.kind.in_(kinds))).first()


def _signature(link_id: uuid.UUID) -> bytes:
    return hmac.digest(
        needed(config().secret_key, "VIGNET_SECRET_KEY").encode(), b"link " + link_id.bytes, hashlib.sha256
    )


def asks_for_reset(session: Session, email: str) -> uuid.UUID:
    """The id of the person with this address; for one that nobody has, an id of nobody that is always the same.

    Both cost the same, so that how long an answer takes does not tell which addresses are known.
    """
    address = email.strip().lower()
    secret = needed(config().secret_key, "VIGNET_SECRET_KEY").encode()
    nobody = uuid.UUID(bytes=hmac.digest(secret, b"nobody " + address.encode(), hashlib.sha256)[:16])
    mine = select(Person.id).where(Person.email == address, Person.stands_for_id.is_(None))
    return session.scalar(mine) or nobody


def withdraw(session: Session, person: Person, now: datetime, *which: ColumnElement[bool]) -> int:
    """End the links of this person that still hold; answers how many."""
    holding = (Link.person_id == person.id, Link.used_at.is_(None), Link.expires_at > now, *which)
    return rows_changed(session, update(Link).where(*holding).values(expires_at=now))
