"""Enrolling on the screen: one candidate at a time, or a list that shows what will happen before it happens."""

import uuid
from collections import Counter
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, EmailField, FileField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from scenarios.advice import plausible
from storage.admission.enrolments import Entry, EntryOutcome, Roster, enrol, keep_roster, plan
from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.people.organisations import Organisation
from storage.people.people import Person, Role, as_address
from storage.schemes import Scheme, advised_weeks, current_scheme, current_schemes
from webapp import access, uploads
from webapp.access import people as access_people
from webapp.context import g
from webapp.csv_reader import Table, Unreadable
from webapp.dutch import formats, refusals, states
from webapp.forms import Form, choices, offer
from webapp.people import roster_file
from webapp.people.invitations import invite
from webapp.uploads import Upload

pages = Blueprint("enrolling", __name__, url_prefix="/organisatie/aanmelden")


def _is_address(_form: Form, field: EmailField) -> None:
    try:
        field.data = as_address(field.data or "")
    except Refused as error:
        raise ValidationError(refusals.refusal(error)) from error


def _is_plausible(_form: Form, field: DateField) -> None:
    if field.data and not plausible(field.data, formats.day_of(g.now)):
        raise ValidationError("Kijk deze datum nog eens na.")


NAME = [DataRequired("Vul de naam in."), Length(max=120)]
ADDRESS = [InputRequired("Vul het e-mailadres in."), _is_address]


class JobStartForm(Form):
    """The first day in the job, for whoever may leave it open."""

    in_job_since = DateField("In functie sinds", [Optional(), _is_plausible])


class OwnForm(Form):
    """A form for one of the own organisations and one exam. Where there is only one, nobody is asked which."""

    exam = SelectField("Examen", [InputRequired("Kies een examen.")])
    organisation = SelectField("Organisatie", [InputRequired("Kies een organisatie.")])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.own = {str(one.id): one for one in access_people.my_organisations()}
        self.exams = {one.key: one for one in current_schemes(g.db)} or abort(404)
        offer(self.organisation, {key: one.name for key, one in self.own.items()})
        offer(self.exam, {key: one.content.name for key, one in self.exams.items()})

    @property
    def chosen(self) -> Organisation:
        return self.own[self.organisation.data]

    @property
    def scheme(self) -> Scheme:
        return self.exams[self.exam.data]


class EnrolForm(JobStartForm, OwnForm):
    candidate_name = StringField("Naam van de kandidaat", NAME, description="Zoals op het certificaat moet staan.")
    candidate_email = EmailField("E-mailadres van de kandidaat", ADDRESS)
    manager_name = StringField("Naam van de direct leidinggevende", NAME)
    manager_email = EmailField("E-mailadres van de leidinggevende", ADDRESS)
    cost_centre = StringField("Kostenplaats", [Length(max=40)], description="Komt op de factuur.")

    def validate_manager_email(self, field: EmailField) -> None:
        if field.data == self.candidate_email.data:
            raise ValidationError("Dit is het adres van de kandidaat. Vul het adres van de leidinggevende in.")


class ListForm(OwnForm):
    file = FileField("Uw lijst (CSV)", description="Uit elk rekenblad op te slaan als CSV. Hoogstens 2.000 regels.")


NONE = ""
"""The choice of no column at all."""


class ColumnsForm(Form):
    """Which column of somebody's own list holds what. A name may stand in up to three columns."""

    kandidaat_naam = SelectField("Naam van de kandidaat", [InputRequired("Kies een kolom.")])
    kandidaat_naam_2 = SelectField("Daarachter", [Optional()])
    kandidaat_naam_3 = SelectField("En daarachter", [Optional()])
    kandidaat_email = SelectField("E-mailadres van de kandidaat", [InputRequired("Kies een kolom.")])
    leidinggevende_naam = SelectField("Naam van de leidinggevende", [InputRequired("Kies een kolom.")])
    leidinggevende_naam_2 = SelectField("Daarachter", [Optional()])
    leidinggevende_naam_3 = SelectField("En daarachter", [Optional()])
    leidinggevende_email = SelectField("E-mailadres van de leidinggevende", [InputRequired("Kies een kolom.")])
    kostenplaats = SelectField("Kostenplaats", [Optional()])
    in_functie_sinds = SelectField("Eerste dag in de functie", [Optional()])

    def __init__(self, table: Table, **more: Any) -> None:
        guess = roster_file.likely(table.names)
        first = {self._field(name, at): str(place) for name, found in guess.items() for at, place in enumerate(found)}
        super().__init__(data=first, **more)
        self.names = [cell.strip() or roster_file.letter(at) for at, cell in enumerate(table.header)]
        for name, field in self._selects():
            nothing = "kies een kolom" if name in roster_file.NEEDED else "geen kolom"
            field.choices = choices([(NONE, nothing), *((str(at), one) for at, one in enumerate(self.names))])

    @staticmethod
    def _field(name: str, at: int) -> str:
        return f"{name}_{at + 1}" if at else name

    def _selects(self) -> list[tuple[str, SelectField]]:
        fields = [self._field(name, at) for name in roster_file.COLUMNS for at in range(3)]
        return [(name, self[name]) for name in fields if name in self]

    @property
    def columns(self) -> roster_file.Columns:
        """The columns that were chosen, by the name of ours."""
        chosen = {name: field.data for name, field in self._selects() if field.data}
        found = {
            name: [int(chosen[one]) for at in range(3) if (one := self._field(name, at)) in chosen]
            for name in roster_file.COLUMNS
        }
        return {name: places for name, places in found.items() if places}


@pages.route("", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
def one() -> ResponseReturnValue:
    """Enrol one candidate with the manager."""
    form = EnrolForm()
    if form.validate_on_submit():
        entry = Entry(
            present(form.candidate_name.data).strip(),
            present(form.candidate_email.data),
            present(form.manager_name.data).strip(),
            present(form.manager_email.data),
            (form.cost_centre.data or "").strip(),
            form.in_job_since.data,
        )
        (planned,) = plan(g.db, form.chosen, form.scheme, [entry])
        if planned.outcome is EntryOutcome.NEW:
            tell(enrol(g.db, form.chosen, form.scheme, [entry], access.me(), g.now), access.me())
            flash(f"{entry.candidate_name} is aangemeld. De kandidaat en de leidinggevende krijgen een mail.", "ok")
            # Who nominates some one by one stays at the form.
            return redirect(url_for("enrolling.one" if "again" in request.form else "organisation.home"))
        form.candidate_email.errors = [states.ENTRY_OUTCOMES[planned.outcome][1]]
    return render_template("enrolling/one.html", form=form, weeks=advised_weeks(g.db)), 422 if form.errors else 200


@pages.route("/lijst", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
@uploads.a_day(Upload.ROSTER)
def upload() -> ResponseReturnValue:
    """A list: read, and kept to be looked at. Nobody is enrolled by it yet."""
    form = ListForm()
    if form.validate_on_submit():
        try:
            data = request.files["file"].read() if "file" in request.files else b""
            known = form.chosen.roster_columns
            entries, faults = roster_file.read(data, formats.day_of(g.now), known)
        except roster_file.OtherHeadings as other:
            table = {"header": other.table.header, "rows": other.table.rows}
            roster = keep_roster(g.db, form.chosen, form.exam.data, [], [], access.me(), g.now, table)
            g.db.flush()
            return redirect(url_for("enrolling.columns", roster_id=roster.id))
        except Unreadable as error:
            form.file.errors = [str(error)]
        else:
            roster = keep_roster(g.db, form.chosen, form.exam.data, entries, faults, access.me(), g.now)
            g.db.flush()
            return redirect(url_for("enrolling.show", roster_id=roster.id))
    return render_template("enrolling/upload.html", form=form, weeks=advised_weeks(g.db)), 422 if form.errors else 200


@pages.get("/lijst/<uuid:roster_id>")
@access.roles(Role.ORGANISATION_ADMIN)
def show(roster_id: uuid.UUID) -> ResponseReturnValue:
    """A preview of each line of the list: what using it would do."""
    roster = access_people.roster_for_admin(roster_id)
    if roster.table:
        return redirect(url_for("enrolling.columns", roster_id=roster.id))
    scheme = _scheme(roster)
    planned = plan(g.db, roster.organisation, scheme, roster.people)
    counts = Counter(one.outcome for one in planned)
    new = [one for one in planned if one.outcome is EntryOutcome.NEW]
    mails = {one.entry.candidate_email for one in new} | {one.entry.manager_email for one in new}
    choice = len(current_schemes(g.db)) > 1
    values = {"planned": planned, "counts": counts, "mails": len(mails), "exam": scheme.content.name if choice else ""}
    return render_template("enrolling/show.html", roster=roster, **values)


@pages.post("/lijst/<uuid:roster_id>")
@access.roles(Role.ORGANISATION_ADMIN)
def use(roster_id: uuid.UUID) -> ResponseReturnValue:
    """Enrol everybody on the list who is new."""
    roster = access_people.roster_for_admin(roster_id)
    scheme = _scheme(roster)
    made = roster.use(scheme, access.me(), g.now)
    tell(made, access.me())
    number = len(made)
    flash(f"{number} {'kandidaat is' if number == 1 else 'kandidaten zijn'} aangemeld.", "ok")
    return redirect(url_for("organisation.home"))


@pages.route("/lijst/<uuid:roster_id>/kolommen", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
def columns(roster_id: uuid.UUID) -> ResponseReturnValue:
    """Say which column of the own list is what. It is remembered for the next list of this organisation."""
    roster = access_people.roster_for_admin(roster_id)
    if not roster.table:
        return redirect(url_for("enrolling.show", roster_id=roster.id))
    table = Table(roster.table["header"], [(line, cells) for line, cells in roster.table["rows"]])
    form = ColumnsForm(table)
    if form.validate_on_submit():
        chosen = form.columns
        entries, faults = roster_file.entries_of(table, chosen, formats.day_of(g.now))
        roster.match(entries, faults, roster_file.headings(chosen, table.names))
        return redirect(url_for("enrolling.show", roster_id=roster.id))
    examples = [
        [cells[at] if at < len(cells) else "" for _, cells in table.rows[:3]] for at in range(len(table.header))
    ]
    shown = [(name, [one for one in found if one.strip()]) for name, found in zip(form.names, examples, strict=True)]
    values = {"roster": roster, "form": form, "shown": shown, "rows": len(table.rows)}
    return render_template("enrolling/columns.html", **values), 422 if form.errors else 200


@pages.post("/lijst/<uuid:roster_id>/kolommen-vergeten")
@access.roles(Role.ORGANISATION_ADMIN)
def forget_columns(roster_id: uuid.UUID) -> ResponseReturnValue:
    """The columns that were remembered are not right: they are asked again with the next list."""
    roster = access_people.roster_for_admin(roster_id)
    roster.organisation.roster_columns = {}
    flash("Stuur uw lijst nog een keer in. Daarna kiest u zelf wat er in de kolommen staat.", "ok")
    return redirect(url_for("enrolling.upload"))


@pages.get("/lijst/<uuid:roster_id>/fouten.csv")
@access.roles(Role.ORGANISATION_ADMIN)
def faults(roster_id: uuid.UUID) -> ResponseReturnValue:
    """The lines that could not be read, to be mended."""
    return _file(roster_file.faulty_lines(access_people.roster_for_admin(roster_id).faults), "fouten.csv")


@pages.get("/voorbeeld.csv")
@access.roles(Role.ORGANISATION_ADMIN)
def example() -> ResponseReturnValue:
    """A file to fill in."""
    return _file(roster_file.write(list(roster_file.EXAMPLE)), "voorbeeld.csv")


def tell(made: list[Dossier], actor: Person) -> None:
    """Write to every candidate once, and to every manager once however many candidates there are."""
    by_manager: dict[uuid.UUID, list[Dossier]] = {}
    for dossier in made:
        values = {"organisation": dossier.organisation, "scheme": dossier.scheme.content}
        invite(dossier.candidate, actor, "nominated", **values)
        by_manager.setdefault(dossier.manager_id, []).append(dossier)
    for own in by_manager.values():
        values = {"organisation": own[0].organisation, "scheme": own[0].scheme.content, "number": len(own)}
        values["names"] = [one.candidate.name for one in own]
        invite(own[0].manager, actor, "substantiation_asked", **values)


def _scheme(roster: Roster) -> Scheme:
    return current_scheme(g.db, roster.exam) or abort(404)


def _file(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, mimetype="text/csv", headers=headers)
