"""Invoices without a database, as the books take them in, and the part of the schema of XAF 3.2 that we write."""

import uuid
from dataclasses import dataclass, field
from datetime import date

from storage.fees.ledger_accounts import USUAL
from webapp.fees import xaf

SELLER = {
    "name": "Instelling & Examens",
    "kvk_number": "87654321",
    "vat_number": "NL004495445B01",
    "street": "Hoofdstraat 1",
    "postcode": "3511 AB",
    "city": "Utrecht",
}
BUYER = {
    "name": "Voorbeeld <B.V.> " + "met een heel lange naam " * 3,
    "street": "Proefstraat 1",
    "postcode": "1012 AB",
    "city": "Amsterdam",
    "kvk_number": "12345678",
    "vat_number": "NL004495445B01",
    "mail": "inkoop@voorbeeld.example",
}
PRIVATE = dict.fromkeys(BUYER, "") | {"name": "Cato Kandidaat", "mail": "cato@voorbeeld.example"}
HOME, PERSON = uuid.UUID(int=7), uuid.UUID(int=8)


@dataclass
class Sheet:
    """What an invoice knows of itself. `sold`: product, quantity, price in cents, cost centre."""

    sequence: int
    issued_on: date
    sold: tuple = ()
    percent: int = 21
    credits: str = ""
    person: bool = False
    content: dict = field(init=False)

    def __post_init__(self):
        lines = [
            {"product": product, "quantity": quantity, "price_cents": price, "cost_centre": centre}
            for product, quantity, price, centre in self.sold
        ]
        self.content = {
            "lines": lines,
            "vat_percent": self.percent,
            "buyer": PRIVATE if self.person else BUYER,
            "credits": {"number": self.credits} if self.credits else None,
        }

    @property
    def number(self):
        return f"2026-{self.sequence:05d}"

    @property
    def net_cents(self):
        return sum(quantity * price for _, quantity, price, _ in self.sold)

    @property
    def vat_cents(self):
        return (2 * self.net_cents * self.percent + 100) // 200

    @property
    def total_cents(self):
        return self.net_cents + self.vat_cents

    @property
    def is_credit_note(self):
        return bool(self.credits)

    @property
    def organisation_id(self):
        return None if self.person else HOME

    @property
    def person_id(self):
        return PERSON if self.person else None


SHEETS = (
    Sheet(1, date(2026, 3, 1), (("exam", 12, 3500, "KP-7"), ("exam", 2, 3501, ""), ("no_examiner", 3, 4001, ""))),
    Sheet(2, date(2026, 3, 31), (("exam", 3, 3333, ""), ("no_examiner", -1, 4000, ""))),
    Sheet(3, date(2026, 4, 2), (("exam", 1, 500, ""),), credits="2026-00001"),
    Sheet(4, date(2026, 5, 5), (("copy", 1, 1500, ""),), percent=0, person=True),
)


def file(sheets=SHEETS, accounts=USUAL, first=date(2026, 3, 1), last=date(2026, 5, 31)):
    """The audit file of these."""
    return xaf.written(SELLER, accounts, sheets, xaf.Period(first, last), date(2026, 6, 1))


def _row(name, *parts, least=1, most="1"):
    inner = "".join(parts)
    bounds = f'minOccurs="{least}" maxOccurs="{most}"'
    return (
        f'<x:element name="{name}" {bounds}><x:complexType><x:sequence>{inner}</x:sequence></x:complexType></x:element>'
    )


def _text(name, most=0, least=1, kind="string", signs=""):
    limit = f'<x:maxLength value="{most}"/>' if most else ""
    limit += f'<x:pattern value="{signs}"/>' if signs else ""
    return (
        f'<x:element name="{name}" minOccurs="{least}"><x:simpleType><x:restriction base="x:{kind}">{limit}'
        "</x:restriction></x:simpleType></x:element>"
    )


def _amount(name):
    return _text(name, kind="decimal", signs=r"[0-9]{1,18}\.[0-9]{2}")


def _side(name):
    return _text(name, signs="[CD]")


def schema():
    """As XSD: the elements of XAF 3.2 that we write, in its order and with its limits.

    `make verifiers` asks the whole of the tax office.
    """
    address = _row(
        "streetAddress",
        _text("streetname", 999),
        _text("city", 50, 0),
        _text("postalCode", 10, 0),
        _text("country", signs="NL"),
        least=0,
    )
    header = _row(
        "header",
        _text("fiscalYear", 9),
        _text("startDate", kind="date"),
        _text("endDate", kind="date"),
        _text("curCode", signs="EUR"),
        _text("dateCreated", kind="date"),
        _text("softwareDesc", 50),
    )
    customer = _row(
        "customerSupplier",
        _text("custSupID", 35),
        _text("custSupName", 50),
        _text("eMail", 0, 0),
        _text("commerceNr", 999, 0),
        _text("taxRegistrationCountry", 2, 0),
        _text("taxRegIdent", 30, 0),
        _text("custSupTp", signs="[BCOS]"),
        address,
        least=0,
        most="unbounded",
    )
    account = _row("ledgerAccount", _text("accID", 35), _text("accDesc", 999), _text("accTp", signs="[BMP]"), most="99")
    code = _row("vatCode", _text("vatID", 35), _text("vatDesc", 999), _text("vatToPayAccID", 35, 0), least=0, most="9")
    period = _row(
        "period",
        _text("periodNumber", kind="nonNegativeInteger"),
        _text("startDatePeriod", kind="date"),
        _text("endDatePeriod", kind="date"),
        most="12",
    )
    vat = _row(
        "vat", _text("vatID", 35), _text("vatPerc", kind="decimal"), _amount("vatAmnt"), _side("vatAmntTp"), least=0
    )
    line = _row(
        "trLine",
        _text("nr", 35),
        _text("accID", 35),
        _text("docRef", 999),
        _text("effDate", kind="date"),
        _text("desc", 9999),
        _amount("amnt"),
        _side("amntTp"),
        _text("custSupID", 35, 0),
        _text("invRef", 999, 0),
        _text("costID", 35, 0),
        vat,
        least=2,
        most="unbounded",
    )
    transaction = _row(
        "transaction",
        _text("nr", 35),
        _text("desc", 9999),
        _text("periodNumber", kind="nonNegativeInteger"),
        _text("trDt", kind="date"),
        _amount("amnt"),
        _side("amntTp"),
        line,
        least=0,
        most="unbounded",
    )
    journal = _row(
        "journal",
        _text("jrnID", 35),
        _text("desc", 9999),
        _text("jrnTp", signs="S"),
        _text("offsetAccID", 35),
        transaction,
    )
    totals = _text("linesCount", kind="nonNegativeInteger") + _amount("totalDebit") + _amount("totalCredit")
    company = _row(
        "company",
        _text("companyIdent", 35),
        _text("companyName", 999),
        _text("taxRegistrationCountry", signs="NL"),
        _text("taxRegIdent", 30),
        address,
        _row("customersSuppliers", customer),
        _row("generalLedger", account),
        _row("vatCodes", code),
        _row("periods", period),
        _row("transactions", totals, journal),
    )
    root = _row("auditfile", header, company).replace(' minOccurs="1" maxOccurs="1"', "", 1)
    return (
        f'<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="{xaf.NAMESPACE}" '
        f'elementFormDefault="qualified">{root}</x:schema>'
    )
