"""What a beheerder sees of the own organisation: never motivations, recordings or scores."""

from flask import Blueprint, g, render_template
from sqlalchemy import select

from storage.people import Role
from storage.sittings import Sitting
from storage.verdicts import Verdict
from webapp import access

pages = Blueprint("organisation", __name__, url_prefix="/organisatie")


@pages.get("")
@access.roles(Role.ORGANISATION_ADMIN)
def home():
    """The beheerder's own people: state and next step."""
    rows = access.dossiers_for_organisation()
    passed = set(
        g.db.scalars(
            select(Sitting.dossier_id)
            .join(Verdict)
            .where(
                Verdict.released_at.is_not(None), Verdict.passed.is_(True), Sitting.dossier_id.in_([d.id for d in rows])
            )
        )
    )
    return render_template("organisation/home.html", dossiers=rows, passed=passed)
