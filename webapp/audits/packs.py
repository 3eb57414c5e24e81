"""Audit packs: asked with one press, made at once when small and by a worker when large, fetched by their auditor."""

import tempfile
import uuid
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from storage.audits import packs as rows
from storage.audits.packs import AuditPack
from storage.audits.samples import AuditSample
from storage.base import audit, jobs
from storage.base.database import session_scope
from storage.base.objects import ObjectError
from storage.base.present import present
from storage.people.organisations import Organisation
from storage.people.people import Role
from webapp import access
from webapp.access import audits as access_audit
from webapp.access import cases as access_case
from webapp.audits import packing
from webapp.context import g
from webapp.dutch.formats import day_of
from webapp.forms import Form
from webapp.paging import page_of

pages = Blueprint("audit_packs", __name__, url_prefix="/audits/pakketten")

AT_ONCE = 10
"""Up to so many exams, without video, are made while the auditor waits."""
WAITS = 120
"""After so many seconds a worker looks whether a small pack was made after all."""


class PackForm(Form):
    with_video = BooleanField("Met opnames", description="Alleen als het nodig is. De kandidaat leest uw reden.")
    reason = TextAreaField("Waarom met opnames?", [Optional(), Length(max=500)])


class YearForm(PackForm):
    year = IntegerField("Examens uit het jaar", [InputRequired(), NumberRange(2000, 2100)])


@pages.get("")
@access.roles(Role.AUDITOR)
def home() -> ResponseReturnValue:
    """The packs of the auditor who asks."""
    return render_template("audits/packs.html", page=page_of(access_case.my_packs(), *access_case.OF_PACK))


@pages.route("/organisaties/<uuid:organisation_id>", methods=["GET", "POST"])
@access.roles(Role.AUDITOR)
def of_organisation(organisation_id: uuid.UUID) -> ResponseReturnValue:
    """Everything of one organisation in a year."""
    found = access_audit.organisation(organisation_id)
    form = YearForm(data={"year": day_of(g.now).year})
    if form.validate_on_submit():
        year = present(form.year.data)
        return _ask(found, year, access_case.codes_of(found, year), form)
    page = render_template("audits/pack_ask.html", name=found.name, form=form, codes=None)
    return page, 422 if form.errors else 200


@pages.route("/steekproeven/<uuid:sample_id>", methods=["GET", "POST"])
@access.roles(Role.AUDITOR)
def of_sample(sample_id: uuid.UUID) -> ResponseReturnValue:
    """Everything of the exams of one sample."""
    found, form = access_case.sample(sample_id), PackForm()
    codes = sorted(access_case.exams([one.code for one in found.lines]))
    if form.validate_on_submit():
        return _ask(found, found.year, codes, form)
    name = f"de steekproef van {day_of(found.drawn_at):%d-%m-%Y}"
    page = render_template("audits/pack_ask.html", name=name, form=form, codes=codes)
    return page, 422 if form.errors else 200


@pages.get("/<uuid:pack_id>")
@access.roles(Role.AUDITOR)
def one(pack_id: uuid.UUID) -> ResponseReturnValue:
    """How far one pack is, and what it holds."""
    return render_template("audits/pack.html", found=access_case.my_pack(pack_id), stays=rows.STAYS.days)


@pages.get("/<uuid:pack_id>/pakket.zip")
@access.roles(Role.AUDITOR)
def file(pack_id: uuid.UUID) -> ResponseReturnValue:
    """The ZIP; that it was fetched is noted."""
    found = access_case.my_pack(pack_id)
    if not found.there:
        abort(404)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "pack.zip")
        rows.fetch(found, path)
        # Open still when the folder is gone: the file goes when the last block was sent.
        opened = path.open("rb")
    person = access.me().id
    with session_scope() as session:
        audit.record(session, g.now, person, "audit_pack_fetched", session.get_one(AuditPack, found.id))
    response = Response(iter(lambda: opened.read(256 * 1024), b""), content_type="application/zip")
    response.call_on_close(opened.close)
    response.headers.set("Content-Disposition", "attachment", filename=found.name)
    response.content_length = present(found.size)
    return response


def _ask(about: Organisation | AuditSample, year: int, codes: list[str], form: PackForm) -> ResponseReturnValue:
    """Ask for the pack. A small one is there when the page comes back."""
    video = bool(form.with_video.data)
    later = video or len(codes) > AT_ONCE
    made = rows.ask(g.db, about, year, codes, video, form.reason.data or "", access.me(), g.now)
    pack = made.id
    jobs.enqueue(g.db, jobs.Queue.OFFICE, rows.MAKE, pack, g.now, delay_s=0 if later else WAITS)
    # Making it takes a second or two; nobody should wait for this request meanwhile.
    g.db.commit()
    if not later and _made_now(pack):
        flash("Het pakket is klaar.", "ok")
    else:
        flash("Het pakket wordt gemaakt. Kom over een paar minuten terug.", "info")
    return redirect(url_for("audit_packs.one", pack_id=pack))


def _made_now(pack: uuid.UUID) -> bool:
    """Make it in this request. Where the store does not answer, the worker tries again."""
    try:
        packing.run(pack, g.now)
    except ObjectError as error:
        current_app.logger.warning("pack %s waits for the worker: %s", pack, error)
        return False
    return True
