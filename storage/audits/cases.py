"""One exam as an auditor reads it: rules, assessors and their calibration then, originals, scores, verdicts, events."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from storage.base.audit import AuditEvent
from storage.base.clock import AMSTERDAM
from storage.certificates.certificates import Certificate
from storage.certificates.changes import CertificateChange
from storage.dossier.dossiers import Dossier, RoleDocument
from storage.exam.recordings import Recording
from storage.exam.sittings import Answer, Sitting
from storage.judging.flags import Flag
from storage.judging.objections import Objection
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating
from storage.judging.verdicts import Verdict
from storage.people import employers
from storage.people.examiners import Examiner
from storage.people.people import Person
from storage.planning.deployments import deployments
from storage.planning.examiner_records import Calibrated, calibrations_of


@dataclass(frozen=True)
class AssessorThen:
    """An assessor of the exam in one slot of one marking, and what was known of him when he began.

    `trained_on` is None where nobody supplied this assessor as examiner. `calibrations`: tests of this exam, passed or
    not, and what was noted by hand, up to that day, the newest first. `deployed`: on which days of the year before.
    """

    person: Person
    marking: int
    slot: int | None
    began_on: date | None
    signed_at: datetime | None
    trained_on: date | None
    employers: tuple[str, ...]
    deployed: tuple[date, ...]
    calibrations: tuple[Calibrated, ...]

    @property
    def calibrated_on(self) -> date | None:
        """The last calibration before the work began that counts."""
        return max((one.on for one in self.calibrations if one.counts), default=None)

    @property
    def calibrated_days(self) -> int | None:
        """How long before the work began the last calibration was."""
        if self.began_on is None or self.calibrated_on is None:
            return None
        return (self.began_on - self.calibrated_on).days


@dataclass(frozen=True)
class Case:
    """All of one exam; lists in the order in which things happened."""

    dossier: Dossier
    sitting: Sitting | None
    certificates: Sequence[Certificate]
    assessors: Sequence[AssessorThen]
    recordings: Sequence[Recording]
    ratings: Sequence[Rating]
    verdicts: Sequence[Verdict]
    objections: Sequence[Objection]
    events: Sequence[AuditEvent]


def ids_of(dossiers: Select[uuid.UUID]) -> Any:
    """The ids of these files and of all that belongs to them, as a query: what the audit log may be about."""
    sittings = select(Sitting.id).where(Sitting.dossier_id.in_(dossiers))
    answers = select(Answer.id).where(Answer.sitting_id.in_(sittings))
    ratings = select(Rating.id).where(Rating.answer_id.in_(answers))
    verdicts = select(Verdict.id).where(Verdict.sitting_id.in_(sittings))
    certificates = select(Certificate.id).where(Certificate.verdict_id.in_(verdicts))
    return union_all(
        dossiers,
        sittings,
        answers,
        ratings,
        verdicts,
        certificates,
        select(Recording.id).where(Recording.answer_id.in_(answers)),
        select(RoleDocument.id).where(RoleDocument.dossier_id.in_(dossiers)),
        select(Flag.id).where(Flag.rating_id.in_(ratings)),
        select(CertificateChange.id).where(CertificateChange.certificate_id.in_(certificates)),
        select(Objection.id).where(Objection.dossier_id.in_(dossiers)),
    )


def case_of(session: Session, dossier: Dossier) -> Case:
    """Everything of this exam; as many questions for any exam."""
    sitting = session.scalars(select(Sitting).where(Sitting.dossier_id == dossier.id)).first()
    answers = select(Answer.id).where(Answer.sitting_id == sitting.id) if sitting else None
    verdicts: Sequence[Verdict] = ()
    recordings: Sequence[Recording] = ()
    ratings: Sequence[Rating] = ()
    if sitting is not None and answers is not None:
        verdicts = session.scalars(
            select(Verdict)
            .where(Verdict.sitting_id == sitting.id)
            .options(joinedload(Verdict.confirmed_by), joinedload(Verdict.released_by), joinedload(Verdict.settled_by))
            .order_by(Verdict.decided_at, Verdict.id)
        ).all()
        recordings = session.scalars(
            select(Recording)
            .join(Recording.answer)
            .where(Answer.sitting_id == sitting.id)
            .options(joinedload(Recording.answer), selectinload(Recording.originals))
            .order_by(Answer.number, Recording.take)
        ).all()
        ratings = session.scalars(
            select(Rating)
            .join(Rating.answer)
            .where(Answer.sitting_id == sitting.id, Rating.purpose == Purpose.EXAM)
            .options(joinedload(Rating.answer), joinedload(Rating.assessor), selectinload(Rating.scores))
            .order_by(Rating.marking, Answer.number, Rating.slot.nulls_last(), Rating.id)
        ).all()
    certificates = session.scalars(
        select(Certificate)
        .where(Certificate.verdict_id.in_([one.id for one in verdicts]))
        .order_by(Certificate.issued_at, Certificate.id)
    ).all()
    mine = select(Dossier.id).where(Dossier.id == dossier.id)
    events = select(AuditEvent).where(AuditEvent.subject.in_(ids_of(mine)))
    objections = select(Objection).where(Objection.dossier_id == dossier.id)
    return Case(
        dossier,
        sitting,
        certificates,
        _assessors(session, dossier.scheme.key, ratings),
        recordings,
        ratings,
        verdicts,
        session.scalars(objections.order_by(Objection.received_at, Objection.id)).all(),
        session.scalars(events.order_by(AuditEvent.at, AuditEvent.number, AuditEvent.id)).all(),
    )


def _assessors(session: Session, exam: str, ratings: Sequence[Rating]) -> list[AssessorThen]:
    """Who judged in which slot, with training, employers and calibrations as they stood at the first answer."""
    theirs: dict[tuple[int, int, uuid.UUID], list[Rating]] = defaultdict(list)
    for one in ratings:
        theirs[(one.marking, one.slot or 9, one.assessor_id)].append(one)
    people = {one.assessor_id for one in ratings}
    supplied = session.scalars(
        select(Examiner).where(Examiner.person_id.in_(people)).order_by(Examiner.proposed_at, Examiner.id)
    ).all()
    persons = list({one.assessor_id: one.assessor for one in ratings}.values())
    calibrated, worked = calibrations_of(session, persons), employers.of(session, persons)
    found = []
    for (marking, _, person), own in sorted(theirs.items(), key=lambda pair: pair[0]):
        moments = [one.opened_at or one.phase1_signed_at for one in own]
        first = min((one for one in moments if one), default=None)
        began = first.astimezone(AMSTERDAM).date() if first else None
        rows = [one for one in supplied if one.person_id == person]
        trained = [one.trained_on for one in rows if one.trained_on and _before(one.trained_on, began)]
        known = [one for one in calibrated[person] if one.by_hand or one.exam == exam]
        signed = [one.phase2_signed_at or one.phase1_signed_at for one in own]
        last = max((one for one in signed if one), default=None)
        found.append(
            AssessorThen(
                own[0].assessor,
                marking,
                own[0].slot,
                began,
                last,
                max(trained, default=None),
                tuple(one.called for one in worked[person] if began is None or one.holds(began)),
                _deployed(session, own[0].assessor, first),
                tuple(one for one in known if _before(one.on, began)),
            )
        )
    return found


def _deployed(session: Session, person: Person, first: datetime | None) -> tuple[date, ...]:
    if first is None:
        return ()
    days = deployments(session, [person], first)[person.id]
    return tuple(day for day in days if day <= first.astimezone(AMSTERDAM).date())


def _before(day: date, moment: date | None) -> bool:
    return moment is None or day <= moment
