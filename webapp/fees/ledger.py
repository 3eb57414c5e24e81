"""How an invoice is booked: debtors against what was sold and VAT, debit and credit in balance to the cent.

Only what was sold: payments are on the statements of the bank, which the books read themselves.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from scenarios.fee_rules import Product
from storage.fees.invoices import Invoice
from storage.fees.ledger_accounts import REVENUE, Account


@dataclass(frozen=True)
class Booking:
    """One line: so many cents in one account, above zero in debit and below in credit.

    `vat_cents`: of a line with what was sold, the VAT on it, with the same sign.
    """

    account: Account
    cents: int
    cost_centre: str = ""
    vat_cents: int = 0


def bookings(invoice: Invoice) -> list[Booking]:
    """The lines of one invoice or credit note; together they are nothing. The first is that of the debtor."""
    sold: defaultdict[tuple[Account, str], int] = defaultdict(int)
    for line in invoice.content["lines"]:
        account = REVENUE[Product(line["product"])]
        sold[account, line["cost_centre"]] += line["quantity"] * line["price_cents"]
    side = 1 if invoice.is_credit_note else -1
    found = [Booking(Account.DEBTORS, -side * invoice.total_cents)]
    for (account, cost_centre), (cents, vat) in zip(
        sold, _with_vat(list(sold.values()), invoice.vat_cents), strict=True
    ):
        if cents:
            found.append(Booking(account, side * cents, cost_centre, side * vat))
    if invoice.vat_cents:
        found.append(Booking(Account.VAT, side * invoice.vat_cents))
    return found


def _with_vat(nets: list[int], vat: int) -> list[tuple[int, int]]:
    """Each net amount with its share of the VAT, in whole cents that add up to it."""
    whole, so_far, given = sum(nets), 0, 0
    found = []
    for net in nets:
        so_far += net
        due = (2 * vat * so_far + whole) // (2 * whole)
        found.append((net, due - given))
        given = due
    return found


def texts(invoice: Invoice) -> Mapping[str, str]:
    """What the books call it."""
    number = invoice.number
    if invoice.is_credit_note:
        return {"text": f"Creditfactuur {number} bij {invoice.content['credits']['number']}"}
    return {"text": f"Factuur {number}"}
