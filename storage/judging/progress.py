"""How far judging is: slots are open, all of them are held, or the last signature brought a verdict."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.adjudication import Difference, Triggers, differences
from review.rating import Phase
from scenarios.chapters import AssessmentRules
from storage.base import audit
from storage.base.refusal import Refused
from storage.exam.sittings import Answer, Judging, Sitting
from storage.judging.ratings import Rating, own_ratings, ratings_of
from storage.judging.verdicts import Cause, Rule, Verdict, awaits_verdict, case_of, standing_of
from storage.people.people import Person


def all_final(sitting: Sitting, ratings: Sequence[Rating]) -> bool:
    """True when each answer is judged in as many slots as the others, at least the scheme's, and all is final."""
    slots = {answer.id: {one.slot for one in ratings if one.answer_id == answer.id} for answer in sitting.answers}
    wanted = max((len(one) for one in slots.values()), default=0)
    enough = wanted >= sitting.dossier.scheme.content.chapter(AssessmentRules).slots
    return (
        enough
        and all(len(slots[answer.id]) == wanted for answer in sitting.answers)
        and all(rating.signed is Phase.DOSSIER for rating in ratings)
    )


def triggers_of(rules: AssessmentRules) -> Triggers:
    """When this regulation asks a third assessor."""
    return Triggers(rules.third_when_verdicts_differ, rules.third_difference, rules.third_near_cut)


def disagreement(sitting: Sitting, ratings: list[Rating]) -> tuple[Difference, ...]:
    """Why a third assessor is needed; empty when none is, or when there was a third already."""
    assessment = sitting.dossier.scheme.content.chapter(AssessmentRules)
    if {rating.slot for rating in ratings} != {1, 2} or not all_final(sitting, ratings):
        return ()
    case = case_of(sitting, ratings)
    return differences(case.marks, case.part1_sufficient, case.cuts(), case.competencies, triggers_of(assessment))


def look_again(session: Session, sitting: Sitting) -> None:
    """Keep with the sitting how far judging is. Whoever gives, signs or takes back work calls this afterwards."""
    session.flush()
    # Two may do so at the same moment: the second waits here, and sees what the first did.
    session.refresh(sitting, ["stage", "judging", "marking"], with_for_update=True)
    if not awaits_verdict(session, sitting):
        sitting.judging = Judging.DECIDED
        return
    held = select(Rating.slot, Rating.phase2_signed_at).join(Answer).where(Rating.marking == sitting.marking)
    held_slots = session.execute(held.where(Answer.sitting_id == sitting.id, Rating.slot.is_not(None))).all()
    asked = sitting.dossier.scheme.content.chapter(AssessmentRules).slots
    last = max((one.slot for one in held_slots), default=0)
    whole = len(held_slots) == len(sitting.answers) * max(asked, last)
    # All final and no verdict: the two are too far apart, and nobody was asked as third yet.
    apart = last <= asked and all(one.phase2_signed_at for one in held_slots)
    sitting.judging = Judging.HELD if whole and not apart else Judging.OPEN


def decide(session: Session, sitting: Sitting, now: datetime) -> Verdict:
    """The verdict on a sitting whose slots are all final, in the place of the one before, if any.

    Raises Refused while a slot is not final, when a third is needed, and when there is a verdict and nothing was asked.
    """
    if not awaits_verdict(session, sitting):
        raise Refused(Rule.DECIDED)
    ratings = list(ratings_of(session, sitting))
    if not all_final(sitting, ratings):
        raise Refused(Rule.NOT_FINAL, found=sum(rating.signed is Phase.DOSSIER for rating in ratings))
    if found := disagreement(sitting, ratings):
        raise Refused(Rule.THIRD_NEEDED, found=found, needed=())
    case = case_of(sitting, ratings)
    decision = case.decide()
    before = standing_of(session, sitting)
    cause = _cause(before, sitting)
    if before is not None:
        before.asked_until = None
        if before.released_at is None:
            before.ended_at = now
        session.flush()
    verdict = Verdict(
        sitting=sitting,
        replaces=before,
        cause=cause,
        marking=sitting.marking,
        passed=decision.passed,
        inputs=case.to_json(),
        decision=decision.to_json(),
        decided_at=now,
    )
    session.add(verdict)
    session.flush()
    audit.record(session, now, None, "verdict_decided", verdict, passed=decision.passed, cause=cause)
    verdict.drop_if_lower(now)
    look_again(session, sitting)
    return verdict


def _cause(before: Verdict | None, sitting: Sitting) -> Cause:
    if before is None:
        return Cause.FIRST
    if before.marking != sitting.marking:
        return Cause.REMARK
    # What was found of a re-mark with more evidence is still what the re-mark found.
    if before.released_at is None:
        return Cause.REMARK if before.cause is Cause.REMARK else Cause.EVIDENCE
    return Cause.RESIT


def sign_dossier(session: Session, sitting: Sitting, assessor: Person, now: datetime) -> Verdict | None:
    """Sign phase 2 of all own ratings at once. The last of all signatures brings the verdict, when it can be given.

    Raises Refused as `Rating.sign` does, and then nothing is signed.
    """
    # Two assessors may sign at the same moment: the second waits here, and sees what the first signed.
    session.refresh(sitting, ["stage"], with_for_update=True)
    own = own_ratings(session, sitting, assessor)
    # A new take is judged after the other answers were final: then there is only that one to sign.
    for rating in [one for one in own if one.signed is not Phase.DOSSIER] or own:
        rating.sign(Phase.DOSSIER, now)
    session.flush()
    try:
        return decide(session, sitting, now)
    except Refused as refused:
        if refused.rule not in (Rule.NOT_FINAL, Rule.THIRD_NEEDED):
            raise
        look_again(session, sitting)
        return None
