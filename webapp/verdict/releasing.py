"""A result becomes known: released by the second person, and with it, in one transaction, whatever rests on it."""

from datetime import datetime

from storage.certificates import following
from storage.judging.verdicts import Verdict
from storage.people.people import Person
from webapp.certificates import mails
from webapp.context import g
from webapp.dutch import terms
from webapp.mail.notify import notify


def release(verdict: Verdict, person: Person, now: datetime) -> None:
    """Release a verdict that was confirmed before. Raises Refused as `Verdict.release` does."""
    verdict.release(person, now)
    tell(verdict, now)


def tell(verdict: Verdict, now: datetime) -> None:
    """What follows from a verdict that was released just now: the candidate hears of it.

    In the place of a result that was known, the certificate and with it the register follow as well. A first pass
    waits for somebody who issues the certificate.
    """
    known = verdict.replaces is not None and verdict.replaces.released_at is not None
    if known:
        reason = verdict.cause_text or terms.CHANGED[verdict.cause]
        if (certificate := following.follow(g.db, verdict, reason, now)) is not None:
            mails.tell(certificate, now)
    template = "result_changed" if known else "result"
    notify(g.db, verdict.sitting.dossier.candidate, template, now, verdict=verdict)
