"""Issuing certificates: once for each verdict or signed result, by somebody else than who was first."""

import secrets
import uuid
from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from sqlalchemy import select
from sqlalchemy.orm import Session

from review.certificate import SERIALS, CertificateNumber
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.present import present
from storage.base.refusal import Refused
from storage.certificates import badges, signing_keys, status_lists
from storage.certificates.certificates import Certificate, CertificateState, Rule, of_sitting
from storage.dossier import qualifications
from storage.judging.verdicts import Verdict
from storage.people import institution
from storage.people.people import Person
from storage.schemes import Scheme


def issue(session: Session, verdict: Verdict, officer: Person, now: datetime) -> Certificate:
    """The certificate for a released positive verdict. Raises Refused when there is none to give, or not by this one.

    Of two who issue it at the same moment the second is refused by the database (IntegrityError).
    """
    dossier = verdict.sitting.dossier
    if verdict.released_at is None or verdict.released_by_id is None:
        raise Refused(Rule.NOT_RELEASED)
    if not verdict.passed:
        raise Refused(Rule.NOT_PASSED)
    if officer.id == verdict.released_by_id:
        raise Refused(Rule.SECOND_PERSON)
    if officer.id in (dossier.candidate_id, dossier.manager_id):
        raise Refused(Rule.OWN_CASE)
    # Two verdicts on one exam, one of which corrected the other, never lead to two certificates that are held.
    session.refresh(verdict.sitting, ["stage"], with_for_update=True)
    known = of_sitting(session, verdict.sitting)
    if any(one.held or one.verdict_id == verdict.id for one in known):
        raise Refused(Rule.ISSUED)
    earned = verdict.released_at.astimezone(AMSTERDAM).date()
    row = Certificate(
        id=uuid.uuid4(),
        name=dossier.candidate.name,
        person=dossier.candidate,
        organisation_id=dossier.organisation_id,
        scheme=dossier.scheme,
        verdict_id=verdict.id,
        earned_on=earned,
    )
    return _make(session, row, (verdict.released_by_id, officer.id), now)


def issue_judged_live(
    session: Session,
    scheme: Scheme,
    candidate: Person,
    organisation_id: uuid.UUID,
    earned_on: date,
    persons: tuple[uuid.UUID, uuid.UUID],
    now: datetime,
) -> Certificate:
    """The certificate of an exam that is judged while somebody works: there is no verdict on recordings.

    `persons`: who signed what was found, and who released the result. Whoever calls asked whether there is one to give.
    Raises Refused when both are one person, or one of them is the candidate.
    """
    if len({*persons, candidate.id}) < 3:
        raise Refused(Rule.SECOND_PERSON)
    row = Certificate(
        id=uuid.uuid4(),
        name=candidate.name,
        person=candidate,
        organisation_id=organisation_id,
        scheme=scheme,
        earned_on=earned_on,
    )
    return _make(session, row, persons, now)


def replace(
    session: Session, old: Certificate, name: str, persons: tuple[uuid.UUID, uuid.UUID], now: datetime
) -> Certificate:
    """A certificate in the place of `old`, which is replaced by now, with this name and a number of its own.

    `persons`: who asked for it, and who decided (`storage.certificates.changes`).
    """
    if old.taken_over or old.state is not CertificateState.REPLACED:
        raise ValueError("only one that was issued here, and is replaced, has another in its place")
    row = Certificate(
        id=uuid.uuid4(),
        name=name,
        person=old.person,
        organisation_id=old.organisation_id,
        scheme=old.scheme,
        verdict_id=old.verdict_id,
        earned_on=old.earned_on,
        replaces_id=old.id,
    )
    made = _make(session, row, persons, now)
    qualifications.renumber(session, old.person_id, old.number, made.number)
    return made


def _make(session: Session, row: Certificate, persons: tuple[uuid.UUID, uuid.UUID], now: datetime) -> Certificate:
    """Give this certificate, of which is known whose it is and for what, a number, a place and a badge."""
    scheme_row, candidate = present(row.scheme), present(row.person)
    scheme = scheme_row.content
    today = now.astimezone(AMSTERDAM).date()
    months = scheme.terms.certificate_valid_months
    row.list_number, row.list_index = status_lists.draw_place(session)
    row.number, row.letters = fresh_number(session, scheme_row.letters, today.year), scheme_row.letters
    row.title, row.scheme_id = scheme.certificate, scheme_row.id
    row.state, row.taken_over = CertificateState.VALID, False
    row.issued_on, row.issued_at = today, now
    row.valid_until = today + relativedelta(months=months) if months else None
    row.first_by_id, row.issued_by_id = persons
    key = signing_keys.current_key(session, now)
    row.badge = badges.sign(row, scheme, candidate.email, institution.of(session).name, key)
    session.add(row)
    session.flush()
    audit.record(session, now, persons[1], "certificate_issued", row)
    return row


def fresh_number(session: Session, letters: str, year: int) -> str:
    """A number that no certificate has, with its check digits."""
    while True:
        number = str(CertificateNumber(letters, year, secrets.randbelow(SERIALS)))
        if session.query(Certificate.id).filter(Certificate.number == number).first() is None:
            return number


def renew_badges(session: Session, now: datetime) -> int:
    """Sign anew every badge whose key is told no more, as after a theft; answers how many. Number and place stay."""
    told, renewed = {one.kid for one in signing_keys.told_keys(session)}, 0
    for row in session.scalars(select(Certificate).where(Certificate.badge.is_not(None))):
        if row.badge and badges.kid_of(row.badge) not in told and row.scheme and row.person:
            key = signing_keys.current_key(session, now)
            issuer = institution.of(session).name
            row.badge = badges.sign(row, row.scheme.content, row.person.email, issuer, key)
            audit.record(session, now, None, "badge_renewed", row)
            renewed += 1
    return renewed
