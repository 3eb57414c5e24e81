"""Irregularities: fraud, a leak, or something else that may have touched an exam, as a case with a hearing.

A case is about one person at most, so that nobody reads about another; what two did together is two cases. Whoever it
is about is invited, reads the facts and is heard, or does not come. Two members of the committee who had no part in
that person's exams decide. What follows for certificate and result goes by the mechanisms that are there, with these
two as the two persons that they need.
"""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Executable, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.assessing.assessments import Assessment, AssessmentSheet
from storage.base import audit
from storage.base.codes import neutral_code
from storage.base.database import Base, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import Stepping, table
from storage.certificates.certificates import Certificate
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Answer, Sitting
from storage.judging.ratings import Rating
from storage.judging.verdicts import Verdict
from storage.people.people import Person
from storage.planning.practical_results import PracticalResult
from storage.planning.practical_sessions import Participant, PracticalSession

NOTICE = timedelta(days=7)
"""So long beforehand somebody is invited, at least. A choice of ours."""
LONGEST_AHEAD = timedelta(days=366)
OBJECTION_WEEKS = 6
"""Within so many weeks of the decision its person may object. A choice of ours, as for results."""


class IrregularityKind(StrEnum):
    FRAUD = "fraud"
    LEAK = "leak"
    OTHER = "other"


class IrregularityState(StrEnum):
    """How far a case is; `proposed`: one member proposes a decision, and another has to agree."""

    OPENED = "opened"
    INVITED = "invited"
    HEARD = "heard"
    PROPOSED = "proposed"
    DECIDED = "decided"
    OBJECTED = "objected"
    DROPPED = "dropped"


S = IrregularityState
STEPS = table(
    IrregularityState,
    {
        S.OPENED: {S.INVITED, S.PROPOSED, S.DROPPED},
        S.INVITED: {S.HEARD, S.DROPPED},
        S.HEARD: {S.PROPOSED, S.DROPPED},
        S.PROPOSED: {S.DECIDED, S.HEARD, S.OPENED},
        S.DECIDED: {S.OBJECTED},
        S.OBJECTED: {S.DECIDED, S.HEARD},
    },
)
"""A case about nobody is decided without a hearing. An objection that is granted lets the case be decided anew."""

WORKING = (S.OPENED, S.INVITED, S.HEARD, S.PROPOSED, S.OBJECTED)
"""While a case is at one of these the committee or the office has something to do."""


class Effect(StrEnum):
    """What follows for whoever it is about."""

    NOTHING = "nothing"
    WARNED = "warned"
    NOT_PASSED = "not_passed"
    """The result becomes a fail, and the certificate that rests on it is withdrawn."""
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


ABOUT_CERTIFICATE = (Effect.SUSPENDED, Effect.WITHDRAWN)


class Rule(StrEnum):
    """Why a case cannot be opened, or go on so."""

    NO_WORDS = "irregularity_without_words"
    OWN = "irregularity_of_oneself"
    INVOLVED = "irregularity_by_involved"
    SECOND_PERSON = "irregularity_second_person"
    NOBODY = "irregularity_about_nobody"
    NOT_HEARD = "irregularity_not_heard"
    TOO_SOON = "irregularity_hearing_too_soon"
    TOO_FAR = "irregularity_hearing_too_far"
    NOT_YET = "irregularity_hearing_not_yet"
    NO_CERTIFICATE = "irregularity_without_certificate"
    NO_RESULT = "irregularity_without_result"
    LATE = "irregularity_objection_late"


class Irregularity(Stepping, Base):
    """One case. `person` is whom it is about, if anybody; `dossier` and `certificate` what of that person.

    `came`: whether that person came to the hearing; `heard` is what was said, or why it went on without. `reasons` are
    those of the decision, `sent_back` why the second member did not agree the last time, `dropped_because` why the case
    came to nothing.
    """

    __tablename__ = "irregularity"
    steps, noun = STEPS, "irregularity"

    code: Mapped[str] = mapped_column(String(12), unique=True, default=lambda: neutral_code("O"))
    kind: Mapped[IrregularityKind] = mapped_column(one_of(IrregularityKind))
    facts: Mapped[str] = mapped_column(Text)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    dossier_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Dossier.id))
    certificate_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Certificate.id))
    opened_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    opened_at: Mapped[datetime]
    state: Mapped[IrregularityState] = mapped_column(one_of(IrregularityState), default=S.OPENED)
    hearing_at: Mapped[datetime | None]
    hearing_place: Mapped[str] = mapped_column(String(200), default="")
    invited_at: Mapped[datetime | None]
    invited_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    came: Mapped[bool | None]
    heard: Mapped[str] = mapped_column(Text, default="")
    heard_at: Mapped[datetime | None]
    heard_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    effect: Mapped[Effect | None] = mapped_column(one_of(Effect))
    reasons: Mapped[str] = mapped_column(Text, default="")
    proposed_at: Mapped[datetime | None]
    proposed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    sent_back: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    objection: Mapped[str] = mapped_column(Text, default="")
    objected_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    granted: Mapped[bool | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    dropped_because: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(foreign_keys=person_id)
    dossier: Mapped[Dossier | None] = relationship()
    certificate: Mapped[Certificate | None] = relationship()
    opened_by: Mapped[Person] = relationship(foreign_keys=opened_by_id)
    invited_by: Mapped[Person | None] = relationship(foreign_keys=invited_by_id)
    heard_by: Mapped[Person | None] = relationship(foreign_keys=heard_by_id)
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=proposed_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
    answered_by: Mapped[Person | None] = relationship(foreign_keys=answered_by_id)

    __table_args__ = (
        CheckConstraint("facts <> ''", name="facts"),
        CheckConstraint("(invited_at IS NULL) = (hearing_at IS NULL)", name="invited"),
        CheckConstraint("invited_at IS NULL OR person_id IS NOT NULL", name="invited_somebody"),
        CheckConstraint("(came IS NULL) = (heard_at IS NULL)", name="heard_once"),
        CheckConstraint("state NOT IN ('proposed', 'decided', 'objected') OR effect IS NOT NULL", name="effect_known"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided"),
        CheckConstraint("decided_by_id <> proposed_by_id", name="second_person"),
        CheckConstraint("state <> 'dropped' OR dropped_because <> ''", name="dropped_with_reason"),
        Index(None, "state", "opened_at"),
        Index(None, "person_id"),
        Index(None, "ended_at"),
    )
    # Of two acts at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def known_to_person(self) -> bool:
        """True when its person was told of it, and may read it."""
        return self.person_id is not None and (self.invited_at is not None or self.decided_at is not None)

    def invite(self, at: datetime, place: str, by: Person, now: datetime) -> None:
        """Invite its person to a hearing, also to another one while nobody was heard.

        Raises Refused for a case about nobody, without a place, and for a day that is too near or too far.
        """
        self._require_other(by)
        if self.person_id is None:
            raise Refused(Rule.NOBODY)
        if not place.strip():
            raise Refused(Rule.NO_WORDS)
        if at < now + NOTICE:
            raise Refused(Rule.TOO_SOON, found=at, needed=now + NOTICE)
        if at > now + LONGEST_AHEAD:
            raise Refused(Rule.TOO_FAR, found=at, needed=now + LONGEST_AHEAD)
        if self.state is S.INVITED:
            audit.record(session_of(self), now, by.id, "irregularity_invited_anew", self)
        else:
            self.take_step(S.INVITED, by.id, now)
        self.hearing_at, self.hearing_place, self.invited_at, self.invited_by = at, place.strip(), now, by

    def hear(self, came: bool, words: str, by: Person, now: datetime) -> None:
        """Write down what was said, or that nobody came. Raises Refused before the hearing, and without words."""
        self._require_other(by)
        self.require_state(S.INVITED, S.HEARD)
        if self.hearing_at is None or now < self.hearing_at:
            raise Refused(Rule.NOT_YET, found=now, needed=self.hearing_at)
        if not words.strip():
            raise Refused(Rule.NO_WORDS)
        self.take_step(S.HEARD, by.id, now, came=came)
        self.came, self.heard, self.heard_at, self.heard_by = came, words.strip(), now, by

    def propose(self, effect: Effect, reasons: str, member: Person, now: datetime) -> None:
        """The first of two says what is decided. Raises Refused for who had a part in the exams of its person."""
        self.require_uninvolved(member)
        if self.person_id is not None and self.state is S.OPENED:
            raise Refused(Rule.NOT_HEARD)
        if not reasons.strip():
            raise Refused(Rule.NO_WORDS)
        if self.person_id is None and effect is not Effect.NOTHING:
            raise Refused(Rule.NOBODY)
        if effect in ABOUT_CERTIFICATE and (self.certificate is None or not self.certificate.held):
            raise Refused(Rule.NO_CERTIFICATE)
        if effect is Effect.NOT_PASSED and self.dossier_id is None:
            raise Refused(Rule.NO_RESULT)
        self.take_step(S.PROPOSED, member.id, now, effect=effect)
        self.effect, self.reasons, self.proposed_at, self.proposed_by = effect, reasons.strip(), now, member
        self.sent_back = ""

    def decide(self, member: Person, now: datetime) -> None:
        """The second agrees; what follows is done by whoever calls, in the same transaction."""
        self.require_uninvolved(member)
        if member.id == self.proposed_by_id:
            raise Refused(Rule.SECOND_PERSON)
        self.require_state(S.PROPOSED, S.DECIDED)
        self.take_step(S.DECIDED, member.id, now, effect=self.effect)
        self.decided_at = self.ended_at = now
        self.decided_by = member

    def send_back(self, why: str, member: Person, now: datetime) -> None:
        """The second does not agree, and says why; who proposed it may take it back so too."""
        self.require_uninvolved(member)
        if not why.strip():
            raise Refused(Rule.NO_WORDS)
        self.require_state(S.PROPOSED, S.HEARD)
        self.take_step(S.OPENED if self.person_id is None else S.HEARD, member.id, now)
        self.sent_back, self.effect, self.reasons = why.strip(), None, ""
        self.proposed_at = self.proposed_by = None

    def drop(self, why: str, member: Person, now: datetime) -> None:
        """There is no case after all."""
        self._require_other(member)
        if not why.strip():
            raise Refused(Rule.NO_WORDS)
        self.take_step(S.DROPPED, member.id, now)
        self.dropped_because, self.ended_at = why.strip(), now

    def object(self, grounds: str, now: datetime) -> None:
        """Its person does not agree with the decision. Raises Refused after the weeks for it, and without words."""
        if not grounds.strip():
            raise Refused(Rule.NO_WORDS)
        self.require_state(S.DECIDED, S.OBJECTED)
        if self.objected_at is not None:
            # The answer to an objection ends it.
            raise Refused(Rule.LATE)
        if self.objection_until is not None and now > self.objection_until:
            raise Refused(Rule.LATE, found=now, needed=self.objection_until)
        self.take_step(S.OBJECTED, self.person_id, now)
        self.objection, self.objected_at, self.ended_at = grounds.strip(), now, None

    def reply(self, granted: bool, words: str, member: Person, now: datetime) -> None:
        """A third member answers. Granted, the case is decided anew by two; else the decision stands."""
        self.require_uninvolved(member)
        if member.id in (self.proposed_by_id, self.decided_by_id):
            raise Refused(Rule.INVOLVED)
        if not words.strip():
            raise Refused(Rule.NO_WORDS)
        self.require_state(S.OBJECTED, S.DECIDED)
        self.take_step(S.HEARD if granted else S.DECIDED, member.id, now, granted=granted)
        self.answer, self.granted, self.answered_at, self.answered_by = words.strip(), granted, now, member
        if granted:
            self.effect, self.reasons = None, ""
            self.proposed_at = self.proposed_by = self.decided_at = self.decided_by = None
        else:
            self.ended_at = now

    @property
    def objection_until(self) -> datetime | None:
        """Until when its person may object."""
        return None if self.decided_at is None else self.decided_at + timedelta(weeks=OBJECTION_WEEKS)

    def may_object(self, now: datetime) -> bool:
        until = self.objection_until
        return self.state is S.DECIDED and self.objected_at is None and until is not None and now <= until

    def involved(self) -> set[uuid.UUID]:
        """Everybody who had a part in an exam of its person, that person and the manager among them."""
        if self.person_id is None:
            return set()
        session = session_of(self)
        who: set[uuid.UUID | None] = {self.person_id}
        for query in _parts_in_exams_of(self.person_id):
            for row in session.execute(query):
                who |= set(row)
        return {one for one in who if one is not None}

    def require_uninvolved(self, person: Person) -> None:
        """Raise Refused for who had a part in an exam of its person."""
        self._require_other(person)
        if person.id in self.involved():
            raise Refused(Rule.INVOLVED)

    def _require_other(self, person: Person) -> None:
        if person.id == self.person_id:
            raise Refused(Rule.OWN)


def open_case(
    session: Session,
    kind: IrregularityKind,
    facts: str,
    by: Person,
    now: datetime,
    person: Person | None = None,
    dossier: Dossier | None = None,
    certificate: Certificate | None = None,
) -> Irregularity:
    """A case about this person, or about nobody. Raises Refused without facts, and for a case about oneself."""
    if not facts.strip():
        raise Refused(Rule.NO_WORDS)
    if person is not None and person.id == by.id:
        raise Refused(Rule.OWN)
    row = Irregularity(
        id=uuid.uuid4(),
        kind=kind,
        facts=facts.strip(),
        person=person,
        dossier=dossier,
        certificate=certificate,
        opened_by=by,
        opened_at=now,
        state=S.OPENED,
    )
    session.add(row)
    session.flush()
    audit.record(session, now, by.id, "irregularity_opened", row, kind=kind)
    return row


def _parts_in_exams_of(person_id: uuid.UUID) -> tuple[Executable, ...]:
    sittings = select(Sitting.id).join(Dossier).where(Dossier.candidate_id == person_id)
    seats = select(Participant.id).where(Participant.candidate_id == person_id)
    held = select(Participant.session_id).where(Participant.candidate_id == person_id)
    assessed = select(Assessment.id).where(Assessment.candidate_id == person_id)
    return (
        select(Dossier.manager_id, Dossier.decided_by_id).where(Dossier.candidate_id == person_id),
        select(Rating.assessor_id).join(Answer).where(Answer.sitting_id.in_(sittings), Rating.declined_at.is_(None)),
        select(Verdict.confirmed_by_id, Verdict.released_by_id, Verdict.settled_by_id).where(
            Verdict.sitting_id.in_(sittings)
        ),
        select(PracticalSession.examiner_id).where(PracticalSession.id.in_(held)),
        select(PracticalResult.signed_by_id, PracticalResult.released_by_id).where(
            PracticalResult.participant_id.in_(seats)
        ),
        select(AssessmentSheet.assessor_id).where(AssessmentSheet.assessment_id.in_(assessed)),
        select(Assessment.endorsed_by_id, Assessment.released_by_id).where(Assessment.id.in_(assessed)),
    )
