"""The role or job description as a file: handed in by the candidate, read by the candidate and KSF, nobody else."""

import uuid

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scenarios.chapters import FilePart
from storage.base.refusal import Refused
from storage.dossier import role_documents
from storage.dossier.dossiers import RoleDocument
from storage.dossier.role_documents import Rule
from storage.people.people import Role
from webapp import access, uploads
from webapp.access.looks import note as note_look
from webapp.context import g
from webapp.uploads import Upload

pages = Blueprint("role_document", __name__)


@pages.post("/dossier/<uuid:dossier_id>/functieomschrijving")
@access.roles(Role.CANDIDATE)
@uploads.a_day(Upload.ROLE_DOCUMENT)
def attach(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Take a PDF or Word document of at most 10 MB; a newer one takes the place of the one before."""
    dossier = access.dossier_for_candidate(dossier_id)
    dossier.require_open(FilePart.ROLE)
    file = request.files.get("document")
    if file is None or not file.filename:
        raise Refused(Rule.EMPTY)
    data = file.stream.read(role_documents.LARGEST + 1)
    # Encrypting and sending takes a while; nobody should wait for this request meanwhile.
    g.db.commit()
    document = role_documents.put(dossier, file.filename, data, g.now)
    dossier = access.dossier_for_candidate(dossier_id)
    role_documents.attach(g.db, dossier, document, access.me(), g.now)
    flash("Uw functieomschrijving is bewaard.", "ok")
    return redirect(url_for("motivation.own", dossier_id=dossier_id, _anchor="document"))


@pages.post("/dossier/<uuid:dossier_id>/functieomschrijving/weg")
@access.roles(Role.CANDIDATE)
def remove(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Take the file out of the dossier."""
    role_documents.remove(g.db, access.dossier_for_candidate(dossier_id), access.me(), g.now)
    flash("De functieomschrijving is uit uw dossier gehaald.", "ok")
    return redirect(url_for("motivation.own", dossier_id=dossier_id, _anchor="document"))


@pages.get("/dossier/<uuid:dossier_id>/functieomschrijving")
@access.roles(Role.CANDIDATE)
def own(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The own file."""
    document = access.dossier_for_candidate(dossier_id).document
    return (
        _download(document, Role.CANDIDATE) if document else redirect(url_for("motivation.own", dossier_id=dossier_id))
    )


@pages.get("/bureau/dossiers/<uuid:dossier_id>/functieomschrijving")
@access.roles(Role.KSF_OFFICER)
def for_officer(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The candidate's file, for the officer who judges."""
    document = access.dossier_for_officer(dossier_id).document
    return (
        _download(document, Role.KSF_OFFICER)
        if document
        else redirect(url_for("office.dossier", dossier_id=dossier_id))
    )


def _download(document: RoleDocument, role: Role) -> Response:
    """The file to keep, never to show: what somebody uploaded must not run under our address. The look is noted."""
    data = role_documents.get(document)
    note_look(document, role)
    response = Response(data, content_type=document.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=document.name)
    return response
