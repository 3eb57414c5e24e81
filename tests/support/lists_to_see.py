"""The long lists and home pages, who looks at each, and a small installation that fills them as well.

A page of a list shows a limited number of rows. What it costs can only be held against another installation where it
shows as many there: so the small one has 200 dossiers in states that fill every page, and in the large one those look
who have about as much of their own (candidates, work) as their like in the small one.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo.crowd.rows import CASES
from storage.dossier.dossiers import Dossier
from storage.judging.ratings import Rating
from storage.people.people import Membership, Person, Role

LISTS = {
    "bureau_home": ("officer", "/bureau"),
    "bureau_dossiers": ("officer", "/bureau/dossiers"),
    "bureau_dossiers_last": ("officer", "/bureau/dossiers?page=400"),
    "bureau_dossiers_submitted": ("officer", "/bureau/dossiers?staat=submitted"),
    "bureau_dossiers_search": ("officer", "/bureau/dossiers?zoek=verzonnen"),
    "bureau_dossiers_one": ("officer", "/bureau/dossiers?zoek=iemand"),
    "bureau_today": ("officer", "/bureau/vandaag"),
    "bureau_takes": ("officer", "/bureau/opnames"),
    "bureau_jobs": ("officer", "/bureau/taken"),
    "bureau_mail": ("officer", "/bureau/post"),
    "bureau_mail_search": ("officer", "/bureau/post?zoek=verzonnen"),
    "bureau_mail_one": ("officer", "/bureau/post?zoek=iemand"),
    "bureau_people": ("officer", "/bureau/mensen"),
    "bureau_people_search": ("officer", "/bureau/mensen?zoek=verzonnen"),
    "bureau_people_one": ("officer", "/bureau/mensen?zoek=iemand"),
    "bureau_organisations": ("officer", "/bureau/organisaties"),
    "bureau_assessors": ("officer", "/bureau/assessoren"),
    "bureau_allocating": ("officer", "/bureau/verdelen"),
    "bureau_locations": ("officer", "/bureau/locaties"),
    "bureau_theory_tests": ("officer", "/bureau/online-toetsen"),
    "bureau_practical": ("officer", "/bureau/praktijktoetsen"),
    "bureau_inquiries": ("officer", "/bureau/vragen-van-organisaties"),
    "bureau_status": ("officer", "/bureau/stand"),
    "bureau_invoices": ("officer", "/bureau/facturen?toon=alles"),
    "bureau_to_invoice": ("officer", "/bureau/facturen/te-maken"),
    "bureau_income": ("officer", "/bureau/facturen/inkomsten"),
    "bureau_figures": ("officer", "/cijfers"),
    "bureau_judging": ("officer", "/oordelen"),
    "verdicts": ("officer", "/uitslagen"),
    "objections": ("officer", "/bezwaren"),
    "committee_cases": ("committee_member", "/onregelmatigheden"),
    "committee_trying": ("committee_member", "/proefregel"),
    "committee_simulations": ("committee_member", "/simulaties"),
    "committee_minutes": ("committee_member", "/besluitenlijsten"),
    "committee_content": ("committee_member", "/inhoud"),
    "committee_home": ("committee_member", "/examencommissie"),
    "auditor_home": ("auditor", "/controle"),
    "committee_verdicts": ("committee_member", "/uitslagen"),
    "beheerder_home": ("beheerder", "/organisatie"),
    "beheerder_costs": ("beheerder", "/organisatie/kosten"),
    "beheerder_invoices": ("beheerder", "/organisatie/kosten/facturen"),
    "beheerder_people": ("beheerder", "/organisatie/mensen"),
    "beheerder_search": ("beheerder", "/organisatie?zoek=verzonnen"),
    "beheerder_identity": ("beheerder", "/organisatie/identiteit"),
    "beheerder_locations": ("beheerder", "/organisatie/locaties"),
    "beheerder_theory_tests": ("beheerder", "/organisatie/online-toets"),
    "beheerder_theory_people": ("beheerder", "/organisatie/online-toets/nieuw"),
    "beheerder_inquiries": ("beheerder", "/vragen-aan-ksf"),
    "beheerder_practical": ("beheerder", "/organisatie/praktijktoetsen"),
    "beheerder_practical_ask": ("beheerder", "/organisatie/praktijktoetsen/aanvragen/praktijktoets_a"),
    "manager_candidates": ("manager", "/kandidaten"),
    "assessor_work": ("assessor", "/beoordelen"),
    "examiner_sessions": ("assessor", "/beoordelen/praktijktoetsen"),
    "candidate_home": ("candidate", "/examen"),
    "audits": ("auditor", "/audits?toon=alles"),
    "audits_search": ("officer", "/audits?toon=alles&zoek=verzonnen"),
    "audit_findings": ("officer", "/audits/bevindingen?toon=open"),
    "audit_samples": ("auditor", "/audits/steekproeven"),
    "audit_packs": ("auditor", "/audits/pakketten"),
    "beheerder_audits": ("beheerder", "/organisatie/audits"),
    "audit_log": ("auditor", "/controle/logboek"),
}
"""Who looks, and where; "iemand" stands for the address of the candidate who looks."""

_OF_EACH = (17, 1, 3, 25, 25, 2, 1, 5, 1, 1, 1, 52, 8, 18, 10, 10, 10, 10)
FULL = {
    "cases": [replace(case, share=number) for case, number in zip(CASES, _OF_EACH, strict=True)],
    "trouble": 25,
}
"""How `crowd.fill` makes the small installation, so that its pages are as full as those of the large one."""
SMALL, MORE, LARGE = (200, 25), (1_000, 40), (10_000, 200)
"""Dossiers and organisations."""

OF_A_BEHEERDER, OF_A_MANAGER, OF_AN_ASSESSOR = 40, 4, 90
"""About how many dossiers, candidates and answers the one who looks has."""


def looking(session: Session, now: datetime) -> dict[str, Person]:
    """For each of the people of LISTS somebody."""
    of_role = {
        "officer": Role.KSF_OFFICER,
        "committee_member": Role.EXAM_COMMITTEE,
        "auditor": Role.AUDITOR,
    }
    found = {name: _first(session, role) for name, role in of_role.items()}
    organisation = _with_about(session, OF_A_BEHEERDER, Dossier.organisation_id)
    found["beheerder"] = session.scalars(
        select(Person)
        .join(Membership)
        .where(Membership.organisation_id == organisation, Membership.role == "organisation_admin")
    ).first()
    found["manager"] = session.get(Person, _with_about(session, OF_A_MANAGER, Dossier.manager_id))
    waits = Rating.phase2_signed_at.is_(None)
    found["assessor"] = session.get(Person, _with_about(session, OF_AN_ASSESSOR, Rating.assessor_id, waits))
    found["candidate"] = session.get(Person, _with_about(session, 1, Dossier.candidate_id, Dossier.state == "writing"))
    return found


def place(path: str, people: dict[str, Person]) -> str:
    """Where to look, now that it is known who does."""
    return path.replace("iemand", people["candidate"].email)


def _first(session: Session, role: Role) -> Person:
    return session.scalars(
        select(Person).join(Membership).where(Membership.role == role).order_by(Person.email)
    ).first()


def _with_about(session: Session, number: int, column, *wanted):
    """The value that stands in this column about so many times."""
    return session.scalars(
        select(column).where(*wanted).group_by(column).order_by(func.abs(func.count() - number), column).limit(1)
    ).first()
