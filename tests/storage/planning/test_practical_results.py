"""The checklist of a practical test: kept entry by entry, signed, released by a second person, and the certificate."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from support import cast, checklists

from review.checklist import Gap
from review.two_devices import seen, written
from scenarios.chapters import ChecklistRules
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.certificates import changes
from storage.certificates.certificates import Certificate, CertificateState
from storage.dossier import qualifications
from storage.planning import practical_results, practical_sheets
from storage.planning.practical_candidates import request
from storage.planning.practical_results import PracticalResult, ResultState, Rule
from storage.planning.practical_sheets import Rule as SheetRule
from storage.planning.practical_sheets import SheetEntry
from storage.retention.expired import RESULTS_KEPT, TESTS_KEPT, delete_expired
from storage.schemes import add_scheme

NOW = cast.NOW
DAY = NOW + timedelta(days=20)
LATER = DAY + timedelta(hours=3)


@pytest.fixture
def held(session, people):
    """A session of two candidates, with an examiner."""
    day = cast.practical_date(session, people, DAY)
    found = cast.practical_session(session, people, day, people.candidate, people.second_candidate)
    found.confirm(people.assessors[0], people.officer, NOW)
    session.flush()
    return found


@pytest.fixture
def examiner(people):
    return people.assessors[0]


def refused(rule, act, *arguments):
    with pytest.raises(Refused) as error:
        act(*arguments)
    assert error.value.rule is rule
    return error.value


def keep(session, held, examiner, *entries, at=0):
    return practical_sheets.keep(session, held, {held.participants[at].id: list(entries)}, examiner, LATER)


def sign(session, held, examiner, now=LATER, at=0, id=None):
    one = held.participants[at]
    stands = seen(practical_sheets.logs(session, [one.id])[one.id])
    return practical_results.sign(session, one, id or uuid.uuid4(), stands, examiner, now)


@pytest.mark.parametrize("given, passes", checklists.TABLE)
def test_the_table_of_the_rule(session, people, held, examiner, given, passes):
    result = checklists.sign(session, held.participants[0], examiner, LATER, given)
    assert result.passed is passes
    assert [one["given"] for one in result.judgement["totals"]] == list(given)
    assert len(result.judgement["missed"]) == 23 - sum(given)
    certificate = result.release(people.second_officer, LATER)
    assert (certificate is not None) is passes


def test_a_device_may_send_the_same_again_and_nothing_is_double(session, held, examiner):
    entries = checklists.whole(held.participants[0], (20, 1, 2))
    for _ in range(2):
        keep(session, held, examiner, *entries)
    assert session.scalar(select(func.count()).select_from(SheetEntry)) == len(entries)
    id = uuid.uuid4()
    first = sign(session, held, examiner, id=id)
    assert sign(session, held, examiner, id=id) is first
    refused(Rule.SIGNED, sign, session, held, examiner)
    # Nobody signs for one candidate with the signature of another.
    refused(Rule.SIGNED, lambda: sign(session, held, examiner, at=1, id=id))


@pytest.mark.parametrize(
    "field, value",
    [
        ("told", "ja"),
        ("point/leads/given", "true"),
        ("point/leads/asked", True),
        ("point/leads/reason", "x" * 2001),
        ("point/nobody/given", True),
        (f"conversation/{uuid.UUID(int=1)}/channel", "fax"),
        (f"conversation/{uuid.UUID(int=1)}/way", "van horen zeggen"),
        (f"conversation/{uuid.UUID(int=1)}/began", "25:00"),
        (f"conversation/{uuid.UUID(int=1)}/removed", "ja"),
        (f"conversation/{uuid.UUID(int=1)}/price", "1"),
        ("conversation/1/began", "10:00"),
        ("", True),
    ],
)
def test_what_no_page_of_ours_writes_is_refused_and_nothing_is_kept(session, held, examiner, field, value):
    good = checklists.entry("told", True)
    refused(SheetRule.WRONG, keep, session, held, examiner, good, checklists.entry(field, value))
    assert session.scalar(select(func.count()).select_from(SheetEntry)) == 0


def test_an_entry_never_changes_and_never_moves_to_somebody_else(session, held, examiner):
    one = checklists.entry("point/leads/given", True)
    keep(session, held, examiner, one)
    changed = written(one.id, one.field, False)
    refused(SheetRule.WRONG, keep, session, held, examiner, changed)
    stranger = {uuid.uuid4(): [checklists.entry("told", True)]}
    refused(SheetRule.WRONG, practical_sheets.keep, session, held, stranger, examiner, LATER)


def test_an_entry_of_another_session_is_none_of_this_one(session, people, held, examiner):
    one = checklists.entry("told", True)
    keep(session, held, examiner, one)
    refused(SheetRule.WRONG, lambda: keep(session, held, examiner, one, at=1))


@pytest.mark.parametrize(
    "leave_out, gap",
    [
        ("told", Gap.NOT_TOLD),
        ("/began", Gap.TOO_FEW),
        ("point/leads/given", Gap.NOT_JUDGED),
        ("/reason", Gap.NO_REASON),
    ],
)
def test_what_is_missing_keeps_it_from_being_signed(session, held, examiner, leave_out, gap):
    entries = checklists.whole(held.participants[0], (17, 1, 2))
    keep(session, held, examiner, *(one for one in entries if not one.field.endswith(leave_out)))
    refused(gap, sign, session, held, examiner)
    assert session.scalars(select(PracticalResult)).all() == []


def test_it_is_signed_from_the_beginning_on_and_not_for_who_was_taken_out(session, people, held, examiner):
    one, other = held.participants
    for at in (0, 1):
        keep(session, held, examiner, *checklists.whole(held.participants[at], (20, 1, 2)), at=at)
    refused(Rule.NOT_YET, lambda: sign(session, held, examiner, now=DAY - timedelta(minutes=1)))
    held.take_out(other, people.officer, DAY)
    refused(Rule.OFF, lambda: sign(session, held, examiner, at=1))
    assert sign(session, held, examiner).participant is one


def test_two_devices_in_conflict_are_settled_before_it_is_signed(session, held, examiner):
    participant = held.participants[0]
    entries = checklists.whole(participant, (20, 1, 2))
    keep(session, held, examiner, *entries)
    here = next(one for one in entries if one.field == "point/leads/given")
    other = checklists.entry("point/leads/given", False, device="telefoon")
    keep(session, held, examiner, other)
    refused(Rule.CONFLICT, sign, session, held, examiner)
    keep(session, held, examiner, checklists.entry("point/leads/given", True, here, other))
    assert sign(session, held, examiner).passed


def test_who_signs_signs_what_the_device_showed(session, held, examiner):
    participant = held.participants[0]
    entries = checklists.whole(participant, (20, 1, 2))
    keep(session, held, examiner, *entries)
    shown = {one.id for one in entries}
    keep(session, held, examiner, checklists.entry(f"conversation/{uuid.uuid4()}/remark", "Vanaf de telefoon."))
    refused(Rule.OTHER_DEVICE, practical_results.sign, session, participant, uuid.uuid4(), shown, examiner, LATER)


def test_what_comes_in_after_signing_changes_nothing_and_goes_back_to_the_examiner(session, people, held, examiner):
    result = checklists.sign(session, held.participants[0], examiner, LATER)
    late = checklists.entry("point/leads/given", False, device="telefoon")
    keep(session, held, examiner, late)
    assert result.passed
    refused(Rule.CHANGED, result.release, people.second_officer, LATER)
    result.send_back("Kijk naar ‘regie’.", people.second_officer, LATER)
    log = practical_sheets.logs(session, [result.participant_id])[result.participant_id]
    standing = [one for one in log.values() if one.field == "point/leads/given"]
    keep(session, held, examiner, checklists.entry("point/leads/given", True, *standing))
    again = sign(session, held, examiner)
    assert (again.state, result.state) == (ResultState.SIGNED, ResultState.SENT_BACK)
    assert again.release(people.second_officer, LATER) is not None


def test_a_second_person_releases_and_the_certificate_follows_from_both(session, people, held, examiner):
    result = checklists.sign(session, held.participants[0], examiner, LATER)
    refused(Rule.SECOND_PERSON, result.release, examiner, LATER)
    refused(Rule.SECOND_PERSON, result.release, people.candidate, LATER)
    refused(Rule.SECOND_PERSON, result.send_back, "Nee.", examiner, LATER)
    made = result.release(people.officer, LATER)
    assert (made.person, made.letters, made.earned_on) == (people.candidate, "A", held.day)
    assert {made.first_by_id, made.issued_by_id} == {examiner.id, people.officer.id}
    key = held.scheme.content.chapter(ChecklistRules).certificate_key
    (entered,) = [one for one in qualifications.held(session, [people.candidate.id]) if one.key == key]
    assert entered.number == made.number
    refused(StepRule.NOT_ALLOWED, result.release, people.officer, LATER)
    refused(Rule.CERTIFICATE_STANDS, result.send_back, "Toch niet.", people.officer, LATER)
    refused(Rule.CERTIFIED, result.certify, people.officer, LATER)
    assert session.scalar(select(func.count()).select_from(Certificate)) == 1


def test_without_theory_the_certificate_waits_for_it(session, people, held, examiner):
    (theory,) = qualifications.held(session, [people.candidate.id])
    theory.take_back(people.officer, LATER)
    session.flush()
    result = checklists.sign(session, held.participants[0], examiner, LATER)
    assert result.release(people.officer, LATER) is None
    refused(Rule.NO_THEORY, result.certify, people.officer, LATER)
    cast.theory(session, people, people.candidate, LATER)
    refused(Rule.SECOND_PERSON, result.certify, examiner, LATER)
    assert result.certify(people.second_officer, LATER).letters == "A"


def test_who_has_the_certificate_gets_no_second_one(session, people, held, examiner):
    key = held.scheme.content.chapter(ChecklistRules).certificate_key
    qualifications.enter(session, people.candidate, key, "A-1", NOW.date(), people.officer, NOW)
    result = checklists.sign(session, held.participants[0], examiner, LATER)
    assert result.release(people.officer, LATER) is None
    assert result.hindrance() is Rule.CERTIFIED


def test_a_withdrawn_certificate_opens_nothing_any_more_and_a_new_number_goes_with_it(session, people, held, examiner):
    made = checklists.sign(session, held.participants[0], examiner, LATER).release(people.officer, LATER)
    asked = changes.ask(session, made, CertificateState.REPLACED, "Andere naam.", people.officer, LATER, "Nieuwe Naam")
    new = asked.decide(True, people.second_officer, LATER)
    numbers = {one.number for one in qualifications.held(session, [people.candidate.id])}
    assert new.number in numbers and made.number not in numbers
    asked = changes.ask(session, new, CertificateState.WITHDRAWN, "Fraude.", people.officer, LATER)
    asked.decide(True, people.second_officer, LATER)
    session.expire_all()
    key = held.scheme.content.chapter(ChecklistRules).certificate_key
    assert key not in {one.key for one in qualifications.held(session, [people.candidate.id])}


def test_a_released_result_is_put_right_by_the_examiner_after_its_certificate_is_withdrawn(
    session, people, held, examiner
):
    result = checklists.sign(session, held.participants[0], examiner, LATER)
    made = result.release(people.officer, LATER)
    asked = changes.ask(session, made, CertificateState.WITHDRAWN, "De uitslag klopt niet.", people.officer, LATER)
    asked.decide(True, people.second_officer, LATER)
    session.flush()
    refused(Rule.SECOND_PERSON, result.send_back, "Verkeerde kandidaat.", examiner, LATER)
    refused(Rule.NO_REASON, result.send_back, " ", people.officer, LATER)
    result.send_back("Verkeerde kandidaat.", people.officer, LATER)
    session.flush()
    assert (result.state, result.released_at, result.reason) == (ResultState.SENT_BACK, None, "Verkeerde kandidaat.")
    later = LATER + timedelta(hours=1)
    again = checklists.sign(session, held.participants[0], examiner, later)
    new = again.release(people.second_officer, later)
    assert new is not None and new.number != made.number
    assert [one.number for one in qualifications.held(session, [people.candidate.id]) if one.number] == [new.number]


def test_an_objection_is_made_once_within_the_term_and_answered_by_a_third_person(session, people, held, examiner):
    result = checklists.sign(session, held.participants[0], examiner, LATER)
    refused(StepRule.NOT_ALLOWED, result.object_to, "Nee.", LATER)
    (theory,) = qualifications.held(session, [people.candidate.id])
    theory.take_back(people.officer, LATER)
    session.flush()
    result.release(people.officer, LATER)
    until = result.objection_until()
    assert until == LATER.date() + timedelta(weeks=held.scheme.content.terms.objection_weeks)
    refused(Rule.NO_GROUND, result.object_to, " ", LATER)
    refused(Rule.TOO_LATE, result.object_to, "Te laat.", LATER + timedelta(weeks=40))
    refused(StepRule.NOT_ALLOWED, result.rule, False, "Nee.", people.second_officer, LATER)
    result.object_to(" Ik deed punt 3 wel. ", LATER)
    refused(Rule.OBJECTED, result.object_to, "Nog eens.", LATER)
    for own in (people.officer, examiner, people.candidate):
        refused(Rule.THIRD_PERSON, result.rule, False, "Nee.", own, LATER)
    refused(Rule.NO_RULING, result.rule, False, " ", people.second_officer, LATER)
    result.rule(False, "De opname toont het niet.", people.second_officer, LATER)
    session.flush()
    assert (result.objection, result.granted, result.state) == ("Ik deed punt 3 wel.", False, ResultState.RELEASED)
    refused(StepRule.NOT_ALLOWED, result.rule, True, "Toch.", people.second_officer, LATER)


def test_an_objection_that_is_granted_sends_the_checklist_back_unless_its_certificate_stands(
    session, people, held, examiner
):
    result = checklists.sign(session, held.participants[0], examiner, LATER)
    made = result.release(people.officer, LATER)
    result.object_to("De tijd klopt niet.", LATER)
    refused(Rule.CERTIFICATE_STANDS, result.rule, True, "Dat klopt.", people.second_officer, LATER)
    assert result.ruled_at is None
    asked = changes.ask(session, made, CertificateState.WITHDRAWN, "De uitslag klopt niet.", people.officer, LATER)
    asked.decide(True, people.second_officer, LATER)
    session.flush()
    result.rule(True, "Dat klopt.", people.second_officer, LATER)
    session.flush()
    assert (result.granted, result.state, result.reason) == (True, ResultState.SENT_BACK, "Dat klopt.")
    again = checklists.sign(session, held.participants[0], examiner, LATER + timedelta(hours=1))
    again.release(people.officer, LATER + timedelta(hours=1))
    again.object_to("Nog niet goed.", LATER + timedelta(hours=2))


def test_chats_are_judged_by_the_same_checklist_for_a_certificate_of_their_own(session, people, examiner):
    data = (cast.CONTENT.parent / "branchecertificaat_chat" / "scheme.toml").read_bytes()
    scheme = add_scheme(session, data, NOW - timedelta(days=1))
    day = cast.exam_date(session, people, DAY, 4, scheme)
    cast.theory(session, people, people.candidate, NOW)
    where = cast.location(session, people, now=NOW)
    found = request(session, scheme, day, where, [people.candidate], people.beheerder, NOW)
    found.confirm(examiner, people.officer, NOW)
    session.flush()
    made = checklists.sign(session, found.participants[0], examiner, LATER).release(people.officer, LATER)
    assert made.title == scheme.content.certificate
    held_keys = {one.key for one in qualifications.held(session, [people.candidate.id])}
    assert scheme.content.chapter(ChecklistRules).certificate_key in held_keys
    phone = checklists.entry(f"conversation/{uuid.uuid4()}/channel", "telephone")
    refused(SheetRule.WRONG, keep, session, found, examiner, phone)


def test_checklists_go_after_their_time_and_certificates_stay(session, people, held, examiner):
    checklists.sign(session, held.participants[0], examiner, LATER).release(people.officer, LATER)
    keep(session, held, examiner, checklists.entry("told", True), at=1)
    held.take_out(held.participants[1], people.officer, DAY)
    session.flush()
    delete_expired(session, LATER + TESTS_KEPT + timedelta(days=2))
    assert {one.participant_id for one in session.scalars(select(SheetEntry))} == {held.participants[0].id}
    delete_expired(session, LATER + RESULTS_KEPT + timedelta(days=2))
    assert session.scalars(select(SheetEntry)).all() == session.scalars(select(PracticalResult)).all() == []
    assert session.scalar(select(func.count()).select_from(Certificate)) == 1
