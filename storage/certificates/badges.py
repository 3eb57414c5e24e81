"""Open Badges 3.0: a certificate as a credential that any program can verify, signed as a JWT with a VC 2.0 payload.

The form that the text of Open Badges asks: the payload is the credential itself, with iss, jti, sub, nbf and exp beside
it; `typ` is "JWT". Who holds it stands in it by salted hashes only, so a badge that is passed on tells no address.
"""

import base64
import hashlib
import json
import secrets
from datetime import UTC, date, datetime, time
from typing import Any

from joserfc import jwt

from scenarios.scheme import Scheme
from storage.base.clock import AMSTERDAM
from storage.base.config import config
from storage.certificates import status_lists
from storage.certificates.certificates import Certificate
from storage.certificates.signing_keys import ALGORITHM, SigningKey, did

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
"""In this order; a badge with the two swapped is refused."""


def sign(certificate: Certificate, scheme: Scheme, email: str, issuer: str, key: SigningKey) -> str:
    """The badge of this certificate. `email` is the holder's address, `issuer` the name of the body that gives it."""
    payload = credential(certificate, scheme, email, issuer)
    claims: dict[str, Any] = {"iss": did(), "jti": payload["id"], "nbf": _seconds(certificate.issued_on)}
    if certificate.valid_until:
        claims["exp"] = _seconds(certificate.valid_until)
    return jwt.encode(
        {"alg": ALGORITHM, "typ": "JWT", "kid": key.kid}, payload | claims, key.private(), algorithms=[ALGORITHM]
    )


def kid_of(token: str) -> str:
    """The key under which this badge was signed, as it says itself."""
    head = token.partition(".")[0]
    named: str = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
    return named


def credential(certificate: Certificate, scheme: Scheme, email: str, issuer: str) -> dict[str, Any]:
    """The credential before it is signed. Raises ValueError for a certificate without a place in the status lists."""
    if certificate.list_number is None or certificate.list_index is None:
        raise ValueError("only a certificate that was issued here has a badge")
    achievement = {
        "id": f"urn:uuid:{certificate.scheme_id}",
        "type": ["Achievement"],
        "achievementType": "Certificate",
        "name": certificate.title,
        "description": " ".join(part.description for part in scheme.parts),
        "criteria": {"narrative": _criteria(scheme)},
        "inLanguage": "nl",
    }
    subject = {
        "type": ["AchievementSubject"],
        "identifier": [_hashed("emailAddress", email), _hashed("name", certificate.name)],
        "licenseNumber": certificate.number,
        "achievement": achievement,
    }
    until = {"validUntil": _moment(certificate.valid_until)} if certificate.valid_until else {}
    return {
        "@context": list(CONTEXTS),
        "id": f"urn:uuid:{certificate.id}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": did(), "type": ["Profile"], "name": issuer, "url": config().origin},
        "validFrom": _moment(certificate.issued_on),
        **until,
        "name": certificate.title,
        "credentialSubject": subject,
        "credentialStatus": status_lists.entries(certificate.list_number, certificate.list_index),
    }


def _hashed(kind: str, text: str) -> dict[str, Any]:
    """An IdentityObject: who has the text can tell that it is meant, nobody can read it from this."""
    salt = secrets.token_hex(16)
    digest = hashlib.sha256((text + salt).encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": kind,
        "salt": salt,
    }


def _criteria(scheme: Scheme) -> str:
    parts = ", ".join(part.name.lower() for part in scheme.parts)
    judged = ", ".join(one.name for one in scheme.competencies) or ", ".join(one.name for one in scheme.end_terms)
    return f"Behaald: {parts}. Beoordeeld op: {judged}."


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)


def _seconds(day: date) -> int:
    return int(_midnight(day).timestamp())


def _moment(day: date) -> str:
    return f"{_midnight(day):%Y-%m-%dT%H:%M:%SZ}"
