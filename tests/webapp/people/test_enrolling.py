"""Enrolling: what will happen is shown before it happens, and the same list a second time changes nothing."""

import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from support import cast
from support.visitors import text_of

from storage.admission.enrolments import Roster
from storage.base.database import new_session
from storage.dossier.dossiers import Dossier
from storage.judging.progress import decide
from storage.judging.verdicts import Verdict
from storage.people.organisations import Organisation
from storage.people.outbox import MailMessage
from storage.people.people import Membership, Person, Role
from storage.schemes import add_scheme
from webapp.people import roster_file

HEADER = "kandidaat_naam;kandidaat_email;leidinggevende_naam;leidinggevende_email;kostenplaats\r\n"
NEW = "Nina Nieuw;nina@voorbeeld.example;Lena Leider;lena@voorbeeld.example;4010\r\n"


@pytest.fixture(autouse=True)
def scheme(session, people):
    row = cast.scheme(session)
    session.commit()
    return row


def upload(visitor, text, **more):
    data = {"csrf_token": visitor.token, **more, "file": (io.BytesIO(text.encode()), "lijst.csv")}
    return visitor.client.post("/organisatie/aanmelden/lijst", data=data, content_type="multipart/form-data")


def count(noun):
    with new_session(writes=False) as session:
        return session.scalar(select(func.count()).select_from(noun))


def everything():
    return [count(noun) for noun in (Person, Membership, Dossier, MailMessage)]


def test_nothing_happens_before_it_is_confirmed(people, visit):
    before, visitor = everything(), visit(people.beheerder)
    page = visitor.get(upload(visitor, HEADER + NEW).location)
    assert "Nina Nieuw" in page.text
    assert "wordt aangemeld" in page.text
    assert "1 kandidaat aanmelden" in page.text
    assert everything() == before


def test_an_enrolment_makes_people_roles_a_nomination_and_mail(people, visit):
    visitor = visit(people.beheerder)
    shown = upload(visitor, HEADER + NEW).location
    assert visitor.post(shown).location == "/organisatie"
    with new_session(writes=False) as session:
        (dossier,) = session.scalars(select(Dossier))
        assert (dossier.candidate.name, dossier.manager.email) == ("Nina Nieuw", "lena@voorbeeld.example")
        assert (dossier.organisation_id, dossier.cost_centre) == (people.organisation.id, "4010")
        now = datetime.now(UTC)
        assert dossier.candidate.organisations(Role.CANDIDATE, now) == {people.organisation.id}
        assert dossier.manager.organisations(Role.MANAGER, now) == {people.organisation.id}
        mails = {one.person.email: one for one in session.scalars(select(MailMessage))}
        assert mails["nina@voorbeeld.example"].template == "nominated"
        assert mails["lena@voorbeeld.example"].template == "substantiation_asked"
        assert all(one.link is not None and "{link}" in one.text for one in mails.values())
        assert session.scalars(select(Roster)).one().entries == []
    page = visitor.get("/organisatie").text
    assert "De leidinggevende schrijft de onderbouwing" in page
    assert "1 kandidaat is aangemeld." in page


def test_the_same_list_again_changes_nothing(people, visit):
    visitor = visit(people.beheerder)
    shown = upload(visitor, HEADER + NEW).location
    visitor.post(shown)
    after = everything()
    assert visitor.post(shown).status_code == 409
    again = upload(visitor, HEADER + NEW).location
    page = visitor.get(again).text
    assert "is al aangemeld" in page
    assert "kandidaat aanmelden" not in text_of(page)
    assert visitor.post(again).status_code == 302
    assert everything() == after


def test_who_is_certified_or_enrolled_elsewhere_is_marked(session, people, visit, scheme):
    sitting = cast.finished_sitting(session, people)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot)
    decide(session, sitting, cast.NOW)
    session.flush()
    verdict = session.scalars(select(Verdict)).one()
    verdict.confirm(people.officer, cast.NOW)
    verdict.release(people.second_officer, cast.NOW)
    both = session.merge(people.outsider_candidate)
    both.memberships.append(Membership(role=Role.CANDIDATE, organisation=people.organisation, since=cast.NOW))
    elsewhere = cast.dossier(session, people, candidate=both)
    elsewhere.organisation = people.outsider_organisation
    session.commit()
    visitor = visit(people.beheerder)
    rows = [(one.name, one.email) for one in (people.candidate, people.outsider_candidate)]
    lines = "".join(f"{name};{email};Lena;lena@voorbeeld.example;\r\n" for name, email in rows)
    page = text_of(visitor.get(upload(visitor, HEADER + lines).location).text)
    assert "heeft het certificaat al" in page
    assert "al aangemeld buiten uw organisatie" in page
    assert "Elders Telefonie" not in page
    assert "Worden aangemeld 0" in page
    assert "behaald" in text_of(visitor.get("/organisatie").text)


def test_faulty_lines_are_shown_and_can_be_downloaded_while_the_good_ones_go_on(people, visit):
    visitor = visit(people.beheerder)
    shown = upload(visitor, HEADER + NEW + "Fout;geen adres;Lena;lena@voorbeeld.example;\r\n").location
    page = text_of(visitor.get(shown).text)
    assert "3 kandidaat_email ‘geen adres’ is geen e-mailadres naam@organisatie.nl" in page
    file = visitor.get(f"{shown}/fouten.csv")
    assert file.mimetype == "text/csv"
    assert "geen adres" in file.text
    visitor.post(shown)
    assert count(Dossier) == 1


@pytest.mark.one_database
def test_a_file_that_is_no_list_is_explained(people, visit):
    answer = upload(visit(people.beheerder), "naam\r\nx")
    assert answer.status_code == 422
    assert "ontbreekt de kolom" in text_of(answer.text)
    assert upload(visit(people.beheerder), "").status_code == 422
    assert visit(people.beheerder).post("/organisatie/aanmelden/lijst").status_code == 422


def test_two_thousand_lines_are_looked_at_and_enrolled(people, visit):
    visitor = visit(people.beheerder)
    lines = "".join(
        f"K {at};k{at}@voorbeeld.example;L {at % 50};l{at % 50}@voorbeeld.example;\r\n" for at in range(2000)
    )
    shown = upload(visitor, HEADER + lines).location
    assert "2000 kandidaten aanmelden" in visitor.get(shown).text
    assert visitor.post(shown).status_code == 302
    assert (count(Dossier), count(MailMessage)) == (2000, 2050)


def test_one_candidate_is_enrolled_by_a_form(people, visit):
    visitor = visit(people.beheerder)
    typed = {
        "candidate_name": "Nina Nieuw",
        "candidate_email": " Nina@Voorbeeld.example",
        "manager_name": people.manager.name,
        "manager_email": people.manager.email,
    }
    assert visitor.post("/organisatie/aanmelden", typed).location == "/organisatie"
    assert count(Dossier) == 1
    again = visitor.post("/organisatie/aanmelden", typed)
    assert again.status_code == 422
    assert "is al aangemeld" in again.text
    same = visitor.post("/organisatie/aanmelden", typed | {"manager_email": "nina@voorbeeld.example"})
    assert "Dit is het adres van de kandidaat" in same.text
    assert visitor.post("/organisatie/aanmelden", {}).status_code == 422
    with new_session(writes=False) as session:
        manager_mail = session.scalars(select(MailMessage).where(MailMessage.person_id == people.manager.id)).one()
    assert manager_mail.link_id is None, "who has a password is sent no link"
    one_more = {"candidate_name": "Nora Nieuw", "candidate_email": "nora@voorbeeld.example", "again": "1"}
    assert visitor.post("/organisatie/aanmelden", typed | one_more).location == "/organisatie/aanmelden"
    assert "Nora Nieuw is aangemeld" in visitor.get("/organisatie/aanmelden").text


def test_a_name_from_a_form_holds_what_is_read_and_nothing_else(people, visit, session):
    visitor = visit(people.beheerder)
    typed = {"candidate_email": "nina@voorbeeld.example", "manager_email": people.manager.email, "manager_name": "L"}
    empty = visitor.post("/organisatie/aanmelden", typed | {"candidate_name": "\u200b\u2028\ufeff\u3164"})
    assert (empty.status_code, count(Dossier)) == (422, 0)
    assert "Vul de naam in." in empty.text
    seen = {"candidate_name": "\ufeffNina\u2028\u202eNieuw\u200b-Zoe\u0308"}
    assert visitor.post("/organisatie/aanmelden", typed | seen).status_code == 302
    found = session.scalars(select(Person).where(Person.email == "nina@voorbeeld.example")).one()
    assert found.name == "Nina Nieuw-Zoë"


@pytest.mark.one_database
def test_who_administers_two_organisations_says_which(session, people, visit):
    admin = session.merge(people.beheerder)
    away = session.merge(people.outsider_organisation)
    admin.memberships.append(Membership(role=Role.ORGANISATION_ADMIN, organisation=away, since=cast.NOW))
    session.commit()
    visitor = visit(people.beheerder)
    data = {"csrf_token": visitor.token, "file": (io.BytesIO((HEADER + NEW).encode()), "lijst.csv")}
    path = "/organisatie/aanmelden/lijst"
    assert visitor.client.post(path, data=data, content_type="multipart/form-data").status_code == 422
    data = {
        "csrf_token": visitor.token,
        "organisation": str(away.id),
        "file": (io.BytesIO((HEADER + NEW).encode()), "lijst.csv"),
    }
    answer = visitor.client.post(path, data=data, content_type="multipart/form-data")
    assert away.name in visitor.get(answer.location).text


def test_the_exam_is_a_choice_where_there_is_more_than_one(session, people, visit):
    visitor, pages = visit(people.beheerder), ("/organisatie/aanmelden", "/organisatie/aanmelden/lijst")
    add_scheme(session, (cast.CONTENT.parent / "praktijktoets_a" / "scheme.toml").read_bytes(), cast.NOW)
    session.commit()
    # The practical test has no motivation file, so that nobody is nominated for it.
    assert all('name="exam"' not in visitor.get(page).text for page in pages)
    other = cast.with_dates(session, key="ander_examen")
    session.commit()
    assert all('name="exam"' in visitor.get(page).text for page in pages)
    typed = {
        "candidate_name": "Nina Nieuw",
        "candidate_email": "nina@voorbeeld.example",
        "manager_name": "Lena Leider",
        "manager_email": "lena@voorbeeld.example",
    }
    for wrong in ({}, {"exam": "praktijktoets_a"}, {"exam": "x" * 999}):
        assert visitor.post(pages[0], typed | wrong).status_code == 422
    assert visitor.post(pages[0], typed | {"exam": "branchecertificaat_b"}).status_code == 302
    shown = upload(visitor, HEADER + NEW, exam=other.key).location
    assert other.content.name in visitor.get(shown).text
    assert visitor.post(shown).status_code == 302
    with new_session(writes=False) as fresh:
        nominated = [row.scheme.key for row in fresh.scalars(select(Dossier).order_by(Dossier.created_at))]
    assert nominated == ["branchecertificaat_b", "ander_examen"]


def test_somebody_who_left_is_out_of_sight_and_keeps_what_was_earned(session, people, visit):
    cast.sitting(session, people, datetime.now(UTC))
    session.commit()
    visitor, candidate = visit(people.beheerder), visit(people.candidate)
    page = f"/organisatie/mensen/{people.candidate.id}"
    assert visitor.get(page).status_code == 200
    assert "Ongedaan maken" in visitor.get(visitor.post(f"{page}/uit-dienst").location).text
    assert visitor.get(page).status_code == 404
    assert people.candidate.name not in visitor.get("/organisatie").text
    assert candidate.get("/examen").status_code == 200
    visitor.post(f"{page}/terug")
    assert people.candidate.name in visitor.get("/organisatie").text


def test_another_manager_goes_on_where_the_first_one_left(session, people, visit):
    dossier = cast.dossier(session, people, datetime.now(UTC))
    session.commit()
    before, visitor = visit(people.manager), visit(people.beheerder)
    page, here = f"/kandidaten/{dossier.id}", f"/organisatie/dossiers/{dossier.id}/leidinggevende"
    assert before.get(page).status_code == 200
    new = {"manager_name": "Olga Opvolger", "manager_email": "olga@voorbeeld.example"}
    for wrong, said in (
        ({**new, "manager_email": people.candidate.email}, "Dit is de kandidaat zelf"),
        ({**new, "manager_email": people.manager.email}, "schrijft al voor deze kandidaat"),
        ({**new, "manager_email": "geen adres"}, "e-mailadres"),
        ({**new, "manager_name": "x" * 121}, "121"),
    ):
        answer = visitor.post(here, wrong)
        assert answer.status_code == 422 and (said in answer.text or "Naam" in answer.text)
    assert visitor.post(here, new).status_code == 302
    assert "Olga Opvolger schrijft de onderbouwing" in visitor.get(f"/organisatie/mensen/{people.candidate.id}").text
    assert visitor.post(here, new).status_code == 422, "twice"
    assert before.get(page).status_code == 404
    with new_session(writes=False) as other:
        found = other.get(Dossier, dossier.id)
        assert (found.manager.email, found.reason) == ("olga@voorbeeld.example", cast.REASON)
        mail = other.scalars(select(MailMessage).where(MailMessage.person_id == found.manager_id)).one()
        assert mail.template == "substantiation_asked" and mail.link_id
    with new_session() as other:
        other.get(Dossier, dossier.id).submit(people.candidate.id, datetime.now(UTC))
        other.commit()
    assert visitor.post(here, {**new, "manager_email": "nog.iemand@voorbeeld.example"}).status_code == 409


def test_a_wrong_address_is_put_right_before_it_is_used(session, people, visit):
    session.merge(people.candidate).password_hash = None
    session.merge(people.candidate).bounced_at = cast.NOW
    session.commit()
    visitor, page = visit(people.beheerder), f"/organisatie/mensen/{people.candidate.id}"
    assert "Mail aan dit adres komt niet aan" in visitor.get(page).text
    assert visitor.post(page, {"email": people.manager.email}).status_code == 422
    assert visitor.post(page, {"email": "goed@voorbeeld.example"}).status_code == 302
    with new_session(writes=False) as other:
        found = other.get(Person, people.candidate.id)
        assert (found.email, found.bounced_at) == ("goed@voorbeeld.example", None)


@pytest.mark.parametrize("role", [Role.KSF_OFFICER, Role.ORGANISATION_ADMIN])
def test_an_invitation_for_more_cannot_be_taken_over(session, people, visit, role):
    person = session.merge(people.candidate)
    person.password_hash = None
    home = people.organisation if role is Role.ORGANISATION_ADMIN else None
    person.memberships.append(Membership(role=role, organisation=session.merge(home) if home else None, since=cast.NOW))
    session.commit()
    visit(people.beheerder).post(f"/organisatie/mensen/{person.id}", {"email": "mijn@voorbeeld.example"})
    with new_session(writes=False) as other:
        assert other.get(Person, person.id).email == people.candidate.email


def test_the_office_makes_an_organisation_and_invites_its_beheerder(people, visit):
    visitor = visit(people.officer)
    made = visitor.post("/bureau/organisaties/nieuw", {"name": "  Derde   Partij ", "is_member": "y"}).location
    assert "Derde Partij" in visitor.get("/bureau/organisaties?zoek=derde").text
    typed = {"beheerder-name": "Bea Beheer", "beheerder-email": "bea@voorbeeld.example"}
    assert visitor.post(f"{made}/beheerders", typed).location == made
    assert "bea@voorbeeld.example" in visitor.get(made).text
    assert "al beheerder" in visitor.get(visitor.post(f"{made}/beheerders", typed).location).text
    assert visitor.post(f"{made}/beheerders", {}).status_code == 422
    twice = visitor.post("/bureau/organisaties/nieuw", {"name": "DERDE PARTIJ"})
    assert "Er is al een organisatie met deze naam" in text_of(twice.text)
    assert visitor.post(made, {"name": people.organisation.name}).status_code == 422
    assert visitor.post(made, {"name": "Vierde Partij", "supplies_examiners": "y"}).status_code == 302
    with new_session(writes=False) as session:
        row = session.scalars(select(Organisation).where(Organisation.name == "Vierde Partij")).one()
        assert (row.is_member, row.supplies_examiners) == (False, True)
        assert session.scalars(select(MailMessage)).one().person.email == "bea@voorbeeld.example"


def test_the_office_takes_roles_but_never_its_own(people, visit):
    visitor = visit(people.officer)
    assert visitor.get(f"/bureau/mensen/{people.officer.id}").status_code == 404
    role = people.second_officer.memberships[0].id
    assert visitor.post(f"/bureau/mensen/rollen/{role}/einde").status_code == 302
    assert visit(people.second_officer).get("/bureau").status_code == 404
    visitor.post(f"/bureau/mensen/rollen/{role}/terug")
    assert visit(people.second_officer).get("/bureau").status_code == 200


QUERIES = {"beheerder": ("/organisatie", "/organisatie/mensen"), "officer": ("/bureau/organisaties", "/bureau/mensen")}


@pytest.mark.one_database
def test_a_long_list_asks_no_more_of_the_database_than_a_short_one(session, people, visit, count_queries):
    def all_of():
        return {
            path: count_queries(visit(getattr(people, who)), path) for who, paths in QUERIES.items() for path in paths
        }

    cast.dossier(session, people)
    session.commit()
    few = all_of()
    for at in range(40):
        home = cast.organisation(session, f"Organisatie {at}")
        somebody = cast.person(session, f"veel{at}", f"Veel {at}", Role.CANDIDATE, people.organisation)
        cast.person(session, f"baas{at}", f"Baas {at}", Role.ORGANISATION_ADMIN, home)
        cast.dossier(session, people, candidate=somebody)
    session.commit()
    many = all_of()
    assert many == few
    assert max(many.values()) < 24


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["/organisatie", "/organisatie/mensen"])
@pytest.mark.parametrize(
    "query", ["zoek=%25", "zoek=%00", "zoek=_", "page=-1", "page=x", "toon=x", f"zoek={'é' * 500}"]
)
def test_odd_questions_get_a_page(people, visit, path, query):
    assert visit(people.beheerder).get(f"{path}?{query}").status_code == 200


def test_the_roster_file_names_every_value_of_an_entry():
    assert set(roster_file.COLUMNS.values()) == set(roster_file.LONGEST)


STAFF = "Roepnaam;Achternaam;Mail;BSN;Leidinggevende;Leidinggevende mail\r\nNina;Nieuw;nina@voorbeeld.example;999;"
STAFF += "Lena Leider;lena@voorbeeld.example\r\n"
CHOSEN = {
    "kandidaat_naam": "0",
    "kandidaat_naam_2": "1",
    "kandidaat_email": "2",
    "leidinggevende_naam": "4",
    "leidinggevende_email": "5",
}


def test_the_columns_of_any_list_are_told_once(session, people, visit):
    visitor = visit(people.beheerder)
    shown = upload(visitor, STAFF).location
    assert shown.endswith("/kolommen")
    page = text_of(visitor.get(shown).text)
    assert "Roepnaam" in page and "nina@voorbeeld.example" in page and "1 regel" in page
    roster = shown.removesuffix("/kolommen")
    assert visitor.get(roster).location == shown
    assert visitor.post(roster).status_code == 409, "nobody said yet which column is what"
    for wrong in (
        {},
        CHOSEN | {"kandidaat_email": ""},
        CHOSEN | {"kandidaat_naam": "6"},
        CHOSEN | {"kostenplaats": "x"},
    ):
        assert visitor.post(shown, wrong).status_code == 422
    assert visitor.post(shown, CHOSEN).location == roster
    with new_session(writes=False) as fresh:
        (kept,) = fresh.scalars(select(Roster))
        assert kept.table == {} and "999" not in str(kept.entries), "the rest is forgotten"
    assert "Nina Nieuw" in visitor.get(roster).text
    assert visitor.get(shown).location == visitor.post(shown, CHOSEN).location == roster, "twice is once"
    again = upload(visitor, STAFF).location
    assert "kolommen" not in again and "Nina Nieuw" in visitor.get(again).text, "known by now"
    assert "/kolommen" in upload(visitor, STAFF.replace("Roepnaam", "Voornaam")).location
    assert visitor.post(f"{again}/kolommen-vergeten").location == "/organisatie/aanmelden/lijst"
    assert "/kolommen" in upload(visitor, STAFF).location
    assert visitor.post(roster).status_code == 302
    assert count(Dossier) == 1


def test_the_columns_of_another_organisation_are_not_there(people, visit):
    shown = upload(visit(people.beheerder), STAFF).location
    assert visit(people.outsider_beheerder).get(shown).status_code == 404
    assert visit(people.outsider_beheerder).post(shown, CHOSEN).status_code == 404


def test_a_manager_has_somebody_else_write_and_the_text_keeps_its_author(session, people, visit):
    dossier = cast.dossier(session, people, datetime.now(UTC))
    session.commit()
    manager, where = visit(people.manager), f"/kandidaten/{dossier.id}/overdragen"
    version = {"version": dossier.manager_version, "tasks": "is_asked"}
    manager.post(f"/kandidaten/{dossier.id}", {**version, "reason": cast.REASON, "example_role": cast.EXAMPLE_ROLE})
    new = {"manager_name": "Olga Opvolger", "manager_email": "olga@voorbeeld.example"}
    assert "Wat u schreef, blijft staan" in text_of(manager.get(where).text)
    assert manager.post(where, {**new, "manager_email": people.candidate.email}).status_code == 422
    assert visit(people.outsider_manager).post(where, new).status_code == 404
    assert manager.post(where, new).location == "/kandidaten"
    assert manager.post(where, new).status_code == 404, "it is somebody else's now"
    with new_session(writes=False) as fresh:
        mails = {one.template: one for one in fresh.scalars(select(MailMessage))}
        assert mails["substantiation_asked"].person.email == "olga@voorbeeld.example"
        assert mails["manager_substituted"].person_id == people.beheerder.id
        assert people.manager.name in mails["manager_substituted"].text
        row = fresh.get(Dossier, dossier.id)
        assert row.manager.name == "Olga Opvolger" and row.reason
    read = text_of(visit(people.candidate).get(f"/dossier/{dossier.id}/afdruk").text)
    assert f"Geschreven door {people.manager.name}." in read
    with new_session() as other:
        other.get(Dossier, dossier.id).submit(people.candidate.id, datetime.now(UTC))
        other.commit()
