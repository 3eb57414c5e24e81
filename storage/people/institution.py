"""The institution that holds the exams: who it is, where it can be reached, who signs its certificates.

One row, kept by its officers. Whatever names the institution or says where to ask reads it here: `of(session)`.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import audit, plain
from storage.base.database import Base, Identified
from storage.people import institution_rules
from storage.people.institution_rules import LIMITS, Fault

NAME = "KSF"
"""What the institution is called before anybody said so."""

COLOUR = "#0d5c59"

_ONLY = "institution"
_COMPACT = ("kvk_number", "vat_number", "iban")


class NotInOrder(Exception):
    """Values that cannot be kept: all that is wrong, by field."""

    def __init__(self, faults: Mapping[str, Fault]):
        super().__init__(", ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = faults


class Institution(Identified, Base):
    """Name, addresses, numbers and looks of the institution. A text that nobody gave yet is empty.

    `mail` is where people write to; `sender` what mails come from, such as "Bureau <bureau@example.org>". `colour` is
    #rrggbb, and reads well on white. `logo_key` names the picture in the object store, a PNG or a JPEG.
    """

    __tablename__ = "institution"

    kind: Mapped[str] = mapped_column(String(20), default=_ONLY, unique=True)
    name: Mapped[str] = mapped_column(String(120), default=NAME)
    address: Mapped[str] = mapped_column(String(300), default="")
    telephone: Mapped[str] = mapped_column(String(40), default="")
    mail: Mapped[str] = mapped_column(String(254), default="")
    opening_hours: Mapped[str] = mapped_column(String(200), default="")
    privacy_officer: Mapped[str] = mapped_column(String(254), default="")
    complaints_address: Mapped[str] = mapped_column(String(300), default="")
    kvk_number: Mapped[str] = mapped_column(String(8), default="")
    vat_number: Mapped[str] = mapped_column(String(14), default="")
    iban: Mapped[str] = mapped_column(String(34), default="")
    colour: Mapped[str] = mapped_column(String(7), default=COLOUR)
    signatory_name: Mapped[str] = mapped_column(String(120), default="")
    signatory_function: Mapped[str] = mapped_column(String(120), default="")
    sender: Mapped[str] = mapped_column(String(254), default="")
    logo_key: Mapped[str | None] = mapped_column(String(200))
    changed_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint(f"kind = '{_ONLY}'", name="kind"),)

    @property
    def values(self) -> dict[str, str]:
        """What was given, by field, in the order in which people are asked."""
        return {name: getattr(self, name) for name in LIMITS}

    @property
    def missing(self) -> list[str]:
        """The fields without which no exam should be held; the logo is none of them."""
        return [name for name, value in self.values.items() if not value]


def of(session: Session) -> Institution:
    """The institution. Before it was set up: one that is in no session, called KSF, with every other text empty."""
    return _row(session) or unknown()


def unknown() -> Institution:
    """The institution as it is before anybody said anything of it."""
    blank = {name: "" for name in LIMITS} | {"name": NAME, "colour": COLOUR}
    return Institution(**blank, logo_key=None, changed_at=None)


def keep(session: Session, values: Mapping[str, str], actor: uuid.UUID | None, now: datetime) -> Institution:
    """Make the institution as given, each field of LIMITS. Raises NotInOrder with all that is wrong."""
    given = {name: _clean(name, value) for name, value in values.items()}
    if found := institution_rules.faults(given):
        raise NotInOrder(found)
    row = _row(session) or _new(session)
    changed = [name for name in LIMITS if getattr(row, name) != given[name]]
    for name in changed:
        setattr(row, name, given[name])
    if changed:
        row.changed_at = now
        audit.record(session, now, actor, "institution_kept", row, fields=changed)
    return row


def keep_logo(session: Session, key: str | None, actor: uuid.UUID | None, now: datetime) -> None:
    """Show this picture of the object store from now on, or none."""
    row = _row(session) or _new(session)
    row.logo_key, row.changed_at = key, now
    audit.record(session, now, actor, "institution_kept", row, fields=["logo"])


def _row(session: Session) -> Institution | None:
    return session.scalars(select(Institution)).first()


def _new(session: Session) -> Institution:
    row = unknown()
    row.id, row.kind = uuid.uuid4(), _ONLY
    session.add(row)
    return row


def _clean(name: str, value: str) -> str:
    if name in _COMPACT:
        return institution_rules.compact(value)
    return value.strip().lower() if name == "colour" else plain.one_line(value)
