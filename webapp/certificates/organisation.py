"""What a beheerder sees: who of the own people is certified. Who did not pass, or left, is not in it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from storage.certificates.certificates import Certificate, CertificateState
from storage.people.people import Role
from webapp import access
from webapp.access import certificates as access_certificates
from webapp.context import g
from webapp.csv_writer import table
from webapp.dutch import states
from webapp.paging import matching, page_of, search

pages = Blueprint("certified", __name__, url_prefix="/organisatie/certificaten")

COLUMNS = ("naam", "certificaat", "nummer", "behaald_op", "stand")


@pages.get("")
@access.roles(Role.ORGANISATION_ADMIN)
def home() -> ResponseReturnValue:
    words = search()
    page = page_of(_found(words))
    return render_template("certificates/organisation.html", page=page, words=words)


@pages.get("/lijst.csv")
@access.roles(Role.ORGANISATION_ADMIN)
def export() -> ResponseReturnValue:
    """The same as CSV."""
    rows = [
        (one.name, one.title, one.number, one.earned_on.isoformat(), states.CERTIFICATE_STATES[one.state])
        for one in g.db.scalars(_found(search()))
    ]
    return table("certificaten.csv", COLUMNS, rows)


def _found(words: str) -> Select[Certificate]:
    """By name; one that was replaced is there by the one in its place."""
    theirs = access_certificates.of_my_organisations().where(Certificate.state != CertificateState.REPLACED)
    return theirs.where(matching(words, Certificate.name, Certificate.number)).order_by(
        Certificate.name, Certificate.id
    )
