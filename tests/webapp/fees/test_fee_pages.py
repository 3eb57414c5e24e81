"""Money on screen: prices, costs with their reasons, invoices that are made, paid, reminded, given back."""

import io
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from support import cast, certified, fees_to_see

from scenarios.fee_rules import ChargedAt, Product, Reason
from storage.base.clock import AMSTERDAM
from storage.certificates.copies import CopyOrder
from storage.fees import billing
from storage.fees.billing import InvoiceFormat
from storage.fees.charging import charge_due
from storage.fees.invoices import Invoice, InvoiceState
from storage.fees.orders import FeeOrder
from storage.fees.prices import FeePrice, Price, set_price
from storage.people.outbox import MailMessage
from storage.planning import locations
from storage.planning.theory_tests import set_ready

NOW = datetime.now(AMSTERDAM)
A = "certificate_a"


@pytest.fixture
def scheme(session):
    return cast.scheme_of_a(session)


@pytest.fixture
def made(session, people, scheme):
    order, invoice = fees_to_see.invoiced(session, scheme, people.organisation, people.candidate, people.beheerder, NOW)
    session.commit()
    return order, invoice


def test_an_officer_sets_a_price_from_a_day_and_takes_it_back(visit, session, people, scheme):
    session.commit()
    officer = visit(people.officer)
    wanted = {"exam": scheme.key, "price": "member_cents", "euros": "37,50", "since": (NOW + timedelta(days=9)).date()}
    assert officer.post("/bureau/tarieven", wanted).status_code == 302
    assert "€ 37,50" in officer.get("/bureau/tarieven").text
    again = officer.post("/bureau/tarieven", wanted)
    assert again.status_code == 422
    assert "Op deze dag gaat al een andere prijs in" in again.text
    price = session.scalars(select(FeePrice)).one()
    assert price.cents == 3750
    address = f"/bureau/tarieven/{price.id}/terug"
    session.rollback()
    assert officer.post(address).status_code == 302
    assert officer.post(address).status_code == 409
    assert officer.post("/bureau/tarieven", wanted).status_code == 302


@pytest.mark.parametrize(
    "wrong", [{"euros": "-1"}, {"euros": "veel"}, {"exam": "nee"}, {"since": "2020-01-01"}, {"euros": "1e9"}]
)
def test_a_wrong_price_is_said_at_its_field(visit, session, people, scheme, wrong):
    session.commit()
    wanted = {"exam": scheme.key, "price": "member_cents", "euros": "37,50", "since": NOW.date().isoformat()} | wrong
    answer = visit(people.officer).post("/bureau/tarieven", wanted)
    assert answer.status_code == 422
    assert session.scalars(select(FeePrice)).all() == []


def test_what_it_will_cost_is_read_before_it_is_asked(visit, session, people, scheme):
    locations.add(session, people.organisation, "Zaal", "Proefstraat 1, Utrecht", "", people.beheerder, NOW)
    session.commit()
    assert "per kandidaat" not in visit(people.beheerder).get("/organisatie/online-toets/nieuw").text
    billing.choose(session, NOW.date(), 30, "", people.officer, NOW)
    session.commit()
    text = visit(people.beheerder).get("/organisatie/online-toets/nieuw").text
    assert "€ 40,00 per kandidaat: € 40,00, prijs voor niet-leden." in text


def test_a_beheerder_sees_what_each_candidate_costs_and_why_and_no_other_organisation_does(
    visit, session, people, scheme
):
    hall = locations.add(session, people.organisation, "Zaal", "Proefstraat 1, Utrecht", "", people.beheerder, NOW)
    session.flush()
    billing.choose(session, NOW.date(), 30, "", people.officer, NOW)
    set_ready(session, [people.candidate], A, hall, NOW + timedelta(days=7), people.beheerder, NOW)
    charge_due(session, NOW)
    session.commit()
    assert scheme.content.fees.charged_at is ChargedAt.THEORY
    text = visit(people.beheerder).get("/organisatie/kosten").text
    assert people.candidate.name in text and "€ 40,00" in text and "prijs voor niet-leden" in text
    assert people.candidate.name not in visit(people.outsider_beheerder).get("/organisatie/kosten").text
    assert people.candidate.name in visit(people.beheerder).get("/organisatie/kosten/lijst.csv").text


def test_wrong_details_are_said_by_field_and_right_ones_are_kept(visit, session, people):
    session.commit()
    beheerder, address = visit(people.beheerder), f"/organisatie/kosten/gegevens/{people.organisation.id}"
    how = {"format": "peppol", "rhythm": "monthly"}
    answer = beheerder.post(address, fees_to_see.DETAILS | how | {"kvk_number": "123"})
    assert answer.status_code == 422
    assert "Een KvK-nummer heeft acht cijfers" in answer.text
    assert beheerder.post(address, fees_to_see.DETAILS | how).status_code == 302
    session.expire_all()
    assert billing.details(session, people.organisation.id).format is InvoiceFormat.PEPPOL


def test_invoices_are_looked_at_then_made_and_who_pays_is_told(visit, session, people, scheme):
    billing.keep(
        session,
        people.organisation,
        fees_to_see.DETAILS,
        InvoiceFormat.PDF,
        billing.Rhythm.PER_ORDER,
        people.beheerder,
        NOW,
    )
    fees_to_see.ordered(session, scheme, people.organisation, people.candidate, NOW)
    session.commit()
    officer = visit(people.officer)
    assert "€ 35,00" in officer.get("/bureau/facturen/te-maken").text
    assert session.scalars(select(Invoice)).all() == []
    session.rollback()
    assert officer.post("/bureau/facturen/te-maken").status_code == 302
    (invoice,) = session.scalars(select(Invoice))
    mails = session.scalars(select(MailMessage).where(MailMessage.template == "invoice_made")).all()
    assert [one.person_id for one in mails] == [people.beheerder.id]
    assert invoice.number in mails[0].text
    session.rollback()
    assert "niets te maken" in officer.get("/bureau/facturen/te-maken").text


def test_paid_and_back_and_written_off(visit, session, people, made):
    _, invoice = made
    officer, address = visit(people.officer), f"/bureau/facturen/{invoice.id}"
    late = (NOW + timedelta(days=2)).date().isoformat()
    assert officer.post(f"{address}/betaald", {"on": late}).status_code == 422
    assert officer.post(f"{address}/betaald", {"on": NOW.date().isoformat()}).status_code == 302
    assert officer.post(f"{address}/betaald", {"on": NOW.date().isoformat()}).status_code == 409
    assert officer.post(f"{address}/heropenen", {"reason": ""}).status_code == 422
    assert officer.post(f"{address}/heropenen", {"reason": "Andere rekening"}).status_code == 302
    assert officer.post(f"{address}/afschrijven", {"reason": "Failliet"}).status_code == 302
    session.expire_all()
    assert (invoice.state, invoice.reason) == (InvoiceState.WRITTEN_OFF, "Failliet")


def test_a_reminder_is_sent_only_when_it_is_late(visit, session, people, made):
    _, invoice = made
    assert visit(people.officer).post(f"/bureau/facturen/{invoice.id}/herinneren").status_code == 409
    invoice.due_on = (NOW - timedelta(days=1)).date()
    session.commit()
    assert "factuur te laat betaald" in visit(people.officer).get("/bureau").text
    assert visit(people.officer).post(f"/bureau/facturen/{invoice.id}/herinneren").status_code == 302
    mail = session.scalars(select(MailMessage).where(MailMessage.template == "invoice_reminder")).one()
    assert mail.person_id == people.beheerder.id


def test_a_part_is_given_back_once_and_becomes_a_credit_note(visit, session, people, made):
    order, invoice = made
    officer, address = visit(people.officer), f"/bureau/facturen/kosten/{order.id}"
    for wrong in ("36", "0", "-5"):
        assert officer.post(address, {"euros": wrong, "reason": "Lid geworden"}).status_code == 409
    assert officer.post(address, {"euros": "10,50", "reason": "Lid geworden"}).status_code == 302
    assert officer.post(address, {"euros": "1", "reason": "Nog eens"}).status_code == 409
    assert officer.post("/bureau/facturen/te-maken").status_code == 302
    (note,) = session.scalars(select(Invoice).where(Invoice.credits_id == invoice.id))
    assert note.net_cents == 1050
    session.rollback()
    text = PdfReader(io.BytesIO(officer.get(f"/bureau/facturen/{note.id}/factuur.pdf").data)).pages[0].extract_text()
    assert note.number in text and invoice.number in text and "€ 10,50" in text


def test_the_pdf_says_all_and_the_electronic_one_is_there_only_for_who_asked(visit, session, people, made):
    _, invoice = made
    beheerder = visit(people.beheerder)
    pdf = beheerder.get(f"/organisatie/kosten/facturen/{invoice.id}.pdf")
    text = PdfReader(io.BytesIO(pdf.data)).pages[0].extract_text()
    for words in (invoice.number, fees_to_see.DETAILS["legal_name"], "€ 35,00", "€ 7,35", "€ 42,35", "PO-7"):
        assert words in text
    assert people.candidate.name not in text
    assert pdf.data == beheerder.get(f"/organisatie/kosten/facturen/{invoice.id}.pdf").data
    assert beheerder.get(f"/organisatie/kosten/facturen/{invoice.id}.xml").content_type.startswith("application/xml")
    invoice.content = invoice.content | {"format": "pdf"}
    session.commit()
    assert beheerder.get(f"/organisatie/kosten/facturen/{invoice.id}.xml").status_code == 404


def test_a_copy_is_the_persons_own_invoice(visit, session, people, scheme):
    invoice = fees_to_see.own_invoice(session, scheme, people.candidate, NOW)
    session.commit()
    assert invoice.number in visit(people.candidate).get("/certificaat").text
    assert visit(people.candidate).get(f"/certificaat/facturen/{invoice.id}.pdf").status_code == 200
    assert visit(people.second_candidate).get(f"/certificaat/facturen/{invoice.id}.pdf").status_code == 404


def test_a_copy_is_paid_by_the_link_of_the_institution(visit, session, people, scheme):
    link = "https://betaal.voorbeeld.example/ksf?n={nummer}&b={bedrag}"
    billing.choose(session, None, 30, "", people.officer, NOW, link)
    invoice = fees_to_see.own_invoice(session, scheme, people.candidate, NOW)
    session.commit()
    address = f"https://betaal.voorbeeld.example/ksf?n={invoice.number}&b=18.15"
    assert invoice.payment_link == address
    assert address.replace("&", "&amp;") in visit(people.candidate).get("/certificaat").text
    officer, page = visit(people.officer), f"/bureau/facturen/{invoice.id}"
    for wrong in ("javascript:alert(1)", "http://betaal.example/1", "https://betaal", "https://a.example/{naam}"):
        assert officer.post(f"{page}/betaallink", {"link": wrong}).status_code == 422
    assert officer.post(f"{page}/betaallink", {"link": "https://bank.example/v/7"}).status_code == 302
    assert "https://bank.example/v/7" in visit(people.candidate).get("/certificaat").text
    assert officer.post(f"{page}/betaallink", {"link": ""}).status_code == 302
    assert "online" not in visit(people.candidate).get("/certificaat").text


def test_an_organisation_pays_by_transfer_and_gets_no_link(visit, session, people, made):
    _, invoice = made
    wanted = {"link": "https://bank.example/v/7"}
    assert visit(people.officer).post(f"/bureau/facturen/{invoice.id}/betaallink", wanted).status_code == 409


def test_the_mail_of_a_copy_says_where_it_is_paid(visit, session, people, scheme):
    billing.choose(session, None, 30, "", people.officer, NOW, "https://betaal.voorbeeld.example/{nummer}")
    fees_to_see.ordered(session, scheme, None, people.candidate, NOW, 1500, Product.COPY)
    session.commit()
    visit(people.officer).post("/bureau/facturen/te-maken")
    (invoice,) = session.scalars(select(Invoice))
    mail = session.scalars(select(MailMessage).where(MailMessage.template == "invoice_made")).one()
    assert f"https://betaal.voorbeeld.example/{invoice.number}" in mail.text


def test_a_link_that_is_none_is_said_at_its_field(visit, session, people):
    session.commit()
    wanted = {"keuzes-days_to_pay": "30", "keuzes-payment_link": "https://betaal.example/{kandidaat}"}
    answer = visit(people.officer).post("/bureau/tarieven/keuzes", wanted)
    assert answer.status_code == 422
    assert "alleen {nummer} en {bedrag}" in answer.text


def test_what_a_member_paid_too_much_is_seen_first_and_given_back_once(visit, session, people, scheme):
    order = fees_to_see.ordered(session, scheme, people.organisation, people.candidate, NOW, 4000)
    order.reason = Reason.NO_MEMBER
    session.commit()
    officer, page = visit(people.officer), f"/bureau/facturen/lid/{people.organisation.id}"
    assert "niet als lid bij ons" in officer.get(page).text
    assert officer.post(page, {"since": NOW.date().isoformat()}).status_code == 409
    people.organisation.is_member = True
    session.commit()
    today = NOW.date().isoformat()
    assert "€ 5,00" in officer.get(f"{page}?sinds={today}").text
    assert "niets terug te geven" in officer.get(f"{page}?sinds=2099-01-01").text
    assert officer.get(f"{page}?sinds=gisteren").status_code == 200
    assert officer.post(page, {"since": "gisteren"}).status_code == 422
    assert officer.post(page, {"since": today}).status_code == 302
    assert officer.post(page, {"since": today}).status_code == 409
    session.rollback()
    assert sum(one.cents for one in session.scalars(select(FeeOrder))) == 3500


def test_a_copy_costs_what_the_price_list_says(visit, session, people):
    row = certified.certified(session, people)
    scheme = row.scheme
    set_price(session, scheme.key, Price.COPY, 1750, NOW.date(), people.officer, NOW.date(), NOW)
    session.commit()
    holder = visit(people.candidate)
    assert "€ 17,50" in holder.get("/certificaat").text
    assert holder.post(f"/certificaat/{row.id}/afschrift").status_code == 302
    assert session.scalars(select(CopyOrder.cents)).one() == 1750


def test_costs_never_begin_before_somebody_could_read_them(visit, session, people):
    session.commit()
    officer = visit(people.officer)
    wanted = {"keuzes-days_to_pay": "30", "keuzes-since": (NOW - timedelta(days=40)).date().isoformat()}
    answer = officer.post("/bureau/tarieven/keuzes", wanted)
    assert answer.status_code == 422
    assert "Kies vandaag of later" in answer.text
    assert officer.post("/bureau/tarieven/keuzes", wanted | {"keuzes-since": ""}).status_code == 302


def test_the_income_of_a_year_adds_up_to_its_orders(visit, session, people, scheme, made):
    fees_to_see.ordered(session, scheme, people.organisation, people.candidate, NOW, 4000)
    session.commit()
    total = sum(one.cents for one in session.scalars(select(FeeOrder)))
    session.rollback()
    answer = visit(people.officer).get(f"/bureau/facturen/inkomsten.csv?jaar={NOW.year}")
    lines = [line.split(";") for line in answer.text.splitlines()[1:]]
    assert len(lines) == 12
    assert sum(round(float(one[-1].replace(",", ".")) * 100) for one in lines) == total == 7500
    assert "€ 75,00" in visit(people.officer).get(f"/bureau/facturen/inkomsten?jaar={NOW.year}").text
