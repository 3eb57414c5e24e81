"""Online theory tests on the screen: set ready by the organisation, told to KSF, entered by KSF, read by both."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.base.database import session_scope
from storage.dossier import qualifications
from storage.people.outbox import MailMessage
from storage.people.people import Membership, Person, Role, join, release
from storage.planning import locations
from storage.planning.theory_tests import TheoryTest, set_ready
from webapp.dutch import formats

pytestmark = pytest.mark.one_database
NEW, LIST, OFFICE = "/organisatie/online-toets/nieuw", "/organisatie/online-toets", "/bureau/online-toetsen"
NEXT_WEEK = datetime.now(UTC) + timedelta(days=7)


@pytest.fixture
def hall(session, people):
    row = locations.add(session, people.organisation, "Zaal Noord", "Proefstraat 1", "2.14", people.beheerder, cast.NOW)
    session.commit()
    return row


@pytest.fixture
def asked(hall):
    """What a beheerder sends, but for the people."""
    day = formats.day_of(NEXT_WEEK).isoformat()
    return {"certificate": "certificate_chat", "location": str(hall.id), "day": day, "begins": "10:00"}


@pytest.fixture
def put(session, people, hall):
    """`put(person, starts_at)`: a test that was set ready a day before that."""

    def ready(person, starts_at=NEXT_WEEK):
        before = min(starts_at, datetime.now(UTC)) - timedelta(days=1)
        (test,) = set_ready(session, [person], "certificate_a", hall, starts_at, people.beheerder, before)
        session.commit()
        return test

    return ready


def mails(*templates):
    with session_scope(writes=False) as session:
        found = session.scalars(select(MailMessage).where(MailMessage.template.in_(templates)))
        return [(one.person.email, one.subject, one.text, one.calendar) for one in found]


def all_tests():
    with session_scope(writes=False) as session:
        return list(session.scalars(select(TheoryTest)))


def test_who_is_chosen_gets_a_mail_with_a_file_and_ksf_is_told_without_names(people, visit, asked):
    boss = visit(people.beheerder)
    chosen = [people.candidate, people.second_candidate]
    assert boss.post(NEW, asked | {"people": [str(one.id) for one in chosen]}).location == LIST
    assert {(one.certificate, one.person_id) for one in all_tests()} == {("certificate_chat", one.id) for one in chosen}
    told = mails("theory_test_set")
    assert {email for email, *_ in told} == {one.email for one in chosen}
    for _, subject, text, calendar in told:
        assert subject.startswith("Uw online toets op ")
        assert "Zaal Noord, 2.14, Proefstraat 1" in text
        assert "identiteitsbewijs" in text
        (event,) = Calendar.from_ical(calendar).walk("VEVENT")
        assert event["location"] == "Zaal Noord, 2.14, Proefstraat 1"
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=60)
    office = mails("theory_test_ready")
    assert {email for email, *_ in office} == {people.officer.email, people.second_officer.email}
    for _, subject, text, _ in office:
        assert subject == "Er staan 2 online toetsen klaar"
        assert "nog niet gecontroleerd" in text
        assert not any(one.name in subject + text for one in chosen)
    assert "2 online toetsen staan klaar" in text_of(visit(people.officer).get("/bureau").text)


def test_an_unchecked_location_warns_and_stops_nothing(people, visit, asked):
    boss = visit(people.beheerder)
    assert "nog niet gecontroleerd" in text_of(boss.get(NEW).text)
    boss.post(NEW, asked | {"people": [str(people.candidate.id)]})
    page = text_of(boss.get(LIST).text)
    assert "Loop vóór het examen de lijst van de controle na." in page
    assert "staat klaar" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": []},
        {"people": ["nobody"]},
        {"certificate": "certificate_d"},
        {"certificate": ""},
        {"day": "31-31-2026"},
        {"day": "2020-01-01"},
        {"day": "9999-12-31", "begins": "23:30"},
        {"begins": "25:00"},
    ],
)
def test_garbage_sets_nothing_ready(people, visit, asked, wrong):
    answer = visit(people.beheerder).post(NEW, asked | {"people": [str(people.candidate.id)]} | wrong)
    assert answer.status_code == 422
    assert "Er staat nog niets klaar." in text_of(answer.text)
    assert all_tests() == []
    assert mails("theory_test_set", "theory_test_ready") == []


def test_people_of_others_are_not_there(people, visit, asked):
    both = [str(people.candidate.id), str(people.outsider_candidate.id)]
    assert visit(people.beheerder).post(NEW, asked | {"people": both}).status_code == 404
    assert all_tests() == []


def test_a_location_of_others_cannot_be_chosen(people, visit, asked):
    away = visit(people.outsider_beheerder)
    assert "Er is nog geen locatie" in text_of(away.get(NEW).text)
    assert away.post(NEW, asked | {"people": [str(people.outsider_candidate.id)]}).status_code == 422


def test_twice_and_passed_are_refused_with_the_name_and_the_reason(session, people, visit, asked, put):
    put(people.candidate)
    since = cast.NOW.date()
    qualifications.enter(session, people.second_candidate, "theory_test_a", "", since, people.officer, cast.NOW)
    session.commit()
    boss = visit(people.beheerder)
    page = text_of(boss.get(NEW).text)
    assert "staat al klaar" in page
    assert "al behaald, telt voor elk certificaat" in page
    for person, reason in (
        (people.candidate, "Er staat al een online toets klaar voor Kandidaat Een."),
        (people.second_candidate, "De online toets is al behaald door Kandidaat Twee."),
    ):
        answer = boss.post(NEW, asked | {"people": [str(people.manager.id), str(person.id)]})
        assert answer.status_code == 422
        assert reason in text_of(answer.text)
    assert len(all_tests()) == 1


def test_somebody_who_works_elsewhere_needs_a_location_there(session, people, visit, asked):
    people.beheerder.memberships.append(
        Membership(role=Role.ORGANISATION_ADMIN, organisation=people.outsider_organisation, since=cast.NOW)
    )
    session.commit()
    answer = visit(people.beheerder).post(NEW, asked | {"people": [str(people.outsider_candidate.id)]})
    assert answer.status_code == 422
    assert "Bij de organisatie van deze locatie werkt Kandidaat Elders niet." in text_of(answer.text)


def test_somebody_new_is_taken_into_the_list_and_then_chosen(people, visit, asked):
    boss = visit(people.beheerder)
    new = {"nieuwname": "Nina Nieuw", "nieuwemail": "nina@voorbeeld.example"}
    names = {key.replace("nieuw", "nieuw-"): value for key, value in new.items()}
    answer = boss.post("/organisatie/online-toets/mensen", names)
    assert answer.status_code == 302
    assert "nina" not in answer.location.lower()
    page = boss.get(answer.location).text
    assert "Nina Nieuw" in text_of(page)
    assert "Kandidaat Een" not in text_of(page)
    assert [email for email, *_ in mails("account_invitation")] == ["nina@voorbeeld.example"]
    boss.post("/organisatie/online-toets/mensen", names)
    with session_scope(writes=False) as session:
        (nina,) = session.scalars(select(Person).where(Person.email == "nina@voorbeeld.example"))
        assert [one.role for one in nina.memberships] == [Role.CANDIDATE]
    assert boss.post(NEW, asked | {"people": [str(nina.id)]}).status_code == 302
    assert boss.post("/organisatie/online-toets/mensen", names | {"nieuw-email": "geen"}).status_code == 422


def test_a_test_is_taken_back_once_and_both_sides_hear_of_it(people, visit, put):
    test, boss = put(people.candidate), visit(people.beheerder)
    assert boss.post(f"{LIST}/{test.id}/intrekken").status_code == 302
    ((email, _, text, calendar),) = mails("theory_test_withdrawn")
    assert email == people.candidate.email
    assert "U hoeft niet te komen." in text
    assert Calendar.from_ical(calendar)["method"] == "CANCEL"
    assert len(mails("theory_test_taken_back")) == 2
    assert boss.post(f"{LIST}/{test.id}/intrekken").status_code == 409
    assert len(mails("theory_test_taken_back")) == 2
    assert "ingetrokken" in text_of(boss.get(LIST).text)


def test_a_test_that_has_begun_is_not_taken_back(people, visit, put):
    test = put(people.candidate, datetime.now(UTC) - timedelta(minutes=1))
    boss = visit(people.beheerder)
    assert "wacht op de uitslag" in text_of(boss.get(LIST).text)
    answer = boss.post(f"{LIST}/{test.id}/intrekken")
    assert answer.status_code == 409
    assert "Intrekken kan niet meer" in text_of(answer.text)


def test_a_pass_opens_the_gate_of_b(session, people, visit, put):
    dossier = cast.dossier(session, people)
    test = put(people.candidate, datetime.now(UTC) - timedelta(hours=1))
    assert qualifications.prerequisite(session, dossier)
    session.commit()
    officer = visit(people.officer)
    assert "1 online toets zonder uitslag" in text_of(officer.get("/bureau").text)
    assert people.candidate.name in text_of(officer.get(OFFICE).text)
    assert officer.post(f"{OFFICE}/{test.id}", {"result": "passed"}).location == OFFICE
    session.expire_all()
    assert qualifications.prerequisite(session, session.merge(dossier)) is None
    assert "behaald" in text_of(visit(people.beheerder).get(LIST).text)


@pytest.mark.parametrize("result", ["not_passed", "not_taken"])
def test_an_organisation_never_reads_that_somebody_failed(session, people, visit, put, result):
    test = put(people.candidate, datetime.now(UTC) - timedelta(hours=1))
    officer = visit(people.officer)
    officer.post(f"{OFFICE}/{test.id}", {"result": result})
    page = text_of(visit(people.beheerder).get(LIST).text)
    assert "afgerond" in page
    for word in ("niet behaald", "gezakt", "niet gemaakt", "geslaagd"):
        assert word not in page
    assert ("niet behaald" if result == "not_passed" else "niet gemaakt") in text_of(
        officer.get(f"{OFFICE}?toon=afgerond").text
    )
    assert qualifications.held(session, [people.candidate.id]) == []


def test_a_result_is_entered_once_and_not_too_early(people, visit, put):
    early, over = put(people.candidate), put(people.second_candidate, datetime.now(UTC) - timedelta(hours=1))
    officer = visit(people.officer)
    assert officer.post(f"{OFFICE}/{early.id}", {"result": "passed"}).status_code == 409
    for wrong in ({}, {"result": "withdrawn"}, {"result": "set"}, {"result": "geslaagd"}):
        assert officer.post(f"{OFFICE}/{over.id}", wrong).status_code == 422
    assert officer.post(f"{OFFICE}/{over.id}", {"result": "not_passed"}).status_code == 302
    assert officer.post(f"{OFFICE}/{over.id}", {"result": "passed"}).status_code == 409


def test_nobody_enters_the_own_result(session, people, visit, put):
    people.officer.memberships.append(
        Membership(role=Role.CANDIDATE, organisation=people.organisation, since=cast.NOW - timedelta(days=1))
    )
    session.commit()
    test = put(people.officer, datetime.now(UTC) - timedelta(hours=1))
    assert visit(people.officer).get(f"{OFFICE}/{test.id}").status_code == 404
    assert visit(people.second_officer).get(f"{OFFICE}/{test.id}").status_code == 200


def test_the_candidate_and_the_file_say_when(session, people, visit, put):
    assert "Online toets" not in text_of(visit(people.candidate).get("/examen").text)
    put(people.candidate)
    page = text_of(visit(people.candidate).get("/examen").text)
    assert "Zaal Noord, 2.14, Proefstraat 1" in page
    assert "identiteitsbewijs" in page
    dossier = cast.dossier(session, people)
    session.commit()
    page = text_of(visit(people.officer).get(f"/bureau/dossiers/{dossier.id}").text)
    assert f"er staat een online toets klaar voor {formats.moment(NEXT_WEEK)}" in page


def test_another_address_is_told_to_who_has_a_test_there_to_come(people, visit, put, hall):
    coming, was = put(people.candidate), put(people.second_candidate, datetime.now(UTC) - timedelta(days=1))
    moved = {"name": hall.name, "address": "Nieuwstraat 2, Utrecht", "room": hall.room}
    visitor = visit(people.beheerder)
    page = visitor.get(visitor.post(f"/organisatie/locaties/{hall.id}", moved).location)
    assert "1 persoon krijgt bericht." in text_of(page.text)
    ((whose, subject, text, file),) = mails("theory_test_moved")
    assert (whose, formats.day(coming.starts_at) in subject) == (people.candidate.email, True)
    assert whose != was.person.email
    assert "Nieuwstraat 2, Utrecht" in text
    assert "Proefstraat 1" in text
    assert f"{coming.id}@vignet" in file


def test_the_lists_ask_as_often_for_many_as_for_one(session, people, visit, put, count_queries):
    boss, officer, asked = visit(people.beheerder), visit(people.officer), []
    put(people.candidate)
    put(people.second_candidate, datetime.now(UTC) - timedelta(hours=1))
    for _ in range(2):
        lists = [(boss, LIST), (boss, NEW), (officer, OFFICE), (officer, f"{OFFICE}?toon=komend"), (officer, "/bureau")]
        asked.append([count_queries(who, where) for who, where in lists])
        for number in range(40):
            who = cast.person(
                session, f"veel-{uuid.uuid4().hex[:6]}", f"Veel {number}", Role.CANDIDATE, people.organisation
            )
            session.flush()
            put(who, NEXT_WEEK if number % 2 else datetime.now(UTC) - timedelta(hours=1))
    assert asked[0] == asked[1]
    assert "pagina 1 van 4" in text_of(boss.get(LIST).text)


def test_a_wrong_result_is_put_right_with_a_reason(session, people, visit, put):
    test = put(people.candidate, datetime.now(UTC) - timedelta(hours=1))
    officer = visit(people.officer)
    where, right = f"{OFFICE}/{test.id}", {"correct": "not_passed", "reason": "Twee regels verwisseld."}
    assert officer.post(f"{where}/herstellen", right).status_code == 422
    officer.post(where, {"result": "passed"})
    page = text_of(officer.get(where).text)
    assert "De uitslag klopt niet" in page
    assert "‘Behaald’ gaat dan ook uit het register." in page
    for wrong in ({"reason": ""}, {"reason": " "}, {"correct": "passed"}, {"correct": "set"}, {"reason": "x" * 2001}):
        answer = officer.post(f"{where}/herstellen", right | wrong)
        assert answer.status_code == 422
        assert "De uitslag is niet veranderd." in text_of(answer.text)
    assert officer.post(f"{where}/herstellen", right).location == where
    assert "Twee regels verwisseld." in text_of(officer.get(where).text)
    assert officer.post(f"{where}/herstellen", right).status_code == 422
    page = text_of(visit(people.beheerder).get(LIST).text)
    assert "afgerond" in page
    assert "verwisseld" not in page
    assert qualifications.held(session, [people.candidate.id]) == []


def test_a_pass_with_something_on_it_stays_and_says_what_to_do(session, people, visit, put):
    dossier = cast.approved_dossier(session, people)
    test = put(people.candidate, datetime.now(UTC) - timedelta(hours=1))
    officer = visit(people.officer)
    officer.post(f"{OFFICE}/{test.id}", {"result": "passed"})
    answer = officer.post(f"{OFFICE}/{test.id}/herstellen", {"correct": "not_taken", "reason": "Was er niet."})
    assert answer.status_code == 422
    assert f"Met deze toets is dossier {dossier.code} goedgekeurd." in text_of(answer.text)
    assert "Was er niet." in text_of(answer.text)
    assert [one.key for one in qualifications.held(session, [people.candidate.id])] == ["theory_test_a"]


def test_who_is_ticked_stays_so_while_one_looks_further(session, people, visit, asked):
    for number in range(30):
        cast.person(session, f"veel-{number}", f"Veel {number:02}", Role.CANDIDATE, people.organisation)
    session.commit()
    boss, first = visit(people.beheerder), {"people": [str(people.candidate.id)]}
    for address, words in ((f"{NEW}?page=2", ""), (NEW, "veel 07"), (NEW, "niemand")):
        answer = boss.post(address, asked | first | {"lijst": "verder", "zoek": words})
        assert answer.status_code == 200
        assert re.search(rf'value="{people.candidate.id}" checked', answer.text)
        assert str(people.second_candidate.id) not in answer.text
        assert 'value="10:00"' in answer.text
        assert ("Veel 29" in answer.text) is ("page" in address)
    elsewhere = {"people": [str(people.outsider_candidate.id)], "lijst": "verder"}
    assert people.outsider_candidate.name not in boss.post(NEW, asked | elsewhere).text
    assert all_tests() == []
    assert boss.post(f"{NEW}?page=2", asked | first).status_code == 302


def test_ksf_takes_back_the_test_of_somebody_who_left_so_that_a_new_employer_can_set_one(session, people, visit, put):
    test = put(people.candidate)
    moment = datetime.now(UTC) - timedelta(minutes=1)
    release(session, people.candidate, {people.organisation.id}, people.beheerder.id, moment)
    join(session, people.candidate, Role.CANDIDATE, people.outsider_organisation, None, moment)
    session.commit()
    assert visit(people.beheerder).post(f"{LIST}/{test.id}/intrekken").status_code == 404
    officer, boss = visit(people.officer), visit(people.outsider_beheerder)
    where = f"{OFFICE}/{test.id}"
    assert "Kandidaat Een werkt niet meer bij Voorbeeld Klantcontact" in text_of(officer.get(where).text)
    assert officer.post(f"{where}/intrekken").location == where
    assert [email for email, *_ in mails("theory_test_withdrawn")] == [people.candidate.email]
    ((email, subject, text, _),) = mails("theory_test_taken_back")
    assert email == people.beheerder.email
    assert people.candidate.name not in subject + text
    assert officer.post(f"{where}/intrekken").status_code == 409
    there = locations.add(session, people.outsider_organisation, "Elders", "Verweg 1", "", people.officer, cast.NOW)
    session.commit()
    fresh = {"certificate": "certificate_a", "location": str(there.id), "begins": "10:00"}
    fresh |= {"day": formats.day_of(NEXT_WEEK).isoformat(), "people": [str(people.candidate.id)]}
    assert boss.post(NEW, fresh).status_code == 302
