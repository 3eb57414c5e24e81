"""Practical sessions as an organisation sees them: asking a day for candidates at a location of its own."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from scenarios.chapters import ChecklistRules
from scenarios.practical import Advised, most_candidates
from storage.base.present import present
from storage.people.people import Role
from storage.planning.exam_dates import ExamDate, to_come
from storage.planning.places_held import taken
from storage.planning.practical_candidates import advised, gone, hindrances, request
from storage.planning.practical_places import alternatives_of, offered_for
from storage.planning.practical_results import standing_results
from storage.planning.practical_sessions import Participant, PracticalSession, SessionState
from storage.schemes import Scheme
from webapp import access
from webapp.access import inquiries as access_inquiries
from webapp.access import locations as access_location
from webapp.access import people as access_people
from webapp.access import practical as access_practical
from webapp.context import g
from webapp.dutch import formats
from webapp.forms import Form, choices
from webapp.paging import page_of
from webapp.planning import practical_mail

pages = Blueprint("practical", __name__, url_prefix="/organisatie/praktijktoetsen")


class RequestForm(Form):
    """The dates of one exam with a place for somebody, the own locations, and the candidates who may take part."""

    exam_date = RadioField("Welke datum?", [InputRequired("Kies een datum.")])
    second = SelectField(
        "Tweede keus", [Optional()], description="Kan KSF niet op de eerste datum? Dan kiest KSF een van deze."
    )
    third = SelectField("Derde keus", [Optional()])
    location = SelectField("Waar?", [InputRequired("Kies een locatie.")])
    candidates = SelectMultipleField(
        "Voor wie?",
        [InputRequired("Kies ten minste één kandidaat.")],
        option_widget=CheckboxInput(),
        widget=ListWidget(),
        description="Op volgorde van naam komen zij na elkaar aan de beurt.",
    )

    def __init__(self, scheme: Scheme, **more: Any) -> None:
        super().__init__(**more)
        dates = to_come(g.db, {scheme.key}, g.now)
        left = capacity(scheme, dates)
        self.dates = {str(one.id): one for one in dates if left[one.id]}
        self.locations = {str(one.id): one for one in access_location.open_locations()}
        self.people = {str(one.id): one for one in access_practical.able_people(scheme)}
        self.exam_date.choices = choices((key, _label(one, left[one.id])) for key, one in self.dates.items())
        others = choices([("", "geen"), *((key, _label(one, left[one.id])) for key, one in self.dates.items())])
        self.second.choices = self.third.choices = others
        several = len({one.organisation_id for one in self.locations.values()}) > 1
        self.location.choices = choices(
            (key, f"{one.full_name} ({one.organisation.name})" if several else one.full_name)
            for key, one in self.locations.items()
        )
        told = _advice(scheme, [one.id for one in self.people.values()])
        self.candidates.choices = choices(
            (key, "; ".join([one.name, *(formats.advised(it) for it in told.get(one.id, ()))]))
            for key, one in self.people.items()
        )

    @property
    def alternatives(self) -> list[ExamDate]:
        """The other dates that would do, the best one first, each once."""
        named = dict.fromkeys(key for key in (self.second.data, self.third.data) if key)
        return [self.dates[key] for key in named if key != self.exam_date.data]


@pages.get("")
@access.roles(Role.ORGANISATION_ADMIN)
def home() -> ResponseReturnValue:
    """The sessions of the organisation, and how each was answered."""
    page = page_of(access_practical.sessions_of_my_organisations(), *access_practical.OF_SESSION)
    tests = access_practical.practical_tests()
    several = len(access_people.my_organisation_ids()) > 1
    return render_template("practical/home.html", page=page, tests=tests, several=several)


@pages.route("/aanvragen/<exam>", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
def ask(exam: str) -> ResponseReturnValue:
    """Ask one session for the candidates who are chosen: for all of them, or for none."""
    scheme = access_practical.practical_test(exam)
    form = RequestForm(scheme)
    if form.validate_on_submit():
        made = request(
            g.db,
            scheme,
            form.dates[form.exam_date.data],
            form.locations[form.location.data],
            [form.people[key] for key in dict.fromkeys(present(form.candidates.data))],
            access.me(),
            g.now,
            form.alternatives,
        )
        flash("De praktijktoets is aangevraagd. U krijgt bericht van KSF.", "ok")
        return redirect(url_for("practical.one", session_id=made.id))
    page = page_of(access_practical.hindered_people(scheme))
    why = hindrances(g.db, scheme, [one.id for one in page.rows], g.now)
    unready = [one for one in form.locations.values() if not one.standing(scheme.content.location, g.now).ready]
    values = {"scheme": scheme, "page": page, "why": why, "unready": unready}
    return render_template("practical/ask.html", form=form, **values), 422 if form.errors else 200


@pages.get("/<uuid:session_id>")
@access.roles(Role.ORGANISATION_ADMIN)
def one(session_id: uuid.UUID) -> ResponseReturnValue:
    """One session: who, where, when, and what KSF said."""
    found = access_practical.session_for_admin(session_id)
    may_withdraw = found.live and formats.day_of(g.now) < found.day
    values = {"marks": marks_on(found), "alternatives": alternatives_of(g.db, found, g.now)}
    values["inquiries"] = access_inquiries.mine_about(found)
    values["offered"] = offered_for(g.db, found, g.now)
    return render_template("practical/one.html", found=found, may_withdraw=may_withdraw, **values)


@pages.post("/<uuid:session_id>/aanbod/<uuid:date_id>")
@access.roles(Role.ORGANISATION_ADMIN)
def take_offer(session_id: uuid.UUID, date_id: uuid.UUID) -> ResponseReturnValue:
    """Ask a day that KSF offered instead, for the same candidates at the same location."""
    found = access_practical.session_for_admin(session_id)
    wanted = next((one for one in offered_for(g.db, found, g.now) if one.id == date_id), None) or abort(404)
    who = [one.candidate for one in found.coming]
    made = request(g.db, found.scheme, wanted, found.location, who, access.me(), g.now)
    flash("De praktijktoets is op deze dag aangevraagd. U krijgt bericht van KSF.", "ok")
    return redirect(url_for("practical.one", session_id=made.id))


@pages.post("/plaatsen/<uuid:participant_id>/afmelden")
@access.roles(Role.ORGANISATION_ADMIN)
def take_out(participant_id: uuid.UUID) -> ResponseReturnValue:
    """Take one candidate out before the day; the others come as they would."""
    participant = access_practical.participant_for_admin(participant_id)
    participant.practical_session.withdraw_candidate(participant, access.me(), g.now)
    practical_mail.notify_taken_out(participant, g.now, by_ksf=False)
    flash(f"{participant.candidate.name} is afgemeld. De plaats is weer vrij.", "ok")
    return redirect(url_for("practical.one", session_id=participant.session_id))


@pages.post("/<uuid:session_id>/intrekken")
@access.roles(Role.ORGANISATION_ADMIN)
def withdraw(session_id: uuid.UUID) -> ResponseReturnValue:
    """Take it back before the day; whoever knew of it is told."""
    found = access_practical.session_for_admin(session_id)
    was_planned = found.state is SessionState.CONFIRMED
    found.withdraw(access.me(), g.now)
    if was_planned:
        practical_mail.notify_off(found, g.now)
    flash("De praktijktoets is ingetrokken. De plaatsen zijn weer vrij.", "ok")
    return redirect(url_for("practical.home"))


@pages.app_template_global("practical_tests")
def practical_tests() -> list[Scheme]:
    """The exams for which a practical session can be asked."""
    return access_practical.practical_tests()


@pages.app_template_global("my_practicals")
def my_practicals() -> Sequence[Participant]:
    """The own practical tests to come of the candidate who asks."""
    return access_practical.my_participations()


@pages.app_template_global("my_practicals_without_result")
def my_practicals_without_result() -> Sequence[Participant]:
    """The own practical tests that were held, and of which KSF has not told the result."""
    return access_practical.my_participations_without_result()


def marks_on(found: PracticalSession) -> dict[str, Any]:
    """Beside the names: the advice that this session does not follow, who left the organisation, and results."""
    people = [one.id for one in found.candidates]
    advice = advised(g.db, found.scheme, people, {found.organisation_id}, found.day, g.now)
    to_be = found.live and not found.over(g.now)
    results = standing_results(g.db, [one.id for one in found.participants])
    return {"advice": advice, "gone": gone(found, g.now) if to_be else set(), "results": results}


def _advice(scheme: Scheme, people: list[uuid.UUID]) -> dict[uuid.UUID, tuple[Advised, ...]]:
    """By candidate until when a session is advised: what one at the end of all days would not follow."""
    return advised(g.db, scheme, people, access_people.my_organisation_ids(), formats.END_OF_DAYS, g.now)


def capacity(scheme: Scheme, dates: list[ExamDate]) -> dict[uuid.UUID, int]:
    """For how many candidates of one session there are places on each of these dates."""
    held = taken(g.db, dates)
    rules = scheme.content.chapter(ChecklistRules)
    return {
        one.id: min(len(one.places) - held.get(one.id, 0), most_candidates(one.starts_at, one.ends_at, rules))
        for one in dates
    }


def _label(one: ExamDate, left: int) -> str:
    return f"{formats.exam_date(one)}, voor hoogstens {left} {'kandidaat' if left == 1 else 'kandidaten'}"
