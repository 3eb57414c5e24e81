"""Whatever a browser asks for, in whatever order: nobody skips, sees, thinks or answers more than allowed."""

import contextlib
from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy.orm import Session
from support import cast

from scenarios import sitting as rules
from scenarios.sitting import AnswerStage, Stage
from storage.base.database import make_engine
from storage.base.migrate import nouns
from storage.base.refusal import Refused
from storage.exam.recordings import RecordingState, begin_take, counting_take, latest_take, takes_of
from storage.exam.take_decisions import DecisionKind, decide, may_decide

ENDED = (AnswerStage.RECORDING, AnswerStage.RECORDED)
BEGUN = (AnswerStage.WATCHING, AnswerStage.PREPARING, AnswerStage.RECORDING)
any_number = st.one_of(st.just(0), st.just(0), st.integers(1, 10))
"""Of an answer; 0 is the one that the candidate is at."""


class Journey(RuleBasedStateMachine):
    """One candidate, several tabs, a clock that jumps ahead; requests that the rules refuse change nothing."""

    @initialize(replay=st.booleans(), extra_time=st.sampled_from(["1", "3/2"]))
    def sit_down(self, replay, extra_time):
        self.engine = make_engine("sqlite://")
        nouns().metadata.create_all(self.engine)
        self.session = Session(self.engine)
        self.now = cast.NOW
        people = cast.gather(self.session)
        self.sitting, self.officer = cast.sitting(self.session, people), people.officer
        self.sitting.replay, self.sitting.extra_time = replay, extra_time
        cast.begin(self.sitting)
        self.session.flush()
        self.stalls, self.retakes, self.granted, self.clocks = Counter(), Counter(), Counter(), {}

    def teardown(self):
        if hasattr(self, "session"):
            self.session.close()
            self.engine.dispose()

    def answer(self, number):
        if number == 0:
            return self.sitting.current or self.sitting.answers[-1]
        return self.sitting.answers[number - 1]

    @contextlib.contextmanager
    def request(self):
        """As the web app does it: a refusal changes nothing."""
        before = [(answer.view, answer.recorded_at) for answer in self.sitting.answers]
        try:
            yield
            self.session.flush()
        except Refused:
            assert [(answer.view, answer.recorded_at) for answer in self.sitting.answers] == before

    @rule(seconds=st.sampled_from([1, 10, 31, 110, 700]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(seat=st.sampled_from(["tab-1", "tab-2"]))
    def reload_or_take_over(self, seat):
        with self.request():
            self.sitting.take_seat(seat, self.now)

    @rule(number=any_number)
    def play(self, number):
        with self.request():
            self.answer(number).play(self.now)

    @rule(number=any_number)
    def stall(self, number):
        answer = self.answer(number)
        if answer.stage is AnswerStage.WATCHING and not answer.stalled:
            self.stalls[answer.number, answer.takes] += 1
        with self.request():
            answer.stall(self.now)

    @rule(number=any_number)
    def prepare(self, number):
        with self.request():
            self.answer(number).prepare(self.now)

    @rule(number=any_number)
    def record(self, number):
        with self.request():
            begin_take(self.session, self.answer(number), cast.node(self.session, self.now), self.now)

    @rule(number=any_number)
    def stop(self, number):
        with self.request():
            self.answer(number).end_recording(self.now)

    @precondition(lambda self: self.sitting.current)
    @rule(data=st.data())
    def do_what_the_page_asks(self, data):
        """The usual way, so that journeys get far."""
        number = self.sitting.current.number
        steps = {
            AnswerStage.WAITING: self.play,
            AnswerStage.WATCHING: self.prepare,
            AnswerStage.PREPARING: self.record,
            AnswerStage.RECORDING: self.stop,
        }
        for _ in range(data.draw(st.sampled_from((1, 2, 4, 12)))):
            steps[self.answer(number).stage](number=number)
            if self.answer(number).stage is AnswerStage.RECORDED:
                return

    @rule()
    def tend(self):
        for answer in self.sitting.answers:
            if rules.overdue(answer.view, self.sitting.times, self.now):
                answer.end_recording(self.now)

    @rule(number=st.integers(1, 3))
    def a_fault_is_measured(self, number):
        answer = self.answer(number)
        take = latest_take(self.session, answer)
        if take is None or answer.stage in BEGUN:
            return
        before = answer.stage
        with self.request():
            take.capture(self.now)
            take.refuse([{"kind": "no_sound"}], {}, self.now)
        self.retakes[answer.number] += (before, answer.stage) == (AnswerStage.RECORDED, AnswerStage.WAITING)

    @rule(number=any_number, first=st.booleans())
    def a_late_original_makes_a_take_good(self, number, first):
        answer = self.answer(number)
        faulty = [take for take in takes_of(self.session, answer) if take.state is RecordingState.RETAKE]
        if not faulty:
            return
        before, take = answer.stage, faulty[0 if first else -1]
        with self.request():
            take.capture(self.now)
            take.store(40.0, {}, self.now)
        assert counting_take(self.session, answer).state is RecordingState.STORED
        self.retakes[answer.number] -= before not in ENDED and answer.stage is AnswerStage.RECORDED

    @rule(number=any_number)
    def the_office_grants_a_take(self, number):
        answer = self.answer(number)
        take = counting_take(self.session, answer)
        if take is None or DecisionKind.AGAIN not in may_decide(self.session, take, self.now):
            return
        decide(self.session, take, DecisionKind.AGAIN, "Omdat het moet.", self.officer, self.now)
        self.session.flush()
        self.retakes[answer.number] += 1
        self.granted[answer.number] += 1

    @rule()
    def pause(self):
        with self.request():
            self.sitting.take_break(self.now)

    @rule()
    def finish(self):
        with self.request():
            self.sitting.finish(self.now, lambda answer: True)

    @invariant()
    def nobody_skips(self):
        taken = [answer.number for answer in self.sitting.answers if answer.takes]
        assert taken == list(range(1, len(taken) + 1))
        for answer in self.sitting.answers:
            if answer.number < len(taken):
                assert answer.stage is AnswerStage.RECORDED or self.retakes[answer.number]

    @invariant()
    def one_thing_at_a_time(self):
        assert sum(answer.stage in BEGUN for answer in self.sitting.answers) <= 1

    @invariant()
    def plays_never_exceed_the_granted(self):
        for answer in self.sitting.answers:
            assert (
                answer.plays
                <= self.sitting.times.clip_plays
                + self.stalls[
                    answer.number,
                    answer.takes - 1 if answer.stage in (AnswerStage.RECORDING, AnswerStage.RECORDED) else answer.takes,
                ]
            )

    @invariant()
    def preparation_begins_at_most_twice_a_take(self):
        for answer in self.sitting.answers:
            if answer.stage is AnswerStage.PREPARING:
                clocks = self.clocks.setdefault((answer.number, answer.takes), set())
                clocks.add(answer.preparing_since)
                assert len(clocks) <= 2
            assert answer.preparation_restarts <= 1

    @invariant()
    def one_answer_a_number_and_one_more_a_granted_retake(self):
        for answer in self.sitting.answers:
            assert answer.takes <= 2 + self.granted[answer.number]
            assert answer.extra_takes <= self.granted[answer.number]
            if answer.stage is AnswerStage.RECORDED:
                assert answer.takes == 1 + self.retakes[answer.number]

    @invariant()
    def a_retake_is_asked_only_while_no_take_is_stored(self):
        for answer in self.sitting.answers:
            take = counting_take(self.session, answer)
            if take and take.state is RecordingState.STORED:
                assert answer.stage in ENDED

    @invariant()
    def finished_means_all_recorded(self):
        if self.sitting.stage is Stage.FINISHED:
            assert {answer.stage for answer in self.sitting.answers} == {AnswerStage.RECORDED}


Journey.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
test_journeys = Journey.TestCase
