"""What happened to a dossier from nomination on: one line an event, read from the audit log, and the next step."""

from dataclasses import dataclass
from datetime import datetime

from flask import g
from sqlalchemy import select

from scenarios.sitting import Stage
from storage.audit import AuditEvent
from storage.dossiers import Dossier, DossierState
from storage.people import Person, Role
from storage.sittings import Sitting
from webapp import dutch

INTERNAL = {"part1_claimed", "part1_given_back", "part1_fixed", "sitting_moved"}
"""What only the office reads."""


@dataclass(frozen=True)
class Event:
    """One line: what happened, when, and who did it, when that may be told."""

    title: str
    at: datetime
    who: str | None = None


def of(dossier: Dossier, sitting: Sitting | None = None, told_to: Role = Role.KSF_OFFICER) -> list[Event]:
    """Everything that happened, oldest first. Only the office reads names and its own doings."""
    subjects = [dossier.id] + ([sitting.id] if sitting else [])
    rows = select(AuditEvent).where(
        AuditEvent.subject_kind.in_((Dossier.__tablename__, Sitting.__tablename__)), AuditEvent.subject.in_(subjects)
    )
    found = g.db.scalars(rows.order_by(AuditEvent.at)).all()
    inside = told_to is Role.KSF_OFFICER
    names = {}
    if inside:
        actors = {event.actor for event in found}
        names = dict(g.db.execute(select(Person.id, Person.name).where(Person.id.in_(actors))).all())
    lines = [
        Event(dutch.sentence(dutch.EVENTS.get(event.verb, event.verb)), event.at, names.get(event.actor))
        for event in found
        if inside or event.verb not in INTERNAL
    ]
    return [Event("Aangemeld", dossier.created_at), *lines]


def next_step(dossier: Dossier, sitting: Sitting | None = None) -> str | None:
    """What has to happen now, in a few words; None when it is over."""
    steps = {
        DossierState.WRITING: "Dossier indienen",
        DossierState.RETURNED: "Opnieuw indienen",
        DossierState.SUBMITTED: "Besluit van KSF",
    }
    if dossier.state is DossierState.APPROVED and sitting and sitting.stage not in (Stage.FINISHED, Stage.EXPIRED):
        return "Examen afleggen"
    return steps.get(dossier.state)
