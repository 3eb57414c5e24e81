"""From an empty database to the first exam: what must be there, in the order in which it is made."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from scenarios import brought
from storage.dossier.dossiers import Dossier
from storage.people import institution, staff
from storage.people.organisations import Organisation
from storage.people.people import Role
from storage.schemes import current_pack, current_schemes
from storage.set_up import NEEDED_OFFICERS

NEEDED_ASSESSORS = 3
"""Two judge each answer, and may differ."""


@dataclass(frozen=True)
class FirstStep:
    """Something that must be there: `command` where it is made on the command line, else `url` where it is made."""

    done: bool
    what: str
    why: str
    url: str = ""
    command: str = ""


def of(session: Session, now: datetime) -> list[FirstStep]:
    """Every step, done or not."""
    schemes = current_schemes(session)
    bare = [one.content.name for one in schemes if one.content.sitting and current_pack(session, one) is None]
    folder = f"scenarios/{next(one.key for one in brought.schemes() if one.sitting)}"
    return [
        FirstStep(
            not institution.of(session).missing,
            "De gegevens van de instelling",
            "Kandidaten zien waar zij hulp krijgen; certificaten noemen wie ondertekent.",
            url=url_for("institution.show", _anchor="gegevens"),
        ),
        FirstStep(
            staff.count_holding(session, Role.KSF_OFFICER, now, with_account=True) >= NEEDED_OFFICERS,
            "Twee medewerkers van het bureau met een account",
            "Een rol of een uitslag vraagt twee personen.",
            url=url_for("people.home"),
            command="flask --app webapp setup",
        ),
        FirstStep(
            bool(schemes),
            "Een examenreglement",
            "Het reglement zegt hoe het examen gaat.",
            command=f"flask --app webapp schemes add {folder}",
        ),
        FirstStep(
            bool(schemes) and not bare,
            "Situaties met filmpjes",
            f"Nog zonder: {', '.join(bare)}." if bare else "Zonder filmpjes kan niemand worden uitgenodigd.",
            command=f"flask --app webapp scenarios import {folder}",
        ),
        FirstStep(
            staff.count_holding(session, Role.ASSESSOR, now, with_account=True) >= NEEDED_ASSESSORS,
            "Drie assessoren met een account",
            "Twee beoordelen elk antwoord; een derde beslist als zij verschillen.",
            url=url_for("people.new"),
        ),
        FirstStep(
            _any(session, Organisation),
            "Een organisatie",
            "Zij meldt kandidaten aan.",
            url=url_for("organisations.new"),
        ),
        FirstStep(
            staff.count_holding(session, Role.ORGANISATION_ADMIN, now, with_account=True) > 0,
            "Een beheerder met een account",
            "De beheerder meldt de mensen van de organisatie aan.",
            url=url_for("organisations.home"),
        ),
        FirstStep(
            _any(session, Dossier),
            "Een kandidaat",
            "De beheerder meldt aan; kandidaat en leidinggevende schrijven; u beoordeelt en nodigt uit.",
            url=url_for("office.dossiers"),
        ),
    ]


def _any(session: Session, noun: type) -> bool:
    return bool(session.scalar(select(exists(select(noun)))))
