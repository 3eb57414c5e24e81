"""Assignments: which assessors judge which sitting, after every tie between the people was looked at."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from review.conflicts import Conflict, Employment, Party, conflicts
from review.rating import Phase
from scenarios.sitting import Stage
from storage.dossiers import Dossier
from storage.people import Membership, Person, Role
from storage.ratings import Rating, assign, ratings_of
from storage.refusal import Refused
from storage.sittings import Answer, Sitting
from storage.verdicts import disagreement

FIRST_TWO, THIRD = (1, 2), 3


class Rule(StrEnum):
    """Why an assessor may not be given a sitting."""

    NOT_FINISHED = "sitting_not_finished"
    NO_ASSESSOR = "not_an_assessor"
    CONFLICT = "conflict_of_interest"
    TWICE = "assessor_twice"
    SLOT_TAKEN = "slot_taken"


def assessors(session: Session, now: datetime) -> Sequence[Person]:
    """Everybody who may judge now, by name."""
    holds = (Membership.since <= now) & (Membership.until.is_(None) | (Membership.until > now))
    found = select(Person).join(Membership).where(Membership.role == Role.ASSESSOR, holds).distinct()
    return session.scalars(found.order_by(Person.name).options(selectinload(Person.memberships))).all()


def open_slots(session: Session, sitting: Sitting) -> tuple[int, ...]:
    """The slots that wait for an assessor: 1 and 2 first; 3 when both are final and too far apart."""
    ratings = list(ratings_of(session, sitting))
    taken = {rating.slot for rating in ratings}
    if free := tuple(slot for slot in FIRST_TWO if slot not in taken):
        return free
    final = all(rating.signed is Phase.DOSSIER for rating in ratings)
    return (THIRD,) if final and disagreement(sitting, ratings) else ()


def ties(
    session: Session, sitting: Sitting, people: Sequence[Person], now: datetime
) -> dict[uuid.UUID, tuple[Conflict, ...]]:
    """For each of these assessors every reason why they may not judge this sitting; those without one are left out."""
    dossier = sitting.dossier
    candidate = Party(
        person=str(dossier.candidate_id),
        employments=(*_employments(dossier.candidate), Employment(str(dossier.organisation_id))),
        managers=frozenset({str(dossier.manager_id)}),
        involved_with=frozenset({str(dossier.decided_by_id)} if dossier.decided_by_id else ()),
    )
    declared = set(
        session.scalars(
            select(Rating.assessor_id)
            .join(Answer)
            .join(Sitting)
            .join(Dossier)
            .where(Dossier.candidate_id == dossier.candidate_id, Rating.declined_at.is_not(None))
        )
    )
    months = dossier.scheme.content.assessment.conflict_months
    found = {}
    for person in people:
        known = frozenset({candidate.person} if person.id in declared else ())
        party = Party(person=str(person.id), employments=_employments(person), declared=known)
        if reasons := conflicts(party, candidate, now, months):
            found[person.id] = reasons
    return found


def appoint(
    session: Session, sitting: Sitting, chosen: Mapping[int, Person], by: Person, now: datetime
) -> list[Rating]:
    """Give a finished sitting to these assessors, by slot. Raises Refused for any slot or person that may not be."""
    session.refresh(sitting, ["stage"], with_for_update=True)
    if sitting.stage is not Stage.FINISHED:
        raise Refused(Rule.NOT_FINISHED, found=sitting.stage, needed=Stage.FINISHED)
    if taken := set(chosen) - set(open_slots(session, sitting)):
        raise Refused(Rule.SLOT_TAKEN, found=tuple(sorted(taken)))
    busy = {rating.assessor_id for rating in ratings_of(session, sitting)}
    ids = [person.id for person in chosen.values()]
    if busy & set(ids) or len(set(ids)) < len(ids):
        raise Refused(Rule.TWICE)
    if any(Role.ASSESSOR not in person.roles(now) for person in chosen.values()):
        raise Refused(Rule.NO_ASSESSOR)
    if found := ties(session, sitting, list(chosen.values()), now):
        raise Refused(Rule.CONFLICT, found=tuple({reason for reasons in found.values() for reason in reasons}))
    return [
        rating
        for slot, person in sorted(chosen.items())
        for rating in assign(session, sitting, person, slot, now, by.id)
    ]


def _employments(person: Person) -> tuple[Employment, ...]:
    return tuple(
        Employment(str(one.organisation_id), one.until.date() if one.until else None)
        for one in person.memberships
        if one.organisation_id
    )
