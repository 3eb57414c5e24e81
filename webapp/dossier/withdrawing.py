"""Somebody else than the candidate ends an attempt, as when the wrong person was nominated; both hear of it."""

from flask import flash

from storage.base import plain
from storage.dossier.dossiers import Dossier, DossierState
from storage.planning import bookings
from webapp import access
from webapp.context import g
from webapp.mail.notify import notify

BEFORE_DECISION = (DossierState.WRITING, DossierState.RETURNED, DossierState.SUBMITTED)
"""While a manager may take the own nomination back."""
OPEN = (*BEFORE_DECISION, DossierState.APPROVED)


def end(dossier: Dossier, reason: str) -> None:
    """End this attempt with a reason. Raises Refused without one, and once the exam is finished."""
    bookings.withdraw(g.db, dossier, access.me(), plain.lines(reason)[:2000], g.now)
    for person in {dossier.candidate, dossier.manager} - {access.me()}:
        notify(g.db, person, "nomination_withdrawn", g.now, dossier=dossier)
    flash("De aanmelding is ingetrokken. Wie erbij hoort, krijgt bericht.", "ok")
