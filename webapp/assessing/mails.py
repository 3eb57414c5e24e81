"""Who hears of an assessment: its candidate and assessors beforehand, the organisation what KSF answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.assessing.assessments import Assessment
from storage.base.database import session_of
from storage.base.present import present
from storage.people.people import Person, Role, holders
from webapp.mail.notify import notify
from webapp.planning import calendar_file

ABOUT = timedelta(hours=3)
"""How long it takes up in an agenda, where the scheme says no more than the most."""


def notify_asked(found: Assessment, now: datetime) -> None:
    """The candidate hears that it was asked, and that a portfolio may be handed in."""
    notify(session_of(found), found.candidate, "assessment_asked", now, assessment=found)


def notify_planned(
    found: Assessment, named: Sequence[Person], off: Sequence[Person], moved: bool, now: datetime
) -> None:
    """When, where and by whom. Who has to come no more hears that; who came before, only when something changed."""
    session = session_of(found)
    for person in off:
        notify(session, person, "assessment_off", now, calendar=_file(found, person, now, True), assessment=found)
    for one in found.sheets:
        if moved or one.assessor in named:
            notify_named(found, one.assessor, now)
    if moved or named:
        file = _file(found, found.candidate, now)
        notify(session, found.candidate, "assessment_planned", now, calendar=file, assessment=found)
        notify_organisation(found, now)


def notify_named(found: Assessment, assessor: Person, now: datetime) -> None:
    """An assessor hears that there is somebody to judge."""
    file = _file(found, assessor, now)
    notify(session_of(found), assessor, "assessment_named", now, calendar=file, assessment=found)


def notify_off(found: Assessment, now: datetime) -> None:
    """What was planned is off: whoever would come hears it."""
    session = session_of(found)
    for person in [found.candidate, *(one.assessor for one in found.sheets)]:
        notify(session, person, "assessment_off", now, calendar=_file(found, person, now, True), assessment=found)


def notify_organisation(found: Assessment, now: datetime) -> None:
    """What KSF answered, to whoever asked it, or, who asked having left, to the beheerders of now."""
    session = session_of(found)
    there = holders(session, Role.ORGANISATION_ADMIN, found.organisation, now)
    for beheerder in [one for one in there if one.id == found.asked_by_id] or there:
        notify(session, beheerder, "assessment_answer", now, assessment=found)


def notify_result(found: Assessment, now: datetime) -> None:
    """The candidate hears that the result is there."""
    notify(session_of(found), found.candidate, "assessment_result", now, assessment=found)


def notify_sent_back(found: Assessment, now: datetime) -> None:
    """The assessors hear that KSF wants them to look at it again."""
    for one in found.sheets:
        notify(session_of(found), one.assessor, "assessment_sent_back", now, assessment=found)


def _file(found: Assessment, person: Person, now: datetime, cancelled: bool = False) -> str:
    begins = present(found.starts_at)
    title, text = found.scheme.content.name, "Meer staat in Vignet."
    return calendar_file.event(found.id, person, (begins, begins + ABOUT), title, text, now, cancelled, found.place)
