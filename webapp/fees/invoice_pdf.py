"""An invoice as PDF: the same bytes whenever it is asked for, archivable and readable aloud."""

from pathlib import Path
from typing import Any

from storage.fees.invoices import Invoice
from webapp import letter_pdf
from webapp.dutch import formats
from webapp.dutch.fees import line as line_text

LETTER = Path(__file__).parent / "letters" / "invoice.typ"


def made(invoice: Invoice) -> bytes:
    """The PDF of this invoice or credit note."""
    return letter_pdf.make(LETTER, content(invoice), int(invoice.made_at.timestamp()))


def content(invoice: Invoice) -> dict[str, Any]:
    """All that stands on it, in words."""
    kept, note = invoice.content, invoice.is_credit_note
    seller, buyer = kept["seller"], kept["buyer"]
    title = f"Creditfactuur {invoice.number}" if note else f"Factuur {invoice.number}"
    facts = [["Nummer", invoice.number], ["Datum", formats.date_only(invoice.issued_on)]]
    if note:
        facts.append(["Bij factuur", kept["credits"]["number"]])
    else:
        facts.append(["Betalen voor", formats.date_only(invoice.due_on)])
    facts += [["Uw kenmerk", buyer["reference"]]] if buyer["reference"] else []
    vat = f"Btw {kept['vat_percent']} %" if kept["vat_percent"] else "Btw"
    totals = [["Samen", formats.money(invoice.net_cents)], [vat, formats.money(invoice.vat_cents)]]
    totals.append(["U krijgt terug" if note else "Te betalen", formats.money(invoice.total_cents)])
    return {
        "title": title,
        "date": {"year": invoice.issued_on.year, "month": invoice.issued_on.month, "day": invoice.issued_on.day},
        "issuer": seller["name"],
        "colour": seller["colour"],
        "seller": _lines(seller) + _numbers(seller),
        "buyer": _lines(buyer) + _numbers(buyer),
        "facts": facts,
        "lines": [
            {
                "text": line_text(one) + (f" (kostenplaats {one['cost_centre']})" if one["cost_centre"] else ""),
                "quantity": str(one["quantity"]).replace("-", "−"),
                "price": formats.money(one["price_cents"]),
                "amount": formats.money(one["quantity"] * one["price_cents"]),
            }
            for one in kept["lines"]
        ],
        "totals": totals,
        "exemption": f"Geen btw: {kept['exemption']}." if kept["exemption"] and not kept["vat_percent"] else "",
        "closing": _closing(invoice),
    }


def _closing(invoice: Invoice) -> str:
    seller, money = invoice.content["seller"], formats.money(invoice.total_cents)
    if invoice.is_credit_note:
        return f"Wij verrekenen {money} met factuur {invoice.content['credits']['number']}, of maken het over."
    account = f" op {_spaced(seller['iban'])}" if seller["iban"] else ""
    by = formats.date_only(invoice.due_on)
    return f"Maak {money} over{account} voor {by}. Noem {invoice.number} erbij. Vragen? {seller['mail']}"


def _lines(who: dict[str, str]) -> list[str]:
    place = f"{who['postcode']} {who['city']}".strip()
    return [one for one in (who["name"], who["street"], place) if one]


def _numbers(who: dict[str, str]) -> list[str]:
    names = (("kvk_number", "KvK"), ("oin", "OIN"), ("vat_number", "Btw-nummer"))
    return [f"{label} {who[name]}" for name, label in names if who.get(name)]


def _spaced(iban: str) -> str:
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
