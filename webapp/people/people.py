"""The people, kept by the office: who is who, which roles they hold, whether mail arrives."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import EmailField, RadioField, StringField
from wtforms.validators import InputRequired

from storage.base import audit
from storage.base.present import present
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.people import employers
from storage.people.outbox import MailMessage
from storage.people.people import OF_KSF, UNDONE, Membership, Person, Role, Rule, join, known_or_new, person_by_email
from storage.people.second_factor import remove_second_factor, second_factor_of
from storage.people.staff_changes import StaffChange, ask_address, ask_role
from webapp import access
from webapp.access import people as access_people
from webapp.context import g
from webapp.dutch import refusals, states
from webapp.dutch.formats import day_of
from webapp.forms import choices
from webapp.mail.notify import notify
from webapp.notices import done_with_undo
from webapp.paging import called_so, page_of, search
from webapp.people import own_address
from webapp.people.enrolling import ADDRESS, NAME
from webapp.people.invitations import invite
from webapp.people.sure import SureForm, sure_page

pages = Blueprint("people", __name__, url_prefix="/bureau/mensen")

NEWEST_MAILS = 10


class PersonForm(SureForm):
    name = StringField("Naam", NAME)
    email = EmailField("E-mailadres", ADDRESS)


class StaffForm(PersonForm):
    role = RadioField(
        "Rol", [InputRequired("Kies een rol.")], choices=choices((role, states.ROLES[role]) for role in OF_KSF)
    )


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """Everybody by name."""
    words = search()
    found = select(Person).where(called_so(words, Person.id))
    with_roles = selectinload(Person.memberships).joinedload(Membership.organisation)
    page = page_of(found.order_by(Person.name, Person.id), with_roles)
    roles = {one.id: sorted(one.roles(g.now)) for one in page.rows}
    return render_template("people/home.html", page=page, words=words, roles=roles)


@pages.route("/nieuw", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
@access.confirmed
def new() -> ResponseReturnValue:
    """Somebody who works for KSF, or one more role for somebody who is known."""
    form = StaffForm()
    if form.validate_on_submit():
        email, role = present(form.email.data), Role(form.role.data)
        person = person_by_email(g.db, email)
        if person is access.me():
            form.email.errors = ["Dit bent u zelf. Vraag een collega om u een rol te geven."]
        elif person and any(one.is_for(role, None, g.now) for one in person.memberships):
            form.role.errors = ["Deze persoon heeft deze rol al."]
        elif person and not form.is_sure(person):
            return sure_page(form, person, f"Krijgt deze persoon de rol {states.ROLES[role]}?")
        else:
            person = person or known_or_new(g.db, email, present(form.name.data), g.now)
            ask_role(g.db, person, role, access.me(), g.now)
            g.db.flush()
            flash(f"{person.name} krijgt deze rol, en een mail, zodra een collega het goedkeurt.", "ok")
            return redirect(url_for("people.one", person_id=person.id))
    return render_template("people/new.html", form=form), 422 if form.errors else 200


@pages.route("/<uuid:person_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
@access.confirmed_to_change
def one(person_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody's name and address, roles and newest mail."""
    found = access_people.person_for_officer(person_id)
    form = PersonForm(obj=found)
    if form.validate_on_submit():
        try:
            if (question := _change(found, form)) is not None:
                return question
        except Refused as error:
            form.email.errors = [refusals.refusal(error)]
        else:
            return redirect(url_for("people.one", person_id=found.id))
    theirs = select(MailMessage).where(MailMessage.person_id == found.id).order_by(MailMessage.created_at.desc())
    values = {
        "mails": g.db.scalars(theirs.limit(NEWEST_MAILS)).all(),
        "memberships": [one for one in found.memberships if one.holds(g.now)],
        "factor": second_factor_of(g.db, found),
        "works_for": _works_for(found),
        "asked": g.db.scalars(access_people.staff_changes().where(StaffChange.person_id == found.id)).all(),
    }
    return render_template("people/one.html", found=found, form=form, **values), 422 if form.errors else 200


@pages.post("/<uuid:person_id>/uitnodigen")
@access.roles(Role.KSF_OFFICER)
def invite_again(person_id: uuid.UUID) -> ResponseReturnValue:
    """A fresh link for somebody who has no password yet."""
    found = access_people.person_for_officer(person_id)
    if found.password_hash is None:
        invite(found, access.me(), because="KSF nodigt u uit voor Vignet, waar het examen wordt gedaan.")
        flash("De uitnodiging is opnieuw verstuurd. De vorige link werkt niet meer.", "ok")
    else:
        flash("Deze persoon heeft al een wachtwoord, en kan zelf een nieuw vragen.", "info")
    return redirect(url_for("people.one", person_id=found.id))


@pages.post("/<uuid:person_id>/tweede-stap-weg")
@access.roles(Role.KSF_OFFICER)
@access.confirmed
def remove_factor(person_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody lost phone and recovery codes; who called must be known to be the one."""
    found = access_people.person_for_officer(person_id)
    if (factor := second_factor_of(g.db, found)) is not None:
        remove_second_factor(g.db, factor, access.me().id, g.now)
        found.log_out_everywhere(g.now, access.me().id)
        notify(g.db, found, "second_factor_off", g.now)
    flash("De tweede stap is weggehaald. Deze persoon stelt bij de volgende keer een nieuwe in.", "ok")
    return redirect(url_for("people.one", person_id=found.id))


@pages.post("/<uuid:person_id>/uitloggen")
@access.roles(Role.KSF_OFFICER)
@access.confirmed
def log_out(person_id: uuid.UUID) -> ResponseReturnValue:
    """End every session of somebody, as when a laptop was stolen; the password stays."""
    found = access_people.person_for_officer(person_id)
    found.log_out_everywhere(g.now, access.me().id)
    flash(f"{found.name} is overal uitgelogd.", "ok")
    return redirect(url_for("people.one", person_id=found.id))


@pages.post("/rollen/<uuid:membership_id>/einde")
@access.roles(Role.KSF_OFFICER)
@access.confirmed
def end_role(membership_id: uuid.UUID) -> ResponseReturnValue:
    """Take a role away."""
    membership = access_people.membership_for_officer(membership_id)
    membership.end(access.me().id, g.now)
    undo = url_for("people.give_back", membership_id=membership.id)
    done_with_undo(f"{membership.person.name} heeft deze rol niet meer.", undo)
    return redirect(url_for("people.one", person_id=membership.person_id))


@pages.post("/rollen/<uuid:membership_id>/terug")
@access.roles(Role.KSF_OFFICER)
@access.confirmed
def give_back(membership_id: uuid.UUID) -> ResponseReturnValue:
    """Undo the end of a role, soon after. Later it is asked for like any role."""
    membership = access_people.membership_for_officer(membership_id)
    person, role, until = membership.person, membership.role, membership.until
    if until is None or until <= g.now - UNDONE:
        raise Refused(StepRule.NOT_ALLOWED)
    join(g.db, person, role, membership.organisation, access.me().id, g.now)
    flash("De rol is teruggegeven.", "ok")
    return redirect(url_for("people.one", person_id=person.id))


def _works_for(found: Person) -> list[str] | None:
    """The employers of somebody who works for KSF, or is about to; None of anybody else."""
    asked = g.db.scalars(access_people.staff_changes().where(StaffChange.person_id == found.id)).all()
    roles = found.roles(g.now) | {one.role for one in asked}
    if not roles & set(OF_KSF):
        return None
    today = day_of(g.now)
    return [one.called for one in employers.of(g.db, [found])[found.id] if one.holds(today)]


def _change(found: Person, form: PersonForm) -> str | None:
    """Keep the name and the address that were given, or answer what is asked before. Raises Refused for an address."""
    name, email = present(form.name.data).strip(), present(form.email.data)
    if email != found.email:
        if person_by_email(g.db, email) is not None:
            raise Refused(Rule.ADDRESS_TAKEN)
        if form.sure.data != email:
            return sure_page(form, found, f"Wordt {email} het adres van deze persoon?", email)
    if name != found.name:
        audit.record(g.db, g.now, access.me().id, "person_changed", found)
        found.name = name
    if email != found.email and found.roles(g.now) & set(OF_KSF):
        ask_address(g.db, found, email, access.me(), g.now)
        flash("Het adres verandert zodra een collega het goedkeurt. Een andere naam is al bewaard.", "ok")
        return None
    if email != found.email:
        own_address.change(found, email, access.me())
        if found.password_hash is None:
            invite(found, access.me(), because="KSF nodigt u uit voor Vignet, waar het examen wordt gedaan.")
    flash("De gegevens zijn bewaard.", "ok")
    return None
