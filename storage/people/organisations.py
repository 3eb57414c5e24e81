"""Organisations that let their people be certified. Only KSF creates them."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import audit, plain
from storage.base.database import Base, Identified, session_of
from storage.base.refusal import Refused


class Rule(StrEnum):
    """Why an organisation cannot be as somebody wants it."""

    NAME_TAKEN = "organisation_name_taken"


class Organisation(Identified, Base):
    """An employer: a member of KSF or not, supplying examiners or not.

    `roster_columns`: which headings of its own lists of people make up each of our columns, as somebody said last.
    """

    __tablename__ = "organisation"

    name: Mapped[str] = mapped_column(String(120), unique=True)
    is_member: Mapped[bool] = mapped_column(default=False)
    supplies_examiners: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    roster_columns: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")

    def change(self, name: str, is_member: bool, supplies_examiners: bool, actor: uuid.UUID, now: datetime) -> None:
        """Make it as given. Raises Refused when another organisation has this name, in capitals or not."""
        session, name = session_of(self), plain.one_line(name)
        with session.no_autoflush:
            same = select(Organisation.id).where(func.lower(Organisation.name) == name.lower())
            if any(other != self.id for other in session.scalars(same)):
                raise Refused(Rule.NAME_TAKEN, found=None, needed=None)
        self.name, self.is_member, self.supplies_examiners = name, is_member, supplies_examiners
        facts = {"is_member": is_member, "supplies_examiners": supplies_examiners}
        audit.record(session, now, actor, "organisation_kept", self, **facts)


def create_organisation(
    session: Session, name: str, is_member: bool, supplies_examiners: bool, actor: uuid.UUID, now: datetime
) -> Organisation:
    """A new organisation. Raises Refused when there is one with this name."""
    organisation = Organisation(id=uuid.uuid4(), created_at=now)
    session.add(organisation)
    try:
        organisation.change(name, is_member, supplies_examiners, actor, now)
    except Refused:
        # Without a name it is nobody's row: whoever asks the database next must not write it.
        session.expunge(organisation)
        raise
    return organisation
