"""Accommodations: more time, a second look at the clip, or its text, asked for by the candidate and decided by KSF.

What is granted is applied to the sitting when it is made, or at once when it is there and has not begun. No assessor
sees any of it. The wish is not a medical file: the page asks what somebody needs, not what somebody has.
"""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios.chapters import Planning, SittingRules
from scenarios.sitting import Stage
from storage.base import audit
from storage.base.database import Base, Identified, session_of
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import Sitting
from storage.people.people import Person

_WRITING = (DossierState.WRITING, DossierState.SUBMITTED, DossierState.RETURNED)
BEFORE = (Stage.INVITED, Stage.CONSENTED, Stage.CHECKED)
"""While a sitting is at one of these, its times may still change."""


class Rule(StrEnum):
    """Why an accommodation cannot be asked for or decided now."""

    NOTHING_ASKED = "accommodation_nothing_asked"
    NOT_OFFERED = "accommodation_not_offered"
    TOO_LATE = "accommodation_too_late"
    DECIDED = "accommodation_decided"
    UNDECIDED = "accommodation_undecided"
    NO_REASON = "accommodation_without_reason"


class Accommodation(Identified, Base):
    """One candidate's request for one exam, and the decision: `extra_time` a fraction such as 3/2, 1 for none.

    Until it is decided these are what was asked; `granted` says whether they hold, perhaps changed by KSF.
    """

    __tablename__ = "accommodation"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id), unique=True)
    extra_time: Mapped[str] = mapped_column(String(12), default="1")
    replay: Mapped[bool] = mapped_column(default=False)
    text_prompt: Mapped[bool] = mapped_column(default=False)
    wish: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime]
    granted: Mapped[bool | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    reason: Mapped[str] = mapped_column(Text, default="")

    dossier: Mapped[Dossier] = relationship()
    decided_by: Mapped[Person | None] = relationship()

    __table_args__ = (CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name="granted_when_decided"),)

    def decide(
        self, granted: bool, needs: tuple[Fraction, bool, bool], reason: str, officer: Person, now: datetime
    ) -> None:
        """Grant these needs (extra time, second play, text) or refuse, with a reason; a sitting that waits gets them.

        Raises Refused without a reason, for what the scheme does not offer, and once the exam has begun.
        """
        if not reason.strip():
            raise Refused(Rule.NO_REASON)
        session = session_of(self)
        sitting = session.scalars(select(Sitting).where(Sitting.dossier_id == self.dossier_id)).first()
        if sitting is not None and sitting.stage not in BEFORE:
            raise Refused(Rule.TOO_LATE, found=sitting.stage, needed=Stage.INVITED)
        if granted:
            _check(self.dossier, needs)
            self.extra_time, self.replay, self.text_prompt = str(needs[0]), needs[1], needs[2]
        self.granted, self.reason, self.decided_at, self.decided_by = granted, reason.strip(), now, officer
        audit.record(session, now, officer.id, "accommodation_decided", self.dossier, granted=granted)
        if sitting is not None:
            apply(session, sitting)
            _give_time(sitting, now)


def ask(
    session: Session, dossier: Dossier, needs: tuple[Fraction, bool, bool], wish: str, person: Person, now: datetime
) -> Accommodation:
    """Ask, or ask anew while nothing was decided. Raises Refused when it is too late or nothing is asked."""
    require_in_time(session, dossier, now)
    _check(dossier, needs)
    found = of(session, dossier)
    if found is not None and found.granted is not None:
        raise Refused(Rule.DECIDED)
    found = found or Accommodation(dossier=dossier)
    found.extra_time, found.replay, found.text_prompt = str(needs[0]), needs[1], needs[2]
    found.wish, found.asked_at = wish.strip(), now
    session.add(found)
    audit.record(session, now, person.id, "accommodation_asked", dossier)
    session.flush()
    return found


def require_in_time(session: Session, dossier: Dossier, now: datetime) -> None:
    """Raise Refused when it is too late to ask: the exam has begun, or its date is nearer than the scheme says.

    With the file it can always be asked: nobody is invited before it is decided. In a window the candidate may ask
    until the exam begins, and KSF gives the days that deciding took.
    """
    if dossier.state not in (*_WRITING, DossierState.APPROVED):
        raise Refused(Rule.TOO_LATE, found=dossier.state)
    sitting = session.scalars(select(Sitting).where(Sitting.dossier_id == dossier.id)).first()
    if sitting is None:
        return
    rules = sitting.dossier.scheme.content.chapter(SittingRules)
    last = sitting.opens_at - timedelta(days=rules.accommodation_request_days)
    if sitting.stage not in BEFORE or (rules.planning is Planning.DATES and now > last):
        raise Refused(Rule.TOO_LATE, found=sitting.stage, needed=last)


def may_ask(session: Session, dossier: Dossier, now: datetime) -> bool:
    """True when it is not too late to ask."""
    try:
        require_in_time(session, dossier, now)
    except Refused:
        return False
    return True


def enter(session: Session, dossier: Dossier, now: datetime) -> Accommodation:
    """The request of this candidate, or an empty one: KSF may give what was asked by telephone."""
    found = of(session, dossier)
    if found is None:
        found = Accommodation(dossier=dossier, asked_at=now)
        session.add(found)
        session.flush()
    return found


def of(session: Session, dossier: Dossier) -> Accommodation | None:
    """This candidate's request for this exam."""
    return session.scalars(select(Accommodation).where(Accommodation.dossier_id == dossier.id)).first()


def require_decided(session: Session, dossier: Dossier) -> None:
    """Raise Refused while something is asked and not decided: nobody is invited to the wrong times."""
    found = of(session, dossier)
    if found is not None and found.granted is None:
        raise Refused(Rule.UNDECIDED)


def apply(session: Session, sitting: Sitting) -> None:
    """Give a sitting what was granted; without that, the ordinary times."""
    found = of(session, sitting.dossier)
    granted = found if found is not None and found.granted else None
    sitting.extra_time = granted.extra_time if granted else "1"
    sitting.replay = granted is not None and granted.replay
    sitting.text_prompt = granted is not None and granted.text_prompt


def _give_time(sitting: Sitting, now: datetime) -> None:
    """Deciding takes no days from the candidate: a window goes on for as long from now as it is by the scheme."""
    rules = sitting.dossier.scheme.content.chapter(SittingRules)
    if rules.planning is Planning.WINDOW:
        sitting.closes_at = max(sitting.closes_at, now + timedelta(days=rules.window_days))
        sitting.reminded = None


def _check(dossier: Dossier, needs: tuple[Fraction, bool, bool]) -> None:
    offered, (extra, replay, text) = dossier.scheme.content.chapter(SittingRules), needs
    if extra == 1 and not replay and not text:
        raise Refused(Rule.NOTHING_ASKED)
    if (extra != 1 and extra not in offered.extra_time) or (text and not offered.text_prompt):
        raise Refused(Rule.NOT_OFFERED, found=str(extra), needed=tuple(map(str, offered.extra_time)))
