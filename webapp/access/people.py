"""Who may see which people, organisations and lists: fetching and asking are one call here too."""

import uuid
from typing import TypeVar

from flask import abort
from sqlalchemy import Select, select

from storage.admission.enrolments import Roster
from storage.dossier.dossiers import Dossier
from storage.people.employers import Employer
from storage.people.examiners import Examiner, ExaminerState
from storage.people.logins import LogIn
from storage.people.organisations import Organisation
from storage.people.people import UNDONE, Membership, Person, Role
from storage.people.staff_changes import StaffChange, open_changes
from storage.retention.requests import ErasureRequest
from webapp.access import me
from webapp.context import g

Found = TypeVar("Found")


def _one(query: Select[Found]) -> Found:
    return g.db.scalars(query).first() or abort(404)


def my_log_in(log_in_id: uuid.UUID) -> LogIn:
    """A browser in which the one who asks is logged in."""
    return _one(select(LogIn).where(LogIn.id == log_in_id, LogIn.person_id == me().id))


def my_stand_in(person_id: uuid.UUID) -> Person:
    """What an organisation typed about the one who asks, and was not accepted yet."""
    return _one(select(Person).where(Person.id == person_id, Person.stands_for_id == me().id))


def my_request(request_id: uuid.UUID) -> ErasureRequest:
    """A request for erasure of the one who asks."""
    return _one(select(ErasureRequest).where(ErasureRequest.id == request_id, ErasureRequest.person_id == me().id))


def organisation_for_officer(organisation_id: uuid.UUID) -> Organisation:
    return _one(select(Organisation).where(Organisation.id == organisation_id))


def person_for_officer(person_id: uuid.UUID) -> Person:
    """Anybody but the officer who asks: nobody changes the own rights."""
    return _one(select(Person).where(Person.id == person_id, Person.id != me().id))


def employer_for_officer(employer_id: uuid.UUID) -> Employer:
    """An employer of anybody but the officer who asks."""
    return _one(select(Employer).where(Employer.id == employer_id, Employer.person_id != me().id))


def examiners_of_my_organisations() -> Select[Examiner]:
    """Whom the organisations of the beheerder who asks proposed or supply, the newest first."""
    mine = Examiner.organisation_id.in_(my_organisation_ids())
    return select(Examiner).where(mine).order_by(Examiner.proposed_at.desc(), Examiner.id)


def examiner_for_admin(examiner_id: uuid.UUID) -> Examiner:
    return _one(examiners_of_my_organisations().where(Examiner.id == examiner_id))


def accepted_examiners() -> Select[Examiner]:
    """Whom organisations supply now, by name."""
    accepted = Examiner.state == ExaminerState.ACCEPTED
    return select(Examiner).where(accepted).order_by(Examiner.name, Examiner.id)


def examiner_for_officer(examiner_id: uuid.UUID) -> Examiner:
    return _one(select(Examiner).where(Examiner.id == examiner_id))


def membership_for_officer(membership_id: uuid.UUID) -> Membership:
    """A role of anybody but the officer who asks."""
    return _one(select(Membership).where(Membership.id == membership_id, Membership.person_id != me().id))


def staff_changes() -> Select[StaffChange]:
    """The staff changes that wait for a second officer, except those about the one who looks."""
    return open_changes().where(StaffChange.person_id != me().id)


def staff_changes_to_decide() -> Select[StaffChange]:
    """Those of them that somebody else asked."""
    return staff_changes().where(StaffChange.asked_by_id != me().id)


def staff_change_for_officer(change_id: uuid.UUID) -> StaffChange:
    """A change that was asked for anybody but the officer who asks, decided or not."""
    return _one(select(StaffChange).where(StaffChange.id == change_id, StaffChange.person_id != me().id))


def my_organisations() -> list[Organisation]:
    """The organisations of which the one who asks is beheerder, by name."""
    own = my_organisation_ids()
    return list(g.db.scalars(select(Organisation).where(Organisation.id.in_(own)).order_by(Organisation.name)))


def my_organisation_ids() -> set[uuid.UUID]:
    return me().organisations(Role.ORGANISATION_ADMIN, g.now)


def dossiers_of_my_organisations() -> Select[Dossier]:
    """The dossiers of the beheerder's organisations, of people who still work there, as a query."""
    working = Dossier.candidate_id.in_(people_of_my_organisations())
    return select(Dossier).where(Dossier.organisation_id.in_(my_organisation_ids()), working)


def dossier_for_admin(dossier_id: uuid.UUID) -> Dossier:
    """A dossier of somebody who works in an organisation of the beheerder who asks."""
    return _one(dossiers_of_my_organisations().where(Dossier.id == dossier_id))


def people_of_my_organisations() -> Select[uuid.UUID]:
    """The ids of whoever works in an organisation of the beheerder who asks, as a query."""
    own = my_organisation_ids()
    working = (Membership.until.is_(None)) | (Membership.until > g.now)
    return select(Membership.person_id).where(Membership.organisation_id.in_(own), working)


def person_for_admin(person_id: uuid.UUID) -> Person:
    """Somebody who works in an organisation of the beheerder who asks, and is somebody else."""
    mine = Person.id.in_(people_of_my_organisations()) & (Person.id != me().id)
    return _one(select(Person).where(Person.id == person_id, mine))


def leaver_for_admin(person_id: uuid.UUID) -> Person:
    """Somebody who works in an organisation of the beheerder who asks, or left it so lately that it can be undone."""
    own = my_organisation_ids()
    lately = Membership.until.is_(None) | (Membership.until > g.now - UNDONE)
    there = select(Membership.person_id).where(Membership.organisation_id.in_(own), lately)
    return _one(select(Person).where(Person.id == person_id, Person.id.in_(there), Person.id != me().id))


def roster_for_admin(roster_id: uuid.UUID) -> Roster:
    """A list of an organisation of the beheerder who asks."""
    own = my_organisation_ids()
    return _one(select(Roster).where(Roster.id == roster_id, Roster.organisation_id.in_(own)))
