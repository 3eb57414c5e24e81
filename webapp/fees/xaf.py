"""The sales journal as XML Auditfile Financieel 3.2 (XAF): what Dutch bookkeeping takes in and the tax office asks for.

Version 3.2 is what packages read; 4.0 is of 2024 and few read it. Opening balances, payments and write-offs are not in
it: this is the sub-administration of what was sold, and the books have the rest. Amounts are euros, never below zero:
debit or credit (D, C) says which side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from storage.fees.invoices import Invoice
from storage.fees.ledger_accounts import ON_BALANCE, Account
from webapp.dutch.fees import ACCOUNTS
from webapp.fees.ledger import Booking, bookings, texts

NAMESPACE = "http://www.auditfiles.nl/XAF/3.2"
JOURNAL = "VRK"
MOST_NAME, MOST_CITY, MOST_ID = 50, 50, 35
"""How long the schema lets a customer's name, a city and a number be."""

ElementTree.register_namespace("", NAMESPACE)


@dataclass(frozen=True)
class Period:
    """From the first day to the last, within one calendar year."""

    first: date
    last: date

    def months(self) -> list[tuple[int, date, date]]:
        """Each month that is touched: its number, its first and last day within the period."""
        found = []
        for month in range(self.first.month, self.last.month + 1):
            begin = date(self.first.year, month, 1)
            end = (begin + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            found.append((month, max(begin, self.first), min(end, self.last)))
        return found


def written(
    seller: Mapping[str, str],
    accounts: Mapping[Account, str],
    invoices: Sequence[Invoice],
    period: Period,
    made_on: date,
) -> bytes:
    """The file of these invoices, which are of this period, in the order of their numbers."""
    root = Element(_name("auditfile"))
    header = _node(root, "header")
    _texts(
        header,
        fiscalYear=str(period.first.year),
        startDate=period.first.isoformat(),
        endDate=period.last.isoformat(),
        curCode="EUR",
        dateCreated=made_on.isoformat(),
        softwareDesc="Vignet",
    )
    company = _node(root, "company")
    _texts(
        company,
        companyIdent=seller["kvk_number"],
        companyName=seller["name"],
        taxRegistrationCountry="NL",
        taxRegIdent=seller["vat_number"],
    )
    _address(company, seller)
    _customers(company, invoices)
    _ledger(company, accounts)
    _vat_codes(company, accounts, invoices)
    periods = _node(company, "periods")
    for month, begin, end in period.months():
        row = _node(periods, "period")
        _texts(row, periodNumber=str(month), startDatePeriod=begin.isoformat(), endDatePeriod=end.isoformat())
    _transactions(company, accounts, invoices)
    ElementTree.indent(root)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def customer(invoice: Invoice) -> str:
    """What the books call this buyer: the same whenever it is made."""
    buyer = invoice.organisation_id or invoice.person_id
    return buyer.hex if buyer else ""


def _customers(company: Element, invoices: Sequence[Invoice]) -> None:
    """Each buyer once, as on its newest invoice."""
    newest = {customer(one): one.content["buyer"] for one in invoices}
    rows = _node(company, "customersSuppliers")
    for number, buyer in newest.items():
        row = _node(rows, "customerSupplier")
        _texts(row, custSupID=number, custSupName=buyer["name"][:MOST_NAME])
        known = {"eMail": buyer["mail"], "commerceNr": buyer["kvk_number"]}
        if buyer["vat_number"]:
            known |= {"taxRegistrationCountry": "NL", "taxRegIdent": buyer["vat_number"]}
        _texts(row, **{name: text for name, text in known.items() if text}, custSupTp="C")
        _address(row, buyer)


def _address(parent: Element, who: Mapping[str, str]) -> None:
    if not who["street"]:
        return
    row = _node(parent, "streetAddress")
    known = {"streetname": who["street"], "city": who["city"][:MOST_CITY], "postalCode": who["postcode"]}
    _texts(row, **{name: text for name, text in known.items() if text}, country="NL")


def _ledger(company: Element, accounts: Mapping[Account, str]) -> None:
    """Each number once; what is sold may all go to one account."""
    rows = _node(company, "generalLedger")
    for number in dict.fromkeys(accounts.values()):
        kinds = [account for account in Account if accounts[account] == number]
        row = _node(rows, "ledgerAccount")
        described = ", ".join(ACCOUNTS[one] for one in kinds)
        _texts(row, accID=number, accDesc=described, accTp="B" if kinds[0] in ON_BALANCE else "P")


def _vat_codes(company: Element, accounts: Mapping[Account, str], invoices: Sequence[Invoice]) -> None:
    rows = _node(company, "vatCodes")
    known = {_vat_code(one.content): one.content for one in invoices}
    for code, content in known.items():
        row = _node(rows, "vatCode")
        _texts(row, vatID=code, vatDesc=_vat_text(content))
        if content["vat_percent"]:
            _texts(row, vatToPayAccID=accounts[Account.VAT])


def _vat_code(content: Mapping[str, Any]) -> str:
    return f"V{content['vat_percent']}" if content["vat_percent"] else "VRIJ"


def _vat_text(content: Mapping[str, Any]) -> str:
    return f"Verkoop, btw {content['vat_percent']} %" if content["vat_percent"] else "Verkoop, vrijgesteld van btw"


def _transactions(company: Element, accounts: Mapping[Account, str], invoices: Sequence[Invoice]) -> None:
    booked = [(one, bookings(one)) for one in invoices]
    lines = [line for _, found in booked for line in found]
    rows = _node(company, "transactions")
    _texts(
        rows,
        linesCount=str(len(lines)),
        totalDebit=_euros(sum(one.cents for one in lines if one.cents > 0)),
        totalCredit=_euros(sum(-one.cents for one in lines if one.cents < 0)),
    )
    journal = _node(rows, "journal")
    _texts(journal, jrnID=JOURNAL, desc="Verkoop", jrnTp="S", offsetAccID=accounts[Account.DEBTORS])
    for invoice, found in booked:
        text = texts(invoice)["text"]
        row = _node(journal, "transaction")
        _texts(
            row,
            nr=invoice.number,
            desc=text,
            periodNumber=str(invoice.issued_on.month),
            trDt=invoice.issued_on.isoformat(),
            amnt=_euros(invoice.total_cents),
            amntTp=_side(found[0].cents),
        )
        for number, line in enumerate(found, 1):
            _line(row, number, line, invoice, accounts, text)


def _line(
    transaction: Element, number: int, line: Booking, invoice: Invoice, accounts: Mapping[Account, str], text: str
) -> None:
    row = _node(transaction, "trLine")
    _texts(
        row,
        nr=str(number),
        accID=accounts[line.account],
        docRef=invoice.number,
        effDate=invoice.issued_on.isoformat(),
        desc=f"{text}: {ACCOUNTS[line.account]}",
        amnt=_euros(abs(line.cents)),
        amntTp=_side(line.cents),
    )
    if line.account is Account.DEBTORS:
        _texts(row, custSupID=customer(invoice), invRef=invoice.number)
        return
    if line.cost_centre:
        _texts(row, costID=line.cost_centre[:MOST_ID])
    if line.account is not Account.VAT:
        percent = invoice.content["vat_percent"]
        vat = _node(row, "vat")
        _texts(vat, vatID=_vat_code(invoice.content), vatPerc=str(percent), vatAmnt=_euros(abs(line.vat_cents)))
        _texts(vat, vatAmntTp=_side(line.vat_cents or line.cents))


def _side(cents: int) -> str:
    return "D" if cents > 0 else "C"


def _euros(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}"


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _node(parent: Element, name: str) -> Element:
    return SubElement(parent, _name(name))


def _texts(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        _node(parent, name).text = text
