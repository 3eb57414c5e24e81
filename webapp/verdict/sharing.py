"""Sharing the own result by choice: with the manager, with the organisation, and what they then read."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from review.verdict import Decision
from storage.dossier.dossiers import Dossier
from storage.exam.consents import ConsentKind
from storage.judging import shared_results
from storage.judging.verdicts import Verdict
from storage.people.people import Person, Role, holders
from webapp import access, explain
from webapp.access import shared_results as access_shared
from webapp.context import g
from webapp.mail.notify import notify_once

pages = Blueprint("sharing", __name__)

READERS = {"leidinggevende": ConsentKind.SHARE_MANAGER, "organisatie": ConsentKind.SHARE_ORGANISATION}


@pages.post("/uitslag/<uuid:dossier_id>/delen")
@access.roles(Role.CANDIDATE)
def choose(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Let the manager or the organisation read the result of this exam, or do so no more."""
    dossier, said = access_shared.dossier_to_share(dossier_id), request.form.get("antwoord")
    kind = READERS.get(request.form.get("met", "")) or abort(400)
    who = dossier.manager.name if kind is ConsentKind.SHARE_MANAGER else dossier.organisation.name
    if said == "ja":
        shared_results.share(g.db, dossier, kind, g.now)
        g.db.flush()
        _tell(dossier, kind)
        flash(f"Gedeeld. {who} krijgt bericht en kan uw uitslag lezen. U kunt dit altijd terugnemen.", "ok")
    elif said == "nee":
        shared_results.keep_to_oneself(g.db, dossier, kind, g.now)
        flash(f"U deelt uw uitslag niet meer. {who} kan hem niet meer openen.", "ok")
    else:
        abort(400)
    return redirect(url_for("results.own", uitslag=request.form.get("uitslag") or None, _anchor="delen"))


@pages.get("/kandidaten/<uuid:dossier_id>/uitslag")
@access.roles(Role.MANAGER)
def for_manager(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The result that a candidate shares with the manager."""
    back = url_for("substantiation.one", dossier_id=dossier_id)
    return _page(access_shared.with_manager(), dossier_id, back)


@pages.get("/organisatie/dossiers/<uuid:dossier_id>/uitslag")
@access.roles(Role.ORGANISATION_ADMIN)
def for_organisation(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The result that a candidate shares with the organisation."""
    return _page(access_shared.with_organisation(), dossier_id, url_for("organisation.home", toon="gedeeld"))


def _page(results: Select[Verdict], dossier_id: uuid.UUID, back: str) -> str:
    found = access_shared.of(results, dossier_id) or abort(404)
    dossier, decision = found.sitting.dossier, Decision.from_json(found.decision)
    scheme = dossier.scheme.content
    return render_template(
        "results/shared.html",
        verdict=found,
        dossier=dossier,
        scheme=scheme,
        standings=explain.standings(decision, scheme),
        overall=explain.figure(decision.overall),
        back=back,
    )


def _tell(dossier: Dossier, kind: ConsentKind) -> None:
    """Whoever may read it now hears so, once."""
    readers: list[tuple[Person, str]] = [(dossier.manager, f"/kandidaten/{dossier.id}/uitslag")]
    if kind is ConsentKind.SHARE_ORGANISATION:
        there = holders(g.db, Role.ORGANISATION_ADMIN, dossier.organisation, g.now)
        readers = [(one, f"/organisatie/dossiers/{dossier.id}/uitslag") for one in there]
    for person, page in readers:
        notify_once(g.db, person, "result_shared", g.now, dossier=dossier, page=page)
