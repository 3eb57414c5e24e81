"""Audits of invented organisations: one with its report and two findings, and one that never took place."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scenarios.audit_guidelines import Found
from storage.audits import audits, findings
from storage.audits.audits import OrganisationAudit
from storage.base.clock import AMSTERDAM
from storage.people.organisations import Organisation
from storage.people.people import Person

WHERE = "Voorbeeldstraat 1, Utrecht"
NEVER = "Voorbeeld Noord Telefonie"
NOISE = "Naast de toetsruimte is de koffiehoek. Het is er tijdens de toets niet rustig genoeg."
LIST = "Een leidinggevende die weg is, kan nog inloggen."
ANSWER = "De koffiehoek is verplaatst naar de andere kant van de gang."


def made(session: Session, organisation: Organisation, people: dict[str, Person], now: datetime) -> OrganisationAudit:
    """Held forty days ago: one finding is answered and waits for the auditor, one is late. `people` by their part."""
    auditor, officer, beheerder = people["auditor"], people["bureau"], people["beheerder"]
    found = audits.plan(session, organisation, now + timedelta(hours=1), WHERE, auditor, officer, now)
    found.starts_at = now - timedelta(days=40)
    answers = {one.key: (Found.YES, "") for one in found.guidelines.points}
    answers["theory_quiet"] = (Found.NO, "De koffiehoek is te horen.")
    answers["org_people"] = (Found.NO, "Eén account te veel.")
    answers["org_follow_up"] = (Found.NOT_APPLICABLE, "Eerste audit.")
    found.fill(answers, auditor, now)
    today = now.astimezone(AMSTERDAM).date()
    found.hold(today - timedelta(days=40), auditor, now)
    session.flush()
    quiet = findings.add(found, NOISE, "theory_quiet", beheerder, today + timedelta(days=10), auditor, now)
    late = findings.add(found, LIST, "org_people", None, today, auditor, now)
    found.report("De organisatie houdt de examens goed. Twee punten moeten beter.", auditor, now)
    session.flush()
    quiet.answer(ANSWER, beheerder, now)
    late.until = today - timedelta(days=5)
    joined = now - timedelta(days=400)
    session.add(Organisation(name=NEVER, is_member=False, supplies_examiners=False, created_at=joined))
    session.flush()
    return found
