"""A certificate is issued once, by a second person, changes by two, and follows its verdict."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from support import cast, certified

from review.certificate import read_number
from storage.base import database
from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.certificates import certificates, changes, issuing, status_lists
from storage.certificates.certificates import STEPS, Certificate, CertificateState, certified_people
from storage.certificates.following import follow
from storage.judging.verdicts import Verdict
from storage.people.people import Person

NOW = cast.NOW
LATER = NOW + timedelta(days=1)


@pytest.fixture
def verdict(session, people):
    """The released positive verdict on the candidate's exam; the second officer released it."""
    return certified.passed(session, people)


@pytest.fixture
def certificate(session, people, verdict):
    return issuing.issue(session, verdict, people.officer, NOW)


def refused(rule):
    return pytest.raises(Refused, match=f"^{rule}:")


def corrected(session, people, verdict, passed, now=LATER):
    """A verdict that came in the place of the first one: the same row here, since only what it says is followed."""
    verdict.passed, verdict.released_at = passed, now
    session.flush()
    return verdict


def test_it_is_issued_once_with_a_number_a_place_and_a_line_in_the_log(session, people, verdict):
    made = issuing.issue(session, verdict, people.officer, NOW)
    number = read_number(made.number)
    assert (number.letters, number.year) == ("B", NOW.year)
    assert made.state is CertificateState.VALID and made.name == people.candidate.name
    assert made.organisation_id == people.organisation.id and made.valid_until is None
    assert 0 <= made.list_index < status_lists.LENGTH >= 131_072
    verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == made.id)).all()
    assert verbs == ["certificate_issued"]
    with refused(certificates.Rule.ISSUED):
        issuing.issue(session, verdict, people.officer, LATER)


def test_who_released_the_result_does_not_issue_and_nobody_in_the_own_case(session, people, verdict):
    with refused(certificates.Rule.SECOND_PERSON):
        issuing.issue(session, verdict, people.second_officer, NOW)
    for one in (people.candidate, people.manager):
        with refused(certificates.Rule.OWN_CASE):
            issuing.issue(session, verdict, one, NOW)


def test_only_what_is_released_and_positive_leads_to_one(session, people, verdict):
    verdict.passed = False
    with refused(certificates.Rule.NOT_PASSED):
        issuing.issue(session, verdict, people.officer, NOW)
    verdict.passed, verdict.released_at = True, None
    with refused(certificates.Rule.NOT_RELEASED):
        issuing.issue(session, verdict, people.officer, NOW)


def test_the_database_takes_no_second_one_for_a_verdict_and_no_place_twice(session, people, certificate):
    values = {column.name: getattr(certificate, column.name) for column in Certificate.__table__.columns}
    for other in (
        {"number": "B-2026-000000-00", "list_index": (certificate.list_index + 1) % 1000, "person_id": None},
        {"number": "B-2026-000001-00", "list_index": (certificate.list_index + 1) % 1000},
        {"number": "B-2026-000002-00", "state": CertificateState.REPLACED},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(Certificate(**values | {"id": None} | other))
            session.flush()


def test_those_who_passed_before_wait_like_all_others_and_hold_it_already(session, people, verdict):
    assert list(session.scalars(certificates.passed_without_certificate())) == [verdict]
    assert list(session.scalars(certified_people("branchecertificaat_b", "B"))) == [people.candidate.id]
    made = issuing.issue(session, verdict, people.officer, NOW)
    assert list(session.scalars(certificates.passed_without_certificate())) == []
    assert list(session.scalars(certified_people("branchecertificaat_b", "B"))) == [people.candidate.id]
    assert list(session.scalars(certified_people("praktijktoets_a", "A"))) == []
    changes.move(made, CertificateState.WITHDRAWN, people.officer.id, LATER)
    assert list(session.scalars(certified_people("branchecertificaat_b", "B"))) == []


@pytest.mark.parametrize("was", CertificateState)
@pytest.mark.parametrize("to", CertificateState)
def test_every_step_is_there_or_refused(session, people, certificate, was, to):
    certificate.state = was
    session.flush()
    name = "Een Andere Naam" if to is CertificateState.REPLACED else ""
    if to in STEPS[was]:
        asked = changes.ask(session, certificate, to, "Daarom.", people.officer, NOW, name)
        counts = asked.decide(True, people.second_officer, LATER)
        assert certificate.state is to
        assert (counts is certificate) is (to is not CertificateState.REPLACED)
    else:
        with refused(StepRule.NOT_ALLOWED):
            changes.ask(session, certificate, to, "Daarom.", people.officer, NOW, name)


def test_a_change_takes_two_persons_and_a_reason_and_both_stay_to_be_read(session, people, certificate):
    with refused(changes.Rule.NO_REASON):
        changes.ask(session, certificate, CertificateState.SUSPENDED, " ", people.officer, NOW)
    with refused(changes.Rule.OWN):
        changes.ask(session, certificate, CertificateState.SUSPENDED, "Daarom.", people.candidate, NOW)
    asked = changes.ask(
        session, certificate, CertificateState.SUSPENDED, "Twijfel aan wie er zat.", people.officer, NOW
    )
    with refused(changes.Rule.ASKED):
        changes.ask(session, certificate, CertificateState.WITHDRAWN, "Weg.", people.second_officer, NOW)
    with refused(changes.Rule.SECOND_PERSON):
        asked.decide(True, people.officer, LATER)
    assert certificate.state is CertificateState.VALID
    asked.decide(True, people.second_officer, LATER)
    with refused(changes.Rule.DECIDED):
        asked.decide(False, people.second_officer, LATER)
    assert certificate.state is CertificateState.SUSPENDED
    (line,) = changes.history(session, certificate)
    assert (line.asked_by_id, line.decided_by_id) == (people.officer.id, people.second_officer.id)
    facts = session.scalars(select(AuditEvent.facts).where(AuditEvent.subject == certificate.id)).all()
    assert "Twijfel" not in str(facts)


def test_of_two_who_ask_at_the_same_moment_the_second_hears_that_one_waits(session, people, certificate):
    both = {CertificateState.SUSPENDED: people.officer.id, CertificateState.WITHDRAWN: people.second_officer.id}
    it, together = certificate.id, threading.Barrier(2, timeout=60)
    session.commit()

    def ask(to):
        with database.new_session() as own:
            found, officer = own.get(Certificate, it), own.get(Person, both[to])
            own.rollback()
            together.wait()
            try:
                changes.ask(own, found, to, "Twijfel.", officer, NOW)
            except Refused as refusal:
                return refusal.rule
            own.commit()
            return "asked"

    with ThreadPoolExecutor(2) as pool:
        said = dict(zip(both, pool.map(ask, both), strict=True))
    assert set(said.values()) == {"asked", changes.Rule.ASKED}
    (waiting,) = session.scalars(changes.open_changes())
    assert said[waiting.to] == "asked"


def test_the_database_holds_one_waiting_change_of_a_certificate(session, people, certificate):
    first = changes.ask(session, certificate, CertificateState.SUSPENDED, "Twijfel.", people.officer, NOW)
    twin = {"id": uuid.uuid4(), "certificate_id": certificate.id, "asked_by_id": people.second_officer.id}
    twin |= {"to": CertificateState.WITHDRAWN, "reason": "Weg.", "asked_at": LATER}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(changes.CertificateChange).values(twin))
    first.decide(False, people.officer, LATER)
    session.execute(insert(changes.CertificateChange).values(twin))


def test_who_asked_may_take_it_back_and_then_nothing_changes(session, people, certificate):
    asked = changes.ask(session, certificate, CertificateState.WITHDRAWN, "Vergissing.", people.officer, NOW)
    assert asked.decide(False, people.officer, LATER) is certificate
    assert certificate.state is CertificateState.VALID
    assert not list(session.scalars(changes.open_changes()))


def test_a_replacement_has_a_number_a_place_and_a_name_of_its_own(session, people, certificate):
    with refused(changes.Rule.NO_NAME):
        changes.ask(session, certificate, CertificateState.REPLACED, "Naam.", people.officer, NOW)
    asked = changes.ask(session, certificate, CertificateState.REPLACED, "Naam.", people.officer, NOW, "Kandidaat Eén")
    fresh = asked.decide(True, people.second_officer, LATER)
    assert (fresh.name, fresh.replaces, fresh.earned_on) == ("Kandidaat Eén", certificate, certificate.earned_on)
    assert certificate.state is CertificateState.REPLACED and fresh.state is CertificateState.VALID
    assert fresh.number != certificate.number and fresh.list_index != certificate.list_index
    assert certificates.of_sitting(session, fresh.verdict.sitting)[0] is fresh


def test_a_place_is_never_given_twice_and_a_half_full_list_is_not_drawn_from(session, certificate, monkeypatch):
    monkeypatch.setattr(status_lists, "LENGTH", 2)
    monkeypatch.setattr(status_lists, "FULL", 2)
    certificate.list_index = 1
    session.flush()
    assert {status_lists.draw_place(session) for _ in range(20)} == {(1, 0)}
    monkeypatch.setattr(status_lists, "FULL", 1)
    assert status_lists.draw_place(session)[0] == 2


def test_a_pass_that_came_late_brings_a_certificate_at_once(session, people):
    verdict = certified.passed(session, people, level=1)
    assert follow(session, verdict, "Geen.", NOW) is None
    made = follow(session, corrected(session, people, verdict, True), "Herzien na bezwaar.", LATER)
    assert made.state is CertificateState.VALID and made.issued_by_id == people.officer.id
    assert follow(session, verdict, "Herzien na bezwaar.", LATER) is None


def test_a_pass_that_was_none_takes_it_back_by_the_same_two(session, people, verdict, certificate):
    asked = changes.ask(session, certificate, CertificateState.SUSPENDED, "Twijfel.", people.officer, NOW)
    assert follow(session, corrected(session, people, verdict, False), "Rekenfout.", LATER) is certificate
    assert certificate.state is CertificateState.WITHDRAWN
    session.refresh(asked)
    assert asked.granted is False
    line = changes.history(session, certificate)[-1]
    assert (line.reason, line.asked_by_id, line.decided_by_id) == (
        "Rekenfout.",
        people.officer.id,
        people.second_officer.id,
    )
    assert follow(session, verdict, "Rekenfout.", LATER) is None


def test_a_corrected_pass_keeps_the_certificate(session, people, verdict, certificate):
    assert follow(session, corrected(session, people, verdict, True), "Score verbeterd.", LATER) is None
    assert certificate.held and not changes.history(session, certificate)


def test_what_was_withdrawn_for_another_reason_does_not_come_back_by_itself(session, people, verdict, certificate):
    changes.move(certificate, CertificateState.WITHDRAWN, people.officer.id, NOW)
    assert follow(session, corrected(session, people, verdict, True), "Score verbeterd.", LATER) is None
    assert session.scalars(select(Verdict)).all() == [verdict]
