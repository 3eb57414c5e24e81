"""What lies on the table of the exam committee: a case with a hearing to come, and a look at the items of one term."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from storage.base.clock import AMSTERDAM
from storage.committee import content
from storage.committee.content import ContentKind, LookOutcome
from storage.committee.irregularities import IrregularityKind, open_case
from storage.dossier.dossiers import Dossier
from storage.people.people import Person

LONG_AGO = timedelta(days=380)
"""Since when a regulation of the demo is in use: so long that its yearly look is due."""
FACTS = (
    "Bij de online toets van vorige week lag er een vel met antwoorden naast het toetsenbord. De toezichthouder zag "
    "het en nam het vel in."
)
WHERE = "Kantoor van KSF, kamer 3"
REMARK = "De naam van de wet is veranderd. Pas de uitleg in de tweede zin aan."


def made(session: Session, dossier: Dossier, people: Mapping[str, Person], now: datetime) -> None:
    """The candidate of `dossier` is invited for the week after next; one situation is to change."""
    officer, member = people["bureau"], people["commissie"]
    case = open_case(session, IrregularityKind.FRAUD, FACTS, officer, now, dossier.candidate, dossier)
    day = (now + timedelta(days=10)).astimezone(AMSTERDAM).date()
    case.invite(datetime.combine(day, time(10), AMSTERDAM), WHERE, officer, now)
    situations = [one for one in content.contents(session) if one.kind is ContentKind.SCENARIO]
    for found in situations[:1]:
        content.look(session, found, LookOutcome.TO_CHANGE, REMARK, member, now)
