"""From a pass to a certificate that anybody can check, and back: everything follows a withdrawal at once."""

import csv
import io
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from pypdf import PdfReader
from sqlalchemy import select
from support.certified import passed
from support.visitors import Visitor, text_of

from storage.certificates.certificates import Certificate
from storage.certificates.changes import CertificateChange
from webapp import create_app

ORIGIN, DID = "https://examens.example", "did:web:examens.example"


def test_a_pass_becomes_a_certificate_that_is_found_and_a_withdrawal_is_seen_everywhere(environment, session, people):
    app = create_app(environment(VIGNET_ORIGIN=ORIGIN))
    verdict = passed(session, people, now=datetime.now(UTC) - timedelta(days=3))
    session.commit()
    first, second, holder, stranger = (
        Visitor(app, one) for one in (people.officer, people.second_officer, people.candidate, None)
    )

    def fetch(url: str) -> bytes:
        answer = stranger.get(urlsplit(url).path)
        assert url.startswith(ORIGIN) and answer.status_code == 200
        return answer.data

    def verify(token: str):
        return OB3Verifier.for_issuer_did(DID, download=fetch).verify(token, check_status=True, download=fetch)

    def check() -> str:
        return text_of(stranger.post("/certificaat-controleren", {"number": number, "last_name": "Een"}).text)

    def in_register() -> list[str]:
        table = first.get(f"/register/lijst.csv?zoek={number}").data.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(table), delimiter=";"))[1]

    # The pass, and the certificate by an officer who did not release it.
    assert "U bent geslaagd" in holder.get("/uitslag").text
    second.post("/register/afgeven", {"verdict": str(verdict.id)})
    assert session.scalars(select(Certificate)).all() == []
    session.commit()
    first.post("/register/afgeven", {"verdict": str(verdict.id)})
    certificate = session.scalars(select(Certificate)).one()
    number = certificate.number
    session.commit()

    # The holder has one file for people and for programs.
    reader = PdfReader(io.BytesIO(holder.get(f"/certificaat/{certificate.id}/certificaat.pdf").data))
    token = reader.attachments["badge.jwt"][0].decode()
    assert number in reader.pages[0].extract_text()
    assert verify(token).issuer.id == DID
    assert "Dit certificaat is geldig" in check() and in_register()[7] == "geldig"

    # Withdrawn by two: the status list, the register and the public page say so at once.
    told = {"to": "withdrawn", "reason": "Iemand anders deed het examen."}
    first.post(f"/register/{certificate.id}/wijzigen", told)
    change = session.scalars(select(CertificateChange)).one()
    session.commit()
    assert verify(token)
    second.post(f"/register/wijzigingen/{change.id}/akkoord")
    with pytest.raises(OB3VerificationError):
        verify(token)
    assert "Dit certificaat is ingetrokken" in check() and in_register()[7] == "ingetrokken"
    assert "Iemand anders deed het examen." in text_of(holder.get("/certificaat").text)
