"""The badge, held against a library that is not ours: good while it is good, and refused as soon as it is not."""

import base64
import gzip
import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from openbadgeslib.ob3.status import decode_encoded_list, set_indices
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from support.certified import certified

from storage.certificates import badges, changes, signing_keys, status_lists
from storage.certificates.certificates import CertificateState

ORIGIN = "https://examens.example"
DID = "did:web:examens.example"


@pytest.fixture
def certificate(environment, session, people):
    environment(VIGNET_ORIGIN=ORIGIN)
    made = certified(session, people, datetime.now(UTC) - timedelta(days=1))
    session.commit()
    return made


@pytest.fixture
def download(certificate, visit):
    """What a verifier fetches comes from our own routes, as for any stranger."""
    stranger = visit()

    def fetch(url: str) -> bytes:
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == ORIGIN
        answer = stranger.get(parts.path)
        assert answer.status_code == 200, url
        return answer.data

    return fetch


@pytest.fixture
def verify(download):
    def of(token: str):
        verifier = OB3Verifier.for_issuer_did(DID, download=download)
        return verifier.verify(token, check_status=True, download=download)

    return of


def claims(token: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def changed(session, certificate, to, people):
    changes.changed_by_two(
        session, certificate, to, "Proef.", people.officer.id, people.second_officer.id, datetime.now(UTC)
    )
    session.commit()


def test_a_valid_one_is_verified_with_its_status(certificate, verify):
    found = verify(certificate.badge)
    assert found.issuer.id == DID
    payload = claims(certificate.badge)
    # What the library does not compare.
    assert payload["nbf"] == int(datetime.fromisoformat(payload["validFrom"]).timestamp())
    assert (payload["iss"], payload["jti"]) == (payload["issuer"]["id"], payload["id"])
    assert "sub" not in payload and "id" not in payload["credentialSubject"]
    assert payload["@context"] == list(badges.CONTEXTS)
    achievement = payload["credentialSubject"]["achievement"]
    assert achievement["criteria"]["narrative"] and achievement["description"] and achievement["id"].startswith("urn:")
    assert payload["credentialSubject"]["licenseNumber"] == certificate.number
    header = json.loads(base64.urlsafe_b64decode(certificate.badge.split(".")[0] + "=="))
    assert (header["alg"], header["typ"]) == ("ES256", "JWT") and header["kid"].startswith(f"{DID}#")


def test_it_tells_neither_name_nor_address(certificate):
    text = json.dumps(claims(certificate.badge))
    assert certificate.name not in text and certificate.person.email not in text


def test_an_altered_one_is_refused(certificate, verify):
    head, _, seal = certificate.badge.split(".")
    payload = claims(certificate.badge)
    payload["credentialSubject"]["achievement"]["name"] = "Iets anders"
    other = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    with pytest.raises(OB3VerificationError):
        verify(f"{head}.{other}.{seal}")


def test_an_expired_one_is_refused(session, certificate, verify):
    certificate.issued_on, certificate.valid_until = date(2024, 1, 1), date(2025, 1, 1)
    key = signing_keys.current_key(session, datetime.now(UTC))
    token = badges.sign(certificate, certificate.scheme.content, "a@b.example", "KSF", key)
    session.rollback()
    with pytest.raises(OB3VerificationError, match=r"(?i)expired"):
        verify(token)


@pytest.mark.parametrize("to", [CertificateState.SUSPENDED, CertificateState.WITHDRAWN])
def test_a_suspended_or_withdrawn_one_is_refused_at_once(session, people, certificate, verify, to):
    verify(certificate.badge)
    changed(session, certificate, to, people)
    with pytest.raises(OB3VerificationError, match=r"(?i)revoked|suspended|status"):
        verify(certificate.badge)


def test_a_suspension_that_is_over_makes_it_good_again(session, people, certificate, verify):
    changed(session, certificate, CertificateState.SUSPENDED, people)
    changed(session, certificate, CertificateState.VALID, people)
    verify(certificate.badge)


def test_a_new_key_leaves_the_old_badges_good_and_a_stolen_one_does_not(session, certificate, verify, download):
    old = signing_keys.told_keys(session)[0]
    fresh = signing_keys.rotate(session, None, datetime.now(UTC))
    session.commit()
    document = json.loads(download(f"{ORIGIN}/.well-known/did.json"))
    assert [one["id"] for one in document["verificationMethod"]] == [fresh.kid, old.kid] == document["assertionMethod"]
    assert "d" not in document["verificationMethod"][0]["publicKeyJwk"]
    verify(certificate.badge)
    old.revoke(None, datetime.now(UTC))
    session.commit()
    with pytest.raises(OB3VerificationError):
        verify(certificate.badge)


def test_keys_are_shown_rotated_and_revoked_by_command(app, session, certificate, verify):
    def run(*words: str, **more):
        answer = app.test_cli_runner().invoke(args=["badge-keys", *words], **more)
        return answer.exit_code, answer.output

    (old,) = signing_keys.told_keys(session)
    session.commit()
    assert run("rotate")[0] == 0
    assert [line.split()[2] for line in run("show")[1].splitlines()] == ["told", "told"]
    verify(certificate.badge)
    assert run("revoke", old.name, input="n")[0] == 1
    assert run("revoke", "nothing", "--yes")[0] == 1
    stolen = certificate.badge
    assert "1 badges were signed anew" in run("revoke", old.name, "--yes")[1]
    with pytest.raises(OB3VerificationError):
        verify(stolen)
    session.refresh(certificate)
    token = certificate.badge
    session.commit()
    verify(token)


def test_the_list_is_what_a_second_implementation_reads(session, people, certificate, download):
    changed(session, certificate, CertificateState.WITHDRAWN, people)
    where = status_lists.address(status_lists.Purpose.REVOCATION, certificate.list_number)
    told = claims(download(where).decode())["credentialSubject"]
    assert told["statusPurpose"] == "revocation"
    bits = decode_encoded_list(told["encodedList"])
    assert len(bits) * 8 == status_lists.LENGTH >= 131_072
    assert set_indices(bits) == {certificate.list_index}
    where = status_lists.address(status_lists.Purpose.SUSPENSION, certificate.list_number)
    assert (
        set_indices(decode_encoded_list(claims(download(where).decode())["credentialSubject"]["encodedList"])) == set()
    )


@pytest.mark.one_database
def test_the_first_place_is_the_leftmost_bit():
    raw = gzip.decompress(base64.urlsafe_b64decode(status_lists.encoded({0, 9})[1:] + "=="))
    assert raw[:2] == b"\x80\x40" and not any(raw[2:])


def test_lists_that_are_not_there_are_not_there(certificate, visit):
    stranger = visit()
    for path in ("/status/revocation/2", "/status/anders/1", "/status/revocation/99999", "/status/revocation/-1"):
        assert stranger.get(path).status_code == 404, path
