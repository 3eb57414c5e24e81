"""The history of a dossier from nomination on: one line an event, read from the audit log, and whose turn it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.base.audit import AuditEvent
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Sitting
from storage.judging.verdicts import Verdict
from storage.people.people import Person, Role
from webapp.context import g
from webapp.dossier import turns
from webapp.dossier.turns import Turn
from webapp.dutch import events, formats

INTERNAL = {
    "dossier_nominated",
    "dossier_handed_over",
    "part1_claimed",
    "part1_given_back",
    "part1_fixed",
    "sitting_moved",
    "scenarios_drawn",
    "verdict_decided",
    "verdict_confirmed",
    "verdict_settled",
    "verdict_taken_back",
    "verdict_dropped",
    "verdict_correction",
    "assessor_assigned",
    "assessor_declined",
    "work_taken_back",
}
"""Events that only the office reads."""
FOR_MANAGERS = {
    "work_confirmed",
    "work_denied",
    "dossier_submitted",
    "dossier_approved",
    "dossier_returned",
    "dossier_withdrawn",
    "dossier_rejected",
    "sitting_invited",
    "sitting_finished",
    "sitting_expired",
}
"""Events that a manager reads: never what the candidate asked for, and never how the exam went."""


@dataclass(frozen=True)
class Event:
    """One line: what happened, when, and who did it, when that may be told."""

    title: str
    at: datetime
    who: str | None = None


@dataclass(frozen=True)
class Timeline:
    """The events so far, oldest first, and the next one: `step` for who looks, `others` when it is not up to them."""

    events: list[Event]
    step: Turn | None
    others: list[Turn]


def of(dossier: Dossier, role: Role = Role.KSF_OFFICER) -> Timeline:
    """The timeline as somebody in this role reads it. Only the office reads names and its own doings."""
    course = turns.courses_of([dossier])[dossier.id]
    verdict = course.verdict
    subjects = [one.id for one in (dossier, course.sitting, verdict) if one]
    kinds = [noun.__tablename__ for noun in (Dossier, Sitting, Verdict)]
    rows = select(AuditEvent).where(AuditEvent.subject_kind.in_(kinds), AuditEvent.subject.in_(subjects))
    found = g.db.scalars(rows.order_by(AuditEvent.at)).all()
    names = {}
    if role is Role.KSF_OFFICER:
        actors = {event.actor for event in found}
        names = dict(g.db.execute(select(Person.id, Person.name).where(Person.id.in_(actors))).all())
    lines = [
        Event(
            formats.sentence(events.EVENTS.get(event.verb, event.verb)),
            event.at,
            names.get(event.actor) if event.actor else None,
        )
        for event in found
        if _told(event.verb, role) and event.verb != "dossier_nominated"
    ]
    on_turn = turns.turns_of(dossier, course)
    mine = next((turn for turn in on_turn if turn.role is role and turn.url), None)
    over = verdict is not None and verdict.released_at is not None
    return Timeline([Event("Aangemeld", dossier.created_at), *lines], mine, [] if mine or over else on_turn)


def _told(verb: str, role: Role) -> bool:
    if role is Role.MANAGER:
        return verb in FOR_MANAGERS
    return role is Role.KSF_OFFICER or verb not in INTERNAL
