"""Assessments: an organisation asks one for a candidate, KSF plans it with its assessors, who judge apart.

How many assessors there are, whether they prove competencies or give marks, and whether the exam committee signs, is
what the scheme says. What each of them filled in is a row of `AssessmentSheet` (`storage.assessing.sheets`); how their
judgement becomes a result that the candidate reads is in `storage.assessing.results`.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios.scheme import MissingChapter
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import going_on, table
from storage.certificates.certificates import Certificate, certified_people
from storage.dossier import qualifications
from storage.judging.conflicts import conflicts_with
from storage.people.organisations import Organisation
from storage.people.people import Person, Role, jobs
from storage.planning.asked import Asked
from storage.schemes import Scheme


class AssessmentState(StrEnum):
    """How far an assessment is. `disputed`: a third assessor decides; `endorsed`: the exam committee signed."""

    REQUESTED = "requested"
    PLANNED = "planned"
    DISPUTED = "disputed"
    JUDGED = "judged"
    ENDORSED = "endorsed"
    RELEASED = "released"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


S = AssessmentState
STEPS = table(
    AssessmentState,
    {
        S.REQUESTED: {S.PLANNED, S.DECLINED, S.WITHDRAWN},
        S.PLANNED: {S.JUDGED, S.DISPUTED, S.CANCELLED, S.WITHDRAWN},
        S.DISPUTED: {S.JUDGED, S.CANCELLED},
        S.JUDGED: {S.ENDORSED, S.RELEASED, S.PLANNED},
        S.ENDORSED: {S.RELEASED, S.PLANNED},
    },
)
"""What was sent back is planned again: the assessors look at what they filled in, and sign anew."""

LIVE = going_on(STEPS)
ENDED = (S.DECLINED, S.CANCELLED, S.WITHDRAWN)


class Rule(StrEnum):
    """Why an assessment cannot be asked, planned, ended, or given another assessor."""

    NOT_OF_ORGANISATION = "assessment_candidate_elsewhere"
    CERTIFIED = "assessment_candidate_certified"
    NOT_ADMITTED = "assessment_candidate_not_admitted"
    TWICE = "assessment_twice"
    PAST = "assessment_in_the_past"
    ASSESSORS = "assessment_number_of_assessors"
    NOT_ASSESSOR = "assessment_not_assessor"
    TIED = "assessment_assessor_tied"
    SIGNED = "assessment_assessor_has_signed"
    NO_REASON = "assessment_without_reason"
    BEGUN = "assessment_begun"


class Assessment(Asked, Base):
    """One candidate's assessment. `judgement` is what the assessors said together, empty until it is known.

    `passed` repeats the outcome. `reason`: why KSF said no, or sent it back last.
    """

    __tablename__ = "assessment"
    steps, noun, without_reason = STEPS, "assessment", Rule.NO_REASON

    scheme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Scheme.id))
    candidate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Organisation.id))
    state: Mapped[AssessmentState] = mapped_column(one_of(AssessmentState), default=S.REQUESTED)
    starts_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(String(200), default="")
    judgement: Mapped[dict[str, Any]] = mapped_column(default=dict)
    passed: Mapped[bool | None]
    judged_at: Mapped[datetime | None]
    endorsed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    endorsed_at: Mapped[datetime | None]
    released_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    released_at: Mapped[datetime | None]
    certificate_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Certificate.id))

    scheme: Mapped[Scheme] = relationship()
    candidate: Mapped[Person] = relationship(foreign_keys=candidate_id)
    organisation: Mapped[Organisation] = relationship()
    endorsed_by: Mapped[Person | None] = relationship(foreign_keys=endorsed_by_id)
    released_by: Mapped[Person | None] = relationship(foreign_keys=released_by_id)
    certificate: Mapped[Certificate | None] = relationship()
    sheets: Mapped[list["AssessmentSheet"]] = relationship(
        order_by="AssessmentSheet.slot",
        viewonly=True,
        primaryjoin="and_(AssessmentSheet.assessment_id == Assessment.id, AssessmentSheet.replaced_at.is_(None))",
    )
    """Those that count, in the order of their slots."""

    __table_args__ = (
        CheckConstraint("state IN ('requested', 'declined', 'withdrawn') OR starts_at IS NOT NULL", name="planned"),
        CheckConstraint("(state = 'released') = (released_at IS NOT NULL)", name="released"),
        CheckConstraint(
            "(state IN ('judged', 'endorsed', 'released')) = (passed IS NOT NULL AND judged_at IS NOT NULL)",
            name="judged",
        ),
        CheckConstraint("released_by_id <> endorsed_by_id", name="second_person"),
        CheckConstraint("state NOT IN ('declined', 'cancelled') OR reason <> ''", name="reason"),
        Index(None, "organisation_id", "asked_at"),
        Index(None, "state", "starts_at"),
        Index(None, "candidate_id"),
    )
    # Of two answers at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def day(self) -> date | None:
        """The day on which it begins."""
        return self.starts_at.astimezone(AMSTERDAM).date() if self.starts_at else None

    @property
    def slots(self) -> int:
        """How many assessors judge all of it."""
        content = self.scheme.content
        if proof := content.proof:
            return proof.assessors
        if marking := content.marking:
            return marking.assessors
        raise MissingChapter(f"{self.scheme.key} {self.scheme.number}: proof or marking")

    @property
    def needs_endorsement(self) -> bool:
        """True where the exam committee signs what came of it."""
        marking = self.scheme.content.marking
        return marking.signed_by_committee if marking else False

    @property
    def third(self) -> "AssessmentSheet | None":
        """The sheet of the third assessor, who decides where the others differ."""
        return next((one for one in self.sheets if one.slot > self.slots), None)

    def conflicts(self, people: Sequence[Person], now: datetime) -> dict[uuid.UUID, tuple[Any, ...]]:
        """For each of these people every conflict of interest here; those without one are left out."""
        rules = self.scheme.content.proof
        marking = self.scheme.content.marking
        months = rules.conflict_months if rules else marking.conflict_months if marking else 0
        return conflicts_with(session_of(self), [self.candidate], self.organisation, people, now, months)

    def plan(
        self, assessors: Sequence[Person], starts_at: datetime, place: str, officer: Person, now: datetime
    ) -> list[Person]:
        """Say when, where and by whom; also anew, while it goes on. Answers the assessors who were named now.

        Raises Refused for a moment that has passed (not for one that stands), for too few assessors or one twice, for
        who is none or has a conflict of interest, and when one who has signed would be exchanged.
        """
        self.wait_for_others()
        if self.state is not S.PLANNED:
            self.require_state(S.REQUESTED, S.PLANNED)
        if (self.state is not S.PLANNED or starts_at != self.starts_at) and starts_at <= now:
            raise Refused(Rule.PAST, found=starts_at, needed=now)
        if len({one.id for one in assessors}) != self.slots or len(assessors) != self.slots:
            raise Refused(Rule.ASSESSORS, found=len({one.id for one in assessors}), needed=self.slots)
        places = self._places(assessors)
        for slot, one in places:
            self._require_able(slot, one, now)
        begins = starts_at.isoformat()
        if self.state is S.PLANNED:
            audit.record(session_of(self), now, officer.id, "assessment_replanned", self, starts_at=begins)
        else:
            self.answer(S.PLANNED, officer.id, now, starts_at=begins)
        self.starts_at, self.place = starts_at, place.strip()
        session_of(self).flush()
        return [one for slot, one in places if self._name(slot, one, now)]

    def name_third(self, assessor: Person, officer: Person, now: datetime) -> None:
        """One more assessor decides where the others differ. Raises Refused as `plan`, and for one of the others."""
        self.wait_for_others()
        self.require_state(S.DISPUTED, S.JUDGED)
        if assessor.id in {one.assessor_id for one in self.sheets if one.slot <= self.slots}:
            raise Refused(Rule.SIGNED, found=assessor.name)
        self._require_able(self.slots + 1, assessor, now)
        self._name(self.slots + 1, assessor, now)
        audit.record(session_of(self), now, officer.id, "assessment_third_named", self, assessor=str(assessor.id))

    def decline(self, reason: str, officer: Person, now: datetime) -> None:
        """KSF says no, with the reason."""
        self._refuse(S.DECLINED, reason, officer, now)

    def cancel(self, reason: str, officer: Person, now: datetime) -> None:
        """KSF takes it back with the reason, such as that the candidate did not come."""
        self._refuse(S.CANCELLED, reason, officer, now)

    def withdraw(self, actor: Person, now: datetime) -> None:
        """The organisation takes it back. Raises Refused once it has begun."""
        self.wait_for_others()
        if self.starts_at is not None and self.starts_at <= now:
            raise Refused(Rule.BEGUN, found=now, needed=self.starts_at)
        self.answer(S.WITHDRAWN, actor.id, now)

    def wait_for_others(self) -> None:
        """Until whoever changes this assessment is done, and see what became of it."""
        session = session_of(self)
        session.flush()
        session.refresh(self, ["state"], with_for_update=True)
        session.expire(self, ["sheets"])

    def _refuse(self, state: AssessmentState, reason: str, officer: Person, now: datetime) -> None:
        why = self.require_reason(reason)
        self.wait_for_others()
        self.reason = why
        self.answer(state, officer.id, now)

    def _places(self, assessors: Sequence[Person]) -> list[tuple[int, Person]]:
        """Each slot with its assessor: who is named already keeps the own one."""
        own = {one.slot: one.assessor for one in self.sheets if one.slot <= self.slots and one.assessor in assessors}
        others = iter([one for one in assessors if one not in own.values()])
        return [(slot, own[slot] if slot in own else next(others)) for slot in range(1, self.slots + 1)]

    def _sheet(self, slot: int) -> "AssessmentSheet | None":
        return next((one for one in self.sheets if one.slot == slot), None)

    def _require_able(self, slot: int, assessor: Person, now: datetime) -> None:
        """Raises Refused unless this slot may be given to this assessor; whose it is already keeps it."""
        there = self._sheet(slot)
        if there is not None and there.assessor_id == assessor.id:
            return
        if there is not None and there.signed_at is not None:
            raise Refused(Rule.SIGNED, found=there.assessor.name)
        if Role.ASSESSOR not in assessor.roles(now):
            raise Refused(Rule.NOT_ASSESSOR, found=assessor.name, needed=Role.ASSESSOR)
        if tied := self.conflicts([assessor], now).get(assessor.id):
            raise Refused(Rule.TIED, found=tied)

    def _name(self, slot: int, assessor: Person, now: datetime) -> bool:
        """Give this slot to an assessor; False when it is that one's already."""
        session, there = session_of(self), self._sheet(slot)
        if there is not None and there.assessor_id == assessor.id:
            return False
        if there is not None:
            there.replaced_at, there.version = now, there.version + 1
            session.flush()
        session.add(AssessmentSheet(id=uuid.uuid4(), assessment_id=self.id, slot=slot, assessor=assessor, version=0))
        session.flush()
        session.expire(self, ["sheets"])
        return True


class AssessmentSheet(Identified, Base):
    """What one assessor fills in for one candidate: the fields of the page, as texts (`storage.assessing.sheets`).

    `slot`: 1, 2 …; the one after those of the scheme decides where they differ. Signed it never changes; when it was
    sent back, or its assessor exchanged, it is `replaced_at` and another one counts.
    """

    __tablename__ = "assessment_sheet"

    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Assessment.id))
    slot: Mapped[int]
    assessor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    written: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column()
    signed_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]

    assessment: Mapped[Assessment] = relationship()
    assessor: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("slot >= 1", name="slot"), Index(None, "assessor_id"))
    # Of two pages that save at the same moment the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}


COUNTS = AssessmentSheet.replaced_at.is_(None)
for _name, _column in (("slot", AssessmentSheet.slot), ("assessor", AssessmentSheet.assessor_id)):
    Index(
        f"uq_assessment_sheet_{_name}",
        AssessmentSheet.assessment_id,
        _column,
        unique=True,
        sqlite_where=COUNTS,
        postgresql_where=COUNTS,
    )
_GOES_ON = Assessment.state.in_(LIVE)
Index(
    "uq_assessment_once",
    Assessment.candidate_id,
    Assessment.scheme_id,
    unique=True,
    sqlite_where=_GOES_ON,
    postgresql_where=_GOES_ON,
)


def request(
    session: Session, scheme: Scheme, candidate: Person, organisation: Organisation, actor: Person, now: datetime
) -> Assessment:
    """Ask an assessment for this candidate. Raises Refused for who cannot take part now."""
    # Of two who ask for one person at the same moment, the second waits and finds it asked.
    session.refresh(candidate, ["name"], with_for_update=True)
    if not jobs(session, [candidate.id], {organisation.id}, now):
        raise Refused(Rule.NOT_OF_ORGANISATION, found=candidate.name, needed=organisation.name)
    if why := hindrances(session, scheme, [candidate.id]).get(candidate.id):
        raise Refused(why, found=candidate.name)
    made = Assessment(
        id=uuid.uuid4(),
        scheme=scheme,
        candidate=candidate,
        organisation=organisation,
        asked_by=actor,
        asked_at=now,
        state=S.REQUESTED,
        reason="",
        place="",
        judgement={},
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:
        raise Refused(Rule.TWICE, found=candidate.name) from error
    audit.record(session, now, actor.id, "assessment_requested", made)
    return made


def hindrances(session: Session, scheme: Scheme, people: Collection[uuid.UUID]) -> dict[uuid.UUID, Rule]:
    """Who of these people cannot take part in this exam now, and why."""
    needed = set(scheme.content.prerequisite_any_of)
    admitted = {one.person_id for one in qualifications.held(session, people) if one.key in needed}
    certified = set(session.scalars(certified_people(scheme.key, scheme.letters)))
    going = select(Assessment.candidate_id).join(Scheme, Assessment.scheme_id == Scheme.id)
    asked = set(session.scalars(going.where(Scheme.key == scheme.key, _GOES_ON)))
    found = {}
    for person in people:
        if person in certified:
            found[person] = Rule.CERTIFIED
        elif needed and person not in admitted:
            found[person] = Rule.NOT_ADMITTED
        elif person in asked:
            found[person] = Rule.TWICE
    return found
