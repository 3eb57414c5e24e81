"""In which accounts of the general ledger invoices are booked: the institution's own numbers, or the usual ones."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from scenarios.fee_rules import Product
from storage.base import audit
from storage.fees import billing
from storage.people.people import Person


class Account(StrEnum):
    """What an account is for. Debtors and VAT stand on the balance sheet, the others in the profit and loss account."""

    DEBTORS = "debtors"
    VAT = "vat"
    EXAMS = "exams"
    NO_EXAMINER = "no_examiner"
    COPIES = "copies"


USUAL: Mapping[Account, str] = {
    Account.DEBTORS: "1300",
    Account.VAT: "1500",
    Account.EXAMS: "8000",
    Account.NO_EXAMINER: "8010",
    Account.COPIES: "8020",
}
"""As a Dutch decimal chart of accounts has them."""
ON_BALANCE = (Account.DEBTORS, Account.VAT)
REVENUE: Mapping[Product, Account] = {
    Product.EXAM: Account.EXAMS,
    Product.RESIT: Account.EXAMS,
    Product.NO_EXAMINER: Account.NO_EXAMINER,
    Product.COPY: Account.COPIES,
}
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z.\-]{0,11}")


class Fault(StrEnum):
    """Why a number cannot be that of an account."""

    NO_NUMBER = "no_number"
    TWICE = "twice"


class NotInOrder(Exception):
    """Numbers that cannot be kept: all that is wrong, by account."""

    def __init__(self, faults: Mapping[Account, Fault]):
        super().__init__(", ".join(f"{account}: {fault}" for account, fault in faults.items()))
        self.faults = faults


def accounts(session: Session) -> dict[Account, str]:
    """The number of each account."""
    chosen = billing.settings(session).accounts or {}
    return {account: chosen.get(account, usual) for account, usual in USUAL.items()}


def faults(given: Mapping[Account, str]) -> dict[Account, Fault]:
    """All that is wrong with these numbers. What is sold may go to one account; debtors and VAT have their own."""
    found = {account: Fault.NO_NUMBER for account, number in given.items() if not _NUMBER.fullmatch(number)}
    for account in ON_BALANCE:
        others = [number for other, number in given.items() if other is not account]
        if given[account] in others and account not in found:
            found[account] = Fault.TWICE
    return found


def keep(session: Session, given: Mapping[Account, str], actor: Person, now: datetime) -> None:
    """Book in these accounts from now on, each of Account. Raises NotInOrder with all that is wrong."""
    clean = {account: number.strip().upper() for account, number in given.items()}
    if wrong := faults(clean):
        raise NotInOrder(wrong)
    row = billing.to_change(session)
    row.accounts = {str(account): number for account, number in clean.items()}
    session.flush()
    audit.record(session, now, actor.id, "ledger_accounts_kept", row)
