"""What is deleted by itself at night, and what is kept until then."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast

from storage.admission.enrolments import Roster, keep_roster
from storage.base.audit import AuditEvent
from storage.base.jobs import Job, JobState, Queue, enqueue
from storage.data_classes import KEPT, DataClass
from storage.exam.consents import Consent, ConsentKind, allow
from storage.judging.absences import Absence, enter
from storage.people import outbox
from storage.people.links import SEND_RESET, Link, LinkKind, issue
from storage.people.logins import LogIn, log_in
from storage.people.outbox import MailMessage
from storage.people.people import Person, SearchWord
from storage.people.second_factor import begin_second_factor
from storage.planning.locations import LocationCheck
from storage.planning.practical_sessions import Participant, PracticalSession
from storage.planning.theory_tests import RESULTS, TheoryState, TheoryTest, set_ready
from storage.retention.expired import (
    ACCOUNTS_KEPT,
    CONSENTS_KEPT,
    DELIVERIES_KEPT,
    LOG_INS_KEPT,
    MAILS_KEPT,
    PLANNING_KEPT,
    REQUESTS_KEPT,
    RESETS_KEPT,
    ROSTERS_KEPT,
    TESTS_KEPT,
    WORK_KEPT,
    delete_expired,
)
from storage.retention.requests import ErasureRequest, Wanted, ask, finish

NOW = cast.NOW
MOMENT = timedelta(seconds=1)


def there(session, noun):
    return {row.id for row in session.scalars(select(noun))}


@pytest.mark.parametrize("used", [True, False])
def test_a_link_goes_a_year_after_it_stopped_working_and_its_mail_stays(session, people, used):
    link = issue(session, people.candidate, LinkKind.RESET, None, NOW)
    message = outbox.add(session, people.candidate, "password_reset", "Onderwerp", outbox.LINK, NOW, link)
    ended = NOW if used else link.expires_at
    link.used_at = NOW if used else None
    session.commit()
    assert delete_expired(session, ended + LOG_INS_KEPT)["link"] == 0
    assert delete_expired(session, ended + LOG_INS_KEPT + MOMENT)["link"] == 1
    session.commit()
    session.expire_all()
    assert there(session, Link) == set()
    assert session.get(MailMessage, message.id).link_id is None


def test_who_asked_for_a_new_password_is_forgotten_after_a_day_and_other_jobs_stay(session, people):
    for kind in (SEND_RESET, "finish_recording"):
        job = enqueue(session, Queue.OFFICE, kind, people.candidate.id, NOW)
        job.state, job.finished_at = JobState.DONE, NOW
    enqueue(session, Queue.OFFICE, SEND_RESET, people.manager.id, NOW)
    session.commit()
    assert delete_expired(session, NOW + RESETS_KEPT)["job"] == 0
    assert delete_expired(session, NOW + RESETS_KEPT + MOMENT)["job"] == 1
    assert set(session.scalars(select(Job.kind).where(Job.state == JobState.DONE))) == {"finish_recording"}


def test_the_job_that_sent_a_mail_goes_after_a_day_and_one_that_still_has_to_stays(session, people):
    sent, dead, waiting = (
        outbox.add(session, people.candidate, "invitation", "Onderwerp", "Tekst", NOW) for _ in range(3)
    )
    for mail, state in ((sent, JobState.DONE), (dead, JobState.DEAD)):
        job = session.scalars(select(Job).where(Job.subject == mail.id)).one()
        job.state, job.finished_at = state, NOW
    session.commit()
    assert delete_expired(session, NOW + DELIVERIES_KEPT)["job"] == 0
    assert delete_expired(session, NOW + DELIVERIES_KEPT + MOMENT)["job"] == 1
    assert set(session.scalars(select(Job.subject))) == {dead.id, waiting.id}
    assert there(session, MailMessage) == {sent.id, dead.id, waiting.id}


def test_a_log_in_goes_a_year_after_its_last_use(session, people):
    rows = [log_in(session, people.candidate, "Proef", NOW) for _ in range(2)]
    rows[0].used_at = NOW + timedelta(days=1)
    session.commit()
    assert delete_expired(session, NOW + LOG_INS_KEPT)["log_in"] == 0
    delete_expired(session, NOW + LOG_INS_KEPT + MOMENT)
    assert there(session, LogIn) == {rows[0].id}
    assert rows[0].used_at + LOG_INS_KEPT > NOW + LOG_INS_KEPT + MOMENT


def test_a_list_that_nobody_used_goes_after_a_week(session, people):
    def keep():
        return keep_roster(session, people.organisation, "branchecertificaat_b", [], [], people.beheerder, NOW)

    left, used = keep(), keep()
    used.done_at = NOW
    session.commit()
    delete_expired(session, NOW + ROSTERS_KEPT)
    assert there(session, Roster) == {left.id, used.id}
    delete_expired(session, NOW + ROSTERS_KEPT + MOMENT)
    assert there(session, Roster) == {used.id}


def test_an_online_test_goes_a_year_after_it_ended_unless_it_was_passed(session, people):
    hall, day = cast.location(session, people), NOW + timedelta(days=7)
    for result, who in zip(RESULTS, (people.candidate, people.second_candidate, people.manager), strict=True):
        (test,) = set_ready(session, [who], "certificate_a", hall, day, people.beheerder, NOW)
        test.enter(result, people.officer, day)
    (back,) = set_ready(session, [people.manager], "certificate_a", hall, day, people.beheerder, NOW)
    back.withdraw(people.beheerder, NOW)
    (waiting,) = set_ready(session, [people.manager], "certificate_a", hall, day, people.beheerder, NOW)
    session.commit()
    assert delete_expired(session, NOW + TESTS_KEPT)["theory_test"] == 0
    assert delete_expired(session, day + TESTS_KEPT + MOMENT)["theory_test"] == 3
    session.commit()
    left = {row.state for row in session.scalars(select(TheoryTest))}
    assert left == {TheoryState.PASSED, waiting.state}


def test_a_practical_session_that_was_called_off_goes_after_a_year_and_one_that_was_held_stays(session, people):
    first, second = (cast.practical_date(session, people, NOW + timedelta(days=days)) for days in (20, 21))
    called_off = cast.practical_session(session, people, first, people.candidate)
    held = cast.practical_session(session, people, second, people.second_candidate)
    held.confirm(people.assessors[0], people.officer, NOW)
    called_off.withdraw(people.beheerder, NOW)
    session.commit()
    assert delete_expired(session, NOW + TESTS_KEPT)["practical_session"] == 0
    assert delete_expired(session, NOW + TESTS_KEPT + MOMENT)["practical_session"] == 1
    session.commit()
    assert there(session, PracticalSession) == {held.id}
    assert there(session, Participant) == {participant.id for participant in held.participants}


def test_a_check_of_a_location_goes_after_two_years_and_its_standing_stays(session, people):
    hall = cast.location(session, people)
    later = NOW + timedelta(days=100)
    hall.check({"Rustig": False}, "Boven wordt geboord.", people.beheerder, NOW)
    newest = hall.check({"Rustig": True}, "", people.beheerder, later)
    session.commit()
    assert delete_expired(session, NOW + PLANNING_KEPT)["location_check"] == 0
    delete_expired(session, NOW + PLANNING_KEPT + MOMENT)
    assert there(session, LocationCheck) == {newest.id}
    delete_expired(session, later + PLANNING_KEPT + MOMENT)
    assert there(session, LocationCheck) == set()
    assert (hall.checked_on, hall.complete) == (later.date(), True)


def test_a_mail_goes_two_years_after_it_was_written_unless_it_waits(session, people):
    sent, waiting = (outbox.add(session, people.candidate, "receipt", "Onderwerp", "Tekst", NOW) for _ in range(2))
    sent.sent(NOW)
    session.commit()
    assert delete_expired(session, NOW + MAILS_KEPT)["mail_message"] == 0
    assert delete_expired(session, NOW + MAILS_KEPT + MOMENT)["mail_message"] == 1
    session.commit()
    assert there(session, MailMessage) == {waiting.id}


def test_what_the_check_of_the_camera_found_goes_a_year_after_the_window_and_the_exam_stays(session, people):
    sitting = cast.begin(cast.sitting(session, people))
    session.commit()
    for later, found in ((timedelta(0), {"camera": "goed"}), (MOMENT, {})):
        delete_expired(session, sitting.closes_at + LOG_INS_KEPT + later)
        session.commit()
        session.expire_all()
        assert (sitting.device_check, sitting.stage) == (found, "answering")


def test_an_absence_goes_as_long_after_it_as_the_register_says(session, people):
    row = enter(session, people.assessors[0], NOW.date(), NOW.date(), people.officer, NOW)
    session.commit()
    assert delete_expired(session, NOW + WORK_KEPT)["absence"] == 0
    assert delete_expired(session, NOW + WORK_KEPT + timedelta(days=1))["absence"] == 1
    session.commit()
    assert row.id not in there(session, Absence)


def test_what_was_asked_goes_two_years_after_it_was_done_and_what_still_waits_stays(session, people):
    done, waits, back = (
        ask(session, who, [Wanted.MAILS], "", NOW) for who in (people.candidate, people.manager, people.beheerder)
    )
    session.flush()
    done.decide([], "Nee.", people.officer, NOW)
    back.withdraw(NOW)
    session.flush()
    finish(session, NOW)
    session.commit()
    assert delete_expired(session, NOW + REQUESTS_KEPT)["erasure_request"] == 0
    assert delete_expired(session, NOW + REQUESTS_KEPT + MOMENT)["erasure_request"] == 2
    session.commit()
    assert there(session, ErasureRequest) == {waits.id}


def test_what_was_taken_back_goes_and_what_holds_stays(session, people):
    sitting = cast.finished_sitting(session, people)
    back = allow(session, sitting.dossier, ConsentKind.BENCHMARK, "1", NOW)
    back.take_back(NOW)
    session.flush()
    holds = allow(session, sitting.dossier, ConsentKind.BENCHMARK, "1", NOW)
    session.commit()
    assert delete_expired(session, NOW + CONSENTS_KEPT)["consent"] == 0
    assert delete_expired(session, NOW + CONSENTS_KEPT + MOMENT)["consent"] == 1
    session.commit()
    assert there(session, Consent) == {holds.id}


def test_an_account_goes_when_its_roles_are_long_over_and_nothing_names_its_person(session, people):
    dossier = cast.dossier(session, people)
    gone, kept = people.outsider_candidate, people.candidate
    for one in (gone, kept):
        one.memberships[0].end(people.officer.id, NOW)
    begin_second_factor(session, gone, NOW)
    session.commit()
    gone_id, words = gone.id, select(SearchWord).where(SearchWord.person_id == gone.id)
    assert dossier.candidate_id == kept.id and session.scalars(words).all()
    assert delete_expired(session, NOW + ACCOUNTS_KEPT - MOMENT)["person"] == 0
    assert delete_expired(session, NOW + ACCOUNTS_KEPT + MOMENT)["person"] == 1
    session.commit()
    session.expunge_all()
    assert session.get(Person, gone_id) is None and session.get(Person, kept.id) is not None
    assert session.scalars(words).all() == []
    assert session.scalars(select(AuditEvent.subject).where(AuditEvent.verb == "account_erased")).all() == [gone_id]


def test_each_period_is_that_of_the_register(session, people):
    """What is said (PROCESSING.md) and what is done are one value."""
    for data_class, kept in (
        (DataClass.LOG_INS, LOG_INS_KEPT),
        (DataClass.MAILS, MAILS_KEPT),
        (DataClass.TESTS, TESTS_KEPT),
        (DataClass.PLANNING, PLANNING_KEPT),
        (DataClass.ASSESSORS, WORK_KEPT),
        (DataClass.ACCOUNT, ACCOUNTS_KEPT),
    ):
        months = kept.years * 12 + kept.months
        assert months == KEPT[data_class].months
