"""Verdicts on their way to the candidate: confirmed by one person, released by another, and then read."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from review.rating import Phase
from review.verdict import Case, Decision, results
from scenarios.scheme import Scheme
from storage.base import plain
from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.exam.consents import Consent, holding
from storage.exam.sittings import Answer, Judging, Sitting
from storage.judging import corrections
from storage.judging.assignments import THIRD, open_answers
from storage.judging.objections import Objection, ObjectionState, objection_to, objections_of
from storage.judging.ratings import Rating, ratings_by_sitting, ratings_of
from storage.judging.repeats import asked_now
from storage.judging.shared_results import WITH
from storage.judging.verdicts import Cause, Verdict, verdicts_of
from storage.people.people import Role, holders
from webapp import access, explain
from webapp.access import judging as access_judging
from webapp.access import objections as access_objections
from webapp.context import g
from webapp.dutch import refusals, terms
from webapp.paging import PAGE, Page, count, page_of, search
from webapp.verdict import judged, releasing
from webapp.verdict.letter import missing, remarks
from webapp.verdict.letter import result as make_letter

pages = Blueprint("results", __name__)

FIRST = 10
"""How many rows of each section are shown beside the others."""

SECTIONS = {
    "te-laat": "Te laat",
    "meldingen": "Meldingen van assessoren",
    "extra-bewijs": "Extra bewijs nodig",
    "toewijzen": "Wacht op assessoren",
    "beoordeling": "Wordt beoordeeld",
    "controleren": "Te controleren",
    "vrijgeven": "Vrij te geven",
    "vrijgegeven": "Vrijgegeven",
}
OF_SITTINGS = ("te-laat", "toewijzen", "beoordeling")
WHOLE = ("part1", "overall")
"""Conditions that are about no single competency."""

HANDLERS = (Role.EXAM_COMMITTEE, Role.KSF_OFFICER)


@dataclass(frozen=True)
class Slot:
    """How far one assessor is with one sitting."""

    slot: int
    answers: int
    blind: int
    final: int

    @property
    def done(self) -> bool:
        return self.final == self.answers


@dataclass(frozen=True)
class Waiting:
    """A finished sitting without a verdict: `openings` wait for an assessor: `whole` slots of every answer."""

    sitting: Sitting
    slots: list[Slot]
    openings: int
    whole: int | None
    third: bool


@pages.get("/uitslagen")
@access.roles(*HANDLERS)
def verdicts() -> ResponseReturnValue:
    """The results by what they wait for: assessors, a check, release; flags of assessors; and those that were released.

    Of each the first few, or with ?toon=… one of them whole, page by page.
    """
    wanted, words = request.args.get("toon", ""), search()
    lists = {name: make for name, make in _lists(words).items() if wanted not in SECTIONS or name == wanted}
    shown = {name: make(PAGE if wanted in SECTIONS else FIRST) for name, make in lists.items()}
    sittings = [one for name in OF_SITTINGS if name in shown for one in shown[name].rows]
    return render_template(
        "results/verdicts.html",
        officer=Role.KSF_OFFICER in access.me().roles(g.now),
        lists=shown,
        alone=wanted if wanted in SECTIONS else "",
        sections=SECTIONS,
        words=words,
        waiting=_waiting(sittings),
        where=_where(sittings),
        due=explain.due,
        late=lambda sitting: explain.is_late(sitting, g.now),
        objections=count(access_objections.open_objections()),
        me=access.me(),
    )


def _lists(words: str) -> dict[str, Callable[[int], Page]]:
    """How to read each section, so many rows of it; of the candidates that somebody looks for, if anybody."""

    by_step, to_judge = access_judging.verdicts(words), access_judging.to_judge(words)
    with_people, whose = access_judging.WITH_PEOPLE, access_judging.WITH_ANSWERS
    late, flags = access_judging.too_late(words), access_judging.open_flags(words)
    return {
        "te-laat": lambda size: page_of(late, *whose, size=size),
        "meldingen": lambda size: page_of(flags, access_judging.OF_FLAG, size=size),
        "extra-bewijs": lambda size: page_of(by_step["undecided"], *with_people, size=size),
        "toewijzen": lambda size: page_of(to_judge[Judging.OPEN], *whose, size=size),
        "beoordeling": lambda size: page_of(to_judge[Judging.HELD], *whose, size=size),
        "controleren": lambda size: page_of(by_step["to_confirm"], *with_people, size=size),
        "vrijgeven": lambda size: page_of(by_step["to_release"], *with_people, size=size),
        "vrijgegeven": lambda size: page_of(by_step["released"], *with_people, size=size),
    }


@pages.get("/uitslagen/<uuid:verdict_id>")
@access.roles(*HANDLERS)
def verdict(verdict_id: uuid.UUID) -> ResponseReturnValue:
    """One verdict with its reasons, and the next step."""
    found = access.verdict_for_release(verdict_id)
    scheme = found.sitting.dossier.scheme.content
    stored, again = found.explain()
    ratings = ratings_of(g.db, found.sitting, found.marking)
    assessors = {rating.slot: rating.assessor for rating in ratings}
    return render_template(
        "results/verdict.html",
        verdict=found,
        decision=stored,
        unchanged=stored == again,
        lines=[explain.line(reason, scheme) for reason in stored.reasons if reason.subject in WHOLE],
        standings=explain.standings(stored, scheme),
        outcome=explain.outcome(found.passed),
        assessors=assessors,
        means=_means_by_slot(Case.from_json(found.inputs)),
        overall=explain.figure(stored.overall),
        unseen=[scheme.competency(key) for key in found.unseen],
        shows=_shows(found, scheme),
        missing=missing(g.db, found),
        answers=judged.by_answer(found.sitting, scheme, ratings),
        officer=Role.KSF_OFFICER in access.me().roles(g.now),
        member=Role.EXAM_COMMITTEE in access.me().roles(g.now),
        due=explain.due(found.sitting),
        late=explain.is_late(found.sitting, g.now) and not found.released_at,
        involved=access.me().id in {one.id for one in assessors.values()},
        me=access.me(),
        all_of_them=verdicts_of(g.db, found.sitting),
        causes=terms.VERDICT_CAUSES,
        agrees=corrections.agrees(g.db, found),
        asked=asked_now(g.db, found.sitting) if found.asked_until else [],
        objection=_objection_behind(found),
        who=_who_else(found),
    )


@pages.post("/uitslagen/<uuid:verdict_id>/controleren")
@access.roles(*HANDLERS)
def confirm(verdict_id: uuid.UUID) -> ResponseReturnValue:
    """The first pair of eyes."""
    found = access.verdict_for_release(verdict_id)
    found.confirm(access.me(), g.now)
    by_ruling = found.cause is Cause.REMARK
    then = "De uitspraak op het bezwaar maakt het bekend." if by_ruling else "Iemand anders kan het nu vrijgeven."
    flash(f"U hebt dit eindoordeel gecontroleerd. {then}", "success")
    return redirect(url_for("results.verdicts"))


@pages.post("/uitslagen/<uuid:verdict_id>/terugnemen")
@access.roles(*HANDLERS)
def take_back(verdict_id: uuid.UUID) -> ResponseReturnValue:
    """It was confirmed too soon: somebody looks at it again. A proposed correction is dropped."""
    found = access.verdict_for_release(verdict_id)
    found.take_back(access.me(), g.now)
    if found.cause is Cause.CORRECTION:
        flash("Het voorstel is vervallen. De uitslag blijft zoals die was.", "success")
        return redirect(url_for("results.verdict", verdict_id=found.replaces_id))
    flash("De controle is teruggenomen. Iemand controleert dit eindoordeel opnieuw.", "success")
    return redirect(url_for("results.verdict", verdict_id=found.id))


@pages.post("/uitslagen/<uuid:verdict_id>/rechtzetten")
@access.roles(*HANDLERS)
def correct(verdict_id: uuid.UUID) -> ResponseReturnValue:
    """A result that was told is wrong: the first of two persons proposes what it should be."""
    wrong, passed = access.verdict_for_release(verdict_id), request.form.get("passed", "")
    if passed not in ("yes", "no"):
        abort(400)
    words = plain.lines(request.form.get("reason", ""))[:2000]
    made = corrections.propose(g.db, wrong, passed == "yes", words, access.me(), g.now)
    flash("Uw voorstel is bewaard. Iemand anders kijkt ernaar en geeft de nieuwe uitslag vrij.", "success")
    return redirect(url_for("results.verdict", verdict_id=made.id))


@pages.post("/uitslagen/<uuid:verdict_id>/vrijgeven")
@access.roles(*HANDLERS)
def release(verdict_id: uuid.UUID) -> ResponseReturnValue:
    """The second pair of eyes: from now on the candidate knows."""
    _release(access.verdict_for_release(verdict_id))
    flash("De uitslag is vrijgegeven. De kandidaat krijgt bericht.", "success")
    return redirect(url_for("results.verdicts"))


@pages.post("/uitslagen/vrijgeven")
@access.roles(*HANDLERS)
def release_many() -> ResponseReturnValue:
    """Release every verdict that was chosen; one that may not be is left, with the reason."""
    ids = {text for text in request.form.getlist("verdict") if _is_uuid(text)}
    if not ids:
        flash("Kies eerst een of meer uitslagen.", "warn")
    done = 0
    for verdict_id in sorted(ids):
        found = access.verdict_for_release(uuid.UUID(verdict_id))
        try:
            _release(found)
            done += 1
        except Refused as refused:
            flash(f"Dossier {found.sitting.dossier.code} is niet vrijgegeven. {refusals.refusal(refused)}", "warn")
    if done:
        flash(f"{done} uitslag{'en' if done > 1 else ''} vrijgegeven. De kandidaten krijgen bericht.", "success")
    return redirect(url_for("results.verdicts"))


@pages.get("/uitslag")
@access.roles(Role.CANDIDATE)
def own() -> ResponseReturnValue:
    """The candidate's own result, or when it comes; that of an earlier attempt with ?uitslag=…"""
    sitting, found = _own_result()
    scheme = sitting.dossier.scheme.content
    if found is None:
        due = explain.due(sitting) if sitting.finished_at else None
        late = bool(due) and explain.is_late(sitting, g.now)
        asked = asked_now(g.db, sitting)
        values = {"due": due, "late": late, "asked": asked, "results": access.my_results()}
        return render_template("results/waiting.html", sitting=sitting, **values)
    decision = Decision.from_json(found.decision)
    return render_template(
        "results/own.html",
        sitting=sitting,
        verdict=found,
        scheme=scheme,
        decision=decision,
        standings=explain.standings(decision, scheme),
        lines=[line for line in explain.lines(decision, scheme) if not line.met],
        develop=explain.to_develop(decision, scheme),
        next_step=explain.next_step,
        overall=explain.figure(decision.overall),
        remarks=remarks(g.db, found),
        objection_until=explain.objection_until(found),
        objection=objection_to(g.db, sitting.dossier),
        other_results=[one for one in access.my_results() if one.id != found.id],
        named=found.id if request.args.get("uitslag") else None,
        earlier=objections_of(g.db, sitting.dossier),
        asked=asked_now(g.db, sitting),
        readers=_readers(sitting.dossier),
        changed=terms.CHANGED.get(found.cause) if found.replaces and found.replaces.released_at else None,
    )


def _readers(dossier: Dossier) -> list[tuple[str, str, str, Consent | None]]:
    """With whom the result can be shared: key, title, who it is, and the consent where it is."""
    with_manager, with_organisation = (holding(g.db, dossier, kind) for kind in WITH)
    manager, organisation = dossier.manager.name, dossier.organisation.name
    return [
        ("leidinggevende", f"Uw leidinggevende, {manager}", manager, with_manager),
        ("organisatie", f"De beheerders van {organisation}", organisation, with_organisation),
    ]


@pages.get("/uitslag/brief.pdf")
@access.roles(Role.CANDIDATE)
def letter() -> ResponseReturnValue:
    """The own result as a letter; before its release the page that says when."""
    _, found = _own_result()
    if found is None:
        return redirect(url_for("results.own"))
    response = Response(make_letter(g.db, found), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="uitslag.pdf"'
    return response


def _own_result() -> tuple[Sitting, Verdict | None]:
    """The newest attempt with its result, or the result that the address names."""
    wanted = request.args.get("uitslag", "")
    if wanted:
        found = next((one for one in access.my_results() if str(one.id) == wanted), None) or abort(404)
        return found.sitting, found
    sitting = access.require_my_sitting()
    return sitting, access.result_for_candidate(sitting)


def _where(sittings: list[Sitting]) -> dict[uuid.UUID, str]:
    """Where each of these exams lies, when it has a verdict."""
    theirs = select(Verdict).where(Verdict.sitting_id.in_([one.id for one in sittings]), Verdict.ended_at.is_(None))
    return {
        one.sitting_id: "vraagt extra bewijs"
        if one.passed is None
        else "vrij te geven"
        if one.confirmed_at
        else "te controleren"
        for one in g.db.scalars(theirs)
    }


def _who_else(found: Verdict) -> str:
    """Who may take the next step when the one who asks may not: the names, or whom to ask when there is nobody."""
    judged = {
        one.assessor_id for marking in range(1, found.marking + 1) for one in ratings_of(g.db, found.sitting, marking)
    }
    dossier = found.sitting.dossier
    out = {
        *judged,
        access.me().id,
        found.confirmed_by_id,
        found.settled_by_id,
        dossier.candidate_id,
        dossier.manager_id,
    }
    people = {one.id: one.name for role in HANDLERS for one in holders(g.db, role, None, g.now) if one.id not in out}
    if people:
        return f"Dit kan worden gedaan door: {', '.join(sorted(people.values()))}."
    return "Er is nu niemand anders. Geef bij Mensen iemand de rol van medewerker of lid van de examencommissie."


def _objection_behind(found: Verdict) -> Objection | None:
    """The objection for which this re-mark was ordered and that waits for a ruling."""
    if found.cause is not Cause.REMARK:
        return None
    theirs = objections_of(g.db, found.sitting.dossier)
    return next((one for one in theirs if one.marking == found.marking and one.state is not ObjectionState.RULED), None)


def _release(found: Verdict) -> None:
    releasing.release(found, access.me(), g.now)


def _waiting(sittings: list[Sitting]) -> dict[uuid.UUID, Waiting]:
    """How far each of these exams is."""
    ratings = ratings_by_sitting(g.db, sittings)
    found = {}
    for sitting in sittings:
        own = ratings[sitting.id]
        openings = open_answers(g.db, sitting, own)
        free = [slot for slots in openings.values() for slot in slots]
        alike = len(openings) == len(sitting.answers) and len(set(openings.values())) == 1
        slots = [
            _slot(slot, [one for one in own if one.slot == slot]) for slot in sorted({present(one.slot) for one in own})
        ]
        whole = len(set(free)) if alike else None
        found[sitting.id] = Waiting(sitting, slots, len(free), whole, set(free) == {THIRD})
    return found


def _slot(slot: int, own: list[Rating]) -> Slot:
    signed = [one.signed for one in own]
    return Slot(slot, len(own), sum(one is not None for one in signed), signed.count(Phase.DOSSIER))


def _shows(found: Verdict, scheme: Scheme) -> list[tuple[Answer, list[str]]]:
    """The answers in which something is to be seen that was observed too seldom, and what."""
    rows = [(one, [key for key in found.unseen if key in one.scenario.competencies]) for one in found.sitting.answers]
    return [(answer, [scheme.competency(key).name for key in keys]) for answer, keys in rows if keys]


def _means_by_slot(case: Case) -> dict[int, dict[str, str]]:
    """For each slot what its marks alone would give per competency; the answer to "how far apart were they?"."""
    means = {}
    for slot in sorted({mark.slot for mark in case.marks}):
        own = [mark for mark in case.marks if mark.slot == slot]
        alone = results(own, case.competencies)
        means[slot] = {one.key: "–" if one.mean is None else explain.figure(one.mean) for one in alone}
    return means


def _is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False
