"""Certificates from paper come into the register by a list: what will happen is shown first."""

import uuid
from collections import Counter

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField

from storage.certificates.paper_lists import PaperOutcome, keep_list, plan
from storage.people.people import Role
from webapp import access, uploads
from webapp.access import certificates as access_certificates
from webapp.certificates import paper_file
from webapp.context import g
from webapp.csv_reader import Unreadable
from webapp.csv_writer import table
from webapp.dutch import formats
from webapp.forms import Form
from webapp.uploads import Upload

pages = Blueprint("paper", __name__, url_prefix="/register/papier")


class PaperForm(Form):
    file = FileField("Uw lijst (CSV)", description="Uit elk rekenblad op te slaan als CSV. Hoogstens 5.000 regels.")


@pages.route("", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
@uploads.a_day(Upload.PAPER_LIST)
def upload() -> ResponseReturnValue:
    """A list: read, and kept to be looked at. Nothing is in the register by it yet."""
    form = PaperForm()
    if form.validate_on_submit():
        try:
            data = request.files["file"].read() if "file" in request.files else b""
            papers, faults = paper_file.read(data, formats.day_of(g.now))
        except Unreadable as error:
            form.file.errors = [str(error)]
        else:
            made = keep_list(g.db, papers, faults, access.me(), g.now)
            return redirect(url_for("paper.show", list_id=made.id))
    return render_template("register/paper_upload.html", form=form), 422 if form.errors else 200


@pages.get("/<uuid:list_id>")
@access.roles(Role.KSF_OFFICER)
def show(list_id: uuid.UUID) -> ResponseReturnValue:
    """What will happen to each line, before it happens."""
    found = access_certificates.paper_list(list_id)
    planned = plan(g.db, found.papers)
    counts = Counter(one.outcome for one in planned)
    return render_template("register/paper_show.html", list=found, planned=planned, counts=counts, new=PaperOutcome.NEW)


@pages.post("/<uuid:list_id>")
@access.roles(Role.KSF_OFFICER)
def use(list_id: uuid.UUID) -> ResponseReturnValue:
    """Take over every line that is new."""
    made = access_certificates.paper_list(list_id).use(access.me(), g.now)
    flash(f"{len(made)} certifica{'at' if len(made) == 1 else 'ten'} overgenomen.", "ok")
    return redirect(url_for("register.home"))


@pages.get("/voorbeeld.csv")
@access.roles(Role.KSF_OFFICER)
def example() -> ResponseReturnValue:
    """A file to fill in."""
    return table("voorbeeld.csv", paper_file.COLUMNS, paper_file.EXAMPLE)
