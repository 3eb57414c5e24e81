"""The organisations, kept by the office: nobody registers an own one. And who may administer each."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload
from wtforms import BooleanField, EmailField, StringField
from wtforms.validators import DataRequired, Length

from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.people.organisations import Organisation, create_organisation
from storage.people.people import Membership, Role, join, known_or_new, person_by_email
from webapp import access
from webapp.access import people as access_people
from webapp.context import g
from webapp.dutch import refusals
from webapp.forms import Form
from webapp.paging import matching, page_of, search
from webapp.people.enrolling import ADDRESS, NAME
from webapp.people.invitations import invite
from webapp.people.sure import SureForm, sure_page

pages = Blueprint("organisations", __name__, url_prefix="/bureau/organisaties")

ADMIN = "beheerder"
"""Prefix of the field names of the second form on a page."""


class OrganisationForm(Form):
    name = StringField("Naam", [DataRequired("Vul de naam in."), Length(max=120)])
    is_member = BooleanField("Is lid van KSF", description="Bepaalt de prijs van A en chat.")
    supplies_examiners = BooleanField("Levert examiners", description="Zonder examiners geldt een toeslag.")

    def keep(self, how: Callable[[str, bool, bool], object]) -> bool:
        """Let `how(name, is_member, supplies_examiners)` keep it; when it refuses, say why in the form."""
        try:
            how(present(self.name.data), self.is_member.data, self.supplies_examiners.data)
        except Refused as error:
            self.name.errors = [refusals.refusal(error)]
            return False
        return True


class BeheerderForm(SureForm):
    name = StringField("Naam", NAME)
    email = EmailField("E-mailadres", ADDRESS)


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """All organisations by name, with how many dossiers and beheerders each has."""
    words = search()
    found = select(Organisation).where(matching(words, Organisation.name)).order_by(Organisation.name, Organisation.id)
    page = page_of(found)
    ids = [one.id for one in page.rows]
    counted = select(Dossier.organisation_id, func.count()).group_by(Dossier.organisation_id)
    dossiers = dict(g.db.execute(counted.where(Dossier.organisation_id.in_(ids))).all())
    holding = (Membership.role == Role.ORGANISATION_ADMIN, _now_holding())
    admins = select(Membership.organisation_id, func.count()).where(Membership.organisation_id.in_(ids), *holding)
    values = {"dossiers": dossiers, "admins": dict(g.db.execute(admins.group_by(Membership.organisation_id)).all())}
    return render_template("organisations/home.html", page=page, words=words, **values)


@pages.route("/nieuw", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def new() -> ResponseReturnValue:
    form = OrganisationForm()
    made: list[Organisation] = []
    if form.validate_on_submit() and form.keep(
        lambda name, member, examiners: made.append(
            create_organisation(g.db, name, member, examiners, access.me().id, g.now)
        )
    ):
        flash("De organisatie is toegevoegd. Nodig nu een beheerder uit.", "ok")
        return redirect(url_for("organisations.one", organisation_id=made[0].id))
    return render_template("organisations/new.html", form=form), 422 if form.errors else 200


@pages.route("/<uuid:organisation_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def one(organisation_id: uuid.UUID) -> ResponseReturnValue:
    """One organisation: what is known of it, and its beheerders."""
    found = access_people.organisation_for_officer(organisation_id)
    form = OrganisationForm(obj=found)
    if form.validate_on_submit() and form.keep(
        lambda name, member, examiners: found.change(name, member, examiners, access.me().id, g.now)
    ):
        flash("De gegevens zijn bewaard.", "ok")
        return redirect(url_for("organisations.one", organisation_id=found.id))
    return _page(found, form, BeheerderForm(formdata=None, prefix=ADMIN)), 422 if form.errors else 200


@pages.post("/<uuid:organisation_id>/beheerders")
@access.roles(Role.KSF_OFFICER)
@access.confirmed
def invite_admin(organisation_id: uuid.UUID) -> ResponseReturnValue:
    """Make somebody beheerder, and send the invitation."""
    found, form = access_people.organisation_for_officer(organisation_id), BeheerderForm(prefix=ADMIN)
    if not form.validate_on_submit():
        return _page(found, OrganisationForm(formdata=None, obj=found), form), 422
    email = present(form.email.data)
    known = person_by_email(g.db, email)
    if known is access.me():
        form.email.errors = ["Dit bent u zelf. Vraag een collega om u een rol te geven."]
        return _page(found, OrganisationForm(formdata=None, obj=found), form), 422
    holds = known and any(one.is_for(Role.ORGANISATION_ADMIN, found.id, g.now) for one in known.memberships)
    if known and not holds and not form.is_sure(known):
        return sure_page(form, known, f"Wordt deze persoon beheerder van {found.name}?")
    person = known or known_or_new(g.db, email, present(form.name.data), g.now)
    if join(g.db, person, Role.ORGANISATION_ADMIN, found, access.me().id, g.now) is None:
        flash("Deze persoon is al beheerder van deze organisatie.", "info")
    else:
        invite(person, access.me(), because=f"U bent nu beheerder van {found.name} in Vignet. U meldt kandidaten aan.")
        flash("De beheerder is toegevoegd en krijgt een mail.", "ok")
    return redirect(url_for("organisations.one", organisation_id=found.id))


def _page(found: Organisation, form: OrganisationForm, admin_form: BeheerderForm) -> str:
    theirs = select(Membership).where(Membership.organisation_id == found.id)
    holding = theirs.where(Membership.role == Role.ORGANISATION_ADMIN, _now_holding())
    admins = g.db.scalars(holding.options(joinedload(Membership.person)).order_by(Membership.since)).all()
    return render_template("organisations/one.html", found=found, form=form, admin_form=admin_form, admins=admins)


def _now_holding() -> ColumnElement[bool]:
    return Membership.until.is_(None) | (Membership.until > g.now)
