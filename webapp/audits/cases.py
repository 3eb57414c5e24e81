"""One exam whole, for the auditor: from the number on a certificate to every event. Each look is noted."""

import uuid

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from storage.audits import cases
from storage.base import audit
from storage.base.database import session_scope
from storage.dossier.dossiers import Dossier
from storage.people.people import Role
from webapp import access
from webapp.access import cases as access_case
from webapp.context import g
from webapp.dutch.terms import VERDICT_CAUSES
from webapp.paging import search

pages = Blueprint("audit_cases", __name__, url_prefix="/audits/examens")


@pages.get("")
@access.roles(Role.AUDITOR)
def find() -> ResponseReturnValue:
    """The exam with the number of a certificate or a file."""
    words = search()
    found = access_case.exam_called(words) if words else None
    if found is not None:
        return redirect(url_for("audit_cases.one", dossier_id=found.id))
    return render_template("audits/find.html", words=words)


@pages.get("/<uuid:dossier_id>")
@access.roles(Role.AUDITOR)
def one(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """All of one exam. That it was looked at is noted, in a transaction of its own: a GET writes nothing."""
    found = access_case.exam(dossier_id)
    person = access.me().id
    with session_scope() as session:
        audit.record(session, g.now, person, "case_looked_at", session.get_one(Dossier, dossier_id))
    case = cases.case_of(g.db, found)
    names = {one.key: one.name for one in found.scheme.content.competencies}
    values = {"named": access_case.named(), "computed": computed(case), "names": names, "causes": VERDICT_CAUSES}
    return render_template("audits/case.html", case=case, **values)


def computed(case: cases.Case) -> dict[uuid.UUID, bool]:
    """For each verdict whether its inputs give now what was decided then."""
    pairs = {one.id: one.explain() for one in case.verdicts}
    return {key: stored == now for key, (stored, now) in pairs.items()}
