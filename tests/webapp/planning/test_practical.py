"""Practical sessions on the screen: asked by the beheerder, confirmed by KSF, told to everybody who comes."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select, update
from support import cast
from support.visitors import text_of

from storage.base.database import new_session
from storage.people.outbox import MailMessage
from storage.people.people import Membership, Role
from storage.planning.exam_dates import ExamDate
from storage.planning.practical_sessions import PracticalSession, SessionState
from webapp.dutch import formats
from webapp.planning import planning

ADMIN, OFFICE, EXAMINER = "/organisatie/praktijktoetsen", "/bureau/praktijktoetsen", "/beoordelen/praktijktoetsen"
ASK = f"{ADMIN}/aanvragen/praktijktoets_a"


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def noon(now):
    """Ten o'clock UTC, ten days from now: begin and end of four hours lie on one day in Amsterdam."""
    return now.replace(hour=10, minute=0, second=0) + timedelta(days=10)


@pytest.fixture
def scene(session, people, now, noon):
    """A date, a location, two candidates with the theory test and one without."""
    day = cast.practical_date(session, people, noon)
    where = cast.location(session, people, now=now)
    for one in (people.candidate, people.second_candidate):
        cast.theory(session, people, one, now)
    fresh = cast.person(session, "vers", "Vera Vers", Role.CANDIDATE, people.organisation, now)
    session.commit()
    return day, where, fresh


def ask(visitor, scene, *candidates, **more):
    values = {"exam_date": scene[0].id, "location": scene[1].id, "candidates": [str(one.id) for one in candidates]}
    return visitor.post(ASK, values | more)


@pytest.fixture
def asked(people, visit, scene):
    """The beheerder asked it for two."""
    ask(visit(people.beheerder), scene, people.candidate, people.second_candidate)
    return the_session()


@pytest.fixture
def given(people, visit, asked):
    """KSF named the first assessor."""
    confirm(visit(people.officer), asked, people.assessors[0])
    return asked


def confirm(visitor, found, examiner):
    return visitor.post(f"{OFFICE}/{found.id}/bevestigen", {"examiner": examiner.id})


def the_session():
    with new_session(writes=False) as session:
        return session.scalars(select(PracticalSession)).one()


def mails(template=None):
    """Every mail, or those of one template: (template, whose, text, method of its calendar file)."""
    with new_session(writes=False) as session:
        rows = session.scalars(select(MailMessage).order_by(MailMessage.created_at, MailMessage.template))
        return [
            (
                one.template,
                one.person.name,
                f"{one.subject}\n{one.text}",
                one.calendar and Calendar.from_ical(one.calendar),
            )
            for one in rows
            if template in (None, one.template)
        ]


def test_from_a_published_date_to_everybody_who_comes(session, people, visit, now, noon):
    officer, beheerder = visit(people.officer), visit(people.beheerder)
    cast.scheme_of_a(session, now)
    session.commit()
    assert "Er is nu geen datum met een vrije plaats" in beheerder.get(ASK).text
    local = noon.astimezone(formats.AMSTERDAM)
    ends = (local + timedelta(hours=4)).strftime("%H:%M")
    values = {"exam": "praktijktoets_a", "day": local.date(), "begins": local.strftime("%H:%M"), "ends": ends}
    assert officer.post("/bureau/examendata/nieuw", values | {"places": 8}).status_code == 302
    assert "U hebt nog geen locatie" in beheerder.get(ASK).text
    where = cast.location(session, people, now=now)
    for one in (people.candidate, people.second_candidate):
        cast.theory(session, people, one, now)
    session.commit()
    page = beheerder.get(ASK).text
    assert "voor hoogstens 5 kandidaten" in page
    assert "nog niet gecontroleerd" in text_of(page)
    with new_session(writes=False) as read:
        day = read.scalars(select(ExamDate)).one()
    made = ask(beheerder, (day, where), people.candidate, people.second_candidate)
    assert made.status_code == 302
    assert "aangevraagd" in text_of(beheerder.get(made.location).text)
    found = the_session()
    assert "1 praktijktoets aangevraagd" in text_of(officer.get("/bureau").text)
    assert people.organisation.name in officer.get(OFFICE).text
    assert "De dag staat nog niet vast" in text_of(visit(people.candidate).get("/examen").text)
    assert confirm(officer, found, people.assessors[0]).status_code == 302
    sent = {whose: (template, text, file) for template, whose, text, file in mails()}
    template, text, file = sent[people.second_candidate.name]
    assert template == "practical_planned"
    for said in (
        formats.day(noon),
        f"rond {formats.clock(noon + timedelta(minutes=45))}",
        where.full_address,
        "ongeveer 45 minuten",
        "ten minste 3 van uw gesprekken",
        "De kandidaat past de uitgangspunten van klantenservice toe.",
    ):
        assert said in text
    (event,) = file.walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (
        noon + timedelta(minutes=45),
        noon + timedelta(minutes=90),
    )
    assert (str(event["location"]), str(file["method"])) == (where.full_address, "REQUEST")
    template, text, file = sent[people.assessors[0].name]
    (event,) = file.walk("VEVENT")
    assert (template, event.decoded("dtend")) == ("practical_examiner", noon + timedelta(hours=4))
    assert people.candidate.name not in text
    assert sent[people.beheerder.name][0] == "practical_answer"
    assert people.assessors[0].name in sent[people.beheerder.name][1]
    examiner = visit(people.assessors[0])
    assert formats.sentence(formats.day(noon)) in examiner.get(EXAMINER).text
    printed = text_of(examiner.get(f"{EXAMINER}/{found.id}").text)
    assert people.candidate.name in printed
    assert "Hoogstens 20 punten, ten minste 17 nodig." in printed
    assert "3.2" in printed
    own = text_of(visit(people.candidate).get("/examen").text)
    assert f"rond {formats.clock(noon)}" in own
    assert where.full_address in own
    assert "U bent nog niet aangemeld" not in own


def test_who_cannot_take_part_is_told_why_and_cannot_be_chosen(session, people, visit, scene, now):
    _, _, fresh = scene
    visitor = visit(people.beheerder)
    page = visitor.get(ASK).text
    assert "Vera Vers theorietoets nog niet behaald" in text_of(page)
    assert f'value="{fresh.id}"' not in page
    for somebody in (fresh, people.outsider_candidate):
        assert ask(visitor, scene, somebody).status_code == 422
    with new_session(writes=False) as read:
        assert read.scalars(select(PracticalSession)).all() == []


def test_an_advice_stands_beside_the_name_and_stops_nothing(session, people, visit, scene, now):
    start = (now - timedelta(days=90)).date()
    session.execute(update(Membership).where(Membership.person_id == people.candidate.id).values(in_job_since=start))
    session.commit()
    visitor = visit(people.beheerder)
    said = f"in functie: advies vóór {formats.short_day(start + timedelta(days=84))}"
    assert said in text_of(visitor.get(ASK).text)
    made = ask(visitor, scene, people.candidate)
    assert made.status_code == 302
    assert formats.sentence(said) in text_of(visitor.get(made.location).text)
    assert formats.sentence(said) in text_of(visit(people.officer).get(f"{OFFICE}/{the_session().id}").text)


@pytest.mark.parametrize(
    "more",
    [
        {"exam_date": ""},
        {"exam_date": uuid.uuid4()},
        {"location": ""},
        {"location": "nergens"},
        {"candidates": []},
        {"candidates": ["niemand"]},
    ],
)
def test_an_incomplete_request_is_refused_in_the_form(people, visit, scene, more):
    answer = ask(visit(people.beheerder), scene, people.candidate, **more)
    assert answer.status_code == 422
    assert "Nog niet aangevraagd" in answer.text


def test_the_location_is_one_of_the_own(session, people, visit, scene, now):
    away = cast.location(session, people, "Elders", people.outsider_organisation, now)
    session.commit()
    assert ask(visit(people.beheerder), scene, people.candidate, location=away.id).status_code == 422


def test_too_many_for_the_day_is_refused_with_what_is_needed(session, people, visit, scene, now):
    many = []
    for at in range(6):
        one = cast.person(session, f"veel{at}", f"Veel {at}", Role.CANDIDATE, people.organisation, now)
        cast.theory(session, people, one, now)
        many.append(one)
    session.commit()
    answer = ask(visit(people.beheerder), scene, *many)
    assert answer.status_code == 409
    told = text_of(answer.text)
    assert "tijd voor 5 kandidaten, u koos 6" in told
    assert "practical_day_too_short" in told


def test_asked_twice_is_refused(people, visit, scene, asked):
    visitor = visit(people.beheerder)
    assert ask(visitor, scene, people.candidate).status_code == 422
    assert "heeft al een praktijktoets, of wacht op antwoord" in text_of(visitor.get(ASK).text)


def test_an_examiner_with_a_tie_is_not_offered_and_refused(session, people, visit, asked):
    tied = people.assessors[1]
    session.add(
        Membership(
            person=session.merge(tied),
            role=Role.MANAGER,
            organisation_id=people.organisation.id,
            since=datetime.now(UTC) - timedelta(days=9),
        )
    )
    session.commit()
    officer = visit(people.officer)
    page = officer.get(f"{OFFICE}/{asked.id}").text
    assert f'value="{tied.id}"' not in page
    assert f"{tied.name}: werkt bij dezelfde organisatie" in text_of(page)
    answer = confirm(officer, asked, tied)
    assert (answer.status_code, "werkt bij dezelfde organisatie" in answer.text) == (409, True)
    assert confirm(officer, asked, people.manager).status_code == 422
    assert officer.post(f"{OFFICE}/{asked.id}/bevestigen").status_code == 422
    assert the_session().state is SessionState.REQUESTED
    assert mails() == []


def test_an_examiner_who_is_elsewhere_that_day_is_not_offered(session, people, visit, given, noon, now):
    day = cast.practical_date(session, people, noon)
    where = cast.location(session, people, "Elders", people.outsider_organisation, now)
    cast.theory(session, people, people.outsider_candidate, now)
    session.commit()
    ask(visit(people.outsider_beheerder), (day, where), people.outsider_candidate)
    with new_session(writes=False) as read:
        other = read.scalars(select(PracticalSession).where(PracticalSession.id != given.id)).one()
    officer = visit(people.officer)
    page = officer.get(f"{OFFICE}/{other.id}").text
    assert f"{people.assessors[0].name}: examineert die dag al ergens" in text_of(page)
    assert confirm(officer, other, people.assessors[0]).status_code == 409
    assert confirm(officer, other, people.assessors[1]).status_code == 302


def test_confirming_twice_tells_nobody_twice(people, visit, given):
    before = len(mails())
    assert confirm(visit(people.officer), given, people.assessors[1]).status_code == 409
    assert len(mails()) == before


def test_a_no_has_a_reason_that_the_beheerder_reads(people, visit, asked):
    officer = visit(people.officer)
    address = f"{OFFICE}/{asked.id}/afwijzen"
    for reason in ({}, {"reason": "  "}, {"reason": "x" * 2001}):
        assert officer.post(address, reason).status_code == 422
    assert officer.post(address, {"reason": "Er is geen examiner vrij."}).status_code == 302
    (told,) = mails()
    assert (told[0], told[1]) == ("practical_answer", people.beheerder.name)
    assert "Er is geen examiner vrij." in told[2]
    assert "Er is geen examiner vrij." in visit(people.beheerder).get(f"{ADMIN}/{asked.id}").text
    assert officer.post(address, {"reason": "Nog eens."}).status_code == 409


def test_ksf_takes_back_a_yes_and_everybody_hears_it(people, visit, given):
    officer = visit(people.officer)
    address = f"{OFFICE}/{given.id}/afzeggen"
    assert officer.post(address).status_code == 422
    assert officer.post(address, {"reason": "De examiner is ziek."}).status_code == 302
    off = mails("practical_off")
    assert {one[1] for one in off} == {
        people.candidate.name,
        people.second_candidate.name,
        people.assessors[0].name,
    }
    assert all("De examiner is ziek." in one[2] and str(one[3]["method"]) == "CANCEL" for one in off)
    ids = {str(one[3].walk("VEVENT")[0]["uid"]) for one in off}
    planned = [*mails("practical_planned"), *mails("practical_examiner")]
    assert ids == {str(one[3].walk("VEVENT")[0]["uid"]) for one in planned}
    assert "De examiner is ziek." in mails("practical_answer")[-1][2]
    assert "geen examiner bij een praktijktoets" in visit(people.assessors[0]).get(EXAMINER).text
    assert visit(people.assessors[0]).get(f"{EXAMINER}/{given.id}").status_code == 404


def test_the_organisation_takes_it_back_and_everybody_hears_it(people, visit, scene, given):
    visitor = visit(people.beheerder)
    assert visitor.post(f"{ADMIN}/{given.id}/intrekken").status_code == 302
    assert len(mails("practical_off")) == 3
    assert visitor.post(f"{ADMIN}/{given.id}/intrekken").status_code == 409
    assert ask(visitor, scene, people.candidate).status_code == 302


def test_a_request_that_nobody_knew_of_is_taken_back_in_silence(people, visit, asked):
    assert visit(people.beheerder).post(f"{ADMIN}/{asked.id}/intrekken").status_code == 302
    assert mails() == []


def test_another_address_is_told_to_everybody_who_comes_and_only_when_it_changed(people, visit, scene, given):
    visitor, where = visit(people.beheerder), f"/organisatie/locaties/{scene[1].id}"
    same = {"name": scene[1].name, "address": scene[1].address, "room": scene[1].room}
    assert "bericht" not in text_of(visitor.get(visitor.post(where, same).location).text).partition("Controle")[0]
    assert mails("practical_moved") == []
    page = visitor.get(visitor.post(where, same | {"address": "Nieuwstraat 2, Utrecht"}).location)
    assert "3 mensen krijgen bericht." in text_of(page.text)
    told = mails("practical_moved")
    assert {one[1] for one in told} == {people.candidate.name, people.second_candidate.name, people.assessors[0].name}
    assert all("Nieuwstraat 2, Utrecht" in one[2] and scene[1].address in one[2] for one in told)
    assert all("Nieuwstraat 2, Utrecht" in str(one[3].walk("VEVENT")[0]["location"]) for one in told)
    before = [*mails("practical_planned"), *mails("practical_examiner")]
    uids = [{str(one[3].walk("VEVENT")[0]["uid"]) for one in some} for some in (told, before)]
    assert uids[0] == uids[1]


def test_a_day_without_an_answer_is_told(app, people, visit, asked, noon):
    with app.app_context():
        planning.tend_windows(noon)
    assert [one[0] for one in mails()] == ["practical_answer"]
    assert "niet op tijd beantwoord" in mails()[0][2]
    assert the_session().state is SessionState.LAPSED


def test_another_organisation_sees_and_does_nothing(people, visit, given):
    away = visit(people.outsider_beheerder)
    assert "Er is nog niets aangevraagd" in away.get(ADMIN).text
    assert away.get(f"{ADMIN}/{given.id}").status_code == 404
    assert away.post(f"{ADMIN}/{given.id}/intrekken").status_code == 404
    assert visit(people.assessors[1]).get(f"{EXAMINER}/{given.id}").status_code == 404
    assert "rond" not in text_of(visit(people.outsider_candidate).get("/examen").text)


def test_an_officer_does_not_answer_about_the_own_session(session, people, visit, asked):
    own = session.merge(people.candidate)
    own.memberships.append(Membership(role=Role.KSF_OFFICER, since=datetime.now(UTC) - timedelta(days=1)))
    session.commit()
    officer = visit(own)
    assert "Er wacht niets op u" in officer.get(OFFICE).text
    assert confirm(officer, asked, people.assessors[0]).status_code == 404


def test_an_exam_without_a_checklist_has_no_sessions(session, people, visit):
    cast.scheme(session)
    session.commit()
    visitor = visit(people.beheerder)
    assert visitor.get(f"{ADMIN}/aanvragen/branchecertificaat_b").status_code == 404
    assert "Praktijktoetsen" not in visitor.get("/organisatie").text


def test_the_lists_ask_the_same_number_of_questions_however_long(
    session, people, visit, given, count_queries, now, noon
):
    pages = [
        (visit(people.beheerder), ADMIN),
        (visit(people.beheerder), ASK),
        (visit(people.officer), f"{OFFICE}?toon=alles"),
        (visit(people.assessors[0]), EXAMINER),
    ]
    before = [count_queries(*page) for page in pages]
    for at in range(1, 8):
        day = cast.practical_date(session, people, noon + timedelta(days=at))
        somebody, other = (
            cast.person(session, f"veel{at}{kind}", f"Veel {at} {kind}", Role.CANDIDATE, people.organisation, now)
            for kind in "ab"
        )
        cast.theory(session, people, other, now)
        cast.person(session, f"vers{at}", f"Vers {at}", Role.CANDIDATE, people.organisation, now)
        found = cast.practical_session(session, people, day, somebody, now=now)
        if at % 2:
            found.confirm(people.assessors[0], people.officer, now)
    session.commit()
    assert [count_queries(*page) for page in pages] == before


def test_a_second_choice_is_named_by_the_organisation_and_picked_by_ksf(session, people, visit, scene, noon):
    other = cast.practical_date(session, people, noon + timedelta(days=3))
    session.commit()
    boss, officer = visit(people.beheerder), visit(people.officer)
    asked = ask(boss, scene, people.candidate, second=str(other.id), third=str(other.id))
    assert asked.status_code == 302
    told = formats.exam_date(other)
    assert f"Dan mag het ook op {told}." in text_of(boss.get(asked.location).text)
    found, already = the_session(), len(mails())
    page = f"{OFFICE}/{found.id}"
    assert "Deze dag nemen" in officer.get(page).text
    for wrong in ({}, {"date": "x"}, {"date": str(scene[0].id)}):
        assert officer.post(f"{page}/dag", wrong).status_code == 409
    assert officer.post(f"{page}/dag", {"date": str(other.id)}).status_code == 302
    assert the_session().date_id == other.id
    assert len(mails()) == already, "nobody is told before it is confirmed"
    shown = text_of(officer.get(page).text).lower()
    assert told in shown and formats.exam_date(scene[0]) in shown
    assert confirm(officer, found, people.assessors[0]).status_code == 302
    assert told in mails("practical_answer")[0][2].replace("\n", " ")
    assert "Deze dag nemen" not in officer.get(page).text
