"""Start rounds: three assessors score an answer apart from each other; then the committee notes what they agree on.

Nobody in it has judged the exam of which the answer is, nor has a tie with the candidate. Where the three differ, the
level that is agreed on has a reason; an assessor who practises reads it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from review.rating import Phase
from review.rules import LEVELS
from storage.base import audit
from storage.base.database import session_of
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.exam.consents import Consent, ConsentKind
from storage.exam.recordings import RecordingState, counting_take
from storage.exam.sittings import Answer, Sitting
from storage.judging.benchmarks import AgreedScore, Benchmark, BenchmarkState, ratings_on
from storage.judging.calibrations import BenchmarkWork
from storage.judging.eligibility import not_free
from storage.judging.purposes import OF_BENCHMARKS, Purpose
from storage.judging.ratings import Rating, Return
from storage.people.people import Person, Role
from storage.schemes import Scheme

PANEL = 3
"""How many assessors score an answer before it is a benchmark."""


class Rule(StrEnum):
    """Why an answer does not become a benchmark."""

    NO_CONSENT = "benchmark_without_consent"
    NO_RESULT = "benchmark_before_result"
    NO_RECORDING = "benchmark_without_recording"
    THERE_ALREADY = "benchmark_already"
    PANEL = "benchmark_panel"
    NOT_FREE = "benchmark_assessor_not_free"
    NOT_IN_ROUND = "benchmark_not_of_round"
    SIGNED = "benchmark_assessor_signed"
    NOT_SCORED = "benchmark_not_scored"
    NOT_ALL = "benchmark_score_missing"
    NO_REASON = "benchmark_without_reason"
    IN_PANEL = "benchmark_agreed_by_panel"


@dataclass(frozen=True)
class Agreed:
    """What is agreed on for one competency; a level None is "not observable"."""

    level: int | None
    reason: str = ""


def allowed_answers(exam: str) -> Select[Answer]:
    """The answers of an exam (key of its scheme) whose candidates allow it and know their result, newest first.

    Those that are or were chosen are left out.
    """
    holds = select(Consent.dossier_id).where(Consent.kind == ConsentKind.BENCHMARK, Consent.taken_back_at.is_(None))
    chosen = select(Benchmark.answer_id)
    found = select(Answer).join(Sitting).join(Dossier).join(Scheme, Dossier.scheme_id == Scheme.id)
    found = found.where(Scheme.key == exam, Sitting.told_at.is_not(None), Dossier.id.in_(holds))
    return found.where(Answer.id.not_in(chosen)).order_by(Sitting.finished_at.desc(), Answer.number, Answer.id)


def choose(session: Session, answer: Answer, panel: Sequence[Person], by: Person, now: datetime) -> Benchmark:
    """Begin the start round of an answer, by three assessors.

    Raises Refused without a consent that holds, before the result is told, without a stored recording, for an answer
    that was chosen before, and for assessors who are not three or may not judge it.
    """
    sitting = answer.sitting
    holds = select(Consent).where(Consent.dossier_id == sitting.dossier_id, Consent.kind == ConsentKind.BENCHMARK)
    # Whoever takes it back at this moment waits, and takes the benchmark out with it.
    consent = session.scalars(holds.where(Consent.taken_back_at.is_(None)).with_for_update()).first()
    if consent is None:
        raise Refused(Rule.NO_CONSENT)
    if sitting.told_at is None:
        raise Refused(Rule.NO_RESULT)
    take = counting_take(session, answer)
    if take is None or take.state is not RecordingState.STORED or take.erased_at is not None:
        raise Refused(Rule.NO_RECORDING, found=answer.number)
    if session.scalars(select(Benchmark.id).where(Benchmark.answer_id == answer.id)).first():
        raise Refused(Rule.THERE_ALREADY)
    if len({one.id for one in panel}) != PANEL:
        raise Refused(Rule.PANEL, found=len({one.id for one in panel}), needed=PANEL)
    _require_free(session, answer, panel, now)
    row = Benchmark(id=uuid.uuid4(), answer=answer, consent=consent, state=BenchmarkState.START_ROUND)
    row.chosen_at, row.chosen_by_id = now, by.id
    session.add(row)
    session.flush()
    for person in panel:
        put(session, row, person, Purpose.START)
    audit.record(session, now, by.id, "benchmark_chosen", row, assessors=sorted(str(one.id) for one in panel))
    return row


def replace(
    session: Session, benchmark: Benchmark, leaving: Rating | None, new: Person, by: Person, now: datetime
) -> BenchmarkWork:
    """Somebody else scores in the place of one of the three, or (`leaving` None) of one who gave the answer back.

    What the one who leaves wrote is dropped; the newcomer begins with nothing and sees nothing of it. What the others
    scored stays. Raises Refused after all is agreed on, for who signed (that counts and stays) or is not in the round,
    while no place is open, and for a newcomer who is in it or may not judge it.
    """
    session.refresh(benchmark, ["state"], with_for_update=True)
    benchmark.require_state(BenchmarkState.START_ROUND, BenchmarkState.START_ROUND)
    panel = panel_of(session, benchmark)
    if leaving is None and len(panel) >= PANEL:
        raise Refused(Rule.NOT_IN_ROUND)
    if leaving is not None and leaving.id not in {one.id for one in panel}:
        raise Refused(Rule.NOT_IN_ROUND)
    if leaving is not None and leaving.signed is not None:
        raise Refused(Rule.SIGNED)
    if new.id in {one.assessor_id for one in panel}:
        raise Refused(Rule.PANEL, found=len(panel), needed=PANEL)
    _require_free(session, benchmark.answer, [new], now)
    if leaving is not None:
        leaving.scores.clear()
        leaving.remarks.clear()
        leaving.seen, leaving.unseen_because, leaving.opened_at, leaving.active_at = [], "", None, None
        leaving.declined_at, leaving.declined_because = now, Return.TAKEN_BACK
        session.flush()
    left = str(leaving.assessor_id) if leaving else ""
    audit.record(session, now, by.id, "benchmark_assessor_replaced", benchmark, old=left, new=str(new.id))
    return put(session, benchmark, new, Purpose.START)


def _require_free(session: Session, answer: Answer, people: Sequence[Person], now: datetime) -> None:
    tied = not_free(session, answer, people, now)
    if tied or any(Role.ASSESSOR not in one.roles(now) for one in people):
        raise Refused(Rule.NOT_FREE, found=tuple(tied.values()))


def put(session: Session, benchmark: Benchmark, assessor: Person, purpose: Purpose) -> BenchmarkWork:
    """Lay a benchmark answer on somebody's desk."""
    rating = Rating(
        id=uuid.uuid4(),
        answer=benchmark.answer,
        assessor=assessor,
        purpose=purpose,
        marking=OF_BENCHMARKS,
        shuffle=uuid.uuid4().int % 2**31,
    )
    work = BenchmarkWork(id=uuid.uuid4(), rating=rating, benchmark=benchmark)
    session.add(work)
    session.flush()
    return work


def panel_of(session: Session, benchmark: Benchmark) -> Sequence[Rating]:
    """The ratings of the start round."""
    return sorted(ratings_on(session, benchmark, Purpose.START), key=lambda one: one.assessor.name)


def signed_of(session: Session, found: Sequence[Benchmark]) -> dict[uuid.UUID, int]:
    """How many of the three signed, of each of these benchmarks; with one question."""
    signed = select(Rating.answer_id, func.count()).where(
        Rating.answer_id.in_([one.answer_id for one in found]),
        Rating.purpose == Purpose.START,
        Rating.phase1_signed_at.is_not(None),
    )
    counted = {answer: number for answer, number in session.execute(signed.group_by(Rating.answer_id))}
    return {one.id: counted.get(one.answer_id, 0) for one in found}


def to_agree(member: Person) -> Select[Benchmark]:
    """The benchmarks of which all three signed, that wait for this member of the committee: not one of the three."""
    three = select(Rating.answer_id).where(Rating.purpose == Purpose.START, Rating.phase1_signed_at.is_not(None))
    three = three.where(Rating.declined_at.is_(None)).group_by(Rating.answer_id).having(func.count() == PANEL)
    own = select(Rating.answer_id).where(
        Rating.purpose == Purpose.START, Rating.assessor_id == member.id, Rating.declined_at.is_(None)
    )
    waiting = select(Benchmark).where(Benchmark.state == BenchmarkState.START_ROUND)
    return waiting.where(Benchmark.answer_id.in_(three), Benchmark.answer_id.not_in(own))


def is_scored(panel: Sequence[Rating]) -> bool:
    """True when all three signed."""
    return len(panel) == PANEL and all(one.signed for one in panel)


def levels_of(panel: Sequence[Rating], competency: str) -> list[int | None]:
    """What each of the three gave for this competency; None is "not observable"."""
    return [one.values(Phase.BLIND)[competency].level for one in panel]


def agree(session: Session, benchmark: Benchmark, agreed: Mapping[str, Agreed], by: Person, now: datetime) -> None:
    """Sign what the three agree on: from now on it is a benchmark.

    Raises Refused before all three signed, for a competency without a level, where the three differed and no reason is
    given, and for one of the three.
    """
    session.refresh(benchmark, ["state"], with_for_update=True)
    benchmark.require_state(BenchmarkState.START_ROUND, BenchmarkState.LIVE)
    panel = panel_of(session, benchmark)
    if not is_scored(panel):
        raise Refused(Rule.NOT_SCORED, found=sum(one.signed is not None for one in panel), needed=PANEL)
    if by.id in {one.assessor_id for one in panel}:
        raise Refused(Rule.IN_PANEL)
    visible = benchmark.answer.scenario.competencies
    wrong = [one for one in agreed.values() if one.level is not None and one.level not in LEVELS]
    if wrong or set(agreed) != set(visible):
        raise Refused(Rule.NOT_ALL, found=tuple(agreed), needed=tuple(visible))
    silent = [one for one in visible if needs_reason(panel, one, agreed[one].level) and not agreed[one].reason.strip()]
    if silent:
        raise Refused(Rule.NO_REASON, found=tuple(silent))
    benchmark.agreed = [
        AgreedScore(competency=one, level=agreed[one].level, reason=agreed[one].reason.strip()) for one in visible
    ]
    benchmark.agreed_at, benchmark.agreed_by_id = now, by.id
    benchmark.take_step(BenchmarkState.LIVE, by.id, now)
    session_of(benchmark).flush()


def needs_reason(panel: Sequence[Rating], competency: str, level: int | None) -> bool:
    """True where not all three gave what is agreed on."""
    return {*levels_of(panel, competency), level} != {level}
