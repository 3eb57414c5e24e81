"""The manager's part of the motivation file: for each candidate a personal reason and example role.

Who nominates several people writes them side by side, with what holds for all typed once. A text that is too much like
another is shown beside it; what another manager wrote is never shown, only how much it is alike.
"""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload
from wtforms import HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from review.difference import shared
from scenarios.chapters import Documents, FilePart
from storage.base import plain
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.dossier.copied_text import Alike, alike, substantiate
from storage.dossier.dossiers import UNDECIDED, Dossier, DossierState
from storage.dossier.revisions import Side, content, write
from storage.people.people import Person, Role
from webapp import access, todo
from webapp.access import files as access_file
from webapp.access import inquiries as access_inquiries
from webapp.access import shared_results as access_shared
from webapp.context import g
from webapp.dossier import drafts, reminding, timeline, turns, why_not, withdrawing
from webapp.dossier.drafts import DraftForm
from webapp.dossier.motivation import TEXT
from webapp.dutch import terms
from webapp.forms import Form, choices
from webapp.paging import count, matching, page_of, search

OPEN = (DossierState.WRITING, DossierState.RETURNED)
TO_WRITE = Dossier.state.in_(OPEN) & Dossier.manager_done_at.is_(None)
"""Files in which the manager's part is not whole, or was sent back."""

TO_CONFIRM = Dossier.state.in_(UNDECIDED) & Dossier.years.is_not(None) & Dossier.work_confirmed.is_(None)
"""Files of which the manager has not said whether function and years are right."""
SHOWN = {"schrijven": TO_WRITE, "werk": TO_CONFIRM}

pages = Blueprint("substantiation", __name__, url_prefix="/kandidaten")


class ManagerForm(DraftForm):
    tasks = SelectMultipleField(
        "Wat doet de kandidaat naast het gewone werk?", option_widget=CheckboxInput(), widget=ListWidget()
    )
    reason = TextAreaField(
        "Waarom draagt u deze kandidaat voor?", TEXT, description="Noem wat u deze persoon zelf hebt zien doen."
    )
    example_role = TextAreaField(
        "Welke voorbeeldrol heeft de kandidaat?",
        TEXT,
        description="Geef één voorbeeld, met wat collega’s ervan merkten.",
    )
    alike_reason = TextAreaField(
        "Waarom lijkt deze tekst op een andere?",
        [Length(max=2000)],
        description="Alleen KSF leest dit. Schrijf liever een eigen tekst.",
    )


class WorkForm(Form):
    """Are these facts right? `title` and `years` are what the page showed."""

    agrees = RadioField(
        "Klopt dit?", [InputRequired()], choices=choices([("yes", "Ja, dit klopt"), ("no", "Nee, dit klopt niet")])
    )
    remark = TextAreaField(
        "Wat klopt er niet?",
        [Length(max=2000)],
        description="Alleen nodig bij nee. De kandidaat en KSF lezen dit.",
    )
    title = HiddenField()
    years = HiddenField()


class SharedForm(Form):
    shared_facts = TextAreaField(
        "Wat geldt voor al uw kandidaten?",
        TEXT,
        description="Bijvoorbeeld: het team, het soort gesprekken, sinds wanneer u leiding geeft.",
    )
    was = TextAreaField("Wat er stond")


@pages.get("")
@access.roles(Role.MANAGER)
def candidates() -> ResponseReturnValue:
    """A manager's own candidates, each with one state and one next step; or those about whom is to be written."""
    words, only = search(), request.args.get("toon", "")
    only, query = only if only in SHOWN else "", access.my_dossiers_as_manager()
    if only:
        query = query.where(SHOWN[only])
    if words:
        query = query.join(Dossier.candidate).where(matching(words, Person.name, Person.email, Dossier.code))
    page = page_of(query, joinedload(Dossier.candidate))
    several = count(access.my_dossiers_as_manager().where(Dossier.state.in_(OPEN))) > 1
    values = {"words": words, "only": only, "several": several, "part": FilePart.SUBSTANTIATION}
    values["turns"] = turns.turns_of_many(page.rows)
    values |= {"todo": todo.of_role(Role.MANAGER), "finish_by": reminding.finish_by}
    return render_template("substantiation/candidates.html", page=page, **values)


@pages.route("/<uuid:dossier_id>", methods=["GET", "POST"])
@access.roles(Role.MANAGER)
def one(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The manager's part for this one candidate."""
    dossier = access.dossier_for_manager(dossier_id)
    form, clash = form_for(dossier), []
    if request.method == "POST":
        dossier.require_open(FilePart.SUBSTANTIATION)
        valid, by_itself = form.validate_on_submit(), access.wants_json()
        kept = {name: value for name, value in content(dossier, Side.MANAGER).items() if name in form}
        clash = form.clash(dossier.manager_version, kept)
        if clash and by_itself:
            return drafts.behind(dossier.manager_version, kept)
        if not clash and (valid or by_itself):
            substantiate(g.db, dossier, form.written(), access.me(), g.now)
            if by_itself:
                return drafts.saved(dossier.manager_version, form.errors, standing=_standing(dossier))
            return _next(dossier)
        form.version.raw_data, form.version.data = None, dossier.manager_version
    status = 422 if form.errors else 409 if clash else 200
    page = render_template(
        "substantiation/one.html",
        dossier=dossier,
        form=form,
        work_form=WorkForm(formdata=None, title=dossier.job_title, years=drafts.shown(dossier.years)),
        conflict=clash,
        matches=matches(dossier),
        writing=dossier.is_open(FilePart.SUBSTANTIATION),
        flagged=why_not.sent_back(dossier, {FilePart.SUBSTANTIATION}),
        secret=drafts.secret(),
        obstacles=why_not.obstacles(dossier, manager_only=True),
        timeline=timeline.of(dossier, Role.MANAGER),
        result=access_shared.of(access_shared.with_manager(), dossier.id),
        inquiries=access_inquiries.mine_about(dossier),
    )
    return page, status


@pages.post("/<uuid:dossier_id>/werk")
@access.roles(Role.MANAGER)
def tell_work(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Say whether the title of the function and the years are right; the candidate's own texts stay the candidate's."""
    dossier, form = access.dossier_for_manager(dossier_id), WorkForm()
    if not form.validate_on_submit():
        abort(400)
    right = form.agrees.data == "yes"
    typed = (form.title.data or "", form.years.data or "")
    seen = dossier.work if typed == (dossier.job_title, drafts.shown(dossier.years)) else (typed[0], None)
    dossier.tell_work(right, form.remark.data or "", seen, access.me(), g.now)
    flash("Dank u. KSF en de kandidaat zien dit.", "ok")
    return redirect(url_for("substantiation.one", dossier_id=dossier.id))


@pages.post("/<uuid:dossier_id>/intrekken")
@access.roles(Role.MANAGER)
def withdraw(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Take the own nomination back, until KSF has decided about part 1."""
    dossier = access.dossier_for_manager(dossier_id)
    if dossier.state not in withdrawing.BEFORE_DECISION:
        raise Refused(StepRule.NOT_ALLOWED, found=dossier.state, needed=DossierState.WITHDRAWN)
    withdrawing.end(dossier, request.form.get("reason", ""))
    return redirect(url_for("substantiation.one", dossier_id=dossier.id))


@pages.route("/samen", methods=["GET", "POST"])
@access.roles(Role.MANAGER)
def together() -> ResponseReturnValue:
    """All candidates about whom this manager writes now, side by side, under what holds for all of them."""
    rows = access_file.my_open_substantiations()
    facts = next((row.shared_facts for row in rows if row.shared_facts), "")
    shared_form = SharedForm(shared_facts=facts, was=facts)
    conflict = ""
    if shared_form.validate_on_submit():
        text, was = shared_form.shared_facts.data or "", shared_form.was.data or ""
        if plain.lines(facts) in (was, text):
            for row in rows:
                row.shared_facts = text
                write(g.db, row, Side.MANAGER, {}, access.me(), g.now)
            flash("Bewaard voor al uw kandidaten.", "ok")
            return redirect(url_for("substantiation.together"))
        conflict = facts
        shared_form.was.raw_data, shared_form.was.data = None, facts
    status = 422 if shared_form.errors else 409 if conflict else 200
    values = {"shared_form": shared_form, "conflict": conflict, "secret": drafts.secret()}
    forms = [(row, _apart(form_for(row, formdata=None), row.code), matches(row)) for row in rows]
    return render_template("substantiation/together.html", forms_of_all=forms, **values), status


def matches(dossier: Dossier) -> list[dict[str, Any]]:
    """The texts that this substantiation is too much like, as its manager may see them.

    The own text for somebody else is shown, where one still is the manager; of any other text only which of the own
    words it has too.
    """
    return (
        [_match(one, access.manages(one.other)) for one in alike(g.db, dossier)]
        if (dossier.alike_share is not None)
        else []
    )


def _match(one: Alike, open_text: bool) -> dict[str, Any]:
    return {
        "field": one.field,
        "share": one.share,
        "whose": one.other.candidate.name if open_text else None,
        "mine": shared(one.text, one.other_text),
        "theirs": shared(one.other_text, one.text) if open_text else (),
    }


def _next(dossier: Dossier) -> ResponseReturnValue:
    if dossier.manager_done_at:
        flash(f"Uw onderbouwing voor {dossier.candidate.name} is klaar.", "ok")
        return redirect(url_for("substantiation.candidates"))
    left = ", ".join(terms.part(name) for name in dossier.manager_gaps())
    flash(f"Uw tekst is bewaard. Uw deel is klaar als dit er ook is: {left}.", "warn")
    return redirect(url_for("substantiation.one", dossier_id=dossier.id))


def _standing(dossier: Dossier) -> str:
    return render_template("substantiation/standing.html", dossier=dossier, matches=matches(dossier))


def form_for(dossier: Dossier, **more: Any) -> ManagerForm:
    """The form of this dossier: its scheme names the tasks; the reason for likeness is asked when there is any."""
    data = content(dossier, Side.MANAGER) | {"version": dossier.manager_version}
    form = ManagerForm(data=data, **more)
    form.tasks.choices = choices((task.key, task.name) for task in dossier.scheme.content.chapter(Documents).tasks)
    return form


def _apart(form: ManagerForm, code: str) -> ManagerForm:
    """The same form beside others on one page: every field has an id of its own."""
    for field in form:
        field.id = field.label.field_id = f"{code}-{field.name}"
    return form
