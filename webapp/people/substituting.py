"""Somebody else writes the substantiation from now on: chosen by the beheerder, or by the manager who cannot.

What was written stays, with the name of whoever wrote it; the next one goes on from there.
"""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, StringField

from storage.admission import enrolments
from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.dossier.revisions import Side, authors
from storage.people.people import Role, holders
from webapp import access
from webapp.context import g
from webapp.dutch import refusals
from webapp.forms import Form
from webapp.mail.notify import notify
from webapp.people.enrolling import ADDRESS, NAME
from webapp.people.invitations import invite

pages = Blueprint("substituting", __name__)


class ManagerForm(Form):
    manager_name = StringField("Naam van de nieuwe leidinggevende", NAME)
    manager_email = EmailField("E-mailadres van de nieuwe leidinggevende", ADDRESS)


def hand_over(dossier: Dossier, form: ManagerForm) -> bool:
    """Let the one of the form substantiate from now on, who gets the mail that asks for it; False when it is not."""
    if not form.validate_on_submit():
        return False
    name = present(form.manager_name.data).strip()
    try:
        manager = enrolments.hand_over(g.db, dossier, present(form.manager_email.data), name, access.me(), g.now)
    except Refused as error:
        if error.rule not in set(enrolments.Rule):
            raise
        form.manager_email.errors = [refusals.refusal(error)]
        return False
    values = {"organisation": dossier.organisation, "scheme": dossier.scheme.content, "number": 1}
    invite(manager, access.me(), "substantiation_asked", **values, names=[dossier.candidate.name])
    flash(f"{name} schrijft nu de onderbouwing en krijgt een mail.", "ok")
    return True


@pages.route("/kandidaten/<uuid:dossier_id>/overdragen", methods=["GET", "POST"])
@access.roles(Role.MANAGER)
def substitute(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """A manager who cannot write has somebody else do it; the beheerders hear who it is."""
    dossier = access.dossier_for_manager(dossier_id)
    dossier.require_open()
    form, before = ManagerForm(), dossier.manager
    if hand_over(dossier, form):
        for beheerder in holders(g.db, Role.ORGANISATION_ADMIN, dossier.organisation, g.now):
            notify(g.db, beheerder, "manager_substituted", g.now, dossier=dossier, before=before)
        return redirect(url_for("substantiation.candidates"))
    written = bool(dossier.reason.strip() or dossier.example_role.strip())
    return render_template("people/substitute.html", dossier=dossier, form=form, written=written), (
        422 if form.errors else 200
    )


@pages.app_template_global("authors_of")
def authors_of(dossier: Dossier) -> list[str]:
    """The names of whoever wrote what the manager's part says now, the first first."""
    return [one.name for one in authors(g.db, dossier, Side.MANAGER)]
