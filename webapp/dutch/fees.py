"""Money in Dutch: what is paid for and why, how invoices go, and what is wrong with the details of one."""

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.fee_rules import Product, Reason
from storage.fees.billing import FIELDS, Fault, InvoiceFormat, Rhythm
from storage.fees.invoices import InvoiceState
from storage.fees.ledger_accounts import Account
from storage.fees.ledger_accounts import Fault as AccountFault
from storage.fees.prices import Price

PRODUCTS = {
    Product.EXAM: "examen",
    Product.RESIT: "herkansing",
    Product.NO_EXAMINER: "toeslag zonder eigen examiner",
    Product.COPY: "afschrift van het certificaat",
}
REASONS = {
    Reason.MEMBER: "prijs voor leden",
    Reason.NO_MEMBER: "prijs voor niet-leden",
    Reason.AGAIN: "deze kandidaat deed het eerder",
    Reason.NO_EXAMINER: "uw organisatie levert geen examiners",
    Reason.OWN_EXAMINER: "uw organisatie levert examiners",
    Reason.NO_ACTIVE_EXAMINER: "uw organisatie had toen geen actieve examiner",
    Reason.ACTIVE_EXAMINER: "uw organisatie levert een actieve examiner",
    Reason.COPY: "op verzoek van de houder",
    Reason.WITHDRAWN: "teruggetrokken",
    Reason.CANCELLED: "afgezegd door ons",
    Reason.JOINED: "was lid van KSF",
    Reason.GIVEN_BACK: "teruggegeven door KSF",
}
PRICES = {
    Price.MEMBER: "Prijs voor leden",
    Price.NON_MEMBER: "Prijs voor niet-leden",
    Price.NO_EXAMINER: "Toeslag zonder eigen examiner",
    Price.RESIT: "Herkansing",
    Price.COPY: "Afschrift van het certificaat",
}
INVOICE_STATES = {
    InvoiceState.OPEN: "open",
    InvoiceState.PAID: "betaald",
    InvoiceState.WRITTEN_OFF: "afgeschreven",
    InvoiceState.SETTLED: "creditfactuur",
}
INVOICE_TONES = {InvoiceState.OPEN: "accent", InvoiceState.PAID: "ok", InvoiceState.WRITTEN_OFF: "warn"}
FORMATS = {
    InvoiceFormat.PDF: "als PDF",
    InvoiceFormat.NLCIUS: "elektronisch, volgens NLCIUS (overheid en de meeste Nederlandse pakketten)",
    InvoiceFormat.PEPPOL: "elektronisch, volgens Peppol BIS 3.0",
}
RHYTHMS = {
    Rhythm.MONTHLY: "één factuur per maand",
    Rhythm.PER_ORDER: "een factuur zodra er iets te betalen is",
}
LABELS = {
    "legal_name": "Naam zoals op de factuur",
    "street": "Straat en nummer, of postbus",
    "postcode": "Postcode",
    "city": "Plaats",
    "kvk_number": "KvK-nummer",
    "oin": "OIN",
    "vat_number": "Btw-nummer",
    "mail": "E-mailadres voor facturen",
    "reference": "Uw kenmerk",
}
HINTS = {
    "kvk_number": "Acht cijfers. Nodig voor een elektronische factuur, tenzij u een OIN hebt.",
    "oin": "Twintig cijfers. Alleen voor de overheid.",
    "vat_number": "Bijvoorbeeld NL001234567B01.",
    "reference": "Een inkoopnummer of afdeling die op elke factuur moet staan.",
}
FAULTS: Mapping[Fault, str] = {
    Fault.MISSING: "Vul dit in.",
    Fault.TOO_LONG: "Gebruik hoogstens {limit} tekens.",
    Fault.NO_POSTCODE: "Dit is geen Nederlandse postcode. Vul hem in als 1234 AB.",
    Fault.NO_KVK: "Een KvK-nummer heeft acht cijfers. Kijk het na.",
    Fault.NO_OIN: "Een OIN heeft twintig cijfers en begint met zeven nullen. Kijk het na.",
    Fault.NO_VAT: "Dit is geen Nederlands btw-nummer. Kijk het na.",
    Fault.NO_MAIL: "Dit is geen e-mailadres. Kijk het na.",
    Fault.NEITHER: "Een elektronische factuur noemt uw KvK-nummer of OIN. Vul er een in, of kies een PDF.",
}
ACCOUNTS = {
    Account.DEBTORS: "Debiteuren",
    Account.VAT: "Te betalen btw",
    Account.EXAMS: "Omzet examens",
    Account.NO_EXAMINER: "Omzet toeslag zonder examiner",
    Account.COPIES: "Omzet afschriften",
}
ACCOUNT_FAULTS = {
    AccountFault.NO_NUMBER: "Gebruik hoogstens twaalf cijfers of letters, bijvoorbeeld 8000.",
    AccountFault.TWICE: "Deze rekening kan niet ook voor iets anders zijn.",
}
SELLER = {
    "address": "een adres met postcode",
    "kvk_number": "het KvK-nummer",
    "vat_number": "het btw-nummer",
    "iban": "de IBAN",
}
"""What the institution has to say of itself, in the middle of a sentence."""


def lacking(names: Sequence[str]) -> str:
    """What is missing, as a part of a sentence."""
    words = [SELLER[name] for name in names]
    return " en ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def fault(name: str, found: Fault) -> str:
    """What is wrong with this field, and what to do."""
    return FAULTS[found].format(limit=FIELDS[name])


def line(one: Mapping[str, Any]) -> str:
    """A line of an invoice in words."""
    what = PRODUCTS[Product(one["product"])]
    return f"{one['exam']}: {what}, {REASONS[Reason(one['reason'])]}".replace("uw organisatie", "organisatie")
