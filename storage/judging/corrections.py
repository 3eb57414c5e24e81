"""A result that was told and is wrong is put right by two persons: one proposes, another releases. The old one is kept.

Wrong is what no longer agrees with its scores, and what somebody saw to be wrong and says why.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from storage.base import audit
from storage.base.refusal import Refused
from storage.judging.progress import all_final
from storage.judging.ratings import ratings_of
from storage.judging.verdicts import Cause, Rule, Verdict, awaits_verdict, case_of, pending_of
from storage.people.people import Person


def propose(session: Session, wrong: Verdict, passed: bool, because: str, by: Person, now: datetime) -> Verdict:
    """The verdict that should have been told: from the scores as they are now, with `passed` as this person says.

    It is confirmed by whoever proposes it and waits for somebody else to release it. Raises Refused for what is not the
    result, while another verdict is on its way, for who judged the candidate, and when nothing would change.
    """
    sitting = wrong.sitting
    session.refresh(sitting, ["stage", "marking"], with_for_update=True)
    if wrong.released_at is None:
        raise Refused(Rule.NOT_CONFIRMED)
    if wrong.ended_at is not None:
        raise Refused(Rule.REPLACED)
    if pending_of(session, sitting) or awaits_verdict(session, sitting):
        raise Refused(Rule.ANOTHER_WAITS)
    if not because.strip():
        raise Refused(Rule.NO_REASON)
    ratings = list(ratings_of(session, sitting, wrong.marking))
    case = case_of(sitting, ratings)
    decision = case.decide()
    if passed is wrong.passed and decision.to_json() == wrong.decision:
        raise Refused(Rule.NOTHING_WRONG)
    verdict = Verdict(
        sitting=sitting,
        replaces=wrong,
        cause=Cause.CORRECTION,
        cause_text=because.strip(),
        marking=wrong.marking,
        passed=passed,
        inputs=case.to_json(),
        decision=decision.to_json(),
        decided_at=now,
    )
    session.add(verdict)
    session.flush()
    audit.record(session, now, by.id, "verdict_correction", verdict, passed=passed)
    verdict.confirm(by, now)
    return verdict


def agrees(session: Session, verdict: Verdict) -> bool:
    """True when the scores as they are now give this verdict, and when it is not to be told from them any more."""
    ratings = list(ratings_of(session, verdict.sitting, verdict.marking))
    if not ratings or not all_final(verdict.sitting, ratings):
        return True
    return case_of(verdict.sitting, ratings).decide().to_json() == verdict.decision
