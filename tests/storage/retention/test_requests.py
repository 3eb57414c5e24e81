"""Requests for erasure: what is asked, answered by two, and done; and what was allowed and taken back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from support import cast, told_exam
from test_erasing import NOW, done, look, night, no_sample

from review.retention import Erasable, Stays, is_sampled
from scenarios.sitting import Stage
from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.dossier.dossiers import Dossier
from storage.exam import consents
from storage.exam.consents import Consent, ConsentKind, allow
from storage.judging.verdicts import Verdict
from storage.people import outbox
from storage.people.outbox import MailMessage
from storage.retention import requests
from storage.retention.destructions import Destruction
from storage.retention.holds import AuditYear
from storage.retention.requests import ErasureRequest, RequestState, Wanted, ask

RECORDINGS, DOSSIER, _RESULT = Erasable
SOON = NOW + timedelta(days=1)
AFTER_TERM = NOW + timedelta(weeks=7)
"""The term of objection is over, and the retention period is not."""


@pytest.fixture
def exam(session, people, object_store):
    made = told_exam.told(session, people)
    no_sample(session)
    return made


def granted(session, people, *wanted, now=SOON):
    """A request of the candidate that was granted whole, by two officers."""
    made = ask(session, people.candidate, wanted, "", now)
    session.flush()
    made.decide(wanted, "", people.officer, now)
    session.flush()
    made.approve(people.second_officer, now)
    session.commit()
    return made


def test_it_is_answered_within_a_month_by_two_who_are_not_the_one(session, people, exam):
    made = ask(session, people.candidate, [Wanted.MAILS, Wanted.RECORDINGS], " Graag. ", NOW)
    session.flush()
    assert (made.answer_by, made.kinds, made.words) == (date(2026, 4, 2), [Wanted.RECORDINGS, Wanted.MAILS], "Graag.")
    for granting, reason, rule in (
        ([Wanted.MAILS], " ", requests.Rule.NO_REASON),
        ([], "", requests.Rule.NO_REASON),
        ([Wanted.DOSSIER], "Nee.", requests.Rule.NOT_ASKED),
    ):
        with pytest.raises(Refused, match=f"^{rule}:"):
            made.decide(granting, reason, people.officer, NOW)
    with pytest.raises(Refused, match=f"^{requests.Rule.SECOND_OFFICER}:"):
        made.decide([Wanted.MAILS], "Nee.", people.candidate, NOW)
    with pytest.raises(Refused):
        made.approve(people.second_officer, NOW)
    made.decide([Wanted.MAILS], "De opnames zijn nog nodig.", people.officer, NOW)
    session.flush()
    assert (made.state, made.answered_at, made.grants(Wanted.MAILS)) == (RequestState.DECIDED, None, False)
    with pytest.raises(Refused, match=f"^{requests.Rule.SECOND_OFFICER}:"):
        made.approve(people.officer, NOW)
    made.send_back(people.second_officer, NOW)
    session.flush()
    assert (made.state, made.granted, made.decided_by_id) == (RequestState.ASKED, [], None)
    made.decide([Wanted.MAILS], "De opnames zijn nog nodig.", people.officer, NOW)
    session.flush()
    made.approve(people.second_officer, SOON)
    session.flush()
    assert (made.answered_at, made.grants(Wanted.MAILS), made.grants(RECORDINGS)) == (SOON, True, False)
    for too_late in (
        lambda: made.withdraw(SOON),
        lambda: made.send_back(people.officer, SOON),
        lambda: made.approve(people.second_officer, SOON),
    ):
        with pytest.raises(Refused, match=f"^{StepRule.NOT_ALLOWED}:"):
            too_late()
    logged = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == made.id)).all()
    assert sorted(logged) == [
        "erasure_answered",
        "erasure_asked",
        "erasure_asked",
        "erasure_decided",
        "erasure_decided",
    ]


def test_what_is_wholly_refused_is_answered_by_one(session, people, exam):
    made = ask(session, people.candidate, [Wanted.DOSSIER], "", NOW)
    session.flush()
    made.decide([], "Er loopt nog een bezwaar.", people.officer, NOW)
    session.flush()
    assert (made.state, made.answered_at, made.approved_by_id) == (RequestState.ANSWERED, NOW, None)
    session.commit()
    night(AFTER_TERM)
    assert session.scalar(select(func.count()).select_from(Destruction)) == 0
    session.commit()


def test_one_is_open_at_a_time_also_of_two_at_the_same_moment(session, people, exam):
    with pytest.raises(Refused, match=f"^{requests.Rule.NOTHING_ASKED}:"):
        ask(session, people.candidate, [], "", NOW)
    first = ask(session, people.candidate, [Wanted.MAILS], "", NOW)
    session.flush()
    with pytest.raises(Refused, match=f"^{requests.Rule.TWICE}:"):
        ask(session, people.candidate, [Wanted.DOSSIER], "", NOW)
    first.withdraw(NOW)
    session.flush()
    again = ask(session, people.candidate, [Wanted.DOSSIER], "", NOW)
    session.commit()
    session.add(
        ErasureRequest(
            person_id=people.candidate.id,
            wanted=["mails"],
            asked_at=NOW,
            answer_by=NOW.date(),
            state=RequestState.ASKED,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
    assert {one.id for one in requests.requests_of(session, people.candidate)} == {again.id, first.id}
    session.commit()


def test_granted_it_goes_before_its_time_but_not_before_what_still_needs_it(session, people, exam, object_store):
    granted(session, people, Wanted.RECORDINGS, Wanted.DOSSIER)
    assert look(exam, SOON)[RECORDINGS] == look(exam, SOON)[DOSSIER] == (Stays.OBJECTION_TERM,)
    assert night(SOON) == done(0, 0)
    assert object_store.keys("recordings/")
    assert night(AFTER_TERM) == done(1, 1)
    assert object_store.keys("recordings/") == object_store.keys("role-documents/") == []
    session.expire_all()
    assert session.get(Dossier, exam.id).motivation == ""
    assert session.scalars(select(Verdict)).one().passed, "the verdict must stay"
    acts = session.scalars(select(Destruction)).all()
    assert {one.what for one in acts} == {RECORDINGS, DOSSIER} and {one.person_id for one in acts} == {
        people.candidate.id
    }
    (request,) = requests.finish(session, AFTER_TERM)
    assert request.done_at == AFTER_TERM
    assert requests.finish(session, AFTER_TERM) == []
    session.commit()


def test_the_sample_and_a_hold_keep_it_whatever_was_granted(session, people, object_store):
    exam = told_exam.told(session, people)
    granted(session, people, Wanted.RECORDINGS)
    share = exam.scheme.content.retention.sample_share
    seed = next(f"{n}" for n in range(10_000) if is_sampled(f"{n}", exam.code, share))
    session.add(AuditYear(year=2026, seed=seed))
    session.commit()
    assert look(exam, AFTER_TERM)[RECORDINGS] == (Stays.SAMPLE,)
    assert night(AFTER_TERM)["recordings"] == 0
    assert requests.finish(session, AFTER_TERM) == []
    session.commit()


def test_without_a_second_officer_nothing_goes(session, people, exam):
    made = ask(session, people.candidate, [Wanted.RECORDINGS, Wanted.MAILS], "", SOON)
    session.flush()
    made.decide(made.kinds, "", people.officer, SOON)
    session.commit()
    before = session.scalar(select(func.count()).select_from(MailMessage))
    session.commit()
    assert night(AFTER_TERM)["recordings"] == 0
    assert session.scalar(select(func.count()).select_from(MailMessage)) == before
    session.commit()


def test_mails_of_before_the_request_go_and_those_of_others_and_about_it_stay(session, people):
    def mail(person, now, sent=True):
        made = outbox.add(session, person, "receipt", "Onderwerp", "Tekst", now)
        if sent:
            made.sent(now)
        return made

    old, waiting = mail(people.candidate, NOW), mail(people.candidate, NOW, sent=False)
    other, later = mail(people.manager, NOW), mail(people.candidate, SOON + timedelta(hours=1))
    session.commit()
    kept = {waiting.id, other.id, later.id}
    gone = old.id
    made = granted(session, people, Wanted.MAILS)
    night(SOON + timedelta(days=1))
    session.expire_all()
    assert set(session.scalars(select(MailMessage.id))) == kept and gone not in kept
    assert made.erased == {"mails": 1}
    assert requests.finish(session, SOON + timedelta(days=1)) == [made]
    session.commit()
    night(SOON + timedelta(days=2))
    session.expire_all()
    assert set(session.scalars(select(MailMessage.id))) == kept, "once is enough"
    session.commit()


def test_an_exam_that_came_after_the_request_was_not_asked(session, people, exam):
    granted(session, people, Wanted.RECORDINGS, Wanted.DOSSIER)
    later = cast.dossier(session, people, AFTER_TERM)
    session.commit()
    assert look(later, AFTER_TERM + timedelta(days=1)) == {what: (Stays.GOING_ON,) for what in Erasable}
    assert requests.asked_of(session, [later]) == {later.id: {}}
    session.commit()


def test_what_may_train_assessors_stays_until_it_is_taken_back(session, people, exam):
    after = NOW + timedelta(days=300)
    allowed = allow(session, exam, ConsentKind.BENCHMARK, "1", NOW)
    assert allow(session, exam, ConsentKind.BENCHMARK, "1", NOW) is allowed
    session.commit()
    assert (look(exam, after)[RECORDINGS], look(exam, after)[DOSSIER]) == ((Stays.BENCHMARK,), (Stays.PERIOD,))
    assert night(after)["recordings"] == 0
    allowed.take_back(after)
    allowed.take_back(after + timedelta(days=9))
    session.commit()
    assert allowed.taken_back_at == after
    assert look(exam, after)[RECORDINGS] == ()
    assert night(after)["recordings"] == 1
    with pytest.raises(Refused, match=f"^{consents.Rule.NOTHING_TO_ALLOW}:"):
        allow(session, exam, ConsentKind.BENCHMARK, "1", after)
    session.commit()


def test_asking_for_erasure_takes_back_what_was_allowed(session, people, exam):
    allow(session, exam, ConsentKind.BENCHMARK, "1", NOW)
    session.flush()
    ask(session, people.candidate, [Wanted.RECORDINGS], "", SOON)
    assert session.scalars(select(Consent.taken_back_at)).all() == [SOON]
    session.commit()


def test_nobody_allows_anything_before_the_exam_is_done(session, people):
    sitting = cast.begin(cast.sitting(session, people))
    with pytest.raises(Refused, match=f"^{consents.Rule.NOTHING_TO_ALLOW}:"):
        allow(session, sitting.dossier, ConsentKind.BENCHMARK, "1", NOW)
    session.rollback()


@pytest.mark.parametrize("checked", [False, True])
def test_who_takes_back_the_consent_to_be_recorded_keeps_the_place(session, people, checked):
    sitting = cast.sitting(session, people)
    sitting.consent("1", NOW)
    if checked:
        sitting.pass_check({"camera": "goed"}, NOW)
    session.flush()
    sitting.take_back_consent(NOW)
    session.flush()
    assert (sitting.stage, sitting.consent_version, sitting.consented_at) == (Stage.INVITED, None, None)
    assert sitting.device_check == {}
    with pytest.raises(Refused):
        sitting.begin(NOW)
    sitting.consent("1", NOW)
    session.commit()


def test_once_begun_it_is_not_taken_back(session, people):
    sitting = cast.begin(cast.sitting(session, people))
    session.flush()
    with pytest.raises(Refused, match=f"^{StepRule.NOT_ALLOWED}:"):
        sitting.take_back_consent(NOW)
    session.rollback()


def test_who_began_and_never_finished_is_not_forgotten(session, people, object_store):
    """Nobody judges it, so that there is never a result: a year after the window closed its recordings go."""
    sitting = cast.begin(cast.sitting(session, people))
    cast.record(session, sitting.answers[0])
    session.commit()
    assert look(sitting.dossier, NOW)[RECORDINGS] == (Stays.GOING_ON,)
    after = sitting.closes_at + timedelta(days=1)
    assert look(sitting.dossier, after)[RECORDINGS] == (Stays.PERIOD,)
    assert night(after + timedelta(days=370))["recordings"] == 1
