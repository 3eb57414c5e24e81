"""The office shares out the work of many examinations at once: a proposal to look at, and then for good."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import DateField, IntegerField, RadioField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from review.allocation import why_not
from review.batch import Allocation as Plan
from review.batch import Batch, Cause, Mode
from scenarios.chapters import AssessmentRules
from storage.base.present import present
from storage.base.refusal import Refused
from storage.exam.sittings import Judging, Sitting
from storage.judging import allocations
from storage.judging.allocations import Allocation
from storage.judging.assignments import mode_of, open_answers
from storage.judging.ratings import ratings_by_sitting
from storage.people.people import Person, Role
from webapp import access, explain
from webapp.access import judging as access_judging
from webapp.context import g
from webapp.dutch import refusals, terms
from webapp.forms import Form, choices
from webapp.judging import telling
from webapp.paging import count

pages = Blueprint("allocating", __name__, url_prefix="/bureau/verdelen")

SHOWN = 20
BATCH = 60
"""How many examinations are shared out at once, the oldest first."""
LONGEST_DAYS = 120


class ProposalForm(Form):
    mode = RadioField(
        "Hoe verdelen we?",
        [InputRequired("Kies hoe u verdeelt.")],
        choices=choices(
            (
                (Mode.WHOLE, "Per kandidaat: elke assessor beoordeelt alle antwoorden van een kandidaat"),
                (Mode.SPREAD, "Gespreid: elk antwoord gaat naar twee van ten minste vier assessoren"),
            )
        ),
    )
    limit = IntegerField(
        "Hoeveel antwoorden hoogstens per assessor?",
        [InputRequired("Vul een getal in."), NumberRange(1, 1000, "Vul een getal in van 1 tot en met 1000.")],
        description="Wat er al bij een assessor ligt, telt mee. Wie een deel van de tijd weg is, krijgt minder.",
    )
    until = DateField("Klaar op uiterlijk", [InputRequired("Kies een dag.")], description="De tijd gaat vandaag in.")

    def validate_until(self, field: DateField) -> None:
        if field.data and not 0 <= (field.data - g.now.date()).days <= LONGEST_DAYS:
            raise ValidationError(f"Kies een dag vanaf vandaag, hoogstens {LONGEST_DAYS} dagen vooruit.")


class SwapForm(Form):
    new = RadioField("Wie neemt het over?", [InputRequired("Kies een assessor.")])


@dataclass(frozen=True)
class Waiting:
    """A sitting in which slots are open, and how its work was shared out until now."""

    sitting: Sitting
    openings: int
    third: bool
    mode: Mode | None


@dataclass(frozen=True)
class Load:
    """The load of one assessor, now and after the proposal. In answers."""

    person: Person
    before: int
    new: int
    candidates: int
    capacity: int
    absent: bool

    @property
    def total(self) -> int:
        return self.before + self.new


@dataclass(frozen=True)
class Given:
    """One candidate: who gets which situations in which slots, and why slots stay empty."""

    sitting: Sitting
    shares: list[tuple[Person, str]]
    empty: int
    cause: Cause | None
    why_not: list[tuple[Person, str]]


@pages.route("", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def start() -> ResponseReturnValue:
    """The waiting work, and the form that shares it out."""
    waiting, all_of_them = _waiting()
    rules = waiting[0].sitting.dossier.scheme.content.assessment if waiting else None
    form = ProposalForm()
    chosen = set(request.form.getlist("sitting"))
    if request.method == "GET" and rules:
        form.mode.data, form.limit.data = Mode(rules.allocation.value), rules.assessor_maximum_answers
        form.until.data = max(g.now.date(), *(explain.due(one.sitting) for one in waiting))
        chosen = {str(one.sitting.id) for one in waiting if one.mode in (None, form.mode.data)}
    problem = ""
    if form.validate_on_submit():
        sittings = [one.sitting for one in waiting if str(one.sitting.id) in chosen]
        try:
            made = allocations.propose(
                g.db,
                sittings,
                Mode(form.mode.data),
                present(form.limit.data),
                present(form.until.data),
                access.me(),
                g.now,
            )
        except Refused as refused:
            problem = refusals.refusal(refused) if sittings else "Kies ten minste één examen."
        else:
            return redirect(url_for("allocating.show", allocation_id=made.id))
    earlier = select(Allocation).where(Allocation.final_at.is_not(None)).order_by(Allocation.final_at.desc())
    return render_template(
        "allocating/start.html",
        waiting=waiting,
        total=all_of_them,
        chosen=chosen,
        form=form,
        problem=problem,
        earlier=[(one, len(one.outcome["assignments"])) for one in g.db.scalars(earlier.limit(SHOWN))],
        due=explain.due,
        late=lambda sitting: explain.is_late(sitting, g.now),
        Mode=Mode,
    ), 422 if form.errors or problem else 200


@pages.get("/<uuid:allocation_id>")
@access.roles(Role.KSF_OFFICER)
def show(allocation_id: uuid.UUID) -> ResponseReturnValue:
    """One allocation: who gets what, how even it is, and what nobody could be found for."""
    found = access_judging.allocation(allocation_id)
    batch, plan = found.batch, found.plan
    people = _people(batch)
    return render_template(
        "allocating/show.html",
        allocation=found,
        loads=_loads(batch, plan, people),
        given=_given(found, batch, plan, people),
        openings=len(plan.assignments),
        empty=sum(shortage.openings for shortage in plan.shortages),
        most=max((one.limit for one in batch.assessors), default=1),
        period=batch.period,
    )


@pages.post("/<uuid:allocation_id>/opnieuw")
@access.roles(Role.KSF_OFFICER)
def draw_again(allocation_id: uuid.UUID) -> ResponseReturnValue:
    """Another proposal from another seed, with what is open and known by now."""
    access_judging.allocation(allocation_id).draw_again(access.me(), g.now)
    flash("Dit is een ander voorstel.", "info")
    return redirect(url_for("allocating.show", allocation_id=allocation_id))


@pages.route("/<uuid:allocation_id>/wisselen/<uuid:sitting_id>/<uuid:assessor_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def swap(allocation_id: uuid.UUID, sitting_id: uuid.UUID, assessor_id: uuid.UUID) -> ResponseReturnValue:
    """Put somebody else in the place of one assessor, for one exam of a proposal."""
    found = access_judging.allocation(allocation_id)
    sitting = next((one for one in found.sittings() if one.id == sitting_id), None) or abort(404)
    given = [one for one in found.plan.assignments if one.candidate == str(sitting_id)]
    if str(assessor_id) not in {one.assessor for one in given}:
        abort(404)
    people = _people(found.batch)
    form = SwapForm()
    free = sorted((people[str(one)] for one in found.takers(sitting, assessor_id)), key=lambda person: person.name)
    form.new.choices = choices((person.id, person.name) for person in free)
    if found.final_at or form.validate_on_submit():
        new = uuid.UUID(form.new.data) if form.new.data else assessor_id
        found.swap(sitting, assessor_id, new, access.me(), g.now)
        flash(f"{people[str(new)].name} staat nu op de plaats van {people[str(assessor_id)].name}.", "ok")
        return redirect(url_for("allocating.show", allocation_id=allocation_id))
    values = {"form": form, "sitting": sitting, "old": people[str(assessor_id)], "allocation": found, "free": free}
    return render_template("allocating/swap.html", **values), 422 if form.errors else 200


@pages.post("/<uuid:allocation_id>/vastmaken")
@access.roles(Role.KSF_OFFICER)
def make_final(allocation_id: uuid.UUID) -> ResponseReturnValue:
    """From now on everybody has the work of this proposal."""
    found = access_judging.allocation(allocation_id)
    given = found.make_final(access.me(), g.now)
    telling.tell((uuid.UUID(one.assessor) for one in found.plan.assignments), found.batch.period[1])
    flash(f"Vastgesteld: {given} beoordelingen liggen nu in de werklijsten van de assessoren.", "success")
    return redirect(url_for("allocating.show", allocation_id=allocation_id))


def _waiting() -> tuple[list[Waiting], int]:
    """The sittings that wait longest, no more than one batch of them, and how many there are."""
    waiting = access_judging.to_judge()[Judging.OPEN]
    sittings = g.db.scalars(waiting.limit(BATCH).options(*access_judging.WITH_ANSWERS)).unique().all()
    ratings = ratings_by_sitting(g.db, sittings)
    found = []
    for sitting in sittings:
        own = ratings[sitting.id]
        if openings := open_answers(g.db, sitting, own):
            slots = [slot for free in openings.values() for slot in free]
            third = min(slots) > sitting.dossier.scheme.content.chapter(AssessmentRules).slots
            found.append(Waiting(sitting, len(slots), third, mode_of(own)))
    return found, count(waiting)


def _people(batch: Batch) -> dict[str, Person]:
    ids = [uuid.UUID(one.key) for one in batch.assessors]
    return {str(one.id): one for one in g.db.scalars(select(Person).where(Person.id.in_(ids)))}


def _loads(batch: Batch, plan: Plan, people: dict[str, Person]) -> list[Load]:
    new = Counter(one.assessor for one in plan.assignments)
    candidates = Counter(assessor for _, assessor in {(one.candidate, one.assessor) for one in plan.assignments})
    found = [
        Load(
            people[one.key],
            one.load,
            new[one.key],
            candidates[one.key],
            one.capacity(*batch.period),
            absent=bool(one.leave),
        )
        for one in batch.assessors
    ]
    return sorted(found, key=lambda load: load.person.name)


def _given(found: Allocation, batch: Batch, plan: Plan, people: dict[str, Person]) -> list[Given]:
    """Every candidate of the batch, those with empty slots first."""
    shortages = {one.candidate: one for one in plan.shortages}
    rows = []
    for sitting in found.sittings():
        key, numbers = str(sitting.id), {str(answer.id): answer.number for answer in sitting.answers}
        taken: dict[str, list[int]] = defaultdict(list)
        slots: dict[str, set[int]] = defaultdict(set)
        for one in plan.assignments:
            if one.candidate == key:
                taken[one.assessor].append(numbers[one.answer])
                slots[one.assessor].add(one.slot)
        ordered = sorted(taken, key=lambda who: (min(slots[who]), people[who].name))
        shares = [
            (people[who], f"plaats {min(slots[who])}" if found.mode is Mode.WHOLE else _numbers(taken[who]))
            for who in ordered
        ]
        short = shortages.get(key)
        rows.append(
            Given(
                sitting,
                shares,
                short.openings if short else 0,
                short.cause if short else None,
                _why_not(batch, key, set(taken), people) if short else [],
            )
        )
    return sorted(rows, key=lambda row: -row.empty)


def _why_not(batch: Batch, candidate: str, given: set[str], people: dict[str, Person]) -> list[tuple[Person, str]]:
    """For everybody who gets nothing of this candidate: what keeps them from it."""
    found = []
    for one in batch.assessors:
        if one.key in given:
            continue
        cause = why_not(batch, one, candidate)
        if cause is Cause.CONFLICTS:
            reason = ", ".join(terms.CONFLICTS[one] for one in batch.forbidden[one.key, candidate])
        elif batch.held.get((one.key, candidate)):
            reason = "beoordeelt deze kandidaat al"
        else:
            reason = terms.CAUSES_OF_ONE[cause]
        found.append((people[one.key], reason))
    return sorted(found, key=lambda pair: pair[0].name)


def _numbers(numbers: Iterable[int]) -> str:
    ordered = [str(number) for number in sorted(numbers)]
    if len(ordered) == 1:
        return f"situatie {ordered[0]}"
    return f"situaties {', '.join(ordered[:-1])} en {ordered[-1]}"
