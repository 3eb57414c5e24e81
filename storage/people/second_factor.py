"""The second factor: a code from an app (TOTP, RFC 6238), and recovery codes for when the app is gone.

Each code works once. The secret lies sealed under the master key, recovery codes only as hashes.
"""

import base64
import hashlib
import hmac
import secrets
import uuid
from datetime import datetime

import pyotp
from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.config import config
from storage.base.database import Base, Identified, rows_changed, session_of
from storage.base.keys import key_store
from storage.people.people import STAFF, Person

STEP_S = 30
DRIFT = 1
"""How many steps a clock may be off, either way."""

RECOVERY_CODES = 10
_RECOVERY_BYTES = 15
"""120 random bits: too many to be guessed from a digest that is quick to make."""


class SecondFactor(Identified, Base):
    """The app of one person. Asked for from `confirmed_at` on; `last_step` is the step of the newest code used."""

    __tablename__ = "second_factor"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]

    person: Mapped[Person] = relationship()
    recovery_codes: Mapped[list["RecoveryCode"]] = relationship(cascade="all, delete-orphan")

    @property
    def secret(self) -> str:
        """The secret for the app, in base32."""
        return base64.b32encode(key_store().unseal(self.sealed, self.person_id)).decode()

    @property
    def address(self) -> str:
        """The text of the QR code (otpauth://)."""
        return pyotp.TOTP(self.secret).provisioning_uri(name=self.person.email, issuer_name="Vignet")

    @property
    def codes_left(self) -> int:
        return sum(code.used_at is None for code in self.recovery_codes)

    def confirm(self, code: str, now: datetime) -> bool:
        """From now on this app is asked for, when `code` shows that it works."""
        if not self._accepts_code(code, now):
            return False
        self.confirmed_at = now
        audit.record(session_of(self), now, self.person_id, "second_factor_on", self.person)
        return True

    def accepts(self, code: str, now: datetime) -> bool:
        """True when this is a code of the app, or a recovery code, that was never used before. From now on it was."""
        return self._accepts_code(code, now) or self._accepts_recovery_code(code, now)

    def new_recovery_codes(self, now: datetime) -> list[str]:
        """Fresh recovery codes, to be shown once; the ones of before work no more."""
        codes = [base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
        self.recovery_codes = [RecoveryCode(digest=_digest(self.id, code)) for code in codes]
        audit.record(session_of(self), now, self.person_id, "recovery_codes_made", self.person)
        return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]

    def _accepts_code(self, code: str, now: datetime) -> bool:
        app, step = pyotp.TOTP(self.secret), int(now.timestamp()) // STEP_S
        digits = "".join(code.split()).encode()
        for candidate in range(step - DRIFT, step + DRIFT + 1):
            if hmac.compare_digest(app.generate_otp(candidate).encode(), digits):
                # Only forward: who looked over a shoulder cannot use the code, nor an older one, once more. A step from
                # after now was kept while this machine's clock was ahead, and says nothing.
                last = SecondFactor.last_step
                unused = or_(last.is_(None), last < candidate, last > step + DRIFT)
                mine = update(SecondFactor).where(SecondFactor.id == self.id, unused).values(last_step=candidate)
                return rows_changed(session_of(self), mine) == 1
        return False

    def _accepts_recovery_code(self, code: str, now: datetime) -> bool:
        session, typed = session_of(self), "".join(filter(str.isalnum, code)).upper()
        mine = update(RecoveryCode).where(
            RecoveryCode.second_factor_id == self.id,
            RecoveryCode.digest == _digest(self.id, typed),
            RecoveryCode.used_at.is_(None),
        )
        if rows_changed(session, mine.values(used_at=now)) != 1:
            return False
        audit.record(session, now, self.person_id, "recovery_code_used", self.person)
        return True


class RecoveryCode(Identified, Base):
    """One recovery code: 120 random bits, or 80 in those of before.

    Only a digest is kept, salted with the random id of its factor.
    """

    __tablename__ = "recovery_code"

    second_factor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(SecondFactor.id, ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("second_factor_id", "digest"),)


def second_factor_of(session: Session, person: Person) -> SecondFactor | None:
    """The app of this person, confirmed or not."""
    return session.scalars(select(SecondFactor).where(SecondFactor.person_id == person.id)).first()


def begin_second_factor(session: Session, person: Person, now: datetime) -> SecondFactor:
    """A fresh secret to put in an app; nothing is asked for before it is confirmed."""
    if (old := second_factor_of(session, person)) is not None:
        session.delete(old)
        session.flush()
    sealed = key_store().seal(secrets.token_bytes(20), person.id)
    row = SecondFactor(id=uuid.uuid4(), person=person, sealed=sealed, created_at=now, recovery_codes=[])
    session.add(row)
    session.flush()
    return row


def remove_second_factor(session: Session, factor: SecondFactor, actor: uuid.UUID | None, now: datetime) -> None:
    """Ask for no code any more, because its person, the office or who runs the machine (no actor) says so."""
    audit.record(session, now, actor, "second_factor_off", factor.person)
    session.delete(factor)


def must_have_second_factor(person: Person, now: datetime) -> bool:
    """True for staff, who may do nothing before there is a second factor, unless this installation is for trying."""
    return config().second_factor and bool(person.roles(now) & STAFF)


def _digest(factor: uuid.UUID, code: str) -> str:
    return hashlib.sha256(factor.bytes + hashlib.sha256(code.encode()).hexdigest().encode()).hexdigest()
