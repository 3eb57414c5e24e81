"""Invented exams: sittings in every stage, takes, the work of assessors, verdicts. No film stands behind a take."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from demo.crowd.files import Made, objection
from demo.crowd.people import Staff, mail
from demo.crowd.rows import Case, Crowd
from review.rating import TimeCode
from review.verdict import Case as Judged
from review.verdict import Decision
from review.verdict import Mark as VerdictMark
from scenarios.chapters import SittingRules
from scenarios.quality import FaultKind
from scenarios.sitting import AnswerStage, Stage
from storage.base.jobs import Job, JobState, Queue
from storage.exam.recordings import FINISH, Original, Recording, RecordingState
from storage.exam.sittings import Answer, Judging, Sitting
from storage.judging.flags import Flag, FlagKind
from storage.judging.objections import Against
from storage.judging.ratings import Rating
from storage.judging.scores import Score
from storage.judging.verdicts import Verdict

LEVELS = ((3, 3), (3, 4), (4, 4), (2, 3), (3, 2), (2, 2), (5, 4), (4, 3))
"""The level that the first and the second assessor give everywhere."""
APART = (2, 5)
AFTER = (Stage.CHECKED, Stage.ANSWERING, Stage.FINISHED)
JUDGED = ("decided", "confirmed", "released", "undecided")
JUDGING = {"judging": Judging.HELD, **dict.fromkeys(JUDGED, Judging.DECIDED)}


class Exams:
    """The exams of a crowd; the work on them goes round the assessors."""

    def __init__(self, crowd: Crowd, staff: Staff) -> None:
        self.crowd, self.staff, self.turn = crowd, staff, 0

    def add(self, case: Case, made: Made) -> None:
        """The exam of one candidate, as far as the case says."""
        crowd = self.crowd
        finished = made.decided_at + timedelta(days=crowd.rng.uniform(2, 11))
        if case.recent:
            finished = max(crowd.since(16, 0.5), made.decided_at + timedelta(hours=6))
        finished = min(finished, crowd.now - timedelta(hours=2))
        opens = min(made.decided_at, crowd.now - timedelta(days=3))
        closes = opens + timedelta(days=crowd.scheme.content.chapter(SittingRules).window_days)
        if case.stage in (Stage.INVITED, Stage.CHECKED, Stage.ANSWERING):
            closes = max(closes, crowd.now + timedelta(days=crowd.rng.uniform(0.2, 12)))
        done = case.stage is Stage.FINISHED
        sitting = crowd.add(
            Sitting,
            dossier_id=made.id,
            pack_id=crowd.pack.id,
            stage=case.stage,
            opens_at=opens,
            closes_at=closes,
            consented_at=opens + timedelta(days=1) if case.stage in AFTER else None,
            finished_at=finished if done else None,
            judging=JUDGING.get(case.work, Judging.OPEN),
            told_at=min(crowd.now, finished + timedelta(days=9)) if case.work == "released" else None,
        )
        crowd.log("sitting_invited", Sitting, sitting, opens, None)
        mail(crowd, made.candidate, "invitation", opens)
        if case.stage is Stage.EXPIRED:
            crowd.log("sitting_expired", Sitting, sitting, closes, None)
            mail(crowd, made.candidate, "no_show", closes)
        recorded = 10 if done else 4 if case.stage is Stage.ANSWERING else 0
        answers = [self._answer(sitting, number, number <= recorded, finished) for number in range(1, 11)]
        if done:
            crowd.log("sitting_finished", Sitting, sitting, finished, made.candidate)
            mail(crowd, made.candidate, "receipt", finished)
            self._judge(case, made, sitting, answers, finished)

    def _answer(self, sitting: uuid.UUID, number: int, recorded: bool, at: datetime) -> uuid.UUID:
        crowd = self.crowd
        answer = crowd.add(
            Answer,
            sitting_id=sitting,
            number=number,
            code=crowd.code("A"),
            stage=AnswerStage.RECORDED if recorded else AnswerStage.WAITING,
            plays=int(recorded),
            recorded_at=at if recorded else None,
            takes=2 if recorded and crowd.chance(0.02) else int(recorded),
        )
        if recorded:
            self._take(answer, at)
        return answer

    def _take(self, answer: uuid.UUID, at: datetime) -> None:
        """One take: nearly always stored, now and then faulty, stuck on its recorder, or without a film."""
        crowd, fate = self.crowd, self.crowd.rng.random() / self.crowd.trouble
        state = RecordingState.STORED
        if fate < 0.0004:
            state = RecordingState.RETAKE
        elif fate < 0.0008:
            state = RecordingState.RECEIVING
        elif fate < 0.0012:
            state = RecordingState.CAPTURED
        dead, whole = state is RecordingState.CAPTURED, state is RecordingState.STORED
        captured = at if state in (RecordingState.STORED, RecordingState.CAPTURED) else None
        faults = [{"kind": FaultKind.NO_SOUND}] if state is RecordingState.RETAKE else []
        # A few parts came after somebody had given a score.
        late = at + timedelta(hours=20) if whole and crowd.mishap(0.0004) else None
        take = crowd.add(
            Recording,
            answer_id=answer,
            take=1 if state is not RecordingState.RETAKE else 2,
            node_id=None,
            ticket_sha256=_sha256(answer.bytes),
            state=state,
            limit_s=90,
            created_at=at,
            closed_at=at,
            captured_at=captured,
            stored_at=at if whole else None,
            seconds=crowd.rng.uniform(25, 90) if whole else None,
            figures={"width": 1280, "height": 720, "frames": 900},
            faults=faults,
            late_at=late,
        )
        digest = _sha256(take.bytes)
        crowd.add(
            Original,
            recording_id=take,
            name="slices",
            key=f"recordings/{take}/slices.enc",
            size=3_000_000,
            sha256=digest,
            cipher_size=3_000_800,
            cipher_sha256=digest,
            sealed_under=take,
            created_at=late or at,
        )
        crowd.add(
            Job,
            queue=Queue.MEDIA,
            kind=FINISH,
            subject=take,
            state=JobState.DEAD if dead else JobState.DONE,
            attempts=6 if dead else 1,
            progress=100 if whole else 0,
            error="OSError: geen verbinding met de opslag" if dead else None,
            created_at=at,
            not_before=at,
            finished_at=at,
        )

    def _judge(self, case: Case, made: Made, sitting: uuid.UUID, answers: list[uuid.UUID], finished: datetime) -> None:
        """The work of two assessors, and the verdict when there is one."""
        if case.work == "open":
            return
        crowd, now = self.crowd, self.crowd.now
        levels = APART if case.work == "third" else crowd.rng.choice(LEVELS)
        signed = min(now, finished + timedelta(days=crowd.rng.uniform(1, 8)))
        judging = case.work == "judging"
        assessors = [self._next(), self._next()]
        for slot, (assessor, level) in enumerate(zip(assessors, levels, strict=True), 1):
            first = crowd.rng.choice((0, 4, 10)) if judging else 10
            for number, answer in enumerate(answers, 1):
                blind = number <= first
                rating = crowd.add(
                    Rating,
                    answer_id=answer,
                    assessor_id=assessor,
                    slot=slot,
                    shuffle=crowd.seed,
                    opened_at=signed if blind else None,
                    active_at=signed if blind else None,
                    phase1_signed_at=signed if blind else None,
                    phase2_signed_at=signed if not judging else None,
                )
                if blind and case.work != "released":
                    self._scores(rating, number, level)
                if judging and crowd.mishap(0.001):
                    kind = crowd.rng.choice((FlagKind.UNUSABLE, FlagKind.WELFARE))
                    crowd.add(Flag, rating_id=rating, kind=kind, reason="Verzonnen melding.", raised_at=signed)
        if case.work in JUDGED:
            self._verdict(case, made, sitting, answers, assessors, levels, signed)

    def _next(self) -> uuid.UUID:
        self.turn += 1
        return self.staff.assessors[self.turn % len(self.staff.assessors)]

    def _scores(self, rating: uuid.UUID, number: int, level: int) -> None:
        for key in self.crowd.pack.content.scenario(number).competencies:
            evidence = [TimeCode(4.5).to_json()]
            self.crowd.add(Score, rating_id=rating, competency=key, level=level, evidence=evidence)

    def _verdict(
        self,
        case: Case,
        made: Made,
        sitting: uuid.UUID,
        answers: list[uuid.UUID],
        assessors: list[uuid.UUID],
        levels: tuple[int, int],
        signed: datetime,
    ) -> None:
        crowd = self.crowd
        pattern = None if case.work == "undecided" else levels
        judged, decision = _decided(crowd.pack, pattern)
        names = {str(number): str(answer) for number, answer in enumerate(answers, 1)}
        inputs = dict(judged)
        inputs["marks"] = [
            [names[answer], str(assessors[slot - 1]), slot, key, level]
            for answer, _, slot, key, level in judged["marks"]
        ]
        confirmed = min(crowd.now, signed + timedelta(days=1)) if case.work in ("confirmed", "released") else None
        released = min(crowd.now, signed + timedelta(days=2)) if case.work == "released" else None
        first, second = crowd.rng.sample(self.staff.officers, 2)
        verdict = crowd.add(
            Verdict,
            sitting_id=sitting,
            passed=decision["passed"],
            inputs=inputs,
            decision=decision,
            decided_at=signed,
            confirmed_at=confirmed,
            confirmed_by_id=first if confirmed else None,
            released_at=released,
            released_by_id=second if released else None,
        )
        crowd.log("verdict_decided", Verdict, verdict, signed, None)
        if released:
            crowd.log("verdict_released", Verdict, verdict, released, second)
            mail(crowd, made.candidate, "result", released)
            if not decision["passed"] and crowd.mishap(0.05):
                objection(crowd, made.id, Against.RESULT, released)


@cache
def _decided(pack: Any, levels: tuple[int, int] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs and decision when two assessors give these levels everywhere; None: hardly anything was observed.

    In the inputs answers stand by number and the assessor is nobody.
    """
    scheme = pack.scheme.content
    case = Judged(
        marks=tuple(_marks(pack, levels)),
        part1_sufficient=True,
        rule=scheme.pass_rule,
        competencies=tuple(one.key for one in scheme.competencies),
    )
    decision: Decision = case.decide()
    return case.to_json(), decision.to_json()


def _marks(pack: Any, levels: tuple[int, int] | None) -> Iterator[VerdictMark]:
    for scenario in pack.content.scenarios:
        for slot in (1, 2):
            for key in scenario.competencies:
                level = levels[slot - 1] if levels else 3 if key == "oral_language" else None
                yield VerdictMark(str(scenario.number), f"nobody-{slot}", slot, key, level)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
