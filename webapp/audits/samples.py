"""Samples of exams for audits: drawn from a seed, each exam with why it is in, and drawn again to see that it is so."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from scenarios.audit_guidelines import newest
from storage.audits import samples as rows
from storage.audits.samples import AuditSample
from storage.base.present import present
from storage.people.organisations import Organisation
from storage.people.people import Role
from webapp import access
from webapp.access import cases as access_case
from webapp.audits.office import READING
from webapp.context import g
from webapp.dutch.formats import day_of
from webapp.forms import Form, choices
from webapp.paging import page_of

pages = Blueprint("audit_samples", __name__, url_prefix="/audits/steekproeven")


class DrawForm(Form):
    organisation = SelectField("Van welke organisatie?", [Optional()])
    year = IntegerField("Examens uit het jaar", [InputRequired(), NumberRange(2000, 2100)])
    by_chance = IntegerField("Door toeval", [InputRequired(), NumberRange(0, 100)])
    by_risk = IntegerField("Naar risico", [InputRequired(), NumberRange(0, 100)])
    seed = StringField(
        "Seed", [Optional(), Length(max=64)], description="Leeg laten: Vignet kiest. Vul er een in om na te trekken."
    )


@pages.route("", methods=["GET", "POST"])
@access.roles(*READING)
def home() -> ResponseReturnValue:
    """Every sample that was drawn, and a new one."""
    rules = newest()
    filled = {"year": day_of(g.now).year, "by_chance": rules.sample_random, "by_risk": rules.sample_risk}
    form = DrawForm(data=filled)
    by_name = select(Organisation).order_by(func.lower(Organisation.name), Organisation.id)
    homes = {str(one.id): one for one in g.db.scalars(by_name)}
    form.organisation.choices = choices([("", "Alle organisaties"), *((key, one.name) for key, one in homes.items())])
    if form.validate_on_submit():
        numbers = present(form.year.data), present(form.by_chance.data), present(form.by_risk.data)
        home = homes.get(form.organisation.data or "")
        made = rows.draw_sample(g.db, home, *numbers, form.seed.data or "", access.me(), g.now)
        flash("De steekproef is getrokken.", "ok")
        return redirect(url_for("audit_samples.one", sample_id=made.id))
    page = page_of(access_case.samples(), joinedload(AuditSample.organisation), joinedload(AuditSample.drawn_by))
    return render_template("audits/samples.html", page=page, form=form), 422 if form.errors else 200


@pages.get("/<uuid:sample_id>")
@access.roles(*READING)
def one(sample_id: uuid.UUID) -> ResponseReturnValue:
    """One sample; ?opnieuw=ja draws it once more and says whether it is the same."""
    found = access_case.sample(sample_id)
    lines = found.lines
    exams = access_case.exams([line.code for line in lines])
    again = found.again() == lines if request.args.get("opnieuw") else None
    opens = Role.AUDITOR in access.me().roles(g.now)
    values = {"exams": exams, "again": again, "opens": opens, "packs": opens and access_case.named()}
    return render_template("audits/sample.html", found=found, lines=lines, **values)
