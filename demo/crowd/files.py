"""Invented motivation files: written, handed in, judged in one or more rounds."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo import example
from demo.crowd.people import Staff, mail, person, qualify
from demo.crowd.rows import Case, Crowd
from review.portfolio import Mark, Outcome
from scenarios.chapters import Documents
from storage.admission.part_one import PartOneReview
from storage.dossier.dossiers import Dossier, DossierState, SelfAssessment, Star, StarKind
from storage.exam.accommodations import Accommodation
from storage.judging.objections import Against, Objection, ObjectionState
from storage.people.people import Role

DECIDED = {
    DossierState.APPROVED: Outcome.APPROVED,
    DossierState.RETURNED: Outcome.RETURNED,
    DossierState.REJECTED: Outcome.REJECTED,
}
NEVER_HANDED_IN = (DossierState.WRITING, DossierState.WITHDRAWN)


@dataclass(frozen=True)
class Made:
    """A dossier that was made: whose it is, who judged part 1, and when it was decided."""

    id: uuid.UUID
    candidate: uuid.UUID
    officer: uuid.UUID
    decided_at: datetime


def dossier(crowd: Crowd, case: Case, employer: uuid.UUID, manager: uuid.UUID, staff: Staff) -> Made:
    """One file of a new candidate, with what happened to it until its exam."""
    rng, state = crowd.rng, case.state
    candidate, officer = person(crowd, Role.CANDIDATE, employer), rng.choice(staff.officers)
    created = crowd.since(720, 90) if not case.recent else crowd.since(60, 35)
    handed_in = created + timedelta(days=rng.uniform(2, 12))
    decided = handed_in + timedelta(days=rng.uniform(1, 8))
    rounds = 0 if state in NEVER_HANDED_IN else 2 if crowd.chance(0.15) else 1
    returned, rejected = state is DossierState.RETURNED, state is DossierState.REJECTED
    written = rounds > 0 or crowd.chance(0.5)
    over = state not in (DossierState.WRITING, DossierState.SUBMITTED)
    made = crowd.add(
        Dossier,
        code=crowd.code("K"),
        scheme_id=crowd.scheme.id,
        organisation_id=employer,
        candidate_id=candidate,
        manager_id=manager,
        state=state,
        created_at=created,
        cost_centre=str(rng.randrange(4000, 4100)),
        tasks=["guides_colleagues", "is_asked"],
        reason=example.REASON if written else "",
        example_role=example.EXAMPLE_ROLE if written else "",
        manager_done_at=created + timedelta(days=1) if written and not returned else None,
        role_description=example.ROLE_DESCRIPTION,
        years=rng.randrange(4, 40) / 2,
        motivation=example.MOTIVATION,
        goal=example.GOAL if rounds else "",
        submitted_at=handed_in if rounds else None,
        rounds=rounds,
        open_parts=["substantiation", "star_colleague"] if returned else [],
        decided_at=decided if over else None,
        decided_by_id=(candidate if state is DossierState.WITHDRAWN else officer) if over else None,
        decision_reason="Het tweede voorbeeld blijft te algemeen." if returned or rejected else "",
    )
    crowd.log("dossier_nominated", Dossier, made, created, None)
    mail(crowd, candidate, "nominated", created)
    mail(crowd, manager, "substantiation_asked", created)
    if rounds:
        _parts(crowd, made)
        qualify(crowd, candidate, officer)
    for number in range(1, rounds + 1):
        _round(crowd, case, made, number, rounds, officer, (handed_in, decided))
    if state is DossierState.WITHDRAWN:
        crowd.log("dossier_withdrawn", Dossier, made, decided, candidate)
    if returned or rejected:
        mail(crowd, candidate, f"dossier_{state}", decided)
    if rejected and crowd.mishap(0.1):
        objection(crowd, made, Against.REJECTION, decided)
    if state in (DossierState.SUBMITTED, DossierState.WRITING) and crowd.chance(0.06):
        crowd.add(
            Accommodation, dossier_id=made, extra_time="3/2", wish="Ik heb meer leestijd nodig.", asked_at=handed_in
        )
    return Made(made, candidate, officer, decided)


def _parts(crowd: Crowd, made: uuid.UUID) -> None:
    for kind, (situation, tasks, activities, result) in example.STARS.items():
        texts = {"situation": situation, "tasks": tasks, "activities": activities, "result": result}
        crowd.add(Star, dossier_id=made, kind=kind, **texts)
    for position, competency in enumerate(crowd.scheme.content.competencies):
        star = StarKind.MANAGER if position % 2 else StarKind.COLLEAGUE
        crowd.add(SelfAssessment, dossier_id=made, competency=competency.key, level=3 + position % 2, star=star)


def _round(
    crowd: Crowd,
    case: Case,
    made: uuid.UUID,
    number: int,
    rounds: int,
    officer: uuid.UUID,
    times: tuple[datetime, datetime],
) -> None:
    """One time handed in and judged; the last time perhaps not yet."""
    handed_in, decided = (at - timedelta(days=9 * (rounds - number)) for at in times)
    crowd.log("dossier_submitted", Dossier, made, handed_in, None)
    outcome = Outcome.RETURNED if number < rounds else DECIDED.get(case.state)
    if outcome is None and not crowd.chance(0.2):
        return
    good = outcome is Outcome.APPROVED
    reason = "Helder, met een eigen voorbeeld." if good else "Te algemeen: wat deed de kandidaat zelf?"
    marks = {one.key: Mark(good, reason).to_json() for one in crowd.scheme.content.chapter(Documents).criteria}
    crowd.add(
        PartOneReview,
        dossier_id=made,
        round=number,
        officer_id=officer,
        claimed_until=decided if outcome else crowd.now + timedelta(hours=3),
        marks=marks if outcome else {},
        reason="" if good else reason,
        outcome=outcome,
        fixed_at=decided if outcome else None,
    )
    if outcome:
        crowd.log(f"dossier_{outcome}", Dossier, made, decided, officer)


def objection(crowd: Crowd, made: uuid.UUID, against: Against, decided: datetime) -> None:
    """An objection that waits for the office; in the database in the words of everybody."""
    crowd.add(
        Objection,
        code=crowd.code("B"),
        dossier_id=made,
        against=against,
        decision_at=decided,
        grounds="Ik vind dat mijn voorbeeld wel laat zien wat ik deed.",
        received_at=min(crowd.now, decided + timedelta(days=crowd.rng.uniform(2, 30))),
        state=ObjectionState.RECEIVED,
    )
