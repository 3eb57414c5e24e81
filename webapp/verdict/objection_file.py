"""The file of an objection, built from what the rows say: the same facts for the candidate and for whoever rules.

Assessors are numbers in it and people are named by their role, so that nothing has to be left out for either reader.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.rating import Evidence, Phase, TimeCode
from review.rating import Score as Given
from scenarios.scheme import Scheme
from storage.admission.part_one import criteria_of, reviews_of
from storage.base.audit import AuditEvent
from storage.dossier.dossiers import Dossier, StarKind
from storage.exam.recordings import Recording, RecordingState, counting_takes
from storage.exam.sittings import Answer, Sitting
from storage.judging.objections import Against, Objection, ObjectionState
from storage.judging.ratings import Rating, ratings_of
from storage.judging.repeats import Repeat, repeats_of
from storage.judging.verdicts import Verdict, verdicts_of
from storage.people.people import Membership, Role
from webapp import explain
from webapp.dutch import events, formats, terms

ROLES = {
    Role.KSF_OFFICER: "het bureau",
    Role.EXAM_COMMITTEE: "de examencommissie",
    Role.AUDITOR: "een auditor",
    Role.ASSESSOR: "een assessor",
}


@dataclass(frozen=True)
class Scored:
    """One competency of one answer by one assessor: what was given, why, and what phase 2 made of it."""

    competency: str
    level: str
    anchor: str
    evidence: list[str]
    reason: str
    changed: "Scored | None" = None


@dataclass(frozen=True)
class Marked:
    """What one assessor, a number, gave and remarked on one answer."""

    assessor: int
    signed_at: datetime | None
    scores: list[Scored]
    remarks: list[tuple[str, str]]
    unseen: str
    """What of the recording was not seen and why it was signed so; empty where all was seen."""


@dataclass(frozen=True)
class Answered:
    """One answer: its recording with the hashes of the receipt, and who gave what in each marking."""

    answer: Answer
    recording: Recording | None
    marks: list[Marked]

    @property
    def playable(self) -> bool:
        take = self.recording
        return take is not None and take.state is RecordingState.STORED and take.erased_at is None


@dataclass(frozen=True)
class Happened:
    """Who did what when; `who` is a role."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class File:
    """Everything that an objection is ruled on."""

    rules: list[tuple[str, str]]
    verdicts: list[tuple[Verdict, list[explain.Line]]]
    answers: list[tuple[str, list[Answered]]]
    part_one: list[tuple[str, str, str]]
    repeats: Sequence[Repeat]
    happened: list[Happened]


def of(session: Session, objection: Objection) -> File:
    """The file as it is now. What a re-mark found is in it from the ruling on, for either reader."""
    dossier, sitting = objection.dossier, objection.sitting
    scheme = dossier.scheme.content
    known = [one for one in verdicts_of(session, sitting) if one.released_at] if sitting else []
    return File(
        rules=_rules(dossier, sitting),
        verdicts=[(one, explain.lines(one.explain()[0], scheme)) for one in known],
        answers=_answers(session, objection, sitting, scheme) if sitting else [],
        part_one=_part_one(session, dossier) if objection.against is Against.REJECTION else [],
        repeats=repeats_of(session, sitting) if sitting else [],
        happened=_happened(session, objection, sitting),
    )


def _rules(dossier: Dossier, sitting: Sitting | None) -> list[tuple[str, str]]:
    found = [
        ("Reglement", f"{dossier.scheme.content.name}, versie {dossier.scheme.number}"),
        ("Controlegetal van het reglement", dossier.scheme.sha256),
    ]
    if sitting is not None:
        found += [
            ("Situaties", f"pakket {sitting.pack.number}"),
            ("Controlegetal van het pakket", sitting.pack.sha256),
        ]
    return found


def _answers(
    session: Session, objection: Objection, sitting: Sitting, scheme: Scheme
) -> list[tuple[str, list[Answered]]]:
    takes = counting_takes(session, sitting)
    last = (
        sitting.marking
        if objection.state is ObjectionState.RULED or objection.marking is None
        else objection.marking - 1
    )
    found = []
    for marking in range(1, last + 1):
        ratings = ratings_of(session, sitting, marking)
        if not ratings:
            continue
        title = "De beoordeling" if marking == 1 else "Opnieuw beoordeeld, door anderen"
        rows = [
            Answered(
                answer,
                takes.get(answer.number),
                [_marked(one, scheme) for one in ratings if one.answer_id == answer.id and one.signed is Phase.DOSSIER],
            )
            for answer in sitting.answers
        ]
        found.append((title, rows))
    return found


def _marked(rating: Rating, scheme: Scheme) -> Marked:
    order = {one.key: number for number, one in enumerate(scheme.competencies)}
    blind, later = rating.values(Phase.BLIND), rating.values(Phase.DOSSIER)
    scores = [
        _scored(key, blind[key], scheme, _scored(key, later[key], scheme) if key in later else None)
        for key in sorted(blind, key=order.__getitem__)
    ]
    return Marked(
        rating.slot or 0,
        rating.phase2_signed_at,
        scores,
        [(formats.timecode(one.at_s), one.text) for one in rating.remarks],
        f"{formats.stretches(rating.unseen())}: {rating.unseen_because}" if rating.unseen_because else "",
    )


def _scored(key: str, given: Given, scheme: Scheme, changed: Scored | None = None) -> Scored:
    competency = scheme.competency(key)
    anchor = competency.anchor(given.level) if given.level is not None else ""
    level = "niet waarneembaar" if given.level is None else f"niveau {given.level}"
    reason = given.change_reason or given.reason
    return Scored(competency.name, level, anchor, [_evidence(one) for one in given.evidence], reason, changed)


def _evidence(one: Evidence) -> str:
    if isinstance(one, TimeCode):
        return f"in de opname op {formats.timecode(one.seconds)}"
    return f"STAR {terms.STAR_KINDS[StarKind(one.star)]}, deel {one.step}, zin {one.sentence}"


def _part_one(session: Session, dossier: Dossier) -> list[tuple[str, str, str]]:
    """Each criterion of the round that ended in the rejection: its name, the judgement and the reason."""
    criteria = criteria_of(dossier)
    fixed = [one for one in reviews_of(session, dossier) if one.fixed_at]
    if not fixed:
        return []
    return [
        (criteria[key].name, "voldoende" if mark.sufficient else "onvoldoende", mark.reason)
        for key, mark in fixed[-1].marks.items()
        if key in criteria
    ]


def _happened(session: Session, objection: Objection, sitting: Sitting | None) -> list[Happened]:
    """The log about the file, the exam, its verdicts and the objection, oldest first."""
    dossier = objection.dossier
    subjects = {dossier.id, objection.id}
    if sitting is not None:
        subjects |= {sitting.id, *(one.id for one in verdicts_of(session, sitting))}
        subjects |= {one.id for one in counting_takes(session, sitting).values() if one}
    hidden = ("assessor_assigned", "assessor_declined", "work_taken_back", "verdict_dropped")
    rows = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject.in_(subjects), AuditEvent.verb.not_in(hidden))
        .order_by(AuditEvent.at, AuditEvent.number)
    ).all()
    who = _who(session, dossier, {one.actor for one in rows if one.actor})
    told = [
        Happened(one.at, who.get(one.actor, "het systeem"), formats.sentence(events.EVENTS.get(one.verb, one.verb)))
        for one in rows
        if not (
            one.verb == "verdict_decided" and objection.state is not ObjectionState.RULED and _later(one, objection)
        )
    ]
    return told


def _later(event: AuditEvent, objection: Objection) -> bool:
    """True for what came of a re-mark on which nobody has ruled yet."""
    return objection.remark_ordered_at is not None and event.at >= objection.remark_ordered_at


def _who(session: Session, dossier: Dossier, people: set[uuid.UUID]) -> dict[uuid.UUID | None, str]:
    """What each of these people is in this case."""
    found: dict[uuid.UUID | None, str] = {}
    theirs = select(Membership.person_id, Membership.role).where(Membership.person_id.in_(people))
    for person, role in session.execute(theirs):
        if role in ROLES and (person not in found or role is Role.KSF_OFFICER):
            found[person] = ROLES[role]
    found |= {dossier.candidate_id: "de kandidaat", dossier.manager_id: "de leidinggevende"}
    return found
