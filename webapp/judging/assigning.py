"""The office gives finished sittings to assessors, and answers what assessors tell about them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from review.batch import Mode
from review.rating import Phase
from storage.base.present import present
from storage.base.refusal import Refused
from storage.judging import assignments, conflicts, eligibility, repeats, workload
from storage.judging.flags import FlagKind
from storage.judging.progress import disagreement
from storage.judging.ratings import Rating, ratings_of
from storage.people.people import Person, Role
from webapp import access, explain
from webapp.access import judging as access_judging
from webapp.context import g
from webapp.dutch import formats, refusals
from webapp.judging import telling

pages = Blueprint("assigning", __name__, url_prefix="/uitslagen")


@pages.route("/zittingen/<uuid:sitting_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def sitting(sitting_id: uuid.UUID) -> ResponseReturnValue:
    """Choose the assessors of one sitting; who has a conflict of interest is shown and cannot be chosen."""
    found = access_judging.sitting_to_assign(sitting_id)
    slots = assignments.open_slots(g.db, found)
    people = conflicts.assessors(g.db, g.now)
    errors: dict[int, str] = {}
    if request.method == "POST" and slots:
        chosen = _chosen(slots, people, errors)
        if not errors:
            try:
                given = assignments.appoint(g.db, found, chosen, access.me(), g.now)
            except Refused as refused:
                errors[slots[0]] = refusals.refusal(refused)
            else:
                telling.tell((one.assessor.id for one in given), max(explain.due(found), formats.day_of(g.now)))
                flash("De assessoren zien de antwoorden nu in hun werklijst, en krijgen bericht.", "success")
                return redirect(url_for("results.verdicts"))
    ratings = list(ratings_of(g.db, found))
    spread = assignments.mode_of(ratings) is Mode.SPREAD
    tied = eligibility.conflicts_of(g.db, found, people, g.now)
    busy = {rating.assessor_id for rating in ratings}

    def free(person: Person) -> bool:
        return person.id not in tied and person.id not in busy

    return render_template(
        "results/assign.html",
        sitting=found,
        slots=() if spread else slots,
        open=len(slots),
        spread=spread,
        at_work=_at_work(ratings),
        choices=[("", "Kies een assessor"), *((str(one.id), one.name) for one in people if free(one))],
        tied=[(one, tied[one.id]) for one in people if one.id in tied],
        differences=disagreement(found, ratings) if assignments.THIRD in slots else (),
        difference=explain.difference,
        errors=errors,
        due=explain.due(found),
        late=explain.is_late(found, g.now),
    ), 422 if errors else 200


@pages.post("/werk/<uuid:rating_id>/terugnemen")
@access.roles(Role.KSF_OFFICER)
def take_back(rating_id: uuid.UUID) -> ResponseReturnValue:
    """Free the work on a candidate of an assessor who does not get round to it. What was written stays kept."""
    rating = access_judging.work_to_take_back(rating_id)
    found = rating.answer.sitting
    workload.take_back(g.db, found, rating.assessor, access.me(), g.now)
    flash("Het werk is terug. Wat de assessor schreef, blijft bewaard.", "success")
    return redirect(url_for("assigning.sitting", sitting_id=found.id))


@pages.post("/meldingen/<uuid:flag_id>/oppakken")
@access.roles(Role.KSF_OFFICER)
def take_flag(flag_id: uuid.UUID) -> ResponseReturnValue:
    """This officer sees to it, by name."""
    access_judging.flag_to_close(flag_id).take(access.me(), g.now)
    flash("U hebt deze melding opgepakt. Uw collega’s zien dat.", "success")
    return redirect(url_for("results.verdicts"))


@pages.post("/meldingen/<uuid:flag_id>")
@access.roles(Role.KSF_OFFICER)
def close_flag(flag_id: uuid.UUID) -> ResponseReturnValue:
    """Answer what an assessor told. An answer that lay apart is judged after all, or is asked again."""
    flag, reply = access_judging.flag_to_close(flag_id), request.form.get("reason", "")[:2000]
    flag.close(access.me(), reply, g.now)
    if flag.kind is FlagKind.UNUSABLE and request.form.get("again"):
        repeats.ask_again(g.db, [flag.rating.answer], access.me(), reply, g.now)
        flash("De kandidaat krijgt bericht en neemt dit antwoord opnieuw op.", "success")
    else:
        flash("De melding is afgehandeld. De assessor leest uw antwoord.", "success")
    return redirect(url_for("results.verdicts"))


@pages.post("/<uuid:verdict_id>/extra-bewijs")
@access.roles(Role.KSF_OFFICER)
def more_evidence(verdict_id: uuid.UUID) -> ResponseReturnValue:
    """Too little was observed: ask some situations again."""
    verdict = access.verdict_for_release(verdict_id)
    chosen = set(request.form.getlist("answer"))
    answers = [answer for answer in verdict.sitting.answers if str(answer.id) in chosen]
    reason = request.form.get("reason", "")[:2000].strip()
    if not answers or not reason:
        flash("Kies ten minste één situatie en schrijf waarom.", "warn")
        return redirect(url_for("results.verdict", verdict_id=verdict.id))
    repeats.ask_again(g.db, answers, access.me(), reason, g.now, verdict)
    flash("De kandidaat krijgt bericht. Dezelfde assessoren beoordelen de nieuwe opnames.", "success")
    return redirect(url_for("results.verdicts"))


@pages.post("/<uuid:verdict_id>/niet-wachten")
@access.roles(Role.KSF_OFFICER)
def give_up(verdict_id: uuid.UUID) -> ResponseReturnValue:
    """The time for the answers that were asked again is over: decide with what there is."""
    verdict = access.verdict_for_release(verdict_id)
    repeats.give_up(g.db, verdict, access.me(), g.now)
    flash("De opnames van eerder tellen weer.", "success")
    return redirect(url_for("results.verdict", verdict_id=verdict.id))


@pages.post("/<uuid:verdict_id>/beslissen")
@access.roles(Role.EXAM_COMMITTEE)
def settle(verdict_id: uuid.UUID) -> ResponseReturnValue:
    """The exam committee decides where too little was observed."""
    verdict, passed = access.verdict_for_release(verdict_id), request.form.get("passed", "")
    if passed not in ("yes", "no"):
        abort(400)
    verdict.settle(passed == "yes", request.form.get("reason", "")[:2000], access.me(), g.now)
    flash("Uw besluit is bewaard. Iemand anders controleert het nu.", "success")
    return redirect(url_for("results.verdict", verdict_id=verdict.id))


@dataclass(frozen=True)
class AtWork:
    """How far one assessor is with one candidate."""

    first: Rating
    person: Person
    slots: list[int]
    answers: int
    blind: int
    final: bool
    last: datetime | None
    busy: bool
    lapsed: bool


def _at_work(ratings: list[Rating]) -> list[AtWork]:
    by_person: dict[uuid.UUID, list[Rating]] = {}
    for rating in ratings:
        by_person.setdefault(rating.assessor_id, []).append(rating)
    return [
        AtWork(
            first=own[0],
            person=own[0].assessor,
            slots=sorted({present(one.slot) for one in own}),
            answers=len(own),
            blind=sum(one.signed is not None for one in own),
            final=all(one.signed is Phase.DOSSIER for one in own),
            last=max((one.active_at for one in own if one.active_at), default=None),
            busy=any(one.is_at_work(g.now) for one in own),
            lapsed=any(one.has_lapsed(g.now) for one in own),
        )
        for own in by_person.values()
    ]


def _chosen(slots: tuple[int, ...], people: Sequence[Person], errors: dict[int, str]) -> dict[int, Person]:
    known = {str(one.id): one for one in people}
    chosen = {}
    for slot in slots:
        person = known.get(request.form.get(f"slot-{slot}", ""))
        if person is None:
            errors[slot] = "Kies een assessor."
        else:
            chosen[slot] = person
    return chosen
