"""A verdict in words: each condition with what was found and what was needed, and where a candidate stands."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, cast

from review.adjudication import Difference, Trigger, differences
from review.rules import Condition, Reason
from review.terms import weeks_after, working_days_after
from review.verdict import Case, CompetencyResult, Decision, results, shown
from scenarios.chapters import AssessmentRules, Competency, Documents
from scenarios.scheme import Scheme
from storage.base.clock import AMSTERDAM
from storage.base.present import present
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Sitting
from storage.judging.progress import triggers_of
from storage.judging.verdicts import Verdict
from webapp.dutch.formats import day

OUTCOMES = {True: "geslaagd", False: "niet geslaagd", None: "nog geen oordeel, er is extra bewijs nodig"}


@dataclass(frozen=True)
class Line:
    """One condition as a person reads it."""

    what: str
    found: str
    needed: str
    met: bool


@dataclass(frozen=True)
class Standing:
    """One competency: its figures, the level above the nearest (None at the top), and its own conditions."""

    competency: Competency
    result: CompetencyResult
    mean: str
    next_level: int | None
    lines: tuple[Line, ...]

    @property
    def met(self) -> bool:
        return all(line.met for line in self.lines)


def outcome(passed: bool | None) -> str:
    return OUTCOMES[passed]


def lines(decision: Decision, scheme: Scheme) -> list[Line]:
    """Every condition of the pass rule, those that are not met first."""
    found = [line(reason, scheme) for reason in decision.reasons]
    return sorted(found, key=lambda one: one.met)


def line(reason: Reason, scheme: Scheme) -> Line:
    """One condition."""
    names = {one.key: one.name for one in scheme.competencies}
    what = {
        Condition.PART1_SUFFICIENT: "Deel 1, het motivatiedossier",
        Condition.COMPETENCY_MIN: f"Gemiddelde {names.get(reason.subject, reason.subject)}",
        Condition.OVERALL_MIN: "Gemiddelde van alle competenties",
        Condition.OBSERVED_MIN: f"Antwoorden waarin {names.get(reason.subject, reason.subject)} is gezien",
    }.get(reason.rule, reason.subject)
    if reason.rule is Condition.PART1_SUFFICIENT:
        return Line(what, "voldoende" if reason.found else "niet voldoende", "voldoende", reason.met)
    if reason.rule is Condition.OBSERVED_MIN:
        return Line(what, str(reason.found), f"minstens {reason.needed}", reason.met)
    needed = Fraction(reason.needed or 0)
    value = "niet gezien" if reason.found is None else _comma(shown(Fraction(reason.found), beside=needed))
    return Line(what, value, f"minstens {_comma(shown(needed))}", reason.met)


def report(verdict: Verdict) -> list[str]:
    """A verdict as plain lines: the outcome, what was not met, what was, every competency, and who differed."""
    scheme, case = verdict.sitting.dossier.scheme.content, Case.from_json(verdict.inputs)
    decision = Decision.from_json(verdict.decision)
    row = verdict.sitting.dossier.scheme
    told = [
        f"Eindoordeel over dossier {verdict.sitting.dossier.code}, {scheme.name}, reglement {row.number}",
        f"{outcome(verdict.passed).capitalize()}. Het gemiddelde van alle competenties is {figure(decision.overall)}.",
    ]
    if verdict.settled_at:
        told += ["", f"De examencommissie besloot dit op {day(verdict.settled_at)}: {verdict.settled_because}"]
    if verdict.cause_text:
        told += ["", f"Rechtgezet op {day(verdict.decided_at)}: {verdict.cause_text}"]
    found = lines(decision, scheme)
    for title, wanted in (("Niet voldaan", False), ("Voldaan", True)):
        if own := [one for one in found if one.met is wanted]:
            told += ["", f"{title}:", *(f"  {one.what}: {one.found} (nodig: {one.needed})" for one in own)]
    told += ["", *_table(case, decision, scheme)]
    if apart := _apart(case, scheme):
        told += ["", "Waarom er een derde assessor was:", *(f"  {one}" for one in apart)]
    return [*told, ""]


def _table(case: Case, decision: Decision, scheme: Scheme) -> list[str]:
    """Per competency the mean, the number of answers, and what each slot alone would give."""
    slots = sorted({mark.slot for mark in case.marks})
    alone = {
        slot: {
            one.key: one.mean for one in results([mark for mark in case.marks if mark.slot == slot], case.competencies)
        }
        for slot in slots
    }
    width = max(len(one.competency.name) for one in standings(decision, scheme))
    head = f"{'Competentie':{width}}  gemiddeld  antwoorden" + "".join(f"  assessor {slot}" for slot in slots)
    rows = [head]
    for one in standings(decision, scheme):
        own = [alone[slot][one.competency.key] for slot in slots]
        means = "".join(f"  {'–' if mean is None else figure(mean):>10}" for mean in own)
        rows.append(f"{one.competency.name:{width}}  {one.mean:>9}  {one.result.observed:>10}{means}")
    return rows


def _apart(case: Case, scheme: Scheme) -> list[str]:
    """Why a third assessor was asked, where one was: in what the first two differed."""
    rules = scheme.chapter(AssessmentRules)
    if not any(mark.slot > rules.slots for mark in case.marks):
        return []
    triggers = triggers_of(rules)
    found = differences(case.marks, case.part1_sufficient, case.cuts(), case.competencies, triggers, case.part1_mark)
    return [difference(one, scheme) for one in found]


def difference(one: Difference, scheme: Scheme) -> str:
    """One reason for a third assessor."""
    if one.trigger is Trigger.VERDICTS_DIFFER:
        first, second = cast("tuple[bool | None, bool | None]", (one.first, one.second))
        return f"De een komt uit op: {outcome(first)}. De ander: {outcome(second)}."
    subject = "Over alles samen" if one.subject == "overall" else scheme.competency(one.subject).name
    if one.trigger is Trigger.NEAR_CUT:
        mean, cut = cast("tuple[Fraction, Fraction]", (one.first, one.second))
        return f"{subject}: samen komen zij op {_comma(shown(mean, beside=cut))}. De grens is {figure(cut)}."
    return f"{subject}: de een komt op {figure(one.first)}, de ander op {figure(one.second)}."


def standings(decision: Decision, scheme: Scheme) -> list[Standing]:
    """Every competency in the order of the scheme."""
    found = []
    for result in decision.competencies:
        competency = scheme.competency(result.key)
        above = result.level + 1 if result.level is not None and result.level < len(competency.anchors) else None
        mean = "niet gezien" if result.mean is None else figure(result.mean)
        about = tuple(line(reason, scheme) for reason in decision.reasons if reason.subject == result.key)
        found.append(Standing(competency, result, mean, above, about))
    return found


def to_develop(decision: Decision, scheme: Scheme) -> list[Standing]:
    """The two competencies in which there is most to win, the lowest first."""
    seen = [one for one in standings(decision, scheme) if one.result.mean is not None]
    return sorted(seen, key=lambda one: present(one.result.mean))[:2]


def next_step(standing: Standing) -> str:
    """The behaviour that would bring somebody a level further."""
    if standing.next_level is None:
        return "U zit op het hoogste niveau. Deel met collega’s hoe u dat doet."
    anchor = standing.competency.anchor(standing.next_level)
    return f"Wie een niveau hoger zit, {anchor[0].lower()}{anchor[1:]}"


def figure(value: Any) -> str:
    """2,75; for the screen only. None is what nobody saw."""
    return "niet te berekenen" if value is None else _comma(shown(value))


def due(sitting: Sitting) -> date:
    """The last day on which the result must be known."""
    return working_days_after(
        _day(present(sitting.finished_at)), sitting.dossier.scheme.content.terms.result_working_days
    )


def late_before(scheme: Scheme, now: datetime) -> datetime:
    """Of exams that were finished before this moment the result is too late."""
    return _late_before(scheme.terms.result_working_days, now)


def answer_due(dossier: Dossier) -> date:
    """The last day on which KSF answers a motivation file that was handed in."""
    days = dossier.scheme.content.chapter(Documents).answer_working_days
    return working_days_after(_day(present(dossier.submitted_at)), days)


def answer_late_before(scheme: Scheme, now: datetime) -> datetime:
    """Of motivation files that were handed in before this moment the answer is too late."""
    return _late_before(scheme.chapter(Documents).answer_working_days, now)


def _late_before(working_days: int, now: datetime) -> datetime:
    day = _day(now)
    while working_days_after(day, working_days) >= _day(now):
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), AMSTERDAM)


def objection_until(verdict: Verdict) -> date:
    """The last day for an objection."""
    weeks = verdict.sitting.dossier.scheme.content.terms.objection_weeks
    return weeks_after(_day(present(verdict.released_at)), weeks)


def is_late(sitting: Sitting, now: datetime) -> bool:
    return _day(now) > due(sitting)


def _day(at: datetime) -> date:
    return at.astimezone(AMSTERDAM).date()


def _comma(value: Any) -> str:
    return str(value).replace(".", ",")
