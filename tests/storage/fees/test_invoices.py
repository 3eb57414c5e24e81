"""Invoices: one for each buyer, numbers without a hole, amounts that add up, and credit notes on what was sent."""

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast

from scenarios.fee_rules import Product, Reason
from storage.base.database import new_session
from storage.base.refusal import Refused
from storage.fees import billing, invoices, invoicing
from storage.fees.billing import Fault, InvoiceFormat, NotInOrder, Rhythm
from storage.fees.invoices import Invoice, InvoiceState, Rule
from storage.fees.orders import FeeOrder, Subject, credit

NOW = cast.NOW
NEXT_MONTH = (NOW.replace(day=1) + timedelta(days=32)).replace(day=2)
GIVEN = {
    "legal_name": "Voorbeeld B.V.",
    "street": "Proefstraat 1",
    "postcode": "3511ab",
    "city": "Utrecht",
    "kvk_number": "12345678",
    "oin": "",
    "vat_number": "",
    "mail": "facturen@voorbeeld.example",
    "reference": "PO-7",
}


def keep(session, people, rhythm=Rhythm.MONTHLY, format=InvoiceFormat.PDF, **changed):
    return billing.keep(session, people.organisation, GIVEN | changed, format, rhythm, people.beheerder, NOW)


@pytest.fixture
def scheme(session):
    return cast.scheme_of_a(session)


@pytest.fixture
def ordered(session, people, scheme):
    def place(cents=3500, at=NOW, organisation=True, product=Product.EXAM):
        order = FeeOrder(
            id=uuid.uuid4(),
            organisation_id=people.organisation.id if organisation else None,
            candidate_id=people.candidate.id,
            scheme_id=scheme.id,
            product=product,
            reason=Reason.MEMBER,
            subject=Subject.THEORY_TEST,
            subject_id=uuid.uuid4(),
            cents=cents,
            ordered_at=at,
        )
        session.add(order)
        session.flush()
        return order

    return place


def test_a_month_is_one_invoice_with_alike_lines_together(session, people, ordered):
    keep(session, people)
    for _ in range(3):
        ordered()
    ordered(4000)
    assert invoicing.make_due(session, people.officer, NOW) == []
    (made,) = invoicing.make_due(session, people.officer, NEXT_MONTH)
    assert (made.net_cents, made.vat_cents, made.total_cents) == (14500, 3045, 17545)
    assert sorted((one["quantity"], one["price_cents"]) for one in made.content["lines"]) == [(1, 4000), (3, 3500)]
    assert made.number == f"{NEXT_MONTH.year}-00001"
    assert made.content["buyer"]["postcode"] == "3511 AB"
    assert invoicing.make_due(session, people.officer, NEXT_MONTH) == []


def test_who_pays_for_each_order_gets_it_at_once_and_a_person_too(session, people, ordered):
    keep(session, people, Rhythm.PER_ORDER)
    ordered()
    ordered(1500, organisation=False, product=Product.COPY)
    made = invoicing.make_due(session, people.officer, NOW)
    assert {(one.organisation, one.person) for one in made} == {(people.organisation, None), (None, people.candidate)}


def test_without_details_an_organisation_waits_and_its_orders_stay(session, people, ordered):
    ordered()
    assert invoicing.make_due(session, people.officer, NEXT_MONTH) == []
    (batch,) = invoicing.batches(session, NEXT_MONTH)
    assert batch.lacks_details
    with pytest.raises(ValueError, match="without details"):
        invoicing.make(session, batch, people.officer, NEXT_MONTH)


def test_a_credit_before_the_invoice_stands_beside_it_and_one_after_is_a_credit_note(session, people, ordered):
    keep(session, people, Rhythm.PER_ORDER)
    whole, half = ordered(), ordered()
    credit(session, half, 1750, "teruggetrokken", None, NOW)
    (made,) = invoicing.make_due(session, people.officer, NOW + timedelta(minutes=1))
    assert made.net_cents == 3500 + 3500 - 1750
    assert sorted((one["quantity"], one["price_cents"]) for one in made.content["lines"]) == [(-1, 1750), (2, 3500)]
    credit(session, whole, 3500, "lid geworden", people.officer.id, NOW + timedelta(minutes=2))
    (note,) = invoicing.make_due(session, people.officer, NOW + timedelta(minutes=3))
    assert (note.credits, note.net_cents, note.state) == (made, 3500, InvoiceState.SETTLED)
    assert note.content["credits"]["number"] == made.number
    assert [one["quantity"] for one in note.content["lines"]] == [1]


def test_what_was_given_back_whole_before_any_invoice_makes_none(session, people, ordered):
    keep(session, people, Rhythm.PER_ORDER)
    credit(session, ordered(), 3500, "afgezegd", None, NOW)
    assert invoicing.make_due(session, people.officer, NOW + timedelta(minutes=1)) == []


def test_an_exempt_institution_asks_no_vat_and_the_note_goes_by_what_it_takes_back(session, people, ordered):
    keep(session, people, Rhythm.PER_ORDER)
    billing.choose(session, NOW.date(), 14, "Vrijgesteld: beroepsonderwijs", people.officer, NOW)
    order = ordered()
    (made,) = invoicing.make_due(session, people.officer, NOW + timedelta(minutes=1))
    assert (made.vat_cents, made.content["exemption"]) == (0, "Vrijgesteld: beroepsonderwijs")
    assert made.due_on == made.issued_on + timedelta(days=14)
    billing.choose(session, NOW.date(), 14, "", people.officer, NOW)
    credit(session, order, 3500, "fout", people.officer.id, NOW + timedelta(minutes=2))
    (note,) = invoicing.make_due(session, people.officer, NOW + timedelta(minutes=3))
    assert note.vat_cents == 0


def test_two_processes_at_once_leave_no_hole_and_give_no_number_twice(session, people, ordered):
    keep(session, people, Rhythm.PER_ORDER)
    session.commit()
    gate = threading.Barrier(2)

    def make(fails):
        gate.wait()
        for number in range(10):
            with new_session() as own:
                made = Invoice(**values(people, invoices.next_number(own, 2026)))
                own.add(made)
                own.flush()
                own.rollback() if fails and number % 3 == 0 else own.commit()

    def values(people, sequence):
        return {
            "id": uuid.uuid4(),
            "year": 2026,
            "sequence": sequence,
            "number": f"2026-{sequence:05d}",
            "organisation_id": people.organisation.id,
            "issued_on": NOW.date(),
            "due_on": NOW.date(),
            "made_at": NOW,
            "net_cents": 1,
            "vat_cents": 0,
            "total_cents": 1,
            "content": {},
        }

    first = invoices.next_number(session, 2026)
    session.commit()
    threads = [threading.Thread(target=make, args=(fails,)) for fails in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = sorted(session.scalars(select(Invoice.sequence)))
    assert found == list(range(first + 1, first + 1 + len(found)))
    assert len(found) == 16


def test_paid_reminded_written_off_and_back(session, people, ordered):
    keep(session, people, Rhythm.PER_ORDER)
    ordered()
    (made,) = invoicing.make_due(session, people.officer, NOW)
    with pytest.raises(Refused) as refused:
        made.remind(NOW.date(), people.officer, NOW)
    assert refused.value.rule is Rule.NOT_DUE
    made.remind(made.due_on + timedelta(days=1), people.officer, NOW)
    assert made.reminders == 1
    made.pay(NOW.date(), people.officer, NOW)
    with pytest.raises(Refused) as refused:
        made.reopen("", people.officer, NOW)
    assert refused.value.rule is Rule.NO_REASON
    made.reopen("Verkeerde bank", people.officer, NOW)
    made.write_off("Failliet", NOW.date(), people.officer, NOW)
    assert (made.state, made.reason) == (InvoiceState.WRITTEN_OFF, "Failliet")


@pytest.mark.parametrize(
    "changed, format, wrong",
    [
        ({"legal_name": ""}, InvoiceFormat.PDF, {"legal_name": Fault.MISSING}),
        ({"postcode": "0123 AB"}, InvoiceFormat.PDF, {"postcode": Fault.NO_POSTCODE}),
        ({"kvk_number": "1234567"}, InvoiceFormat.PDF, {"kvk_number": Fault.NO_KVK}),
        ({"oin": "0000000123456789012"}, InvoiceFormat.PDF, {"oin": Fault.NO_OIN}),
        ({"oin": "00000001003214346000"}, InvoiceFormat.PDF, {"oin": Fault.NO_OIN}),
        ({"oin": "00000003123456780001"}, InvoiceFormat.PDF, {"oin": Fault.NO_OIN}),
        ({"oin": "00000000123456789012"}, InvoiceFormat.PDF, {"oin": Fault.NO_OIN}),
        ({"kvk_number": "١٢٣٤٥٦٧٨"}, InvoiceFormat.PDF, {"kvk_number": Fault.NO_KVK}),
        ({"postcode": "٣٥١١ AB"}, InvoiceFormat.PDF, {"postcode": Fault.NO_POSTCODE}),
        ({"vat_number": "NL001234567B01"}, InvoiceFormat.PDF, {"vat_number": Fault.NO_VAT}),
        ({"mail": "facturen"}, InvoiceFormat.PDF, {"mail": Fault.NO_MAIL}),
        ({"kvk_number": ""}, InvoiceFormat.PEPPOL, {"kvk_number": Fault.NEITHER}),
        ({"city": "x" * 81}, InvoiceFormat.NLCIUS, {"city": Fault.TOO_LONG}),
    ],
)
def test_details_that_are_wrong_are_refused_by_field(session, people, changed, format, wrong):
    with pytest.raises(NotInOrder) as refused:
        keep(session, people, format=format, **changed)
    assert refused.value.faults == wrong
    assert billing.details(session, people.organisation.id) is None


@pytest.mark.parametrize("oin", ["00000001003214345000", "00000003123456780000", "00000004000000012000"])
def test_a_number_of_a_public_body_with_the_right_digits_is_kept(session, people, oin):
    assert keep(session, people, format=InvoiceFormat.NLCIUS, kvk_number="", oin=oin).oin == oin


@pytest.mark.parametrize(
    "text, parts",
    [
        ("Proefstraat 1, 3511 AB Utrecht", ("Proefstraat 1", "3511 AB", "Utrecht")),
        ("Postbus 9\n1000 AA  Den Haag", ("Postbus 9", "1000 AA", "Den Haag")),
        ("Proefstraat 1", ("Proefstraat 1", "", "")),
    ],
)
def test_an_address_is_taken_apart_by_its_postcode(text, parts):
    found = invoicing.address(text)
    assert (found["street"], found["postcode"], found["city"]) == parts


def test_the_moments_are_those_of_amsterdam(session, people, ordered):
    keep(session, people)
    ordered(at=datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    assert invoicing.batches(session, datetime(2026, 7, 31, 21, 0, tzinfo=UTC)) == []
    (batch,) = invoicing.batches(session, datetime(2026, 7, 31, 22, 0, tzinfo=UTC))
    assert batch.cents == 3500
