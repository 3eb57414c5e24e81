"""The beheerder's view of the own organisation: how far everybody is, never motivations, recordings or scores."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import EmailField

from scenarios.sitting import Stage
from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import Sitting
from storage.inquiries import Inquiry
from storage.judging.verdicts import Verdict, is_result
from storage.people.addresses import readdress_unused
from storage.people.organisations import Organisation
from storage.people.people import Person, Role, employ_again, jobs, release
from storage.schemes import advised_weeks
from webapp import access, todo
from webapp.access import inquiries as access_inquiries
from webapp.access import people as access_people
from webapp.access import practical as access_practical
from webapp.access import shared_results as access_shared
from webapp.context import g
from webapp.dossier import turns, withdrawing
from webapp.dossier.turns import Course
from webapp.dutch import formats, refusals
from webapp.forms import Form
from webapp.notices import done_with_undo
from webapp.paging import matching, page_of, search
from webapp.people.advising import advice_for
from webapp.people.enrolling import ADDRESS, JobStartForm
from webapp.people.invitations import invite
from webapp.people.substituting import ManagerForm
from webapp.people.substituting import hand_over as hand_over_to

pages = Blueprint("organisation", __name__, url_prefix="/organisatie")


STATES = {
    DossierState.WRITING: ("dossier schrijven", "neutral"),
    DossierState.RETURNED: ("dossier schrijven", "neutral"),
    DossierState.SUBMITTED: ("ingediend", "accent"),
    DossierState.REJECTED: ("afgerond", "neutral"),
    DossierState.WITHDRAWN: ("ingetrokken", "neutral"),
    DossierState.ERASED: ("vernietigd", "neutral"),
}
"""The words for an organisation about a dossier that was not approved yet, or will not be."""


class AddressForm(Form):
    email = EmailField("E-mailadres", ADDRESS)


@pages.get("")
@access.roles(Role.ORGANISATION_ADMIN)
def home() -> ResponseReturnValue:
    """The overview: late steps, faults, and everybody's state and next step."""
    mine = access_people.dossiers_of_my_organisations()
    wanted = {
        "open": mine.where(Dossier.state.in_(todo.OPEN)),
        "laat": mine.where(Dossier.state.in_(todo.OPEN), Dossier.created_at < g.now - todo.LONG),
        "sluit": mine.where(todo.ends_soon()),
        "behaald": mine.where(_passed()),
        "gedeeld": mine.where(Dossier.id.in_(_shared())),
    }
    words, shown = search(), request.args.get("toon", "")
    shown = shown if shown in wanted else ""
    found = (
        wanted.get(shown, mine)
        .join(Person, Dossier.candidate_id == Person.id)
        .where(matching(words, Person.name, Person.email, Dossier.cost_centre, Dossier.code))
        .order_by(Dossier.created_at.desc(), Dossier.id)
    )
    page = page_of(found, joinedload(Dossier.candidate), joinedload(Dossier.manager), selectinload(Dossier.scheme))
    courses = turns.courses_of(page.rows)
    to_do = {one.id for one in page.rows if not _is_done(courses[one.id])}
    return render_template(
        "organisation/home.html",
        todo=todo.of_role(Role.ORGANISATION_ADMIN),
        page=page,
        states={one.id: _state(one, courses[one.id]) for one in page.rows},
        turns={one.id: turns.turns_of(one, courses[one.id]) for one in page.rows if not _is_over(courses[one.id])},
        advice=advice_for({one.candidate_id for one in page.rows}, access_people.my_organisation_ids()),
        to_do=to_do,
        words=words,
        shown=shown,
    )


@pages.get("/mensen")
@access.roles(Role.ORGANISATION_ADMIN)
def people() -> ResponseReturnValue:
    """Who works here with a role in the exam."""
    words, bounced = search(), request.args.get("toon") == "mail"
    found = (
        select(Person)
        .where(Person.id.in_(access_people.people_of_my_organisations()))
        .where(matching(words, Person.name, Person.email))
    )
    if bounced:
        found = found.where(Person.bounced_at.is_not(None))
    page = page_of(found.order_by(Person.name, Person.id), selectinload(Person.memberships))
    own = access_people.my_organisation_ids()
    roles = {
        one.id: [m.role for m in one.memberships if m.organisation_id in own and m.holds(g.now)] for one in page.rows
    }
    return render_template("organisation/people.html", page=page, roles=roles, words=words, bounced=bounced)


@pages.route("/mensen/<uuid:person_id>", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
@access.confirmed_to_change
def person(person_id: uuid.UUID) -> ResponseReturnValue:
    """One of them: whether mail arrives, a wrong address put right before it is used, and leaving."""
    found = access_people.person_for_admin(person_id)
    form = AddressForm(email=found.email)
    if _only_ours(found) and form.validate_on_submit():
        try:
            readdress_unused(g.db, found, _home_of(found), present(form.email.data), access.me().id, g.now)
        except Refused as error:
            form.email.errors = [refusals.refusal(error)]
        else:
            _invite(found)
            flash("Het adres is bewaard. De uitnodiging is opnieuw verstuurd.", "ok")
            return redirect(url_for("organisation.person", person_id=found.id))
    return _person_page(found, form), 422 if form.errors else 200


def _person_page(
    found: Person,
    form: AddressForm | None = None,
    manager_form: ManagerForm | None = None,
    job_form: JobStartForm | None = None,
) -> str:
    written = access_people.dossiers_of_my_organisations().where(
        Dossier.candidate_id == found.id, Dossier.state.in_(todo.OPEN)
    )
    own = jobs(g.db, [found.id], access_people.my_organisation_ids(), g.now)
    return render_template(
        "organisation/person.html",
        job_form=job_form or JobStartForm(formdata=None, in_job_since=own[-1].in_job_since if own else None),
        is_candidate=bool(own),
        weeks=advised_weeks(g.db),
        advice=advice_for([found.id], access_people.my_organisation_ids()).get(found.id),
        person=found,
        form=form or AddressForm(formdata=None, email=found.email),
        manager_form=manager_form or ManagerForm(formdata=None),
        ours=_only_ours(found),
        dossiers=g.db.scalars(written.options(joinedload(Dossier.manager))).all(),
        to_withdraw=_to_withdraw(found),
        asked=_asked(found),
        results=g.db.scalars(access_shared.with_organisation().where(Dossier.candidate_id == found.id)).all(),
    )


def _asked(found: Person) -> list[tuple[Dossier, list[Inquiry]]]:
    """The files of this person here, each with what the one who looks asked KSF about it; the newest file first."""
    theirs = access_people.dossiers_of_my_organisations().where(Dossier.candidate_id == found.id)
    files = g.db.scalars(theirs.order_by(Dossier.created_at.desc(), Dossier.id))
    return [(one, access_inquiries.mine_about(one)) for one in files]


def _shared() -> Select[uuid.UUID]:
    return access_shared.with_organisation().with_only_columns(Dossier.id)


def _to_withdraw(found: Person) -> list[Dossier]:
    """The nominations of this person that a beheerder may take back: those whose exam is not done."""
    theirs = access_people.dossiers_of_my_organisations().where(Dossier.candidate_id == found.id)
    finished = exists().where(Sitting.dossier_id == Dossier.id, Sitting.stage == Stage.FINISHED)
    return list(g.db.scalars(theirs.where(Dossier.state.in_(withdrawing.OPEN), ~finished)))


@pages.post("/mensen/<uuid:person_id>/in-functie")
@access.roles(Role.ORGANISATION_ADMIN)
def start_job(person_id: uuid.UUID) -> ResponseReturnValue:
    """Keep a candidate's first day in the job, or clear it."""
    found, form = access_people.person_for_admin(person_id), JobStartForm()
    own = jobs(g.db, [found.id], access_people.my_organisation_ids(), g.now) or abort(404)
    if not form.validate_on_submit():
        return _person_page(found, job_form=form), 422
    for job in own:
        job.start_job(form.in_job_since.data, access.me().id, g.now)
    flash("De eerste dag in de functie is bewaard.", "ok")
    return redirect(url_for("organisation.person", person_id=found.id))


@pages.post("/dossiers/<uuid:dossier_id>/leidinggevende")
@access.roles(Role.ORGANISATION_ADMIN)
def hand_over(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Another manager writes the substantiation from now on, and gets the mail that asks for it."""
    dossier, form = access_people.dossier_for_admin(dossier_id), ManagerForm()
    if hand_over_to(dossier, form):
        return redirect(url_for("organisation.person", person_id=dossier.candidate_id))
    return _person_page(dossier.candidate, manager_form=form), 422


@pages.post("/dossiers/<uuid:dossier_id>/intrekken")
@access.roles(Role.ORGANISATION_ADMIN)
def withdraw(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Take back a nomination that was wrong, before the exam is done."""
    dossier = access_people.dossier_for_admin(dossier_id)
    withdrawing.end(dossier, request.form.get("reason", ""))
    return redirect(url_for("organisation.person", person_id=dossier.candidate_id))


@pages.post("/mensen/<uuid:person_id>/uitnodigen")
@access.roles(Role.ORGANISATION_ADMIN)
def invite_again(person_id: uuid.UUID) -> ResponseReturnValue:
    """A fresh link for somebody who has no password yet."""
    found = access_people.person_for_admin(person_id)
    if found.password_hash is None:
        _invite(found)
        flash("De uitnodiging is opnieuw verstuurd. De vorige link werkt niet meer.", "ok")
    else:
        flash("Deze persoon heeft al een wachtwoord gekozen.", "info")
    return redirect(url_for("organisation.person", person_id=found.id))


@pages.post("/mensen/<uuid:person_id>/uit-dienst")
@access.roles(Role.ORGANISATION_ADMIN)
def leave(person_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody left: out of the organisation's sight. What the person earned stays with the person."""
    found = access_people.person_for_admin(person_id)
    release(g.db, found, access_people.my_organisation_ids(), access.me().id, g.now)
    undo = url_for("organisation.come_back", person_id=found.id)
    done_with_undo(f"{found.name} is uit dienst en staat niet meer in uw lijsten.", undo)
    for participant in access_practical.participations_here(found):
        day = formats.day(participant.practical_session.exam_date.starts_at)
        flash(f"De praktijktoets op {day} staat nog. Meld {found.name} daar af, of trek de toets in.", "warn")
    return redirect(url_for("organisation.people"))


@pages.post("/mensen/<uuid:person_id>/terug")
@access.roles(Role.ORGANISATION_ADMIN)
def come_back(person_id: uuid.UUID) -> ResponseReturnValue:
    """Undo a leaving of today."""
    found = access_people.leaver_for_admin(person_id)
    employ_again(g.db, found, access_people.my_organisation_ids(), access.me().id, g.now)
    flash(f"{found.name} staat weer in uw lijsten.", "ok")
    return redirect(url_for("organisation.people"))


def _only_ours(found: Person) -> bool:
    """True when a beheerder may put the address right: nobody uses the account, and it opens only the own organisation.

    Else a beheerder could take over an invitation that somebody else sent for something more.
    """
    own = access_people.my_organisation_ids()
    harmless = all(m.organisation_id in own and m.role in (Role.CANDIDATE, Role.MANAGER) for m in found.memberships)
    return found.password_hash is None and harmless


def _home_of(found: Person) -> Organisation:
    """The own organisation where somebody works."""
    own = access_people.my_organisation_ids()
    theirs = (one.organisation for one in found.memberships if one.organisation_id in own and one.holds(g.now))
    return next((one for one in theirs if one), None) or abort(404)


def _invite(found: Person) -> None:
    invite(found, access.me(), because="Uw organisatie heeft u aangemeld bij Vignet, waar het examen wordt gedaan.")


def _passed() -> ColumnElement[bool]:
    passed = select(Sitting.dossier_id).join(Verdict).where(is_result(), Verdict.passed.is_(True))
    return Dossier.id.in_(passed)


def _state(dossier: Dossier, course: Course) -> tuple[str, str]:
    """How far it is and the colour of that, without a word about how well an exam went that was not passed."""
    if _is_over(course):
        return ("behaald", "ok") if present(course.verdict).passed else ("afgerond", "neutral")
    if dossier.state is not DossierState.APPROVED:
        return STATES[dossier.state]
    if course.sitting is None:
        return "goedgekeurd", "accent"
    if course.sitting.stage is Stage.FINISHED:
        return "examen gedaan", "accent"
    if course.sitting.stage is Stage.EXPIRED or course.sitting.closes_at < g.now:
        return "examen niet gedaan", "warn"
    return "uitgenodigd", "accent"


def _is_done(course: Course) -> bool:
    """True when there is no exam ahead any more about whose moment anything could be advised."""
    return _is_over(course) or (course.sitting is not None and course.sitting.stage is Stage.FINISHED)


def _is_over(course: Course) -> bool:
    return course.verdict is not None and course.verdict.released_at is not None
