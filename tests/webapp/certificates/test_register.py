"""The register: issued by a second officer, searched, exported, changed by two, and filled from paper."""

import csv
import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from support import cast
from support.certified import certified, passed
from support.visitors import text_of

from storage.certificates.certificates import Certificate, CertificateState
from storage.certificates.changes import CertificateChange
from storage.certificates.copies import CopyOrder
from storage.certificates.paper_lists import PaperList
from storage.dossier.qualifications import held
from storage.people.outbox import MailMessage
from storage.people.people import release


@pytest.fixture
def verdict(session, people):
    made = passed(session, people)
    session.commit()
    return made


@pytest.fixture
def certificate(session, people):
    made = certified(session, people)
    session.commit()
    return made


def rows(answer) -> list[list[str]]:
    assert answer.content_type.startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def mails(session) -> list[str]:
    return list(session.scalars(select(MailMessage.template).where(MailMessage.template.startswith("certificate_"))))


def test_a_second_officer_issues_what_was_chosen_and_the_holder_hears_of_it(session, people, visit, verdict):
    wanted = {"verdict": [str(verdict.id), "no-id", ""]}
    first = visit(people.second_officer)
    assert "u; een collega geeft af" in text_of(first.get("/register/afgeven").text)
    assert "Iemand anders" in text_of(first.post("/register/afgeven", wanted, follow_redirects=True).text)
    second = visit(people.officer)
    assert "certificaat af te geven" in text_of(second.get("/bureau").text)
    assert people.candidate.name in text_of(second.get("/register/afgeven").text)
    assert "1 certificaat afgegeven" in text_of(second.post("/register/afgeven", wanted, follow_redirects=True).text)
    assert "Kies eerst" in text_of(second.post("/register/afgeven", {}, follow_redirects=True).text)
    second.post("/register/afgeven", wanted)
    session.expire_all()
    (made,) = session.scalars(select(Certificate)).all()
    assert made.issued_by_id == people.officer.id and mails(session) == ["certificate_valid"]


def test_it_is_searched_by_everything_and_exported(session, people, visit, certificate):
    officer = visit(people.officer)
    for query, found in (
        ("", True),
        (f"?zoek={certificate.number.replace('-', '')}", True),
        ("?zoek=kandidaat een", True),
        ("?zoek=niemand", False),
        ("?organisatie=voorbeeld", True),
        ("?organisatie=elders", False),
        ("?stand=valid", True),
        ("?stand=withdrawn", False),
        ("?stand=onzin&van=gisteren&tot=2026-99-99", True),
        ("?van=2026-03-02&tot=2026-03-02", True),
        ("?van=2026-03-03", False),
        ("?zoek=%00'\"", False),
    ):
        assert (certificate.number in text_of(officer.get(f"/register{query}").text)) is found, query
        assert (len(rows(officer.get(f"/register/lijst.csv{query}"))) == 2) is found, query
    assert certificate.number in text_of(visit(people.auditor).get("/register").text)
    assert "Wijzigen" not in text_of(visit(people.auditor).get(f"/register/{certificate.id}").text)


def test_two_officers_suspend_and_the_holder_reads_why(session, people, visit, certificate):
    first, second, holder = visit(people.officer), visit(people.second_officer), visit(people.candidate)
    page = f"/register/{certificate.id}"
    assert first.post(f"{page}/wijzigen", {"to": "suspended", "reason": ""}).status_code == 422
    assert first.post(f"{page}/wijzigen", {"to": "replaced", "reason": "Naam.", "name": ""}).status_code == 422
    assert first.post(f"{page}/wijzigen", {"to": "valid", "reason": "Zo."}).status_code == 422
    told = {"to": "suspended", "reason": "Er is twijfel over wie er zat."}
    assert first.post(f"{page}/wijzigen", told).status_code == 302
    assert first.post(f"{page}/wijzigen", told).status_code == 409
    change = session.scalars(select(CertificateChange)).one()
    session.commit()
    where = f"/register/wijzigingen/{change.id}"
    assert first.post(f"{where}/akkoord").status_code == 409
    assert "wijziging van een certificaat wacht" in text_of(second.get("/bureau").text)
    assert "Er is twijfel" in text_of(second.get("/register/wijzigingen").text)
    assert second.post(f"{where}/akkoord").status_code == 302
    assert second.post(f"{where}/akkoord").status_code == 409
    words = text_of(holder.get("/certificaat").text)
    assert "geschorst" in words and "Er is twijfel over wie er zat." in words
    assert mails(session) == ["certificate_suspended"]


def test_a_replacement_carries_the_other_name_and_both_stay(session, people, visit, certificate):
    told = {"to": "replaced", "reason": "Naam verkeerd gespeld.", "name": "Kandidaat Eén"}
    visit(people.officer).post(f"/register/{certificate.id}/wijzigen", told)
    change = session.scalars(select(CertificateChange)).one()
    session.commit()
    visit(people.second_officer).post(f"/register/wijzigingen/{change.id}/akkoord")
    session.expire_all()
    old, new = (
        session.get_one(Certificate, certificate.id),
        session.scalars(select(Certificate).where(Certificate.replaces_id == certificate.id)).one(),
    )
    session.commit()
    assert (old.state, new.state, new.name) == (CertificateState.REPLACED, CertificateState.VALID, "Kandidaat Eén")
    assert new.number in text_of(visit(people.officer).get(f"/register/{old.id}").text)


def test_the_holder_fetches_shares_and_orders_and_nobody_else_can(session, people, visit, certificate):
    holder, other, stranger = visit(people.candidate), visit(people.second_candidate), visit()
    home = f"/certificaat/{certificate.id}"
    for path in ("certificaat.pdf", "badge.jwt", "supplement-nl.pdf", "supplement-en.pdf", "supplement-fr.pdf"):
        assert holder.get(f"{home}/{path}").status_code == 200, path
        assert other.get(f"{home}/{path}").status_code == 404, path
    assert holder.get(f"{home}/supplement-de.pdf").status_code == 404
    badge = holder.get(f"{home}/badge.jwt")
    assert badge.content_type.startswith("text/plain") and badge.text == certificate.badge
    assert other.post(f"{home}/delen").status_code == other.post(f"{home}/afschrift").status_code == 404
    holder.post(f"{home}/delen")
    holder.post(f"{home}/delen")
    session.refresh(certificate)
    secret = certificate.share
    session.commit()
    page = holder.get("/certificaat").text
    assert f"/gedeeld/{secret}" in page and "linkedin.com/profile/add?startTask=CERTIFICATION_NAME" in page
    shared = text_of(stranger.get(f"/gedeeld/{secret}").text)
    assert people.candidate.name in shared and "geldig" in shared and people.candidate.email not in shared
    holder.post(f"{home}/niet-delen")
    holder.post(f"{home}/niet-delen")
    assert stranger.get(f"/gedeeld/{secret}").status_code == 404
    holder.post(f"{home}/afschrift")
    holder.post(f"{home}/afschrift")
    order = session.scalars(select(CopyOrder)).one()
    session.commit()
    assert order.cents == 1500
    copy = holder.get(f"/certificaat/afschriften/{order.id}.pdf")
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(copy.data)).pages)
    assert "AFSCHRIFT" in words and certificate.number in words
    assert other.get(f"/certificaat/afschriften/{order.id}.pdf").status_code == 404


def test_the_certificate_is_one_file_for_people_and_programs(session, people, visit, certificate):
    holder, where = visit(people.candidate), f"/certificaat/{certificate.id}/certificaat.pdf"
    data = holder.get(where).data
    assert data == holder.get(where).data
    reader = PdfReader(io.BytesIO(data))
    assert len(reader.pages) == 1
    assert reader.attachments["badge.jwt"][0].decode() == certificate.badge
    words = " ".join(page.extract_text() for page in reader.pages)
    assert people.candidate.name in words and certificate.number in words and "AFSCHRIFT" not in words
    marks = reader.xmp_metadata.stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in marks and "<pdfaid:conformance>A</pdfaid:conformance>" in marks
    assert "<pdfuaid:part>1</pdfuaid:part>" in marks


def test_a_beheerder_sees_the_own_people_and_leavers_drop_out(session, people, visit, certificate):
    mine, theirs = visit(people.beheerder), visit(people.outsider_beheerder)
    page = "/organisatie/certificaten"
    words = text_of(mine.get(page).text)
    assert people.candidate.name in words and certificate.number in words and "gezakt" not in words
    assert rows(mine.get(f"{page}/lijst.csv"))[1][:3] == [certificate.name, certificate.title, certificate.number]
    assert certificate.number not in text_of(theirs.get(page).text) and len(rows(theirs.get(f"{page}/lijst.csv"))) == 1
    release(session, people.candidate, {people.organisation.id}, people.beheerder.id, cast.NOW)
    session.commit()
    assert certificate.number not in text_of(mine.get(page).text)
    assert certificate.number in text_of(visit(people.candidate).get("/certificaat").text)


PAPER = (
    "certificaat;nummer;naam;behaald_op;email;organisatie\r\n"
    "A;2014-00123;Kandidaat Een;12-05-2014;kandidaat@voorbeeld.example;voorbeeld klantcontact\r\n"
    "Branchecertificaat B;2019-B-1;Iemand Van Vroeger;03-10-2019;;\r\n"
    "C;1;Wie;12-05-2014;;\r\n"
    "A;2;=1+1;31-02-2014;geen adres;\r\n"
    "A;2014-00123;Nog Eens;12-05-2014;;\r\n"
)


def test_paper_is_looked_at_first_and_taken_over_once(session, people, visit, installation):
    officer = visit(people.officer)

    def upload(data):
        return officer.post(
            "/register/papier", {"file": (io.BytesIO(data), "lijst.csv")}, content_type="multipart/form-data"
        )

    for wrong in (b"", b"nummer;naam\r\n1;2\r\n", b"%PDF-1.7\x00"):
        assert upload(wrong).status_code == 422
    where = upload(PAPER.encode("cp1252")).headers["Location"]
    words = text_of(officer.get(where).text)
    assert "Worden overgenomen 2" in words and "staat ook op regel 2" in words and "is geen certificaat" in words
    assert not session.scalars(select(Certificate)).all()
    session.commit()
    assert officer.post(where).status_code == 302
    assert officer.post(where).status_code == 409
    session.expire_all()
    one, other = session.scalars(select(Certificate).order_by(Certificate.earned_on)).all()
    assert (one.person, one.organisation, one.taken_over) == (people.candidate, people.organisation, True)
    assert (other.person, other.letters, other.title) == (None, "B", "KSF Branchecertificaat B")
    assert [(row.key, row.number) for row in held(session, [people.candidate.id])] == [("certificate_a", one.number)]
    assert session.scalars(select(PaperList)).all()[-1].entries == []
    session.commit()
    again = text_of(officer.get(upload(PAPER.encode()).headers["Location"]).text)
    assert "Worden overgenomen 0" in again and "nummer staat er al" in again
    page = text_of(officer.get(f"/register/{one.id}").text)
    assert "Overgenomen van papier" in page and "Vervangen" not in page


def test_one_from_paper_is_given_to_who_holds_it_once(session, people, visit, installation):
    line = "certificaat;nummer;naam;behaald_op\r\nA;2014-7;Kandidaat Een;12-05-2014\r\n"
    officer, holder = visit(people.officer), visit(people.candidate)
    file = {"file": (io.BytesIO(line.encode()), "lijst.csv")}
    where = officer.post("/register/papier", file, content_type="multipart/form-data").headers["Location"]
    officer.post(where)
    certificate = session.scalars(select(Certificate)).one()
    session.commit()
    page = f"/register/{certificate.id}"
    for wrong in ("", "niemand@voorbeeld.example", "bureau@voorbeeld.example"):
        assert officer.post(f"{page}/houder", {"email": wrong}).status_code == 422
    assert "nog geen certificaat" in text_of(holder.get("/certificaat").text)
    told = {"email": " Kandidaat@voorbeeld.example "}
    assert officer.post(f"{page}/houder", told).status_code == 302
    assert officer.post(f"{page}/houder", told).status_code == 409
    assert "Dit is uw certificaat van papier" in text_of(holder.get("/certificaat").text)
    assert [row.key for row in held(session, [people.candidate.id])] == ["certificate_a"]
