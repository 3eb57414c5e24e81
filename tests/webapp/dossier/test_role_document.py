"""A role description as a file: told by its content, sealed in the store, read by the candidate and KSF only."""

import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from support import cast, opc
from support.pdf import pdf
from werkzeug.exceptions import RequestEntityTooLarge

from storage.base.database import new_session
from storage.base.keys import KeyGone, key_store
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier, DossierState, RoleDocument
from storage.dossier.role_documents import DOCX, LARGEST, PDF, Rule, get, sniff

PDF_FILE = pdf()


WORD_FILE = opc.word()


@pytest.mark.parametrize("data, kind", [(PDF_FILE, PDF), (WORD_FILE, DOCX), (b"\n\n" + PDF_FILE, PDF)])
def test_a_file_is_told_by_its_content(data, kind):
    assert sniff(data) == kind


@pytest.mark.parametrize(
    "data, rule",
    [
        (b"", Rule.EMPTY),
        (b"Gewone tekst", Rule.OTHER_TYPE),
        (b"<html><script>alert(1)</script></html>", Rule.OTHER_TYPE),
        (b"MZ" + bytes(200), Rule.OTHER_TYPE),
        (b"%PDF-1.7 zonder einde", Rule.OTHER_TYPE),
        (b"PK\x03\x04 geen zip", Rule.OTHER_TYPE),
        (opc.zipped({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), Rule.OTHER_TYPE),
        (opc.workbook(), Rule.OTHER_TYPE),
        (opc.word(("vbaProject", "a.bin", "application/vnd.ms-office.vbaProject")), Rule.ACTIVE),
        (pdf("/OpenAction << /S /JavaScript /JS (x) >>"), Rule.ACTIVE),
        (PDF_FILE + bytes(LARGEST), Rule.TOO_LARGE),
    ],
)
def test_what_is_no_plain_document_is_refused(data, rule):
    with pytest.raises(Refused) as caught:
        sniff(data)
    assert caught.value.rule is rule


@pytest.fixture
def dossier(session, people):
    row = cast.dossier(session, people)
    row.role_description = ""
    session.commit()
    return row


def upload(visitor, dossier, data=PDF_FILE, name="Mijn functie.pdf"):
    file = {"document": (io.BytesIO(data), name)}
    return visitor.post(f"/dossier/{dossier.id}/functieomschrijving", file, content_type="multipart/form-data")


def missing(dossier):
    with new_session(writes=False) as session:
        return session.get(Dossier, dossier.id).missing()


def documents():
    with new_session(writes=False) as session:
        return list(session.scalars(select(RoleDocument).order_by(RoleDocument.created_at)))


@pytest.mark.one_database
def test_it_is_kept_sealed_and_read_by_the_candidate_and_ksf_only(session, people, visit, dossier, object_store):
    candidate, officer = visit(people.candidate), visit(people.officer)
    assert missing(dossier) == ("role_description",)
    assert upload(candidate, dossier).status_code == 302
    (document,) = documents()
    assert (document.size, document.content_type, document.name) == (len(PDF_FILE), PDF, "Mijn functie.pdf")
    sealed = b"".join(object_store.read(document.key))
    assert b"%PDF" not in sealed and len(sealed) == document.cipher_size
    assert missing(dossier) == ()
    for visitor, where in ((candidate, "/dossier/{}"), (officer, "/bureau/dossiers/{}")):
        answer = visitor.get(f"{where.format(dossier.id)}/functieomschrijving")
        assert (answer.data, answer.content_type) == (PDF_FILE, PDF)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    for person in (people.manager, people.beheerder, people.second_candidate, people.assessors[0], people.auditor):
        visitor = visit(person)
        assert visitor.get(f"/dossier/{dossier.id}/functieomschrijving").status_code == 404
        assert visitor.get(f"/bureau/dossiers/{dossier.id}/functieomschrijving").status_code == 404
    # A newer one takes its place; the key gone, nobody reads it any more.
    assert upload(candidate, dossier, WORD_FILE, "../../etc/Functie\x07 nieuw.exe").status_code == 302
    older, newer = documents()
    assert older.removed_at and (newer.name, newer.content_type) == ("Functie nieuw.docx", DOCX)
    key_store().destroy(dossier.id)
    with pytest.raises(KeyGone), new_session(writes=False) as fresh:
        get(fresh.get(RoleDocument, newer.id))
    assert candidate.post(f"/dossier/{dossier.id}/functieomschrijving/weg").status_code == 302
    assert all(one.removed_at for one in documents())


def test_what_is_refused_leaves_nothing(people, visit, dossier):
    candidate = visit(people.candidate)
    for data, said in ((b"tekst", "geen PDF en geen Word-document"), (b"", "Kies eerst een bestand")):
        answer = upload(candidate, dossier, data)
        assert (answer.status_code, said in answer.text) == (409, True)
    assert candidate.post(f"/dossier/{dossier.id}/functieomschrijving").status_code == 409
    assert upload(candidate, dossier, PDF_FILE + bytes(LARGEST)).status_code == 409
    assert upload(candidate, dossier, bytes(13 * 1024 * 1024)).status_code == RequestEntityTooLarge.code
    assert documents() == []


def test_after_handing_in_the_file_stays_as_it_is(session, people, visit, dossier):
    row = session.get(Dossier, dossier.id)
    document = RoleDocument(name="a.pdf", content_type=PDF, size=1, sha256="0" * 64, key="k", cipher_size=1)
    document.cipher_sha256, document.created_at = "0" * 64, datetime.now(UTC)
    row.documents.append(document)
    row.state = DossierState.SUBMITTED
    session.commit()
    candidate = visit(people.candidate)
    assert upload(candidate, dossier).status_code == 409
    assert candidate.post(f"/dossier/{dossier.id}/functieomschrijving/weg").status_code == 409
    assert [one.removed_at for one in documents()] == [None]
