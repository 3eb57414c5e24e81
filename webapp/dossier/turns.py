"""Who is on turn in a dossier, with what and since when: the next step, as one button for whoever takes it.

For everybody else it is a sentence. Nobody reads here how well an exam went, save its candidate after the release.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import select

from scenarios.chapters import FilePart
from scenarios.sitting import Stage
from storage.base.present import present
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import Sitting
from storage.judging.verdicts import Verdict
from storage.people.people import Role
from storage.planning.bookings import LIVE, Booking, BookingState
from storage.planning.exam_dates import plans_by_dates
from webapp.context import g
from webapp.dutch.formats import day


@dataclass(frozen=True)
class Course:
    """How far the exam of a dossier is: what there is of it. `booking` is the one that holds a place."""

    sitting: Sitting | None = None
    verdict: Verdict | None = None
    booking: Booking | None = None


@dataclass(frozen=True)
class Turn:
    """One next step. `label` is on the button of who takes it, at `url`; `does` is what others read."""

    role: Role
    since: datetime
    label: str
    does: str
    url: str = ""


def turns_of(dossier: Dossier, course: Course) -> list[Turn]:
    """Who is on turn now; two at a time while a file is written, nobody when all is over."""
    if dossier.state in (DossierState.WRITING, DossierState.RETURNED):
        return _writing(dossier)
    if dossier.state is DossierState.SUBMITTED:
        url = url_for("office.dossier", dossier_id=dossier.id, _anchor="oordeel")
        since = dossier.submitted_at or dossier.created_at
        return [Turn(Role.KSF_OFFICER, since, "Dossier beoordelen", "KSF beoordeelt het dossier", url)]
    if dossier.state is not DossierState.APPROVED:
        return []
    sitting, verdict = course.sitting, course.verdict
    if verdict is not None or (sitting is not None and sitting.stage is Stage.FINISHED):
        return [_judging(present(sitting), verdict)]
    if plans_by_dates(dossier.scheme) and (sitting is None or sitting.stage is Stage.EXPIRED):
        return [_dating(dossier, course.booking)]
    return [_exam(dossier, sitting)]


def _writing(dossier: Dossier) -> list[Turn]:
    since = dossier.created_at if dossier.state is DossierState.WRITING else present(dossier.decided_at)
    again = dossier.state is DossierState.RETURNED
    own = url_for("motivation.own", dossier_id=dossier.id)
    label = "Dossier aanpassen" if again else "Verder schrijven"
    found = [Turn(Role.CANDIDATE, since, label, "De kandidaat schrijft het eigen deel en dient het dossier in", own)]
    if dossier.is_open(FilePart.SUBSTANTIATION) and not dossier.manager_done_at:
        url = url_for("substantiation.one", dossier_id=dossier.id)
        label = "Onderbouwing aanpassen" if again else "Onderbouwing schrijven"
        found.insert(0, Turn(Role.MANAGER, since, label, "De leidinggevende schrijft de onderbouwing", url))
    return found


def _dating(dossier: Dossier, booking: Booking | None) -> Turn:
    if booking is None:
        since, url = dossier.decided_at or dossier.created_at, url_for("booking.home")
        return Turn(Role.ORGANISATION_ADMIN, since, "Examendatum kiezen", "De organisatie kiest een examendatum", url)
    if booking.state is BookingState.REQUESTED:
        does, url = "KSF antwoordt over de examendatum", url_for("exam_dates.home")
        return Turn(Role.KSF_OFFICER, booking.asked_at, "Aanvraag beantwoorden", does, url)
    does, url = "De organisatie zegt of de voorgestelde examendatum goed is", url_for("booking.home")
    return Turn(Role.ORGANISATION_ADMIN, present(booking.answered_at), "Voorstel beantwoorden", does, url)


def _exam(dossier: Dossier, sitting: Sitting | None) -> Turn:
    page = url_for("office.dossier", dossier_id=dossier.id, _anchor="examen")
    if sitting is None:
        since = dossier.decided_at or dossier.created_at
        return Turn(Role.KSF_OFFICER, since, "Uitnodiging bekijken", "KSF nodigt de kandidaat uit", page)
    going_on = sitting.stage is Stage.ANSWERING
    if sitting.stage is Stage.EXPIRED or (sitting.closes_at < g.now and not going_on):
        does = "KSF kijkt of er een nieuwe tijd komt"
        return Turn(Role.KSF_OFFICER, sitting.closes_at, "Meer tijd geven", does, page)
    label, does = "Verder met het examen" if going_on else "Naar mijn examen", "De kandidaat doet examen"
    if not going_on:
        does += f", tot {day(sitting.closes_at)}"
    return Turn(Role.CANDIDATE, sitting.opens_at, label, does, url_for("exam.home"))


def _judging(sitting: Sitting, verdict: Verdict | None) -> Turn:
    assessors = "Assessoren beoordelen de antwoorden"
    if verdict is None:
        url = url_for("assigning.sitting", sitting_id=sitting.id)
        return Turn(Role.KSF_OFFICER, present(sitting.finished_at), "Assessoren bekijken", assessors, url)
    if verdict.released_at and verdict.asked_until is None:
        return Turn(
            Role.CANDIDATE, verdict.released_at, "Uitslag lezen", "De uitslag is bekend", url_for("results.own")
        )
    url = url_for("results.verdict", verdict_id=verdict.id)
    if verdict.asked_until is not None:
        return _asked_again(sitting, verdict, url)
    if verdict.passed is None:
        return Turn(Role.KSF_OFFICER, verdict.decided_at, "Volgende stap kiezen", assessors, url)
    if verdict.confirmed_at is None:
        return Turn(Role.KSF_OFFICER, verdict.decided_at, "Eindoordeel controleren", "KSF controleert het oordeel", url)
    return Turn(Role.KSF_OFFICER, verdict.confirmed_at, "Uitslag vrijgeven", "KSF geeft de uitslag vrij", url)


def _asked_again(sitting: Sitting, verdict: Verdict, url: str) -> Turn:
    """Answers are asked once more: the candidate takes them, else somebody decides when the time is over."""
    if sitting.stage is Stage.FINISHED:
        return Turn(Role.KSF_OFFICER, verdict.decided_at, "Eindoordeel bekijken", "Assessoren beoordelen", url)
    until = present(verdict.asked_until)
    if g.now >= until:
        does = "KSF beslist of er nog langer wordt gewacht"
        return Turn(Role.KSF_OFFICER, until, "Volgende stap kiezen", does, url)
    does = f"De kandidaat neemt antwoorden opnieuw op, tot {day(until)}"
    return Turn(Role.CANDIDATE, verdict.decided_at, "Antwoorden opnieuw opnemen", does, url_for("exam.home"))


def courses_of(dossiers: list[Dossier]) -> dict[uuid.UUID, Course]:
    """How far each exam is, by dossier, in two questions at most."""
    ids = [one.id for one in dossiers]
    counts = (Verdict.sitting_id == Sitting.id) & Verdict.ended_at.is_(None)
    # A result that is known comes after one that waits to take its place, and so is the one that is kept.
    found = select(Sitting, Verdict).outerjoin(Verdict, counts).order_by(Verdict.released_at.is_not(None))
    exams: dict[uuid.UUID, tuple[Sitting, Verdict | None]] = {
        sitting.dossier_id: (sitting, verdict)
        for sitting, verdict in g.db.execute(found.where(Sitting.dossier_id.in_(ids)))
    }
    dated = [one.id for one in dossiers if one.state is DossierState.APPROVED and plans_by_dates(one.scheme)]
    live = select(Booking).where(Booking.dossier_id.in_(dated), Booking.state.in_(LIVE))
    bookings = {one.dossier_id: one for one in g.db.scalars(live)} if dated else {}
    courses = {}
    for one in ids:
        sitting, verdict = exams.get(one, (None, None))
        courses[one] = Course(sitting, verdict, bookings.get(one))
    return courses


def turns_of_many(dossiers: list[Dossier]) -> dict[uuid.UUID, list[Turn]]:
    """Who is on turn in each of these, by dossier."""
    courses = courses_of(dossiers)
    return {one.id: turns_of(one, courses[one.id]) for one in dossiers}
