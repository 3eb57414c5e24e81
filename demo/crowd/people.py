"""Invented organisations and people, whose names nobody takes for real."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from demo.crowd.rows import Crowd
from storage.dossier.qualifications import Qualification
from storage.people.employers import Employer
from storage.people.organisations import Organisation
from storage.people.outbox import MailMessage, MailState
from storage.people.people import Membership, Person, Role

FIRST = "Aafke Bram Carlijn Daan Evi Farid Gerda Hamza Imke Joris Kaoutar Lars Maud Noor Otis Pleun Quin Rosa Sem Tess"
LAST = (
    "Proefstra|van Verzonnen|Voorbeeldsma|de Fictie|Nepveld|Denkbeeld|el Imaginari|Bedacht|ten Schijn|Zogenaamd|"
    "van der Verzonnen-Proefpolder tot Voorbeeldhuizen|Onechtman|Fabeltjes|Yalan|Proefkonijn|Zomaar"
)
TRADES = "Energie Telecom Zorg Bank Reizen Post Verzekeringen Gemeente Webwinkel Vervoer"
LOCAL = {Role.CANDIDATE: "k", Role.MANAGER: "l", Role.ORGANISATION_ADMIN: "b"}
STAFF = {Role.KSF_OFFICER: "bureau", Role.ASSESSOR: "assessor"}

OFFICERS = 12
DOSSIERS_AN_ASSESSOR = 110
"""So that not more than about a hundred answers lie with one of them."""


@dataclass(frozen=True)
class Staff:
    """The ids of those who work for KSF."""

    officers: list[uuid.UUID]
    assessors: list[uuid.UUID]


def staff_for(crowd: Crowd, dossiers: int) -> Staff:
    """As many assessors as so many dossiers ask for."""
    return Staff(
        [person(crowd, Role.KSF_OFFICER) for _ in range(OFFICERS)],
        [person(crowd, Role.ASSESSOR) for _ in range(max(4, dossiers // DOSSIERS_AN_ASSESSOR))],
    )


def organisation(crowd: Crowd, number: int) -> uuid.UUID:
    """An organisation with its beheerder."""
    trade = crowd.rng.choice(TRADES.split())
    name = f"Voorbeeld {trade} {crowd.seed + number:03}"
    if number % 17 == 3:
        name = f"Verzonnen Klantcontact- en Dienstencentrum voor {trade} Noord-Nergensland {crowd.seed + number:03}"
    since = crowd.since(900, 750)
    employer = crowd.add(
        Organisation,
        name=name,
        is_member=crowd.chance(0.7),
        supplies_examiners=crowd.chance(0.4),
        created_at=since,
    )
    person(crowd, Role.ORGANISATION_ADMIN, employer)
    return employer


def person(crowd: Crowd, role: Role, employer: uuid.UUID | None = None) -> uuid.UUID:
    """Somebody with this role. Some have no password yet, and some mail does not arrive."""
    name = f"{crowd.rng.choice(FIRST.split())} {crowd.rng.choice(LAST.split('|'))}"
    crowd.people += 1
    local = f"{LOCAL.get(role) or STAFF[role]}.{crowd.seed}.{crowd.people:05}"
    since, known = crowd.since(900, 740), role in STAFF or crowd.chance(0.9)
    bounced = crowd.since(20) if employer and crowd.chance(0.004) else None
    who = crowd.add(
        Person,
        email=f"{local}@{'ksf' if role in STAFF else 'voorbeeld'}.example",
        name=name,
        created_at=since,
        password_hash=crowd.password if known else None,
        bounced_at=bounced,
    )
    left = crowd.since(200) if role is Role.CANDIDATE and crowd.chance(0.02) else None
    crowd.add(Membership, person_id=who, role=role, organisation_id=employer, since=since, until=left)
    if role is Role.ASSESSOR:
        crowd.add(Employer, person_id=who, name=f"Verzonnen Werkgever {crowd.people:05}", since=since.date())
    crowd.log("role_given", Person, who, since, None)
    return who


def qualify(crowd: Crowd, who: uuid.UUID, officer: uuid.UUID) -> None:
    """Somebody has certificate A, or passed its test."""
    since, certificate = crowd.since(900, 760), crowd.chance(0.6)
    crowd.add(
        Qualification,
        person_id=who,
        key="certificate_a" if certificate else "theory_test_a",
        number=f"PROEF-{crowd.people:05}" if certificate else "",
        since=since.date(),
        entered_by_id=officer,
        entered_at=since,
    )


SUBJECTS = {
    "nominated": "U bent aangemeld voor Branchecertificaat B",
    "substantiation_asked": "Schrijf uw onderbouwing",
    "dossier_returned": "KSF vraagt u iets aan te passen",
    "dossier_rejected": "Het besluit over uw dossier",
    "invitation": "Uw uitnodiging voor het examen",
    "no_show": "Uw examen is verlopen",
    "receipt": "Uw ontvangstbewijs",
    "result": "Uw uitslag staat klaar",
}


def mail(crowd: Crowd, who: uuid.UUID, template: str, at: datetime) -> None:
    """A mail that went out; a few never arrived."""
    state = MailState.SENT
    if crowd.chance(0.003):
        state = crowd.rng.choice((MailState.FAILED, MailState.BOUNCED))
    crowd.add(
        MailMessage,
        person_id=who,
        template=template,
        subject=SUBJECTS[template],
        text=f"Dag,\n\n{SUBJECTS[template]}.\n\nDit is een verzonnen bericht.\n",
        state=state,
        attempts=1 if state is MailState.SENT else 6,
        created_at=at,
        sent_at=at if state is not MailState.FAILED else None,
        error=None if state is MailState.SENT else "550 geen postbus met deze naam",
    )
