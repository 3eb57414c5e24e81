"""Staff changes that one officer asked and a second one decides: roles of KSF's own, and addresses of who has one."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from storage.people.people import Role
from storage.people.staff_changes import StaffChange
from webapp import access
from webapp.access import people as access_people
from webapp.context import g
from webapp.dutch import states
from webapp.paging import page_of
from webapp.people import own_address
from webapp.people.invitations import invite

pages = Blueprint("second_officer", __name__, url_prefix="/bureau/mensen/wijzigingen")


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """The changes that wait for a second officer."""
    with_people = (joinedload(StaffChange.person), joinedload(StaffChange.asked_by))
    return render_template("people/changes.html", page=page_of(access_people.staff_changes(), *with_people))


@pages.post("/<uuid:change_id>/akkoord")
@access.roles(Role.KSF_OFFICER)
@access.confirmed
def grant(change_id: uuid.UUID) -> ResponseReturnValue:
    """Let it happen, and write to the person."""
    change = access_people.staff_change_for_officer(change_id)
    person, old = change.person, change.person.email
    change.decide(True, access.me(), g.now)
    if change.role:
        because = f"KSF heeft u een rol gegeven in Vignet: {states.ROLES[change.role]}."
        invite(person, access.me(), because=because)
        flash(f"{person.name} heeft nu deze rol en krijgt een mail.", "ok")
    else:
        own_address.tell_old(person, old)
        flash(f"{person.name} logt voortaan in met het nieuwe adres.", "ok")
    return redirect(url_for("second_officer.home"))


@pages.post("/<uuid:change_id>/weigeren")
@access.roles(Role.KSF_OFFICER)
@access.confirmed
def refuse(change_id: uuid.UUID) -> ResponseReturnValue:
    """Leave everything as it is."""
    access_people.staff_change_for_officer(change_id).decide(False, access.me(), g.now)
    flash("Dit gaat niet door. Er is niets veranderd.", "ok")
    return redirect(url_for("second_officer.home"))
