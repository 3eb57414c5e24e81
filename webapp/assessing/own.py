"""The candidate's own assessment: when and where, the portfolio, and the result once it is known."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from storage.assessing import portfolios, sheets
from storage.assessing.assessments import Assessment, AssessmentState
from storage.base.refusal import Refused
from storage.dossier.role_documents import LARGEST
from storage.dossier.role_documents import Rule as FileRule
from storage.people.people import Role
from webapp import access, uploads
from webapp.access import assessments as access_assessment
from webapp.assessing import showing
from webapp.assessing.sheets import download
from webapp.context import g
from webapp.uploads import Upload

pages = Blueprint("own_assessment", __name__, url_prefix="/examen/assessments")


@pages.get("/<uuid:assessment_id>")
@access.roles(Role.CANDIDATE)
def show(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """One own assessment; what the assessors found only once it is released."""
    found = access_assessment.my_assessment(assessment_id)
    known = found.state is AssessmentState.RELEASED
    return render_template(
        "assessing/own.html",
        found=found,
        known=known,
        portfolio=sheets.has_portfolio(found.scheme),
        open=portfolios.is_open(found, g.now),
        documents=portfolios.documents_of(found),
        blocks=showing.blocks(found) if known else [],
        whole=showing.whole(found) if known else "",
    )


@pages.post("/<uuid:assessment_id>/portfolio/<competency>")
@access.roles(Role.CANDIDATE)
@uploads.a_day(Upload.PORTFOLIO_DOCUMENT)
def attach(assessment_id: uuid.UUID, competency: str) -> ResponseReturnValue:
    """Take a PDF or Word document of at most 10 MB for one competency."""
    found = _of_exam(assessment_id, competency)
    portfolios.require_open(found, g.now)
    file = request.files.get("document")
    if file is None or not file.filename:
        raise Refused(FileRule.EMPTY)
    data = file.stream.read(LARGEST + 1)
    # Encrypting and sending takes a while; nobody should wait for this request meanwhile.
    g.db.commit()
    document = portfolios.put(found, file.filename, data, g.now)
    portfolios.attach(access_assessment.my_assessment(assessment_id), competency, document, g.now)
    flash("Het document is bewaard.", "ok")
    return redirect(url_for("own_assessment.show", assessment_id=assessment_id, _anchor=competency))


@pages.post("/bestanden/<uuid:document_id>/weg")
@access.roles(Role.CANDIDATE)
def remove(document_id: uuid.UUID) -> ResponseReturnValue:
    """Take a document out of the portfolio."""
    document = access_assessment.my_document(document_id)
    portfolios.remove(document, g.now)
    flash("Het document is uit uw portfolio gehaald.", "ok")
    return redirect(url_for("own_assessment.show", assessment_id=document.assessment_id, _anchor=document.competency))


@pages.get("/bestanden/<uuid:document_id>")
@access.roles(Role.CANDIDATE)
def document(document_id: uuid.UUID) -> ResponseReturnValue:
    """An own document."""
    return download(access_assessment.my_document(document_id))


def _of_exam(assessment_id: uuid.UUID, competency: str) -> Assessment:
    """An own assessment of an exam with a portfolio that has this competency."""
    found = access_assessment.my_assessment(assessment_id)
    there = any(term.key == competency for term in found.scheme.content.end_terms)
    return found if there and sheets.has_portfolio(found.scheme) else abort(404)
