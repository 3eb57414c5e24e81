"""What the bookkeeper gets: in balance to the cent, in the form of XAF 3.2, with every invoice and nothing else."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some
from lxml import etree
from sqlalchemy import select
from support import books, cast, fees_to_see
from support.books import SHEETS, Sheet

from storage.fees import billing, ledger_accounts
from storage.fees.billing import InvoiceFormat, Rhythm
from storage.fees.invoices import Invoice
from storage.fees.ledger_accounts import USUAL, Account
from webapp.fees import xaf
from webapp.fees.ledger import bookings

NOW = datetime.now(UTC)
NAMES = {"x": xaf.NAMESPACE}
PAGE = "/bureau/facturen/boekhouding"


def read(data):
    return etree.fromstring(data)


def texts(row, path):
    return [one.text for one in row.findall(path, NAMES)]


def cents(text):
    return int(Decimal(text) * 100)


def test_it_has_the_form_of_the_schema():
    schema = etree.XMLSchema(etree.fromstring(books.schema()))
    schema.assertValid(read(books.file()))
    schema.assertValid(read(books.file(())))
    broken = books.file().replace(b"<amntTp>D</amntTp>", b"<amntTp>X</amntTp>", 1)
    assert not schema.validate(read(broken))


def test_each_invoice_is_in_balance_and_the_whole_adds_up_to_the_invoices():
    root = read(books.file())
    debit = credit = 0
    for transaction, sheet in zip(root.iterfind(".//x:transaction", NAMES), SHEETS, strict=True):
        sides = Counter()
        for line in transaction.iterfind("x:trLine", NAMES):
            sides[line.findtext("x:amntTp", None, NAMES)] += cents(line.findtext("x:amnt", None, NAMES))
        assert sides["D"] == sides["C"] >= sheet.total_cents
        assert transaction.findtext("x:nr", None, NAMES) == sheet.number
        assert cents(transaction.findtext("x:amnt", None, NAMES)) == sheet.total_cents
        debit, credit = debit + sides["D"], credit + sides["C"]
    whole = root.find(".//x:transactions", NAMES)
    assert [cents(whole.findtext(f"x:{name}", None, NAMES)) for name in ("totalDebit", "totalCredit")] == [
        debit,
        credit,
    ]
    assert int(whole.findtext("x:linesCount", None, NAMES)) == len(root.findall(".//x:trLine", NAMES))
    owed = sum((-1 if one.is_credit_note else 1) * one.total_cents for one in SHEETS)
    of_debtors = [one for one in root.iterfind(".//x:trLine", NAMES) if one.findtext("x:accID", None, NAMES) == "1300"]
    signed = [
        cents(one.findtext("x:amnt", None, NAMES)) * (1 if one.findtext("x:amntTp", None, NAMES) == "D" else -1)
        for one in of_debtors
    ]
    assert sum(signed) == owed


def test_vat_stands_at_what_was_sold_and_adds_up_to_its_own_line():
    transaction = next(read(books.file()).iterfind(".//x:transaction", NAMES))
    at_lines = [cents(text) for text in texts(transaction, ".//x:vatAmnt")]
    (own,) = [one for one in transaction.iterfind("x:trLine", NAMES) if one.findtext("x:accID", None, NAMES) == "1500"]
    assert sum(at_lines) == cents(own.findtext("x:amnt", None, NAMES)) == SHEETS[0].vat_cents
    assert set(texts(transaction, ".//x:vatID")) == {"V21"}
    assert texts(transaction, ".//x:costID") == ["KP-7"]


def test_each_buyer_is_in_it_once_and_one_account_for_all_that_is_sold_too():
    root = read(books.file())
    assert texts(root, ".//x:custSupID")[:2] == [books.HOME.hex, books.PERSON.hex]
    assert len(root.findall(".//x:customerSupplier", NAMES)) == 2
    one = USUAL | dict.fromkeys((Account.EXAMS, Account.NO_EXAMINER, Account.COPIES), "8000")
    accounts = read(books.file(accounts=one)).findall(".//x:ledgerAccount", NAMES)
    assert [row.findtext("x:accID", None, NAMES) for row in accounts] == ["1300", "1500", "8000"]


def test_the_periods_are_the_months_within_it():
    root = read(books.file((), first=date(2026, 1, 15), last=date(2026, 3, 10)))
    assert texts(root, ".//x:startDatePeriod") == ["2026-01-15", "2026-02-01", "2026-03-01"]
    assert texts(root, ".//x:endDatePeriod") == ["2026-01-31", "2026-02-28", "2026-03-10"]


SOLD = some.lists(
    some.tuples(
        some.sampled_from(["exam", "resit", "no_examiner", "copy"]),
        some.integers(-3, 40),
        some.integers(1, 30_000),
        some.sampled_from(["", "KP-1"]),
    ),
    min_size=1,
    max_size=8,
)


@given(SOLD, some.sampled_from([0, 9, 21]), some.booleans())
def test_whatever_was_sold_is_in_balance(sold, percent, note):
    sheet = Sheet(1, date(2026, 1, 1), tuple(sold), percent, "2026-00001" if note else "")
    if sheet.net_cents <= 0:
        return
    found = bookings(sheet)
    assert sum(one.cents for one in found) == 0
    assert abs(sum(one.vat_cents for one in found)) == sheet.vat_cents
    assert found[0].account is Account.DEBTORS
    assert all(one.cents for one in found)


@pytest.fixture
def invoice(session, people):
    home, kind = people.organisation, InvoiceFormat.NLCIUS
    scheme = cast.scheme_of_a(session)
    _, made = fees_to_see.invoiced(session, scheme, home, people.candidate, people.beheerder, NOW, kind)
    session.commit()
    return made


def test_an_officer_downloads_a_period(visit, session, people, invoice):
    officer, day = visit(people.officer), invoice.issued_on.isoformat()
    answer = officer.get(f"{PAGE}/auditfile.xml?first={day}&last={day}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="auditfile-{day}-{day}.xml"'
    root = read(answer.data)
    etree.XMLSchema(etree.fromstring(books.schema())).assertValid(root)
    assert texts(root, ".//x:transaction/x:nr") == [invoice.number]
    assert cents(root.findtext(".//x:totalDebit", None, NAMES)) == invoice.total_cents


@pytest.mark.parametrize(
    "asked, said",
    [
        ("first=2026-02-01&last=2026-01-01", "kan niet voor de eerste liggen"),
        ("first=2025-12-31&last=2026-01-01", "binnen één jaar"),
        ("first=gisteren&last=2026-01-01", "Vul een datum in"),
        ("", "Kies een dag"),
    ],
)
def test_a_period_that_is_none_is_said_at_its_field(visit, people, session, invoice, asked, said):
    answer = visit(people.officer).get(f"{PAGE}/auditfile.xml?{asked}")
    assert answer.status_code == 422
    assert said in answer.text


def test_accounts_are_kept_and_wrong_ones_are_said(visit, session, people, invoice):
    officer = visit(people.officer)
    given = {f"rekening-{account}": number for account, number in USUAL.items()}
    for wrong, said in (
        ({"rekening-vat": "1300"}, "niet ook voor iets anders"),
        ({"rekening-exams": "acht duizend"}, "hoogstens twaalf"),
        ({"rekening-copies": ""}, "Vul dit in"),
    ):
        answer = officer.post(f"{PAGE}/rekeningen", given | wrong)
        assert answer.status_code == 422
        assert said in answer.text
    assert officer.post(f"{PAGE}/rekeningen", given | {"rekening-exams": "8001"}).status_code == 302
    session.rollback()
    assert ledger_accounts.accounts(session)[Account.EXAMS] == "8001"
    session.rollback()
    day = invoice.issued_on.isoformat()
    root = read(officer.get(f"{PAGE}/auditfile.xml?first={day}&last={day}").data)
    assert "8001" in texts(root, ".//x:trLine/x:accID")


def test_an_electronic_invoice_waits_for_what_the_institution_did_not_say(visit, session, people):
    scheme = cast.scheme_of_a(session)
    fees_to_see.seller(session).iban = ""
    details = fees_to_see.DETAILS
    billing.keep(session, people.organisation, details, InvoiceFormat.PEPPOL, Rhythm.PER_ORDER, people.beheerder, NOW)
    fees_to_see.ordered(session, scheme, people.organisation, people.candidate, NOW)
    session.commit()
    officer = visit(people.officer)
    page = officer.get("/bureau/facturen/te-maken").text
    assert "noemt de IBAN van onze instelling" in page and "/bureau/instelling#gegevens" in page
    officer.post("/bureau/facturen/te-maken")
    assert session.scalars(select(Invoice)).all() == []
    assert officer.get(f"{PAGE}/auditfile.xml?first=2026-01-01&last=2026-01-31").status_code == 422
    session.rollback()
    fees_to_see.seller(session)
    session.commit()
    officer.post("/bureau/facturen/te-maken")
    assert len(session.scalars(select(Invoice)).all()) == 1


def test_a_pdf_does_not_wait_for_what_only_an_electronic_invoice_names(visit, session, people):
    scheme = cast.scheme_of_a(session)
    billing.keep(
        session, people.organisation, fees_to_see.DETAILS, InvoiceFormat.PDF, Rhythm.PER_ORDER, people.beheerder, NOW
    )
    fees_to_see.ordered(session, scheme, people.organisation, people.candidate, NOW)
    session.commit()
    visit(people.officer).post("/bureau/facturen/te-maken")
    assert len(session.scalars(select(Invoice)).all()) == 1
