"""Minutes of the committee's decisions: drawn up by one member, signed by another, and kept as PDF."""

import uuid

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import DateField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from storage.base.present import present
from storage.committee import minutes as kept
from storage.committee.minutes import DecisionMinutes, MinutesState
from storage.people.people import Role
from webapp import access
from webapp.committee import minutes_file
from webapp.context import g
from webapp.dutch.formats import day_of
from webapp.forms import Form
from webapp.paging import page_of

pages = Blueprint("minutes", __name__, url_prefix="/besluitenlijsten")

READERS = (Role.EXAM_COMMITTEE, Role.KSF_OFFICER, Role.AUDITOR)


class DrawForm(Form):
    held_on = DateField("Dag van de vergadering", [InputRequired("Kies een dag.")])


class RejectForm(Form):
    reason = TextAreaField("Wat klopt er niet?", [DataRequired("Schrijf wat er niet klopt."), Length(max=2000)])


@pages.get("")
@access.roles(*READERS)
def home() -> ResponseReturnValue:
    """All minutes, the one that waits first; and for the committee what would stand in the next."""
    return _home(DrawForm(formdata=None, data={"held_on": day_of(g.now)}))


@pages.post("")
@access.roles(Role.EXAM_COMMITTEE)
def draw() -> ResponseReturnValue:
    """Draw up the next one, of all decisions since the last."""
    form = DrawForm()
    if not form.validate_on_submit():
        return _home(form), 422
    since = kept.last_until(g.db)
    content = minutes_file.sections(g.db, since, g.now)
    made = kept.draw_up(g.db, present(form.held_on.data), day_of(g.now), content, since, access.me(), g.now)
    flash("De besluitenlijst is opgesteld. Een ander lid van de commissie tekent hem.", "ok")
    return redirect(url_for("minutes.one", minutes_id=made.id))


@pages.get("/<uuid:minutes_id>")
@access.roles(*READERS)
def one(minutes_id: uuid.UUID) -> ResponseReturnValue:
    """One document as it stands."""
    return _page(_found(minutes_id), RejectForm(formdata=None))


@pages.post("/<uuid:minutes_id>/tekenen")
@access.roles(Role.EXAM_COMMITTEE)
def sign(minutes_id: uuid.UUID) -> ResponseReturnValue:
    """The second member agrees: it has a number and is never changed."""
    found = _found(minutes_id)
    found.sign(access.me(), g.now)
    flash(f"Besluitenlijst {found.label} is getekend.", "ok")
    return redirect(url_for("minutes.one", minutes_id=found.id))


@pages.post("/<uuid:minutes_id>/niet-tekenen")
@access.roles(Role.EXAM_COMMITTEE)
def reject(minutes_id: uuid.UUID) -> ResponseReturnValue:
    """It is not right; another one can be drawn up."""
    found, form = _found(minutes_id), RejectForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    found.reject(present(form.reason.data), access.me(), g.now)
    flash("Niet getekend. Stel een nieuwe besluitenlijst op als alles klopt.", "ok")
    return redirect(url_for("minutes.home"))


@pages.get("/<uuid:minutes_id>/besluitenlijst.pdf")
@access.roles(*READERS)
def file(minutes_id: uuid.UUID) -> ResponseReturnValue:
    """The document, once it is signed."""
    found = _found(minutes_id)
    if found.state is not MinutesState.SIGNED:
        abort(404)
    response = Response(minutes_file.made(g.db, found), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="besluitenlijst-{found.label}.pdf"'
    return response


def _found(minutes_id: uuid.UUID) -> DecisionMinutes:
    return g.db.get(DecisionMinutes, minutes_id) or abort(404)


def _home(form: DrawForm) -> str:
    newest = select(DecisionMinutes).order_by(
        (DecisionMinutes.state == MinutesState.DRAWN_UP).desc(), DecisionMinutes.made_at.desc(), DecisionMinutes.id
    )
    page = page_of(newest, joinedload(DecisionMinutes.made_by), joinedload(DecisionMinutes.signed_by))
    member = Role.EXAM_COMMITTEE in access.me().roles(g.now)
    waits = kept.waiting(g.db)
    coming = minutes_file.sections(g.db, kept.last_until(g.db), g.now) if member and waits is None else []
    values = {"page": page, "form": form, "member": member, "coming": [one for one in coming if one["lines"]]}
    return render_template("minutes/home.html", waits=waits, **values)


def _page(found: DecisionMinutes, form: RejectForm) -> str:
    member = Role.EXAM_COMMITTEE in access.me().roles(g.now)
    opening = minutes_file.opening(found)
    may_sign = member and found.made_by_id != access.me().id
    return render_template(
        "minutes/one.html", found=found, form=form, opening=opening, member=member, may_sign=may_sign
    )
