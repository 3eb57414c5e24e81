"""Objections: a candidate asks for a new look at a decision, and people who had no part in it rule."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review.objection import Found, Ground, Ruling, Term, is_for_committee, may_handle, obstacle
from storage.base import audit
from storage.base.codes import neutral_code
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import Stepping, check_step, table
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.recordings import RecordingState, counting_takes
from storage.exam.sittings import Answer, Sitting
from storage.judging.progress import look_again
from storage.judging.ratings import Rating
from storage.judging.repeats import ask_again
from storage.judging.verdicts import Cause, Verdict, is_result, pending_of, result_of
from storage.people.people import Membership, Person, Role


class Against(StrEnum):
    """The decision that is objected to: that part 1 was rejected, or the result."""

    REJECTION = "rejection"
    RESULT = "result"


class ObjectionState(StrEnum):
    RECEIVED = "received"
    OFFICE = "office"
    COMMITTEE = "committee"
    RULED = "ruled"


STEPS = table(
    ObjectionState,
    {
        ObjectionState.RECEIVED: {ObjectionState.OFFICE, ObjectionState.COMMITTEE},
        ObjectionState.OFFICE: {ObjectionState.COMMITTEE, ObjectionState.RULED},
        ObjectionState.COMMITTEE: {ObjectionState.RULED},
    },
)


class Rule(StrEnum):
    """Why an objection is not taken in, or not handled."""

    NO_GROUNDS = "objection_without_grounds"
    LATE = "objection_late_without_reason"
    TWICE = "objection_twice"
    INVOLVED = "objection_by_involved"
    NO_RESULT = "remark_without_result"
    REMARKED = "remark_ordered_already"
    UNDER_WAY = "remark_while_judging"
    NO_RECORDINGS = "remark_without_recordings"
    NO_REASON = "objection_act_without_reason"


class Objection(Stepping, Base):
    """One objection of one candidate to one decision, that of the moment `decision_at`. `code` is the receipt number.

    `late_reason` says why it came after the term; empty when it came in time. `ground` is what the office takes it
    to be about. `marking`: the blind re-mark that was ordered for it, and by whom, when and why.
    """

    __tablename__ = "objection"
    steps, noun = STEPS, "objection"

    code: Mapped[str] = mapped_column(String(12), unique=True, default=lambda: neutral_code("B"))
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id))
    against: Mapped[Against] = mapped_column(one_of(Against))
    decision_at: Mapped[datetime]
    grounds: Mapped[str] = mapped_column(Text)
    late_reason: Mapped[str] = mapped_column(Text, default="")
    received_at: Mapped[datetime]
    state: Mapped[ObjectionState] = mapped_column(one_of(ObjectionState), default=ObjectionState.RECEIVED)
    ground: Mapped[Ground | None] = mapped_column(one_of(Ground))
    ruling: Mapped[Ruling | None] = mapped_column(one_of(Ruling))
    ruling_text: Mapped[str] = mapped_column(Text, default="")
    ruled_at: Mapped[datetime | None]
    ruled_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    marking: Mapped[int | None]
    remark_ordered_at: Mapped[datetime | None]
    remark_ordered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    remark_because: Mapped[str] = mapped_column(Text, default="", server_default="")

    dossier: Mapped[Dossier] = relationship()
    ruled_by: Mapped[Person | None] = relationship(foreign_keys=ruled_by_id)
    remark_ordered_by: Mapped[Person | None] = relationship(foreign_keys=remark_ordered_by_id)
    outsiders: Mapped[list["Outsider"]] = relationship(back_populates="objection", order_by="Outsider.appointed_at")

    minutes: Mapped[list["Minute"]] = relationship(back_populates="objection", order_by="Minute.at")

    __table_args__ = (
        UniqueConstraint("dossier_id", "against", "decision_at"),
        CheckConstraint("(marking IS NULL) = (remark_ordered_at IS NULL)", name="remark_ordered"),
        CheckConstraint("(remark_ordered_at IS NULL) = (remark_ordered_by_id IS NULL)", name="remark_ordered_by"),
        CheckConstraint("(ruling IS NULL) = (ruled_at IS NULL)", name="ruled_once"),
        CheckConstraint("(ruled_at IS NULL) = (ruled_by_id IS NULL)", name="ruled_by"),
        CheckConstraint("(state = 'ruled') = (ruling IS NOT NULL)", name="ruled_state"),
        CheckConstraint("(state = 'received') = (ground IS NULL)", name="classified"),
        Index(None, "state", "received_at"),
    )
    # Of two changes at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    def classify(self, officer: Person, ground: Ground, forward: bool, now: datetime) -> None:
        """Say what it is about, and so who rules. What the office has may still go to the committee."""
        self._require_uninvolved(officer)
        committee = is_for_committee(ground, forward)
        self.take_step(ObjectionState.COMMITTEE if committee else ObjectionState.OFFICE, officer.id, now, ground=ground)
        self.ground = ground

    def order_remark(self, person: Person, because: str, now: datetime) -> Sitting:
        """Let new assessors judge the whole exam, who do not know that it was judged before. Answers the sitting.

        Raises Refused for who had a part in the decision, when it was ordered before, while other judging goes on, and
        when there is nothing left to look at.
        """
        self._require_uninvolved(person)
        if self.state not in (ObjectionState.OFFICE, ObjectionState.COMMITTEE):
            check_step(STEPS, self.state, ObjectionState.RULED)
        sitting = self.sitting
        if sitting is None:
            raise Refused(Rule.NO_RESULT)
        if not because.strip():
            raise Refused(Rule.NO_REASON)
        session = session_of(self)
        session.flush()
        session.refresh(sitting, ["stage", "judging", "marking"], with_for_update=True)
        session.refresh(self, ["marking"])
        if self.marking is not None:
            raise Refused(Rule.REMARKED)
        result = result_of(session, sitting)
        if result is None or pending_of(session, sitting) or result.asked_until is not None:
            raise Refused(Rule.UNDER_WAY)
        takes = counting_takes(session, sitting).values()
        if any(take is None or take.state is not RecordingState.STORED or take.erased_at for take in takes):
            raise Refused(Rule.NO_RECORDINGS)
        sitting.marking += 1
        self.marking, self.remark_because = sitting.marking, because.strip()
        self.remark_ordered_at, self.remark_ordered_by_id = now, person.id
        audit.record(session, now, person.id, "remark_ordered", self)
        look_again(session, sitting)
        return sitting

    def rule(
        self, person: Person, ruling: Ruling, text: str, now: datetime, again: Sequence[Answer] = ()
    ) -> Verdict | None:
        """Rule on it, once and with reasons, and do what follows. Answers the result that is known from now on, if new.

        Revised: the verdict that waits becomes the result, or part 1 is judged anew by somebody else. Re-sit: the
        candidate takes the answers `again`. Raises Refused for who had a part in the decision, and for a ruling that
        does not fit what was found (`review.objection.obstacle`).
        """
        self._require_uninvolved(person)
        check_step(STEPS, self.state, ObjectionState.RULED)
        session, sitting = session_of(self), self.sitting
        waiting = pending_of(session, sitting) if sitting else None
        found = Found(
            late=bool(self.late_reason),
            result=self.against is Against.RESULT,
            remarking=self.remarking,
            new_verdict=waiting is not None and waiting.passed is not None,
            remarked=waiting is not None and waiting.cause is Cause.REMARK,
            answers=len(again),
        )
        if why := obstacle(ruling, text, found):
            raise Refused(why)
        told = waiting if ruling is Ruling.REVISED else None
        if told is not None:
            told.release(person, now, by_ruling=True)
        elif ruling is Ruling.REVISED:
            self.dossier.reopen(person.id, now)
        elif ruling is Ruling.RESIT and sitting is not None:
            ask_again(session, list(again), person, text, now, result_of(session, sitting))
        self.take_step(ObjectionState.RULED, person.id, now, ruling=ruling)
        self.ruling, self.ruling_text, self.ruled_at, self.ruled_by_id = ruling, text.strip(), now, person.id
        return told

    def appoint(self, outsider: Person, because: str, officer: Person, now: datetime) -> "Outsider":
        """Let somebody who is no officer or committee member, or another one, handle this one objection."""
        if not because.strip():
            raise Refused(Rule.NO_REASON)
        self._require_uninvolved(outsider)
        if self.state is ObjectionState.RULED:
            check_step(STEPS, self.state, ObjectionState.RULED)
        row = next((one for one in self.outsiders if one.person_id == outsider.id), None)
        if row is None:
            row = Outsider(objection=self, person=outsider, because=because.strip(), appointed_at=now)
            row.appointed_by_id = officer.id
            session_of(self).add(row)
            audit.record(session_of(self), now, officer.id, "outsider_appointed", self, person=str(outsider.id))
        return row

    def minute(self, person: Person, text: str, now: datetime) -> "Minute":
        """Write down what was said or done while it was handled. The candidate reads it too."""
        self._require_uninvolved(person)
        if self.state is ObjectionState.RULED:
            check_step(STEPS, self.state, ObjectionState.RULED)
        if not text.strip():
            raise Refused(Rule.NO_REASON)
        row = Minute(id=uuid.uuid4(), objection=self, by_id=person.id, at=now, text=text.strip())
        session_of(self).add(row)
        audit.record(session_of(self), now, person.id, "objection_minute", self)
        return row

    @property
    def sitting(self) -> Sitting | None:
        """The sitting whose result it is about."""
        if self.against is not Against.RESULT:
            return None
        return session_of(self).scalars(select(Sitting).where(Sitting.dossier_id == self.dossier_id)).first()

    @property
    def remarking(self) -> bool:
        """True while new assessors are at work, or too little was observed by them."""
        sitting = self.sitting
        if self.marking is None or sitting is None:
            return False
        theirs = select(Verdict).where(Verdict.sitting_id == sitting.id, Verdict.marking == self.marking)
        newest = session_of(self).scalars(theirs.order_by(Verdict.decided_at.desc())).first()
        return newest is None or newest.passed is None

    def involved(self) -> set[uuid.UUID]:
        """Everybody who had a part in the decision: those who made it, and those whom it is about."""
        dossier, session = self.dossier, session_of(self)
        who = {dossier.candidate_id, dossier.manager_id, dossier.decided_by_id}
        if self.against is Against.RESULT:
            judged = select(Rating.assessor_id).join(Answer).join(Sitting).where(Sitting.dossier_id == dossier.id)
            who |= set(session.scalars(judged))
            decided = (
                select(Verdict)
                .join(Sitting)
                .where(Sitting.dossier_id == dossier.id, Verdict.decided_at <= self.received_at)
            )
            for verdict in session.scalars(decided):
                who |= {verdict.confirmed_by_id, verdict.released_by_id, verdict.settled_by_id}
        return {one for one in who if one is not None}

    def handlers(self, now: datetime) -> dict[Role, list[Person]]:
        """Who had no part in it and may handle it, by role: the office, the committee; and outsiders to appoint."""
        theirs = select(Person, Membership.role).join(Membership, Membership.person_id == Person.id)
        holds = (Membership.since <= now) & (Membership.until.is_(None) | (Membership.until > now))
        roles = (Role.KSF_OFFICER, Role.EXAM_COMMITTEE, Role.ASSESSOR, Role.AUDITOR)
        involved = self.involved()
        found: dict[Role, list[Person]] = {role: [] for role in roles}
        rows = session_of(self).execute(
            theirs.where(holds, Membership.role.in_(roles)).order_by(Person.name, Person.id)
        )
        for person, role in rows:
            if person.id not in involved and person not in found[role]:
                found[role].append(person)
        return found

    def is_outsider(self, person: Person) -> bool:
        """True when this person was appointed to handle it."""
        return any(one.person_id == person.id for one in self.outsiders)

    def _require_uninvolved(self, person: Person) -> None:
        if not may_handle(str(person.id), {str(one) for one in self.involved()}):
            raise Refused(Rule.INVOLVED)


class Outsider(Identified, Base):
    """Somebody who was appointed to handle one objection, as nobody else was left who had no part in it."""

    __tablename__ = "objection_outsider"

    objection_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Objection.id))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    because: Mapped[str] = mapped_column(Text)
    appointed_at: Mapped[datetime]
    appointed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))

    objection: Mapped[Objection] = relationship(back_populates="outsiders")
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    appointed_by: Mapped[Person] = relationship(foreign_keys=appointed_by_id)

    __table_args__ = (UniqueConstraint("objection_id", "person_id"), Index(None, "person_id"))


class Minute(Identified, Base):
    """One entry in the minutes of an objection."""

    __tablename__ = "objection_minute"

    objection_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Objection.id))
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)

    objection: Mapped[Objection] = relationship(back_populates="minutes")

    __table_args__ = (Index(None, "objection_id"),)


def object_to(
    session: Session, dossier: Dossier, term: Term, grounds: str, late_reason: str, now: datetime, today: date
) -> Objection:
    """Take an objection in, against the decision that stands (see `decision_on`).

    Raises Refused without grounds, for a second objection to one decision, and after the term without a reason.
    """
    decision = decision_on(session, dossier)
    if decision is None:
        raise ValueError("nothing is decided about this dossier yet")
    against, decision_at = decision
    if objection_to(session, dossier):
        raise Refused(Rule.TWICE)
    if not grounds.strip():
        raise Refused(Rule.NO_GROUNDS)
    late = term.is_over(today)
    if late and not late_reason.strip():
        raise Refused(Rule.LATE, needed=term.last_day)
    objection = Objection(
        id=uuid.uuid4(),
        dossier=dossier,
        against=against,
        decision_at=decision_at,
        grounds=grounds.strip(),
        late_reason=late_reason.strip() if late else "",
        received_at=now,
    )
    session.add(objection)
    # Only now it has its number, and a second one at the same moment is refused.
    session.flush()
    audit.record(session, now, dossier.candidate_id, "objection_received", objection, against=against, late=late)
    return objection


def decision_on(session: Session, dossier: Dossier) -> tuple[Against, datetime] | None:
    """The decision about this dossier that can be objected to, and when the candidate got to know it."""
    if dossier.state is DossierState.REJECTED:
        return None if dossier.decided_at is None else (Against.REJECTION, dossier.decided_at)
    theirs = select(Verdict).join(Sitting).where(Sitting.dossier_id == dossier.id, is_result())
    verdict = session.scalars(theirs).first()
    return None if verdict is None or verdict.released_at is None else (Against.RESULT, verdict.released_at)


def objection_to(session: Session, dossier: Dossier) -> Objection | None:
    """The objection to the decision that stands."""
    decision = decision_on(session, dossier)
    if decision is None:
        return None
    same = (Objection.against == decision[0]) & (Objection.decision_at == decision[1])
    return session.scalars(_of(dossier).where(same)).first()


def objections_of(session: Session, dossier: Dossier) -> Sequence[Objection]:
    """Every objection in this file, newest first."""
    return session.scalars(_of(dossier).order_by(Objection.received_at.desc())).all()


def _of(dossier: Dossier) -> Select[Objection]:
    return select(Objection).where(Objection.dossier_id == dossier.id)


def remarked_now(session: Session, found: Sequence[Objection]) -> set[uuid.UUID]:
    """The ids of those for which new assessors are at work (`Objection.remarking`), for a list, in one question."""
    asked = {(one.dossier_id, one.marking): one.id for one in found if one.marking is not None}
    if not asked:
        return set()
    theirs = select(Sitting.dossier_id, Verdict.marking, Verdict.passed).join(Verdict.sitting)
    theirs = theirs.where(Sitting.dossier_id.in_(dossier for dossier, _ in asked)).order_by(Verdict.decided_at)
    newest = {(dossier, marking): passed for dossier, marking, passed in session.execute(theirs)}
    return {which for key, which in asked.items() if newest.get(key) is None}
