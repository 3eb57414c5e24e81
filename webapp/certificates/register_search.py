"""What somebody looks for in the register: by name, number, organisation, state and date, on the page and as CSV."""

from datetime import date

from flask import request
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from review.certificate import read_number
from storage.certificates.certificates import Certificate, CertificateState
from storage.people.organisations import Organisation
from webapp.access import certificates as access_certificates
from webapp.dutch import states
from webapp.paging import matching, one_of, search

COLUMNS = (
    "nummer",
    "certificaat",
    "naam",
    "organisatie",
    "behaald_op",
    "afgegeven_op",
    "geldig_tot",
    "stand",
    "papier",
)
WITH = (joinedload(Certificate.organisation), joinedload(Certificate.person))


def found() -> tuple[Select[Certificate], dict[str, object]]:
    """The certificates that the address asks for, and what it asks."""
    words, state = search(), one_of(CertificateState, "stand")
    home = request.args.get("organisatie", "").replace("\x00", "").strip()[:80]
    first, last = _day("van"), _day("tot")
    wanted: list[ColumnElement[bool]] = []
    if words:
        wanted.append(_named(words))
    if home:
        homes = select(Organisation.id).where(matching(home, Organisation.name))
        wanted.append(Certificate.organisation_id.in_(homes))
    if state:
        wanted.append(Certificate.state == state)
    if first:
        wanted.append(Certificate.issued_on >= first)
    if last:
        wanted.append(Certificate.issued_on <= last)
    query = access_certificates.in_register().where(and_(True, *wanted))
    return query, {"words": words, "state": state, "home": home, "first": first, "last": last}


def line(one: Certificate) -> tuple[str, ...]:
    """What the CSV says of this one."""
    return (
        one.number,
        one.title,
        one.name,
        one.organisation.name if one.organisation else "",
        one.earned_on.isoformat(),
        one.issued_on.isoformat(),
        one.valid_until.isoformat() if one.valid_until else "",
        states.CERTIFICATE_STATES[one.state],
        "ja" if one.taken_over else "",
    )


def _named(words: str) -> ColumnElement[bool]:
    """By name, or by number however it is typed."""
    try:
        number = str(read_number(words))
    except ValueError:
        number = words
    return or_(matching(words, Certificate.name), Certificate.number == number)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
