"""Assignments: which slots of a sitting wait for an assessor, and who may get them, conflicts of interest apart."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from review.adjudication import open_slots as open_slots_of
from review.batch import Mode
from scenarios.chapters import AssessmentRules
from scenarios.sitting import Stage
from storage.base.refusal import Refused
from storage.exam.sittings import Answer, Judging, Sitting
from storage.judging.eligibility import conflicts_of
from storage.judging.progress import all_final
from storage.judging.ratings import Rating, ratings_of
from storage.judging.workload import assign
from storage.people.people import Person, Role

THIRD = 3

Wanted = tuple[Answer, int, Person]
"""An answer, the slot in which it is judged, and by whom."""


class Rule(StrEnum):
    """Why an assessor may not be given a sitting."""

    NOT_FINISHED = "sitting_not_finished"
    NO_ASSESSOR = "not_an_assessor"
    CONFLICT = "conflict_of_interest"
    TWICE = "assessor_twice"
    SLOT_TAKEN = "slot_taken"
    TOO_MUCH = "too_much_of_one_candidate"


def open_answers(
    session: Session, sitting: Sitting, ratings: Sequence[Rating] | None = None
) -> dict[Answer, tuple[int, ...]]:
    """The answers that wait for an assessor, each with the slots that are free.

    Slots 1 and 2 first; 3 when all is final and the two are too far apart, or when a third was asked already.
    """
    ratings = list(ratings_of(session, sitting) if ratings is None else ratings)
    taken = {
        answer.id: {one.slot for one in ratings if one.slot is not None and one.answer_id == answer.id}
        for answer in sitting.answers
    }
    slots = sitting.dossier.scheme.content.chapter(AssessmentRules).slots
    third = any(THIRD in one for one in taken.values())
    third = third or (sitting.judging is Judging.OPEN and all_final(sitting, ratings))
    found = {answer: open_slots_of(taken[answer.id], slots, third) for answer in sitting.answers}
    return {answer: free for answer, free in found.items() if free}


def open_slots(session: Session, sitting: Sitting) -> tuple[int, ...]:
    """The slots in which anything waits for an assessor."""
    return tuple(sorted({slot for free in open_answers(session, sitting).values() for slot in free}))


def mode_of(ratings: Sequence[Rating]) -> Mode | None:
    """How the work on a sitting was shared out; None while nobody has any."""
    if not ratings:
        return None
    slots: dict[int | None, set[uuid.UUID]] = {}
    for rating in ratings:
        slots.setdefault(rating.slot, set()).add(rating.assessor_id)
    return Mode.SPREAD if any(len(people) > 1 for people in slots.values()) else Mode.WHOLE


def appoint(
    session: Session, sitting: Sitting, chosen: Mapping[int, Person], by: Person, now: datetime
) -> list[Rating]:
    """Give a finished sitting as a whole to these assessors, by slot. Raises Refused as `give` does."""
    free = open_answers(session, sitting)
    if any(slot not in free.get(answer, ()) for slot in chosen for answer in sitting.answers):
        raise Refused(Rule.SLOT_TAKEN, found=tuple(sorted(chosen)))
    return give(
        session, sitting, [(a, slot, person) for slot, person in chosen.items() for a in sitting.answers], by, now
    )


def give(session: Session, sitting: Sitting, wanted: Sequence[Wanted], by: Person, now: datetime) -> list[Rating]:
    """Give answers of a finished sitting to assessors. Raises Refused for any slot or person that may not be.

    Who judges no answer of this candidate as a whole may have a few of them and no more.
    """
    session.refresh(sitting, ["stage", "judging", "marking"], with_for_update=True)
    if sitting.stage is not Stage.FINISHED:
        raise Refused(Rule.NOT_FINISHED, found=sitting.stage, needed=Stage.FINISHED)
    ratings = ratings_of(session, sitting)
    free = open_answers(session, sitting, ratings)
    if taken := {slot for answer, slot, _ in wanted if slot not in free.get(answer, ())}:
        raise Refused(Rule.SLOT_TAKEN, found=tuple(sorted(taken)))
    have = [(rating.answer_id, rating.assessor_id) for rating in ratings]
    have += [(answer.id, person.id) for answer, _, person in wanted]
    if len(set(have)) < len(have):
        raise Refused(Rule.TWICE)
    people = {person.id: person for _, _, person in wanted}
    most = sitting.dossier.scheme.content.chapter(AssessmentRules).spread_maximum_answers
    for person_id in people:
        count = sum(assessor == person_id for _, assessor in have)
        if most < count < len(sitting.answers):
            raise Refused(Rule.TOO_MUCH, found=count, needed=most)
    if any(Role.ASSESSOR not in person.roles(now) for person in people.values()):
        raise Refused(Rule.NO_ASSESSOR)
    if found := conflicts_of(session, sitting, list(people.values()), now):
        raise Refused(Rule.CONFLICT, found=tuple({reason for reasons in found.values() for reason in reasons}))
    given = []
    for person_id, slot in sorted({(person.id, slot) for _, slot, person in wanted}, key=lambda one: one[1]):
        own = [answer for answer, at, person in wanted if (person.id, at) == (person_id, slot)]
        given += assign(session, sitting, people[person_id], slot, now, by.id, own)
    return given
