"""The long lists and home pages, each with the person who has the most to see there."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.dossiers import Dossier
from storage.people import Membership, Person, Role
from storage.ratings import Rating

LISTS = {
    "bureau_home": ("officer", "/bureau"),
    "bureau_dossiers": ("officer", "/bureau/dossiers"),
    "bureau_dossiers_last": ("officer", "/bureau/dossiers?page=400"),
    "bureau_dossiers_submitted": ("officer", "/bureau/dossiers?staat=submitted"),
    "bureau_dossiers_search": ("officer", "/bureau/dossiers?zoek=verzonnen"),
    "bureau_takes": ("officer", "/bureau/opnames"),
    "bureau_jobs": ("officer", "/bureau/taken"),
    "bureau_mail": ("officer", "/bureau/post"),
    "bureau_mail_search": ("officer", "/bureau/post?zoek=verzonnen"),
    "bureau_people": ("officer", "/bureau/mensen"),
    "bureau_people_search": ("officer", "/bureau/mensen?zoek=verzonnen"),
    "bureau_organisations": ("officer", "/bureau/organisaties"),
    "bureau_assessors": ("officer", "/bureau/assessoren"),
    "bureau_allocating": ("officer", "/bureau/verdelen"),
    "verdicts": ("officer", "/uitslagen"),
    "objections": ("officer", "/bezwaren"),
    "committee_verdicts": ("committee_member", "/uitslagen"),
    "beheerder_home": ("beheerder", "/organisatie"),
    "beheerder_people": ("beheerder", "/organisatie/mensen"),
    "beheerder_search": ("beheerder", "/organisatie?zoek=verzonnen"),
    "beheerder_identity": ("beheerder", "/organisatie/identiteit"),
    "manager_candidates": ("manager", "/kandidaten"),
    "assessor_work": ("assessor", "/beoordelen"),
    "candidate_home": ("candidate", "/examen"),
    "audit_log": ("auditor", "/controle"),
}
"""Who looks, and where."""


def looking(session: Session, now: datetime) -> dict[str, Person]:
    """For each of the people of LISTS somebody: of those with the role the one who has the most there."""
    of_role = {
        "officer": Role.KSF_OFFICER,
        "committee_member": Role.EXAM_COMMITTEE,
        "auditor": Role.AUDITOR,
    }
    found = {name: _first(session, role) for name, role in of_role.items()}
    house = _most(session, Dossier.organisation_id)
    found["beheerder"] = session.scalars(
        select(Person)
        .join(Membership)
        .where(Membership.organisation_id == house, Membership.role == "organisation_admin")
    ).first()
    found["manager"] = session.get(Person, _most(session, Dossier.manager_id))
    found["assessor"] = session.get(Person, _most(session, Rating.assessor_id, Rating.phase2_signed_at.is_(None)))
    found["candidate"] = session.get(Person, _most(session, Dossier.candidate_id, Dossier.state == "writing"))
    return found


def _first(session: Session, role: Role) -> Person:
    return session.scalars(
        select(Person).join(Membership).where(Membership.role == role).order_by(Person.email)
    ).first()


def _most(session: Session, column, *wanted):
    """The value that stands in this column most often."""
    return session.scalars(
        select(column).where(*wanted).group_by(column).order_by(func.count().desc()).limit(1)
    ).first()
