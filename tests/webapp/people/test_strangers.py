"""Who enters an address of somebody that the house knows sees nothing but what was typed, until the person accepts.

Each way to enter one is held against the same with an address that nobody has: page by page the two must be the same.
"""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from support import cast
from support.visitors import text_of

from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.dossier.dossiers import Dossier, DossierState
from storage.dossier.qualifications import enter
from storage.judging.progress import decide
from storage.judging.verdicts import Verdict
from storage.people.links import asks_for_reset
from storage.people.outbox import MailMessage
from storage.people.people import Person, Role, person_by_email
from storage.planning.locations import Location
from storage.planning.theory_tests import TheoryTest, set_ready

HEADER = "kandidaat_naam;kandidaat_email;leidinggevende_naam;leidinggevende_email;kostenplaats\r\n"
NOBODY = "bestaat.niet@voorbeeld.example"
TYPED = "Getypte Naam"


@pytest.fixture(autouse=True)
def _let_go(app, session):
    # What a test itself looked up must not keep the database locked while the app works.
    app.before_request(session.commit)


@pytest.fixture
def strangers(session, people):
    """To the outsiders' beheerder: who has the certificate, who is nominated, who is manager, and an officer of KSF."""
    cast.scheme(session)
    sitting = cast.finished_sitting(session, people)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot)
    decide(session, sitting, cast.NOW)
    session.flush()
    verdict = session.scalars(select(Verdict)).one()
    verdict.confirm(people.officer, cast.NOW)
    verdict.release(people.second_officer, cast.NOW)
    cast.dossier(session, people, candidate=people.second_candidate)
    enter(session, people.candidate, "theory_test_a", "", cast.NOW.date(), people.officer, cast.NOW)
    session.commit()
    return [people.candidate, people.second_candidate, people.manager, people.officer]


def by_form(visitor, email):
    typed = {"candidate_name": TYPED, "candidate_email": email, "manager_name": "Lena"}
    return visitor.post("/organisatie/aanmelden", typed | {"manager_email": "lena@voorbeeld.example"})


def as_manager(visitor, email, name=TYPED):
    typed = {"candidate_name": "Kim", "candidate_email": "kim@voorbeeld.example", "manager_name": name}
    return visitor.post("/organisatie/aanmelden", typed | {"manager_email": email})


def by_list(visitor, email):
    text = HEADER + f"{TYPED};{email};Lena;lena@voorbeeld.example;\r\n"
    data = {"csrf_token": visitor.token, "file": (io.BytesIO(text.encode()), "lijst.csv")}
    shown = visitor.client.post("/organisatie/aanmelden/lijst", data=data, content_type="multipart/form-data")
    assert text_of(visitor.get(shown.location).text).count("wordt aangemeld") == 1
    return visitor.post(shown.location)


def for_a_test(visitor, email):
    return visitor.post("/organisatie/online-toets/mensen", {"nieuw-name": TYPED, "nieuw-email": email})


def handed_over(visitor, email):
    as_manager(visitor, "eerste@voorbeeld.example", "Aad Eerste")
    with new_session(writes=False) as fresh:
        dossier = fresh.scalars(select(Dossier).order_by(Dossier.created_at.desc())).first()
    where = f"/organisatie/dossiers/{dossier.id}/leidinggevende"
    return visitor.post(where, {"manager_name": TYPED, "manager_email": email})


def put_right(visitor, email):
    by_form(visitor, "typefout@voorbeeld.example")
    with new_session(writes=False) as fresh:
        found = person_by_email(fresh, "typefout@voorbeeld.example")
    return visitor.post(f"/organisatie/mensen/{found.id}", {"email": email})


WAYS = (by_form, as_manager, by_list, for_a_test, handed_over, put_right)
PAGES = ("/organisatie", "/organisatie/mensen", f"/organisatie/mensen?zoek={TYPED.split(maxsplit=1)[0]}", "/kandidaten")
PAGES += ("/organisatie/online-toets/nieuw", "/organisatie/praktijktoetsen", "/organisatie/examendata")


def all_that_is_seen(visitor, answer, email):
    """What the beheerder reads everywhere, ids and codes and the address itself left out."""
    found = [str(answer.status_code), re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", answer.location or "")]
    found += [text_of(visitor.get(page).text) for page in PAGES]
    with new_session(writes=False) as fresh:
        who = fresh.scalars(select(Person).where(Person.email == email).order_by(Person.created_at.desc())).first()
        if who is not None:
            found.append(text_of(visitor.get(f"/organisatie/mensen/{who.id}").text))
    found.append(text_of(visitor.get(f"/organisatie/mensen?zoek={email}").text))
    own = re.compile("|".join((*NAMES, r"beheerder\.\w+@", r"\bK-\w+")))
    return [own.sub("", one.replace(email, "ADRES")) for one in found]


@pytest.mark.parametrize("way", WAYS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("who", range(4))
def test_a_known_address_looks_as_one_that_nobody_has(session, people, visit, strangers, way, who):
    known = strangers[who]
    (first, home), (second, _) = (empty(session, name) for name in NAMES)
    visitor = visit(first)
    seen = all_that_is_seen(visitor, way(visitor, known.email), known.email)
    assert not any(known.name in one for one in seen)
    assert any(TYPED in one or way is put_right for one in seen)
    with new_session(writes=False) as fresh:
        made = fresh.scalars(select(Person).where(Person.stands_for_id == known.id)).one()
        assert (made.password_hash, made.email) == (None, known.email)
        assert {one.organisation_id for one in made.memberships} == {home.id}
        assert home.id not in {one.organisation_id for one in fresh.get(Person, known.id).memberships}
    # The same once more in an organisation that is as empty, with an address that nobody has.
    for email in ("typefout@voorbeeld.example", "eerste@voorbeeld.example", "kim@voorbeeld.example"):
        _forget(email)
    other = visit(second)
    again = all_that_is_seen(other, way(other, NOBODY), NOBODY)
    assert seen == again


NAMES = ("Eerste Telefonie", "Tweede Telefonie")


def empty(session, name):
    """An organisation in which there is nobody but its beheerder."""
    home = cast.organisation(session, name)
    local = f"beheerder.{name.partition(' ')[0].lower()}"
    admin = cast.person(session, local, "Beheerder Ergens", Role.ORGANISATION_ADMIN, home)
    session.commit()
    return admin, home


def _forget(email):
    """Let an address that the first one typed be free again."""
    with new_session() as fresh:
        for one in fresh.scalars(select(Person).where(Person.email == email)):
            one.email = f"weg-{one.id.hex}@voorbeeld.example"
        fresh.commit()


def stand_in(email):
    with new_session(writes=False) as fresh:
        return fresh.scalars(select(Person).where(Person.stands_for_id.is_not(None), Person.email == email)).one()


def mail_to(email):
    with new_session(writes=False) as fresh:
        newest = select(MailMessage).where(MailMessage.person.has(Person.email == email))
        return fresh.scalars(newest.order_by(MailMessage.created_at.desc())).first()


def link_of(mail):
    with new_session(writes=False) as fresh:
        return fresh.merge(mail, load=False).link.path


def test_once_accepted_it_is_the_persons_own(session, people, visit, strangers):
    manager, boss = people.manager, visit(people.outsider_beheerder)
    as_manager(boss, manager.email)
    made, mail = stand_in(manager.email), mail_to(manager.email)
    assert "U hebt al een account" in mail.text and "Kies eerst een wachtwoord" not in mail.text
    where = link_of(mail)
    # Neither the link nor the account alone is enough.
    stranger = visit()
    assert "Inloggen" in stranger.get(where).text and "Aannemen</button>" not in stranger.get(where).text
    stranger.post(where)
    other = visit(people.second_candidate)
    other.post(where)
    assert other.post(f"/account/aanmeldingen/{made.id}/aannemen").status_code == 404
    assert stand_in(manager.email).id == made.id
    own = visit(manager)
    assert people.outsider_organisation.name in text_of(own.get("/account").text)
    assert own.post(where).status_code == 302
    with new_session(writes=False) as fresh:
        assert fresh.get(Person, made.id) is None
        (dossier,) = fresh.scalars(select(Dossier).where(Dossier.organisation_id == people.outsider_organisation.id))
        assert dossier.manager_id == manager.id
    assert manager.name in text_of(boss.get("/organisatie").text), "now the house shares it with them"
    assert own.get(where).status_code == 410, "once"
    assert "heeft u aangemeld" not in text_of(own.get("/account").text)


def test_who_is_certified_already_accepts_and_is_not_nominated_again(session, people, visit, strangers):
    boss, own = visit(people.outsider_beheerder), visit(people.candidate)
    by_form(boss, people.candidate.email)
    made = stand_in(people.candidate.email)
    assert own.post(f"/account/aanmeldingen/{made.id}/aannemen").status_code == 302
    assert "Daarom gaat de aanmelding niet door" in own.get("/account").text
    assert own.post(f"/account/aanmeldingen/{made.id}/aannemen").status_code == 404, "twice"
    with new_session(writes=False) as fresh:
        theirs = select(Dossier).where(Dossier.organisation_id == people.outsider_organisation.id)
        (dossier,) = fresh.scalars(theirs)
        assert (dossier.candidate_id, dossier.state) == (people.candidate.id, DossierState.WITHDRAWN)


@pytest.mark.parametrize("first_password", [False, True])
def test_what_nobody_has_twice_is_told_and_waits_until_the_organisation_takes_it_back(
    session, people, visit, strangers, first_password
):
    """Two online tests that are both to come: by the button of the account, and by the mail with a first password."""
    email = NOBODY if first_password else people.second_candidate.email
    homes = (people.organisation, people.outsider_organisation)
    halls = [cast.location(session, people, organisation=home).id for home in homes]
    session.commit()
    if first_password:
        for_a_test(visit(people.beheerder), email)
    for_a_test(visit(people.outsider_beheerder), email)
    made, mail, now = stand_in(email), mail_to(email), datetime.now(UTC)
    soon = now + timedelta(days=10)
    with new_session() as fresh:
        for one, hall in zip((made.stands_for_id, made.id), halls, strict=True):
            where = fresh.get_one(Location, hall)
            set_ready(fresh, [fresh.get_one(Person, one)], "certificate_a", where, soon, people.officer, now)
        fresh.commit()
    own = visit() if first_password else visit(people.second_candidate)
    password = "vier losse woorden hier samen"
    where = link_of(mail) if first_password else f"/account/aanmeldingen/{made.id}/aannemen"
    assert own.post(where, {"password": password, "again": password}).status_code == 302
    shown = text_of(own.get("/account").text)
    assert "Vraag de organisatie om dat terug te nemen" in shown and "heeft u aangemeld" in shown
    with new_session() as fresh:
        assert fresh.get(Person, made.id).stands_for_id == made.stands_for_id, "nothing is changed"
        tests = {one.person_id: one for one in fresh.scalars(select(TheoryTest))}
        assert set(tests) == {made.id, made.stands_for_id}
        assert fresh.scalars(select(AuditEvent).where(AuditEvent.verb == "stand_in_accepted")).all() == []
        tests[made.id].withdraw(people.officer, now)
        fresh.commit()
    assert own.post(f"/account/aanmeldingen/{made.id}/aannemen").status_code == 302
    with new_session(writes=False) as fresh:
        assert fresh.get(Person, made.id) is None
        assert {one.person_id for one in fresh.scalars(select(TheoryTest))} == {made.stands_for_id}


def test_until_accepted_the_person_sees_and_loses_nothing(session, people, visit, strangers):
    own = visit(people.second_candidate)
    before = text_of(own.get("/examen").text)
    by_form(visit(people.outsider_beheerder), people.second_candidate.email)
    assert text_of(own.get("/examen").text) == before
    again = visit()
    assert again.log_in(people.second_candidate.email).status_code == 302, "the log-in is the person's"
    assert "Een organisatie heeft u aangemeld" in again.get("/account").text


def test_two_organisations_type_one_address_that_nobody_used(session, people, visit, strangers):
    """The first one's typing is the account, the second one's stands for it; either mail opens it."""
    by_form(visit(people.beheerder), NOBODY)
    by_form(visit(people.outsider_beheerder), NOBODY)
    made = stand_in(NOBODY)
    visitor = visit()
    where = link_of(mail_to(NOBODY))
    password = "vier losse woorden hier samen"
    assert visitor.post(where, {"password": password, "again": password}).status_code == 302
    with new_session(writes=False) as fresh:
        (person,) = fresh.scalars(select(Person).where(Person.email == NOBODY))
        assert person.id != made.id and person.password_hash
        assert {one.organisation_id for one in person.memberships} == {
            people.organisation.id,
            people.outsider_organisation.id,
        }


def test_an_address_that_was_put_right_leaves_the_others_on_their_own(session, people, visit, strangers):
    home, away = visit(people.beheerder), visit(people.outsider_beheerder)
    by_form(home, NOBODY)
    by_form(away, NOBODY)
    with new_session(writes=False) as fresh:
        real = person_by_email(fresh, NOBODY)
    assert home.post(f"/organisatie/mensen/{real.id}", {"email": "goed@voorbeeld.example"}).status_code == 302
    with new_session(writes=False) as fresh:
        now = person_by_email(fresh, NOBODY)
        assert now.id != real.id and now.stands_for_id is None
        assert {one.organisation_id for one in now.memberships} == {people.outsider_organisation.id}
        assert person_by_email(fresh, "goed@voorbeeld.example").id == real.id


def test_a_link_for_a_new_password_goes_to_the_person_and_never_to_what_was_typed(session, people, visit, strangers):
    by_form(visit(people.outsider_beheerder), people.candidate.email)
    visit().post("/wachtwoord-vergeten", {"email": people.candidate.email})
    with new_session() as fresh:
        assert asks_for_reset(fresh, people.candidate.email) == people.candidate.id


def test_typing_the_same_twice_makes_one(session, people, visit, strangers):
    boss = visit(people.outsider_beheerder)
    by_form(boss, people.candidate.email)
    again = by_form(boss, people.candidate.email)
    assert again.status_code == 422 and "is al aangemeld" in again.text
    for_a_test(boss, people.candidate.email)
    with new_session(writes=False) as fresh:
        number = select(func.count()).select_from(Person).where(Person.email == people.candidate.email)
        assert fresh.scalar(number) == 2
