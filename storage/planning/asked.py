"""What an organisation asks on an exam date and KSF answers: a booking of one place, a practical session of several.

Both hold their places from the moment that they are asked until they end, in whatever way.
"""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from storage.base.database import Identified
from storage.base.refusal import Refused
from storage.base.steps import Stepping
from storage.people.people import Person


class Asked(Stepping):
    """Who asked and when, when the last answer came, and why KSF said no. It is `live` while it holds its places."""

    without_reason: ClassVar[StrEnum]
    """The rule that a no has a reason."""

    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    @declared_attr
    @classmethod
    def asked_by(cls) -> Mapped[Person]:
        return relationship(foreign_keys=cls.asked_by_id)

    @property
    def live(self) -> bool:
        return bool(self.steps[self.state])

    def answer(
        self, state: StrEnum, actor: uuid.UUID | None, now: datetime, about: Identified | None = None, **facts: str
    ) -> None:
        """Take a step, as `take_step`; the answer came now."""
        self.take_step(state, actor, now, about, **facts)
        self.answered_at = now

    def require_reason(self, reason: str) -> str:
        """The reason without blanks around it. Raises Refused when nothing is left."""
        if not reason.strip():
            raise Refused(self.without_reason)
        return reason.strip()
