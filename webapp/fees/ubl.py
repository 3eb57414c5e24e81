"""An invoice as UBL 2.1 that fits EN 16931: as NLCIUS or as Peppol BIS 3.0, by what the buyer chose.

The two ask different names of themselves (CustomizationID), so one file is never both. What each asks beyond the norm
is done for both where it does no harm: chamber of commerce number or OIN with its scheme (0106, 0190), a payment means
(58, SEPA) on an invoice and none on a credit note, the invoice that a credit note takes back. Amounts are euros.
"""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from storage.fees.billing import InvoiceFormat
from storage.fees.invoices import Invoice
from webapp.dutch.fees import line as line_text

ROOT = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC, CBC = f"{ROOT}CommonAggregateComponents-2", f"{ROOT}CommonBasicComponents-2"
EN16931 = "urn:cen.eu:en16931:2017#compliant#"
CUSTOMIZATION = {
    InvoiceFormat.NLCIUS: f"{EN16931}urn:fdc:nen.nl:nlcius:v1.0",
    InvoiceFormat.PEPPOL: f"{EN16931}urn:fdc:peppol.eu:2017:poacc:billing:3.0",
}
PEPPOL_PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
KVK, OIN = "0106", "0190"
INVOICE_TYPE, CREDIT_NOTE_TYPE = "380", "381"
SEPA = "58"
STANDARD_RATE, EXEMPT = "S", "E"

ElementTree.register_namespace("ubl", f"{ROOT}Invoice-2")
ElementTree.register_namespace("cn", f"{ROOT}CreditNote-2")
ElementTree.register_namespace("cac", CAC)
ElementTree.register_namespace("cbc", CBC)


class NotElectronic(ValueError):
    """This buyer asked for paper, or is a person: there is no such file."""


def written(invoice: Invoice) -> bytes:
    """The file. Raises NotElectronic for an invoice that goes as PDF alone."""
    content = invoice.content
    kind = InvoiceFormat(content["format"])
    if kind is InvoiceFormat.PDF:
        raise NotElectronic(invoice.number)
    note = invoice.is_credit_note
    name = "CreditNote" if note else "Invoice"
    root = Element(f"{{{ROOT}{name}-2}}{name}")
    _text(root, "CustomizationID", CUSTOMIZATION[kind])
    if kind is InvoiceFormat.PEPPOL:
        _text(root, "ProfileID", PEPPOL_PROFILE)
    _text(root, "ID", invoice.number)
    _text(root, "IssueDate", invoice.issued_on.isoformat())
    if not note:
        _text(root, "DueDate", invoice.due_on.isoformat())
    _text(root, f"{name}TypeCode", CREDIT_NOTE_TYPE if note else INVOICE_TYPE)
    _text(root, "DocumentCurrencyCode", "EUR")
    _text(root, "BuyerReference", content["buyer"]["reference"] or content["buyer"]["name"])
    if note:
        earlier = _node(_node(root, "BillingReference"), "InvoiceDocumentReference")
        _text(earlier, "ID", content["credits"]["number"])
        # NLCIUS advises against the day of the earlier invoice (BR-NL-24).
        if kind is InvoiceFormat.PEPPOL:
            _text(earlier, "IssueDate", content["credits"]["issued_on"])
    _party(_node(root, "AccountingSupplierParty"), content["seller"], kind, supplier=True)
    _party(_node(root, "AccountingCustomerParty"), content["buyer"], kind, supplier=False)
    if not note:
        means = _node(root, "PaymentMeans")
        _text(means, "PaymentMeansCode", SEPA)
        _text(means, "PaymentID", invoice.number)
        _text(_node(means, "PayeeFinancialAccount"), "ID", content["seller"]["iban"])
    _totals(root, invoice)
    for number, line in enumerate(content["lines"], 1):
        _line(root, number, line, content, note)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def _party(parent: Element, who: dict[str, Any], kind: InvoiceFormat, *, supplier: bool) -> None:
    party = _node(parent, "Party")
    number, scheme = (who["oin"], OIN) if who.get("oin") else (who["kvk_number"], KVK)
    if kind is InvoiceFormat.PEPPOL:
        _text(party, "EndpointID", number, schemeID=scheme)
    _text(_node(party, "PartyName"), "Name", who["name"])
    address = _node(party, "PostalAddress")
    _text(address, "StreetName", who["street"])
    _text(address, "CityName", who["city"])
    _text(address, "PostalZone", who["postcode"])
    _text(_node(address, "Country"), "IdentificationCode", "NL")
    if who["vat_number"]:
        tax = _node(party, "PartyTaxScheme")
        _text(tax, "CompanyID", who["vat_number"])
        _text(_node(tax, "TaxScheme"), "ID", "VAT")
    legal = _node(party, "PartyLegalEntity")
    _text(legal, "RegistrationName", who["name"])
    _text(legal, "CompanyID", number, schemeID=scheme)
    if supplier:
        contact = _node(party, "Contact")
        _text(contact, "Name", who["name"])
        # Peppol takes no element without content.
        for name, text in (("Telephone", who["telephone"]), ("ElectronicMail", who["mail"])):
            if text:
                _text(contact, name, text)


def _totals(root: Element, invoice: Invoice) -> None:
    content = invoice.content
    tax = _node(root, "TaxTotal")
    _amount(tax, "TaxAmount", invoice.vat_cents)
    part = _node(tax, "TaxSubtotal")
    _amount(part, "TaxableAmount", invoice.net_cents)
    _amount(part, "TaxAmount", invoice.vat_cents)
    category = _category(part, "TaxCategory", content, reason=True)
    _text(_node(category, "TaxScheme"), "ID", "VAT")
    total = _node(root, "LegalMonetaryTotal")
    _amount(total, "LineExtensionAmount", invoice.net_cents)
    _amount(total, "TaxExclusiveAmount", invoice.net_cents)
    _amount(total, "TaxInclusiveAmount", invoice.total_cents)
    _amount(total, "PayableAmount", invoice.total_cents)


def _line(root: Element, number: int, line: dict[str, Any], content: dict[str, Any], note: bool) -> None:
    row = _node(root, "CreditNoteLine" if note else "InvoiceLine")
    _text(row, "ID", str(number))
    _text(row, "CreditedQuantity" if note else "InvoicedQuantity", str(line["quantity"]), unitCode="C62")
    _amount(row, "LineExtensionAmount", line["quantity"] * line["price_cents"])
    if line["cost_centre"]:
        _text(row, "AccountingCost", line["cost_centre"])
    item = _node(row, "Item")
    _text(item, "Name", line_text(line))
    _text(_node(_category(item, "ClassifiedTaxCategory", content), "TaxScheme"), "ID", "VAT")
    _amount(_node(row, "Price"), "PriceAmount", line["price_cents"])


def _category(parent: Element, name: str, content: dict[str, Any], *, reason: bool = False) -> Element:
    """The VAT category; `reason` where the norm asks why there is none, in words (NLCIUS knows no code for it)."""
    category = _node(parent, name)
    _text(category, "ID", STANDARD_RATE if content["vat_percent"] else EXEMPT)
    _text(category, "Percent", str(content["vat_percent"]))
    if reason and not content["vat_percent"]:
        _text(category, "TaxExemptionReason", content["exemption"])
    return category


def _node(parent: Element, name: str) -> Element:
    return ElementTree.SubElement(parent, f"{{{CAC}}}{name}")


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, f"{{{CBC}}}{name}", attributes).text = text


def _amount(parent: Element, name: str, cents: int) -> None:
    _text(parent, name, str(Decimal(cents) / 100), currencyID="EUR")
